"""Vaults from request to database: nothing that was given in secret lies, or is said, anywhere in the clear."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from agentops.base.clock import ManualClock
from agentops.base.errors import StorageError
from agentops.base.ids import RandomIds
from agentops.base.secrets import Secret
from agentops.engine import sealing
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings

pytestmark = pytest.mark.anyio

REFRESH = {
    "token_endpoint": "https://auth.example.com/token",
    "client_id": "client",
    "refresh_token": "marked-secret-2",
    "token_endpoint_auth": {"type": "client_secret_basic", "client_secret": "marked-secret-3"},
}
AUTHS: list[dict[str, Any]] = [
    {
        "type": "mcp_oauth",
        "mcp_server_url": "https://a.example.com",
        "access_token": "marked-secret-1",
        "refresh": REFRESH,
    },
    {"type": "static_bearer", "mcp_server_url": "https://b.example.com", "token": "marked-secret-4"},
    {
        "type": "environment_variable",
        "secret_name": "A",
        "secret_value": "marked-secret-5",
        "networking": {"type": "unrestricted"},
    },
]


async def a_vault(http: httpx2.AsyncClient) -> str:
    return str((await http.post("/v1/vaults", json={"display_name": "v"})).json()["id"])


def raw_of(file: str) -> bytes:
    return Path(file).read_bytes()


def files_in(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*") if each.is_file()]


async def test_no_secret_lies_in_the_database_its_log_or_an_answer(
    http: httpx2.AsyncClient, engine: Engine, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    vault = await a_vault(http)
    path = f"/v1/vaults/{vault}/credentials"
    texts = []
    for auth in AUTHS:
        made = await http.post(path, json={"auth": auth})
        again = await http.post(path, json={"auth": auth})
        broken = await http.post(path, json={"auth": {**auth, "surprise": 1}})
        rotated = {key: f"{value}-new" for key, value in auth.items() if str(value).startswith("marked")}
        changed = await http.post(f"{path}/{made.json()['id']}", json={"auth": {"type": auth["type"], **rotated}})
        assert [each.status_code for each in (made, again, broken, changed)] == [200, 409, 400, 200]
        texts += [made.text, again.text, broken.text, changed.text]
    texts.append((await http.get(path)).text)
    files = files_in(tmp_path)
    if settings.database.startswith("sqlite"):
        assert {"engine.db", "engine.db-wal", "vault-key"} <= {each.name for each in files}
    rows = await engine._database.read(lambda tx: tx.all("SELECT * FROM secrets") + tx.all("SELECT * FROM credentials"))
    assert len(rows) == 8
    for raw in [
        *(each.read_bytes() for each in files),
        repr(rows).encode(),
        caplog.text.encode(),
        *map(str.encode, texts),
    ]:
        assert b"marked-secret" not in raw


async def test_an_archive_leaves_nothing_to_open(http: httpx2.AsyncClient, engine: Engine) -> None:
    vault = await a_vault(http)
    first = (await http.post(f"/v1/vaults/{vault}/credentials", json={"auth": AUTHS[0]})).json()
    await http.post(f"/v1/vaults/{vault}/credentials", json={"auth": AUTHS[1]})

    async def counted() -> list[Any]:
        return await engine._database.read(
            lambda tx: [tx.one(f"SELECT COUNT(*) FROM {table}") for table in ("secrets", "data_keys")]
        )

    assert await counted() == [(4,), (1,)]
    await http.post(f"/v1/vaults/{vault}/credentials/{first['id']}/archive")
    assert await counted() == [(1,), (1,)]
    await http.post(f"/v1/vaults/{vault}/archive")
    assert await counted() == [(0,), (0,)]


async def test_of_many_who_add_the_same_server_at_once_one_wins(http: httpx2.AsyncClient) -> None:
    path = f"/v1/vaults/{await a_vault(http)}/credentials"
    answers = await asyncio.gather(*(http.post(path, json={"auth": AUTHS[1]}) for _ in range(6)))
    assert sorted(each.status_code for each in answers) == [200, 409, 409, 409, 409, 409]


@pytest.fixture
async def other(settings: Settings, clock: ManualClock, engine: Engine) -> AsyncIterator[httpx2.AsyncClient]:
    """Another workspace of the same database."""
    elsewhere = Settings(settings.database, settings.data, workspace="wrkspc_other")
    async with build(elsewhere, clock=clock, ids=RandomIds()) as running:
        headers = {"x-api-key": running.credential.reveal(), "anthropic-beta": "managed-agents-2026-04-01"}
        transport = httpx2.ASGITransport(app=running.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://e.test", headers=headers) as client:
            yield client


async def test_another_workspace_reads_lists_and_changes_nothing(
    http: httpx2.AsyncClient, other: httpx2.AsyncClient
) -> None:
    vault = await a_vault(http)
    credentials = f"/v1/vaults/{vault}/credentials"
    credential = f"{credentials}/{(await http.post(credentials, json={'auth': AUTHS[0]})).json()['id']}"
    assert (await other.get("/v1/vaults")).json()["data"] == []
    for method, path, body in (
        ("GET", f"/v1/vaults/{vault}", None),
        ("POST", f"/v1/vaults/{vault}", {"display_name": "x"}),
        ("DELETE", f"/v1/vaults/{vault}", None),
        ("POST", f"/v1/vaults/{vault}/archive", None),
        ("GET", credentials, None),
        ("POST", credentials, {"auth": AUTHS[1]}),
        ("GET", credential, None),
        ("POST", credential, {"display_name": "x"}),
        ("DELETE", credential, None),
        ("POST", f"{credential}/archive", None),
        ("POST", f"{credential}/mcp_oauth_validate", None),
    ):
        assert (await other.request(method, path, json=body)).status_code == 404, (method, path)


async def test_a_server_with_another_vault_key_does_not_start(
    http: httpx2.AsyncClient, settings: Settings, clock: ManualClock
) -> None:
    await http.post(f"/v1/vaults/{await a_vault(http)}/credentials", json={"auth": AUTHS[1]})
    wrong = Settings(settings.database, settings.data, vault_key=Secret(sealing.generate()))
    with pytest.raises(StorageError, match="vault key") as caught:
        await build(wrong, clock=clock, ids=RandomIds()).__aenter__()
    assert "AGENTOPS_VAULT_KEY" in caught.value.hint
    key = Secret(files_in(settings.data)[0].read_text().strip())
    right = Settings(settings.database, settings.data, vault_key=key)
    async with build(right, clock=clock, ids=RandomIds()):
        pass


async def test_a_secret_that_no_longer_opens_is_a_failure_that_says_nothing(
    http: httpx2.AsyncClient, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    path = f"/v1/vaults/{await a_vault(http)}/credentials"
    made = (await http.post(path, json={"auth": AUTHS[0]})).json()
    await engine._database.write(lambda tx: tx.run("UPDATE secrets SET sealed = 'v1.QUJD'"))
    answer = await http.post(f"{path}/{made['id']}/mcp_oauth_validate")
    assert (answer.status_code, answer.json()["error"]["type"]) == (500, "api_error")
    assert "QUJD" not in answer.text + caplog.text
    assert (await http.get(f"{path}/{made['id']}")).status_code == 200


async def test_a_purged_secret_is_overwritten_in_the_file(http: httpx2.AsyncClient, settings: Settings) -> None:
    if not settings.database.startswith("sqlite"):
        return
    path = f"/v1/vaults/{await a_vault(http)}/credentials"
    made = (await http.post(path, json={"auth": AUTHS[1]})).json()
    file = settings.database.removeprefix("sqlite:///")
    with sqlite3.connect(file) as connection:
        (sealed,) = connection.execute("SELECT sealed FROM secrets").fetchone()
    await http.post(f"{path}/{made['id']}/archive")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    assert sealed.encode() not in raw_of(file)
