"""Secrets at rest: sealed by a key of their box, which is sealed by the server's key; the one user of `cryptography`.

Seals are AES-256-GCM. What a seal belongs to is bound into it, so a ciphertext that was moved to another row,
box or workspace does not open. Nonces are random: no key here ever seals near the 2^32 texts where they could meet.
"""

import json
import secrets
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from agentops.base.errors import StorageError
from agentops.base.secrets import Secret

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEY_BYTES = 32
_NONCE_BYTES = 12
_FORM = "v1."
"""Begins every seal, so that another algorithm can come later and be told apart."""

_WRAPPED = "agentops data key"
_SEALED = "agentops secret"


@dataclass(frozen=True, slots=True)
class Box:
    """What owns secrets: a vault, a webhook endpoint."""

    scope: str
    """The workspace, or the organization."""

    owner: str


@dataclass(frozen=True, slots=True)
class DataKey:
    """The key of one box, in the clear; it lives as long as a transaction."""

    box: Box
    key: bytes = field(repr=False)

    @classmethod
    def new(cls, box: Box) -> "DataKey":
        """Return a new key for the box."""
        return cls(box, secrets.token_bytes(_KEY_BYTES))

    def seal(self, text: Secret, holder: str, name: str) -> str:
        """Return the text sealed for one field of one object in the box."""
        return _sealed(self.key, text.reveal().encode(), self._place(holder, name))

    def open(self, sealed: str, holder: str, name: str) -> Secret:
        """Return the text that was sealed for this field.

        Raises:
            StorageError: it was sealed for another place, or changed.
        """
        return Secret(_opened(self.key, sealed, self._place(holder, name)).decode())

    def _place(self, holder: str, name: str) -> bytes:
        return _bound(_SEALED, self.box.scope, self.box.owner, holder, name)


@dataclass(frozen=True, slots=True)
class VaultKey:
    """The server's key, which seals the keys of boxes."""

    key: bytes = field(repr=False)

    @classmethod
    def of(cls, text: str) -> "VaultKey | None":
        """Return the key that the text spells, or None: 32 bytes in base64, what `openssl rand -base64 32` prints."""
        try:
            key = b64decode(text, validate=True)
        except (Base64Error, ValueError):
            return None
        return cls(key) if len(key) == _KEY_BYTES else None

    @classmethod
    def new(cls) -> "VaultKey":
        """Return a new key."""
        return cls(secrets.token_bytes(_KEY_BYTES))

    @property
    def text(self) -> str:
        """Return the key as its file and AGENTOPS_VAULT_KEY spell it."""
        return b64encode(self.key).decode()

    @property
    def id(self) -> str:
        """Return what tells this key from others and says nothing about it. Units: 16 hex digits."""
        return sha256(b"agentops key id\0" + self.key).hexdigest()[:16]

    def new_data_key(self, box: Box) -> tuple[DataKey, str]:
        """Return a new key for the box, and the same sealed, ready to be stored."""
        data_key = DataKey.new(box)
        return data_key, self.wrapped(data_key)

    def wrapped(self, data_key: DataKey) -> str:
        """Return the key of a box sealed, ready to be stored."""
        box = data_key.box
        return _sealed(self.key, data_key.key, _bound(_WRAPPED, box.scope, box.owner))

    def data_key(self, box: Box, wrapped: str) -> DataKey:
        """Return the key of the box.

        Raises:
            StorageError: it is the key of another box, or was sealed with another key.
        """
        return DataKey(box, _opened(self.key, wrapped, _bound(_WRAPPED, box.scope, box.owner)))


def generate() -> str:
    """Return 32 random bytes in base64: a new vault key as its file and AGENTOPS_VAULT_KEY hold it."""
    return VaultKey.new().text


def _bound(*parts: str) -> bytes:
    # JSON, because joined texts could be cut at another place and mean another row.
    return json.dumps(parts).encode()


def _sealed(key: bytes, text: bytes, place: bytes) -> str:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _FORM + b64encode(nonce + _cipher(key).encrypt(nonce, text, place)).decode()


def _opened(key: bytes, sealed: str, place: bytes) -> bytes:
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - see _cipher

    try:
        raw = b64decode(sealed.removeprefix(_FORM), validate=True)
        return _cipher(key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], place)
    except (InvalidTag, ValueError):
        # Nothing of the cause is shown: it holds what was tried.
        raise StorageError(
            "A stored secret does not open: it was sealed for another place or with another key.",
            hint="Restore the database and the vault key from the same backup.",
        ) from None


def _cipher(key: bytes) -> "AESGCM":
    # Most commands open an engine and no secret; they need not wait for the library.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - see above

    return AESGCM(key)
