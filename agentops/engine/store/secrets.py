"""Secrets of objects, sealed: written by field, read by field, gone with their box."""

from collections.abc import Mapping

from agentops.base.secrets import Secret
from agentops.engine.keyring import Keyring
from agentops.engine.sealing import Box, DataKey
from agentops.engine.store.port import Transaction
from agentops.engine.store.server_key import ServerKey


class Secrets:
    """The secrets of one box: a vault's, or a webhook endpoint's."""

    def __init__(self, tx: Transaction, box: Box, keyring: Keyring) -> None:
        """Work in the transaction."""
        self._tx = tx
        self._box = box
        self._keyring = keyring
        self._key = {"scope": box.scope, "owner": box.owner}

    def put(self, holder: str, texts: Mapping[str, Secret], at: str) -> None:
        """Seal the texts as fields of the object, in place of what these fields held.

        Raises:
            StorageError: the database's secrets belong to another server key.
        """
        if not texts:
            return
        data_key = self._data_key() or self._new_data_key(at)
        for name, text in texts.items():
            self._tx.run(
                """
                INSERT INTO secrets (scope, owner, holder, name, sealed)
                VALUES (:scope, :owner, :holder, :name, :sealed)
                ON CONFLICT (scope, owner, holder, name) DO UPDATE SET sealed = excluded.sealed
                """,
                {**self._key, "holder": holder, "name": name, "sealed": data_key.seal(text, holder, name)},
            )

    def of(self, holder: str) -> dict[str, Secret]:
        """Return the object's secrets by field.

        Raises:
            StorageError: they do not open.
        """
        rows = self._tx.all(
            "SELECT name, sealed FROM secrets WHERE scope = :scope AND owner = :owner AND holder = :holder",
            {**self._key, "holder": holder},
        )
        data_key = self._data_key() if rows else None
        return {name: data_key.open(sealed, holder, name) for name, sealed in rows} if data_key else {}

    def seal(self, holder: str, name: str) -> tuple[str, str, str] | None:
        """Return what a secret is sealed by: as long as it is the same, so is the secret. None where there is none."""
        row = self._tx.one(
            """
            SELECT s.sealed, d.wrapped, k.key_id FROM secrets s
            JOIN data_keys d ON d.scope = s.scope AND d.owner = s.owner JOIN server_key k ON k.number = 1
            WHERE s.scope = :scope AND s.owner = :owner AND s.holder = :holder AND s.name = :name
            """,
            {**self._key, "holder": holder, "name": name},
        )
        return (str(row[0]), str(row[1]), str(row[2])) if row else None

    def purge(self, holder: str) -> int:
        """Remove the object's secrets, and tell how many there were."""
        return self._tx.run(
            "DELETE FROM secrets WHERE scope = :scope AND owner = :owner AND holder = :holder",
            {**self._key, "holder": holder},
        )

    def destroy(self) -> None:
        """Remove every secret of the box, and the key that could have opened a copy of them."""
        self._tx.run("DELETE FROM secrets WHERE scope = :scope AND owner = :owner", self._key)
        self._tx.run("DELETE FROM data_keys WHERE scope = :scope AND owner = :owner", self._key)

    def _data_key(self) -> DataKey | None:
        row = self._tx.one("SELECT wrapped FROM data_keys WHERE scope = :scope AND owner = :owner", self._key)
        # In the same transaction: the key may have been rotated since the last one.
        return ServerKey(self._tx).key(self._keyring).data_key(self._box, row[0]) if row else None

    def _new_data_key(self, at: str) -> DataKey:
        data_key, wrapped = ServerKey(self._tx).claimed(self._keyring, at).new_data_key(self._box)
        self._tx.run(
            "INSERT INTO data_keys (scope, owner, wrapped) VALUES (:scope, :owner, :wrapped)",
            {**self._key, "wrapped": wrapped},
        )
        return data_key
