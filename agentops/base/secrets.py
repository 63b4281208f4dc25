"""Values that hide themselves."""

from collections.abc import Iterable

MASK = "•••"


class Secret:
    """A text that prints as `•••` wherever it is not asked for by name."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """Hold the text."""
        self._text = text

    def reveal(self) -> str:
        """Return the text; call it only where the value leaves for its destination."""
        return self._text

    def __repr__(self) -> str:
        """Return the mask."""
        return f"Secret({MASK})"

    def __str__(self) -> str:
        """Return the mask."""
        return MASK

    def __format__(self, _spec: str) -> str:
        """Return the mask."""
        return MASK

    def __eq__(self, other: object) -> bool:
        """Compare the texts."""
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        """Hash the text."""
        return hash(self._text)

    def __reduce__(self) -> tuple[object, ...]:
        """Refuse to be pickled: a secret leaves the process only by `reveal`."""
        raise TypeError("a Secret is not serialized")


def masked(text: str, secrets: Iterable[Secret]) -> str:
    """Return the text with every secret in it replaced by the mask."""
    for secret in sorted(secrets, key=lambda each: -len(each.reveal())):
        if secret.reveal():
            text = text.replace(secret.reveal(), MASK)
    return text
