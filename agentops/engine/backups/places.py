"""Where a server on SQLite keeps what a backup holds."""

from dataclasses import dataclass
from pathlib import Path

from agentops.base.errors import UsageError
from agentops.engine.keyring import VAULT_KEY_FILE
from agentops.engine.settings import Settings
from agentops.engine.store.choice import sqlite_file

_BY_HAND = """Take one of Postgres with its own tools, and of the blobs folder in this order:
  rsync -a DATA/blobs/ BACKUP/blobs/
  pg_dump --format=custom --file=BACKUP/engine.dump "$AGENTOPS_DATABASE"
  rsync -a DATA/blobs/ BACKUP/blobs/
docs/operations.md tells why in this order, what else to keep, and how to restore."""


@dataclass(frozen=True, slots=True)
class Places:
    """The database's file, and the folder of what lies beside it."""

    database: Path
    data: Path

    @property
    def blobs(self) -> Path:
        """Return the folder with the bytes of files and skills."""
        return self.data / "blobs"

    def keys(self) -> list[Path]:
        """Return the key files that there are."""
        found = [self.data / "api-key", self.data / VAULT_KEY_FILE, *self.data.glob(f"{VAULT_KEY_FILE}.*")]
        return sorted(each for each in found if each.is_file())


def of(settings: Settings) -> Places:
    """Return the places that the settings name.

    Raises:
        UsageError: the database is no file of ours to copy.
    """
    file = sqlite_file(settings.database)
    if file is None:
        raise UsageError("The database is Postgres, which agentops does not back up or restore.", hint=_BY_HAND)
    return Places(file, settings.data)
