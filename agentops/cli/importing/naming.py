"""Names for what had none: from display names, each taken once, the same whenever the same things are named."""

from collections.abc import Iterable, Mapping
from unicodedata import normalize

from agentops.base.names import Kind

_LONGEST = 50
"""Leaves room for a number behind it within the 63 characters of a name."""

_RESERVED = frozenset(
    ("self", "con", "prn", "aux", "nul", *(f"{port}{each}" for port in ("com", "lpt") for each in range(10)))
)
"""`self` means the owner of a roster; the others are no names of files on Windows.
Source: learn.microsoft.com/windows/win32/fileio/naming-a-file."""

_SPACES: Mapping[Kind, str] = {Kind.AGENT: "agent", Kind.TEAM: "agent"}
"""Kinds that are named at the same places share their names."""

_SPELLED = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"})


def slug(text: str, otherwise: str) -> str:
    """Return a text as far as it can be a name; `otherwise` where nothing of it can."""
    letters = normalize("NFKD", text.lower().translate(_SPELLED)).lower()
    words = "".join(each if each.isascii() and each.isalnum() else "" if _is_mark(each) else " " for each in letters)
    name = "-".join(words.split())[:_LONGEST].strip("-")
    return name or otherwise


def _is_mark(character: str) -> bool:
    """Tell whether it is an accent that `normalize` took off its letter, or an apostrophe."""
    return "\u0300" <= character <= "\u036f" or character in "'’"  # noqa: RUF001 - an apostrophe as people type it


class Names:
    """What is taken, kind by kind."""

    def __init__(self, taken: Iterable[tuple[Kind, str]] = ()) -> None:
        """Know what the tree has already."""
        self._taken = {(space_of(kind), name) for kind, name in taken}

    def is_free(self, kind: Kind, name: str) -> bool:
        """Tell whether nothing that could be meant has the name."""
        return (space_of(kind), name) not in self._taken

    def take(self, kind: Kind, wish: str) -> str:
        """Return the wish, or with a number behind it the first that is free; from now on it is taken."""
        wish = f"{wish}-{space_of(kind)}" if wish in _RESERVED else wish
        name, number = wish, 1
        while not self.is_free(kind, name):
            number += 1
            name = f"{wish[: 62 - len(str(number))].rstrip('-')}-{number}"
        self._taken.add((space_of(kind), name))
        return name


def space_of(kind: Kind) -> str:
    """Return what a kind is called among names."""
    return _SPACES.get(kind, "".join(f"-{each.lower()}" if each.isupper() else each for each in kind).strip("-"))
