"""Which vault key the database's secrets belong to, and how they are given another; never are there those of two."""

from dataclasses import dataclass

from agentops.base.errors import StorageError
from agentops.engine.keyring import Keyring
from agentops.engine.sealing import Box, DataKey, VaultKey
from agentops.engine.store.port import Transaction


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did."""

    old_id: str
    boxes: int
    """How many owners of secrets there are, each of which has a data key of its own."""

    secrets: int
    """How many secrets were sealed anew; none, where only the data keys were."""


class ServerKey:
    """The record of the key; a database that never held a secret has none."""

    def __init__(self, tx: Transaction) -> None:
        """Work in the transaction."""
        self._tx = tx

    @property
    def id(self) -> str | None:
        """Return the id of the key."""
        row = self._tx.one("SELECT key_id FROM server_key WHERE number = 1")
        return str(row[0]) if row else None

    def key(self, keyring: Keyring) -> VaultKey:
        """Return the key of a database that holds secrets.

        Raises:
            StorageError: this server has not got it.
        """
        key_id = self.id
        if key_id is None:
            raise StorageError(
                "The database holds secrets and no record of their vault key.", hint="Restore it from a backup."
            )
        return keyring.named(key_id)

    def claimed(self, keyring: Keyring, at: str) -> VaultKey:
        """Return the database's key; where there is none yet, it becomes the server's own.

        Raises:
            StorageError: this server has not got it.
        """
        if self.id is not None:
            return self.key(keyring)
        own = keyring.own()
        # The one row's number is its primary key: of two servers that claim at once, one is told to look again.
        self._tx.run(
            "INSERT INTO server_key (number, key_id, created_at) VALUES (1, :key_id, :at)",
            {"key_id": own.id, "at": at},
        )
        return own

    def rotate(self, keyring: Keyring, new: VaultKey, at: str, *, reseal: bool) -> Rotated:
        """Seal every data key with the new key; `reseal` makes new data keys, and seals every secret with them.

        Raises:
            StorageError: this server has not got the old key, or something does not open with it.
        """
        old = self.key(keyring)
        rows = self._tx.all("SELECT scope, owner, wrapped FROM data_keys") if reseal or old != new else []
        secrets = 0
        for scope, owner, wrapped in rows:
            data_key = _opened(old, Box(scope, owner), wrapped)
            if reseal:
                data_key, count = self._resealed(data_key)
                secrets += count
            self._tx.run(
                "UPDATE data_keys SET wrapped = :wrapped WHERE scope = :scope AND owner = :owner",
                {"scope": scope, "owner": owner, "wrapped": new.wrapped(data_key)},
            )
        if old != new:
            self._tx.run(
                "UPDATE server_key SET key_id = :key_id, created_at = :at WHERE number = 1",
                {"key_id": new.id, "at": at},
            )
        return Rotated(old.id, len(rows), secrets)

    def _resealed(self, old: DataKey) -> tuple[DataKey, int]:
        new = DataKey.new(old.box)
        box = {"scope": old.box.scope, "owner": old.box.owner}
        rows = self._tx.all("SELECT holder, name, sealed FROM secrets WHERE scope = :scope AND owner = :owner", box)
        for holder, name, sealed in rows:
            self._tx.run(
                """
                UPDATE secrets SET sealed = :sealed
                WHERE scope = :scope AND owner = :owner AND holder = :holder AND name = :name
                """,
                {
                    **box,
                    "holder": holder,
                    "name": name,
                    "sealed": new.seal(old.open(sealed, holder, name), holder, name),
                },
            )
        return new, len(rows)


def _opened(key: VaultKey, box: Box, wrapped: str) -> DataKey:
    try:
        return key.data_key(box, wrapped)
    except StorageError as error:
        raise StorageError(f"Nothing was rotated: the secrets of {box.owner} do not open.", hint=error.hint) from None
