"""Secrets of objects, sealed: written by field, read by field, gone with their box."""

from collections.abc import Mapping

from agentops.base.errors import StorageError
from agentops.base.secrets import Secret
from agentops.engine.sealing import Box, DataKey, Keyring
from agentops.engine.store.port import Transaction


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

    def purge(self, holder: str) -> None:
        """Remove the object's secrets."""
        self._tx.run(
            "DELETE FROM secrets WHERE scope = :scope AND owner = :owner AND holder = :holder",
            {**self._key, "holder": holder},
        )

    def destroy(self) -> None:
        """Remove every secret of the box, and the key that could have opened a copy of them."""
        self._tx.run("DELETE FROM secrets WHERE scope = :scope AND owner = :owner", self._key)
        self._tx.run("DELETE FROM data_keys WHERE scope = :scope AND owner = :owner", self._key)

    def _data_key(self) -> DataKey | None:
        row = self._tx.one("SELECT wrapped FROM data_keys WHERE scope = :scope AND owner = :owner", self._key)
        return self._keyring.data_key(self._box, row[0]) if row else None

    def _new_data_key(self, at: str) -> DataKey:
        ServerKey(self._tx).claim(self._keyring, at)
        data_key, wrapped = self._keyring.new_data_key(self._box)
        self._tx.run(
            "INSERT INTO data_keys (scope, owner, wrapped) VALUES (:scope, :owner, :wrapped)",
            {**self._key, "wrapped": wrapped},
        )
        return data_key


class ServerKey:
    """Which server key the database's secrets belong to; one database never holds those of two."""

    def __init__(self, tx: Transaction) -> None:
        """Work in the transaction."""
        self._tx = tx

    def claim(self, keyring: Keyring, at: str) -> None:
        """Make the database this key's, unless it is another's.

        Raises:
            StorageError: it is.
        """
        if self.is_claimed():
            self.check(keyring)
        else:
            # The one row's number is its primary key: of two servers that claim at once, one is told to look again.
            self._tx.run(
                "INSERT INTO server_key (number, key_id, created_at) VALUES (1, :key_id, :at)",
                {"key_id": keyring.id, "at": at},
            )

    def is_claimed(self) -> bool:
        """Tell whether the database holds, or held, any secret."""
        return self._key_id() is not None

    def check(self, keyring: Keyring) -> None:
        """Refuse another key than the database's.

        Raises:
            StorageError: it is another one.
        """
        if (key_id := self._key_id()) != keyring.id:
            raise StorageError(
                f"The database's secrets were sealed with vault key {key_id}; this server has {keyring.id}.",
                hint="Set AGENTOPS_VAULT_KEY to that key, or restore the file vault-key of the data folder.",
            )

    def _key_id(self) -> str | None:
        row = self._tx.one("SELECT key_id FROM server_key WHERE number = 1")
        return str(row[0]) if row else None
