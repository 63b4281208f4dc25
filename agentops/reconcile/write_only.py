"""Values that a server takes and never shows: sent in the clear, compared by a keyed digest, shown to nobody.

The digest lies in metadata that others can read, so each guess at the secret has to cost something, and a table made
for one credential must be worth nothing for another. The decision is in `.github/decisions/0006`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import scrypt, sha256
from hmac import digest
from typing import Any

from agentops.base.diagnostics import Diagnostic
from agentops.base.secrets import Secret

HIDDEN: Mapping[str, bool] = {"$hidden": True}
"""Stands where a server does not show what it has, or shows what nobody should compare."""

_COST, _BLOCK = 2**14, 8
"""16 MiB and some 70 ms a guess. Source: RFC 7914, section 2; these are its figures for interactive use."""
_TAG_BYTES = 12


@dataclass(frozen=True, slots=True)
class WriteOnly:
    """A secret on its way to a server, and what it is compared by."""

    secret: Secret
    tag: str
    origin: str = field(default="", compare=False)
    """Where a manifest says that it is: `the variable NAME`."""

    missing: Diagnostic | None = field(default=None, compare=False)
    """Why it could not be looked up, where somebody tried."""

    @property
    def is_unread(self) -> bool:
        """Tell whether nobody knows it: it counts as the one that was sent."""
        return not self.tag


UNREAD = WriteOnly(Secret(""), "")
"""A secret that nobody has looked up, where it is not needed: it counts as the one that was sent."""


def write_only(secret: Secret, place: str, key: Secret) -> WriteOnly:
    """Return the secret with its tag: another one at every place, and for every key that an operator keeps."""
    return WriteOnly(secret, _tag(secret, place, key))


def is_partly_read(value: Any) -> bool:
    """Tell whether there is a secret in a value that nobody has looked up."""
    if isinstance(value, Mapping | list):
        return any(is_partly_read(each) for each in (value.values() if isinstance(value, Mapping) else value))
    return isinstance(value, WriteOnly) and value.is_unread


def missing_in(value: Any) -> Iterator[Diagnostic]:
    """Yield why secrets in a value could not be looked up."""
    match value:
        case WriteOnly(missing=Diagnostic() as missing):
            yield missing
        case dict() | list():
            for each in value.values() if isinstance(value, dict) else value:
                yield from missing_in(each)


def origins(value: Any) -> Iterator[str]:
    """Yield where each secret in a value comes from; the value of one is never told."""
    match value:
        case WriteOnly():
            yield value.origin or "a secret"
        case dict() | list():
            for each in value.values() if isinstance(value, dict) else value:
                yield from origins(each)


def compared(value: Any) -> Any:
    """Return a secret as it can be compared."""
    return {"$secret": value.tag} if isinstance(value, WriteOnly) else value


def shown(value: Any) -> Any:
    """Return a normal form as it may be printed: that there is a secret, not what it is compared by."""
    return {"$secret": True} if isinstance(value, dict) and value.keys() == {"$secret"} else value


@lru_cache(maxsize=1024)
def _tag(secret: Secret, place: str, key: Secret) -> str:
    salt = digest(key.reveal().encode(), place.encode(), sha256)
    # Hashed first: to HMAC, which scrypt begins with, a short key and the same with zeros behind it are one.
    password = sha256(secret.reveal().encode()).digest()
    return scrypt(password, salt=salt, n=_COST, r=_BLOCK, p=1, dklen=_TAG_BYTES).hex()
