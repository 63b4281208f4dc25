"""Values that hide themselves."""

from collections.abc import Iterable
from functools import partial
from weakref import ref

MASK = "•••"

_SHORTEST = 8
"""A shorter one would blot out innocent words, and is none. Units: characters."""

_living: dict[int, "ref[Secret]"] = {}
"""Every secret of this process, for as long as it is one: what is logged is looked through for them."""


class Secret:
    """A text that prints as `•••` wherever it is not asked for by name."""

    __slots__ = ("__weakref__", "_text")

    def __init__(self, text: str) -> None:
        """Hold the text."""
        self._text = text
        if len(text) >= _SHORTEST:
            _living[id(self)] = ref(self, partial(_dropped, id(self)))

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


def _dropped(number: int, gone: "ref[Secret]") -> None:
    # The number may be another's by now.
    if _living.get(number) is gone:
        del _living[number]


def living() -> list[Secret]:
    """Return every secret that this process holds at the moment."""
    return [found for each in list(_living.values()) if (found := each()) is not None]


def masked(text: str, secrets: Iterable[Secret]) -> str:
    """Return the text with every secret in it replaced by the mask."""
    for secret in sorted(secrets, key=lambda each: -len(each.reveal())):
        if secret.reveal():
            text = text.replace(secret.reveal(), MASK)
    return text
