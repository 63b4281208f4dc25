"""The vault keys that this server has, found by what a database says of the one that seals its secrets."""

from collections.abc import Iterator
from pathlib import Path

from agentops.base.errors import StorageError
from agentops.base.secrets import Secret
from agentops.engine import key_files, sealing
from agentops.engine.sealing import VaultKey

VAULT_KEY_FILE = "vault-key"
"""The name of the file in the data folder whose key seals the secrets in the database; back it up.

Beside it, `vault-key.ID` keeps a key by its id: the old ones, which old backups need, and a new one until it is in use.
"""

_NAME = "vault key"


class Keyring:
    """The configured keys; without one, those in the files.

    No file is read, nor made, before the first secret. One that appears later is found when its key is asked for, so a
    running server goes on when its key is rotated.
    """

    def __init__(self, configured: Secret | None, file: Path, old: Secret | None = None) -> None:
        """Know where the keys are; `old` is the one whose place the configured one, or the file's, is to take."""
        self._configured = _spelled(configured) if configured else None
        self._old = _spelled(old) if old else None
        self._file = file
        self._found: dict[str, VaultKey] = {}

    def own(self) -> VaultKey:
        """Return the key for a database that has none yet: the configured one, else the file's; makes it if need be.

        Raises:
            StorageError: the file cannot be used.
        """
        if self._configured is None:
            key_files.kept_in(self._file, sealing.generate, name=_NAME)
        return self._configured or _read(self._file)

    def named(self, key_id: str) -> VaultKey:
        """Return the key with this id.

        Raises:
            StorageError: this server has not got it.
        """
        if key_id not in self._found:
            found = next((each for each in self._every(key_id) if each.id == key_id), None)
            if found is None:
                raise self._missing(key_id)
            self._found[key_id] = found
        return self._found[key_id]

    def successor(self) -> VaultKey:
        """Return the key to rotate to: the configured one, else a new one, which is on disk from now on."""
        if self._configured is not None:
            return self._configured
        new = VaultKey.new()
        self._keep(new)
        return new

    def settle(self, key: VaultKey) -> Path | None:
        """Make the file hold a key that came into use; return where the one that it held is kept, if it was another.

        Raises:
            StorageError: a file cannot be used.
        """
        # A configured key is nobody's to write down.
        if self._configured is not None or not self._file_of(key.id).exists():
            return None
        held = _read(self._file) if self._file.exists() else None
        if held == key:
            return None
        kept = self._keep(held) if held else None
        key_files.replace(self._file, key.text, name=_NAME)
        return kept

    def is_old(self, key: VaultKey) -> bool:
        """Tell whether the key is the one whose place another is to take."""
        return key == self._old

    def _keep(self, key: VaultKey) -> Path:
        file = self._file_of(key.id)
        key_files.kept_in(file, lambda: key.text, name=_NAME)
        return file

    def _file_of(self, key_id: str) -> Path:
        return self._file.with_name(f"{self._file.name}.{key_id}")

    def _every(self, key_id: str) -> Iterator[VaultKey]:
        """Yield each key that could be the one with this id."""
        yield from (each for each in (self._configured, self._old) if each is not None)
        if self._configured is None:
            yield from (_read(each) for each in (self._file_of(key_id), self._file) if each.exists())

    def _missing(self, key_id: str) -> StorageError:
        here = " and ".join(each.id for each in self._every(key_id)) or "none"
        way = (
            f"Set AGENTOPS_VAULT_KEY to that key, or restore {self._file}."
            if self._configured is None
            else "Set AGENTOPS_VAULT_KEY to that key, or to a new one and AGENTOPS_VAULT_KEY_OLD to that key."
        )
        return StorageError(
            f"The database's secrets were sealed with vault key {key_id}; this server has {here}.", hint=way
        )


def _read(file: Path) -> VaultKey:
    key = VaultKey.of(key_files.text_of(file, name=_NAME))
    if key is None:
        raise StorageError(
            f"{file} holds no vault key.",
            hint="Restore it from a backup; without it the stored secrets cannot be read by anybody.",
        )
    return key


def _spelled(configured: Secret) -> VaultKey:
    key = VaultKey.of(configured.reveal())
    assert key is not None, "settings refuse other keys"
    return key
