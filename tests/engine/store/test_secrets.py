"""Secrets in the database: sealed, bound to their rows, gone when they are purged."""

from pathlib import Path

import pytest

from agentops.base.errors import StorageError
from agentops.base.secrets import Secret
from agentops.engine import sealing
from agentops.engine.keyring import Keyring
from agentops.engine.sealing import Box
from agentops.engine.store.port import Database, Transaction
from agentops.engine.store.secrets import Secrets
from agentops.engine.store.server_key import ServerKey

pytestmark = pytest.mark.anyio

AT = "2026-11-21T08:30:00.000000Z"
KEYRING = Keyring(Secret(sealing.generate()), Path("/nowhere"))
ONE, TWO = Secret("marked-one"), Secret("marked-two")


def box(tx: Transaction, owner: str = "vlt_1", scope: str = "w", keyring: Keyring = KEYRING) -> Secrets:
    return Secrets(tx, Box(scope, owner), keyring)


async def put(store: Database, holder: str, owner: str = "vlt_1", **texts: Secret) -> None:
    await store.write(lambda tx: box(tx, owner).put(holder, texts, AT))


async def test_a_secret_is_read_where_it_was_put_and_replaced_by_the_next(store: Database) -> None:
    await put(store, "a", token=ONE, other=TWO)
    await put(store, "b", token=TWO)
    await put(store, "a", token=TWO)
    assert await store.read(lambda tx: box(tx).of("a")) == {"token": TWO, "other": TWO}
    assert await store.read(lambda tx: box(tx, "vlt_2").of("a")) == {}
    assert await store.read(lambda tx: box(tx, scope="x").of("a")) == {}


async def test_a_ciphertext_that_was_moved_to_another_row_does_not_open(store: Database) -> None:
    await put(store, "a", token=ONE)
    await put(store, "b", token=TWO)
    await put(store, "c", owner="vlt_2", token=TWO)

    def swap(tx: Transaction) -> None:
        row = tx.one("SELECT sealed FROM secrets WHERE holder = 'a'")
        assert row is not None
        tx.run("UPDATE secrets SET sealed = :sealed WHERE holder IN ('b', 'c')", {"sealed": row[0]})

    await store.write(swap)
    assert await store.read(lambda tx: box(tx).of("a")) == {"token": ONE}
    for owner, holder in (("vlt_1", "b"), ("vlt_2", "c")):
        with pytest.raises(StorageError, match="does not open"):
            await store.read(lambda tx, owner=owner, holder=holder: box(tx, owner).of(holder))


async def test_a_vault_that_was_given_anothers_key_and_secrets_does_not_open(store: Database) -> None:
    await put(store, "a", token=ONE)

    def steal(tx: Transaction) -> None:
        for table in ("data_keys", "secrets"):
            tx.run(f"UPDATE {table} SET scope = 'thief', owner = 'vlt_9'")

    await store.write(steal)
    with pytest.raises(StorageError, match="does not open"):
        await store.read(lambda tx: box(tx, "vlt_9", "thief").of("a"))


async def test_what_is_purged_is_gone_and_a_destroyed_box_takes_its_key_along(store: Database) -> None:
    await put(store, "a", token=ONE)
    await put(store, "b", token=TWO)
    await store.write(lambda tx: box(tx).purge("a"))
    assert await store.read(lambda tx: (box(tx).of("a"), box(tx).of("b"))) == ({}, {"token": TWO})
    await store.write(lambda tx: box(tx).destroy())
    counted = await store.read(lambda tx: [tx.one(f"SELECT COUNT(*) FROM {t}") for t in ("secrets", "data_keys")])
    assert counted == [(0,), (0,)]


async def test_a_database_takes_the_secrets_of_one_server_key(store: Database) -> None:
    other = Keyring(Secret(sealing.generate()), Path("/nowhere"))
    assert await store.read(lambda tx: ServerKey(tx).id) is None
    await put(store, "a", token=ONE)
    with pytest.raises(StorageError, match=f"vault key {KEYRING.own().id}; this server has {other.own().id}"):
        await store.write(lambda tx: box(tx, "vlt_2", keyring=other).put("a", {"token": ONE}, AT))
