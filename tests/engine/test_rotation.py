"""Another vault key for a database: everything opens with the new one, nothing with the old one alone."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx2
import pytest

from agentops.base.clock import ManualClock
from agentops.base.errors import StorageError, UsageError
from agentops.base.ids import RandomIds
from agentops.base.secrets import Secret
from agentops.engine.keyring import Keyring
from agentops.engine.rotation import rotate
from agentops.engine.sealing import Box, VaultKey
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings
from agentops.engine.store.choice import database
from agentops.engine.store.port import Database, Row, Transaction
from agentops.engine.store.secrets import Secrets
from agentops.engine.store.server_key import ServerKey

pytestmark = pytest.mark.anyio

AT = "2026-11-21T08:30:00.000000Z"
OWNERS = ("vlt_1", "vlt_2", "wh_1")
TEXTS = {"token": Secret("marked-one"), "refresh_token": Secret("marked-two")}


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    store = database(settings.database)
    await store.open(AT)
    yield store
    await store.close()


def keyring(settings: Settings) -> Keyring:
    return Keyring(settings.vault_key, settings.data / "vault-key", settings.vault_key_old)


async def put(settings: Settings, *owners: str) -> None:
    async with opened(settings) as store:
        for owner in owners or OWNERS:
            await store.write(
                lambda tx, owner=owner: Secrets(tx, Box("w", owner), keyring(settings)).put("a", TEXTS, AT)
            )


async def kept(settings: Settings) -> list[dict[str, Secret]]:
    """Return what opens with the keys of the settings."""
    async with opened(settings) as store:
        return await store.read(lambda tx: [Secrets(tx, Box("w", each), keyring(settings)).of("a") for each in OWNERS])


async def rows(settings: Settings, table: str) -> list[Row]:
    async with opened(settings) as store:
        return await store.read(lambda tx: sorted(tx.all(f"SELECT * FROM {table}")))


def configured(settings: Settings, new: VaultKey, old: VaultKey | None = None) -> Settings:
    return replace(settings, vault_key=Secret(new.text), vault_key_old=Secret(old.text) if old else None)


async def test_a_key_file_gets_another_key_and_the_old_one_is_kept(settings: Settings, clock: ManualClock) -> None:
    await put(settings)
    old = keyring(settings).own()
    wrapped, sealed = await rows(settings, "data_keys"), await rows(settings, "secrets")
    done = await rotate(settings, clock)
    assert done is not None
    assert (done.done.old_id, done.done.boxes, done.done.secrets) == (old.id, 3, 0)
    assert await kept(settings) == [TEXTS] * 3
    assert keyring(settings).own().id == done.new_id != old.id
    assert done.old_file is not None
    assert done.old_file.read_text().strip() == old.text
    assert await rows(settings, "secrets") == sealed
    assert not set(wrapped) & set(await rows(settings, "data_keys"))
    with pytest.raises(StorageError, match=f"vault key {done.new_id}; this server has {old.id}"):
        await kept(configured(settings, old))


async def test_a_rotation_may_seal_every_secret_anew(settings: Settings, clock: ManualClock) -> None:
    await put(settings)
    sealed, old = await rows(settings, "secrets"), keyring(settings).own()
    async with opened(settings) as store:
        (wrapped,) = await store.read(lambda tx: tx.one("SELECT wrapped FROM data_keys WHERE owner = 'vlt_1'") or ())
    data_key = old.data_key(Box("w", "vlt_1"), wrapped)
    done = await rotate(settings, clock, reseal=True)
    assert done is not None
    assert (done.done.boxes, done.done.secrets) == (3, 6)
    assert await kept(settings) == [TEXTS] * 3
    anew = await rows(settings, "secrets")
    assert not set(sealed) & set(anew)
    with pytest.raises(StorageError):
        data_key.open(anew[0][-1], "a", anew[0][-2])


async def test_a_configured_key_takes_the_place_of_the_one_that_is_named_as_old(
    settings: Settings, clock: ManualClock
) -> None:
    one, two = VaultKey.new(), VaultKey.new()
    before, between, after = configured(settings, one), configured(settings, two, one), configured(settings, two)
    await put(before)
    assert await kept(between) == [TEXTS] * 3
    await put(between, "vlt_3")
    with pytest.raises(UsageError, match="AGENTOPS_VAULT_KEY is set"):
        await rotate(after, clock)
    done = await rotate(between, clock)
    assert done is not None
    assert (done.done.old_id, done.new_id, done.done.boxes, done.file) == (one.id, two.id, 4, None)
    assert await kept(between) == await kept(after) == [TEXTS] * 3
    with pytest.raises(StorageError, match=f"vault key {two.id}; this server has {one.id}"):
        await kept(before)
    again = await rotate(between, clock)
    assert again is not None
    assert (again.done.old_id, again.done.boxes) == (two.id, 0)
    assert not (settings.data / "vault-key").exists()


async def test_a_server_whose_old_key_is_still_needed_says_so(
    settings: Settings, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    one, two = VaultKey.new(), VaultKey.new()
    await put(configured(settings, one))
    for is_rotated in (False, True):
        if is_rotated:
            await rotate(configured(settings, two, one), clock)
        caplog.clear()
        async with build(configured(settings, two, one), clock=clock, ids=RandomIds()):
            assert ("run `agentops vault-key rotate`" in caplog.text) is not is_rotated


async def test_a_key_can_move_from_a_file_to_the_settings_and_back(settings: Settings, clock: ManualClock) -> None:
    await put(settings)
    one, two = keyring(settings).own(), VaultKey.new()
    await rotate(configured(settings, two, one), clock)
    assert await kept(configured(settings, two)) == [TEXTS] * 3
    await rotate(replace(settings, vault_key_old=Secret(two.text)), clock)
    assert await kept(settings) == [TEXTS] * 3


async def test_a_database_without_secrets_has_no_key_to_rotate(settings: Settings, clock: ManualClock) -> None:
    async with opened(settings):
        pass
    assert await rotate(settings, clock) is None
    assert not list(settings.data.glob("vault-key*"))


async def test_what_does_not_open_stops_the_rotation_by_name(settings: Settings, clock: ManualClock) -> None:
    await put(settings)
    own = keyring(settings).own()
    async with opened(settings) as store:
        await store.write(lambda tx: tx.run("UPDATE data_keys SET wrapped = 'v1.QUJD' WHERE owner = 'vlt_2'"))
    before = await rows(settings, "data_keys")
    with pytest.raises(StorageError, match="Nothing was rotated: the secrets of vlt_2 do not open"):
        await rotate(settings, clock)
    assert await rows(settings, "data_keys") == before
    assert keyring(settings).own() == own


async def test_rotations_and_new_vaults_at_once_leave_nothing_that_does_not_open(
    settings: Settings, clock: ManualClock
) -> None:
    await put(settings)
    new = [f"vlt_{number}" for number in range(10, 20)]
    await asyncio.gather(*(put(settings, each) for each in new), *(rotate(settings, clock) for _ in range(3)))

    def every(tx: Transaction) -> list[dict[str, Secret]]:
        assert ServerKey(tx).id
        return [Secrets(tx, Box("w", each), keyring(settings)).of("a") for each in (*OWNERS, *new)]

    async with opened(settings) as store:
        assert await store.read(every) == [TEXTS] * 13


AUTH = {"type": "static_bearer", "mcp_server_url": "https://mcp.example.com/a", "token": "marked-secret"}


@asynccontextmanager
async def client(engine: Engine) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {"x-api-key": engine.credential.reveal(), "anthropic-beta": "managed-agents-2026-04-01"}
    transport = httpx2.ASGITransport(app=engine.app)
    async with engine, httpx2.AsyncClient(transport=transport, base_url="http://e.test", headers=headers) as http:
        yield http


async def keep_one(http: httpx2.AsyncClient) -> httpx2.Response:
    vault = (await http.post("/v1/vaults", json={"display_name": "v"})).json()["id"]
    return await http.post(f"/v1/vaults/{vault}/credentials", json={"auth": AUTH})


async def test_a_running_server_goes_on_and_one_without_the_new_key_says_which_it_lacks(
    settings: Settings, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    away = replace(settings, data=settings.data / "away")
    async with client(build(settings, clock=clock, ids=RandomIds())) as here:
        assert (await keep_one(here)).status_code == 200
        away.data.mkdir()
        (away.data / "vault-key").write_bytes((settings.data / "vault-key").read_bytes())
        async with client(build(away, clock=clock, ids=RandomIds())) as there:
            assert (await keep_one(there)).status_code == 200
            done = await rotate(settings, clock)
            assert done is not None
            assert (await keep_one(here)).status_code == 200
            caplog.set_level(logging.ERROR)
            refused = await keep_one(there)
            assert (refused.status_code, refused.json()["error"]["type"]) == (500, "api_error")
            assert f"sealed with vault key {done.new_id}; this server has {done.done.old_id}" in caplog.text
    with pytest.raises(StorageError, match=f"vault key {done.new_id}"):
        await build(away, clock=clock, ids=RandomIds()).__aenter__()


async def test_a_server_tells_its_key_file_of_a_rotation_that_was_killed(
    settings: Settings, clock: ManualClock
) -> None:
    await put(settings)
    old, new = keyring(settings).own(), keyring(settings).successor()
    async with opened(settings) as store:
        await store.write(lambda tx: ServerKey(tx).rotate(keyring(settings), new, AT, reseal=False))
    assert keyring(settings).own() == old
    async with build(settings, clock=clock, ids=RandomIds()):
        assert keyring(settings).own() == new
    assert await kept(settings) == [TEXTS] * 3
