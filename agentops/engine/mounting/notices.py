"""What an agent has to be told of its files, each thing once for as long as it lasts."""

from collections.abc import Iterable

_LONGEST = 300
_MOST = 20


class Notices:
    """Sentences about one place."""

    def __init__(self) -> None:
        """Begin with nothing to tell."""
        self._standing: set[str] = set()
        self._told: set[str] = set()
        self._fresh: list[str] = []

    def once(self, sentence: str) -> None:
        """Tell what happened."""
        self._fresh.append(sentence)

    def stand(self, sentences: Iterable[str]) -> None:
        """Say what is the case now, and nothing else is; what was the case before is not told again."""
        self._standing = set(sentences)

    def stand_too(self, sentence: str) -> None:
        """Say what is the case as well."""
        self._standing.add(sentence)

    def taken(self) -> tuple[str, ...]:
        """Return what is to be told now, and no more than a model can read."""
        fresh = [*self._fresh, *sorted(self._standing - self._told)]
        self._told = set(self._standing)
        self._fresh = []
        cut = len(fresh) - _MOST
        return (*fresh[:_MOST], f"And {cut} more of this kind.") if cut > 0 else tuple(fresh)


def shown(path: str) -> str:
    """Return a path that somebody else named so that it can stand in a sentence."""
    printable = "".join(each if each.isprintable() else "�" for each in path)
    return printable if len(printable) <= _LONGEST else f"{printable[:_LONGEST]}…"
