"""Keys and tokens: how one is made, recognised without a database, and kept; and who comes with one."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from hashlib import sha256
from pathlib import Path
from zlib import crc32

from agentops.base.errors import StorageError
from agentops.base.secrets import Secret
from agentops.engine import key_files

PREFIX = "agentops_key_"
"""What scanners can search for in leaked text."""

ENVIRONMENT_PREFIX = "sk-ant-oat01-"
"""What a worker's key begins with. Source: documented form of the vendor's environment keys."""

TOKEN_PREFIX = "agentops_session_"  # noqa: S105 - what tells tokens from keys, not one of them

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RANDOM_CHARACTERS = 43
"""62^43 is just above 2^256."""

_CHECKSUM_CHARACTERS = 6
"""62^6 is just above 2^32, the range of CRC-32."""


class Credential(Enum):
    """What a request can come with; a route takes API keys and nothing else unless the route table says more."""

    API_KEY = "an API key"
    ENVIRONMENT_KEY = "an environment key"
    """A worker's key: for the work queue of one environment, and for the sessions in it."""

    SESSION_TOKEN = "the token of a work item"  # noqa: S105 - a name
    """What an item was handed out with: for that item, its session and what the session may reach."""

    SPENT_TOKEN = "the token of a work item that is stopped or another worker's"  # noqa: S105 - a name
    """A token whose claim is over; its worker can still be told so."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request: the workspace it acts in, and the id of the key (never the key)."""

    workspace: str
    api_key_id: str
    """The id of the key, or of the work item whose token it is."""

    credential: Credential = Credential.API_KEY
    bounds: Mapping[str, str] = field(default_factory=dict)
    """The only ids that the caller may name in a path, by the name of the path's parameter."""

    claim: int | None = None
    """Which claim of the work item the token was made for."""


def generate(prefix: str = PREFIX) -> Secret:
    """Return a new key: prefix, 256 random bits, and a checksum that tells a typo from a wrong key."""
    body = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_CHARACTERS))
    return Secret(f"{prefix}{body}{_checksum(body)}")


def could_be_key(text: str) -> bool:
    """Tell whether the text is worth looking up: ours with a right checksum, or somebody's own choice."""
    return not text.startswith(PREFIX) or _is_whole(text, PREFIX)


def kind(text: str) -> Credential | None:
    """Return what the text could be, or None for what is certainly nothing.

    The prefix of environment keys is the vendor's: without our checksum the text may be an API key that somebody chose.
    """
    if text.startswith(ENVIRONMENT_PREFIX) and _is_whole(text, ENVIRONMENT_PREFIX):
        return Credential.ENVIRONMENT_KEY
    if text.startswith(TOKEN_PREFIX):
        return Credential.SESSION_TOKEN if _is_whole(text, TOKEN_PREFIX) else None
    return Credential.API_KEY if could_be_key(text) else None


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


def _is_whole(text: str, prefix: str) -> bool:
    body = text[len(prefix) : -_CHECKSUM_CHARACTERS]
    return len(body) == _RANDOM_CHARACTERS and text.endswith(_checksum(body))


def _checksum(body: str) -> str:
    number = crc32(body.encode("utf-8", "replace"))
    digits = ""
    for _ in range(_CHECKSUM_CHARACTERS):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits
