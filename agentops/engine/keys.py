"""API keys: how one is made, recognised without a database, and kept."""

import secrets
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from zlib import crc32

from agentops.base.errors import StorageError
from agentops.base.secrets import Secret
from agentops.engine import key_files

PREFIX = "agentops_key_"
"""What scanners can search for in leaked text."""

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RANDOM_CHARACTERS = 43
"""62^43 is just above 2^256."""

_CHECKSUM_CHARACTERS = 6
"""62^6 is just above 2^32, the range of CRC-32."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request: the workspace it acts in, and the id of the key (never the key)."""

    workspace: str
    api_key_id: str


def generate() -> Secret:
    """Return a new key: prefix, 256 random bits, and a checksum that tells a typo from a wrong key."""
    body = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_CHARACTERS))
    return Secret(f"{PREFIX}{body}{_checksum(body)}")


def could_be_key(text: str) -> bool:
    """Tell whether the text is worth looking up: ours with a right checksum, or somebody's own choice."""
    if not text.startswith(PREFIX):
        return True
    body = text[len(PREFIX) : -_CHECKSUM_CHARACTERS]
    return len(body) == _RANDOM_CHARACTERS and text.endswith(_checksum(body))


def digest(key: str) -> str:
    """Return what is stored of a key: SHA-256, 64 hex digits.

    No salt, pepper or stretching: 256 random bits (a configured key has a minimum length) cannot be searched,
    and an exact match of the digest says nothing about how near a wrong key came.
    """
    return sha256(key.encode("utf-8", "replace")).hexdigest()


def kept_in(file: Path) -> Secret:
    """Return the key in the file; makes one, readable by its owner alone, when there is none.

    Raises:
        StorageError: the file cannot be read or written, or holds something else.
    """
    text = key_files.kept_in(file, lambda: generate().reveal(), name="API key")
    if not text.startswith(PREFIX) or not could_be_key(text):
        raise StorageError(f"{file} holds no API key.", hint="Remove the file to get a new key.")
    return Secret(text)


def _checksum(body: str) -> str:
    number = crc32(body.encode("utf-8", "replace"))
    digits = ""
    for _ in range(_CHECKSUM_CHARACTERS):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits
