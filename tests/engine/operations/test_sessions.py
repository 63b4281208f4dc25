"""Sessions from request to database: tokens sealed, bytes shared, work queued, and what is running left alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import pytest

from agentops.base.clock import ManualClock, timestamp
from agentops.base.errors import InvalidRequest
from agentops.engine.core import session_events
from agentops.engine.operations import mounts, sessions
from agentops.engine.operations.call import Call
from agentops.engine.server import Engine
from agentops.engine.settings import Settings
from agentops.engine.store.port import Transaction
from agentops.engine.store.session_events import SessionEvents

from .given import MESSAGE, bytes_under, made

pytestmark = pytest.mark.anyio

T = TypeVar("T")

REPOSITORY = {
    "type": "github_repository",
    "url": "https://github.com/agentops/example",
    "authorization_token": "marked-secret-1",
}


async def parts(http: httpx2.AsyncClient, **environment: Any) -> dict[str, Any]:
    """Return an agent and an environment for a session."""
    agent = await made(http, "/v1/agents", name="a", model="claude-opus-5-5")
    return {
        "agent": agent["id"],
        "environment_id": (await made(http, "/v1/environments", name="e", **environment))["id"],
    }


async def a_session(http: httpx2.AsyncClient, **fields: Any) -> dict[str, Any]:
    return await made(http, "/v1/sessions", **await parts(http), **fields)


async def an_upload(http: httpx2.AsyncClient, data: bytes = b"hello") -> str:
    return str((await http.post("/v1/files", files={"file": ("a.txt", data, "text/plain")})).json()["id"])


def in_a_call(engine: Engine, clock: ManualClock, work: Callable[[Call], T]) -> Callable[[Transaction], T]:
    def done(tx: Transaction) -> T:
        settings = engine.settings
        names = (settings.organization, settings.workspace, "apikey_1", timestamp(clock.now()))
        return work(Call(tx, *names, engine._ids, engine._keyring))

    return done


def on_disk(settings: Settings) -> list[str]:
    """Return the owners of all bytes that are on disk."""
    return sorted(each.name for each in (settings.data / "blobs").rglob("*") if each.is_file())


async def counted(engine: Engine, *tables: str) -> list[int]:
    """Return how many rows tables have."""
    return await engine._database.read(lambda tx: [tx.all(f"SELECT COUNT(*) FROM {each}")[0][0] for each in tables])


async def test_no_token_lies_in_the_database_or_in_an_answer(
    http: httpx2.AsyncClient, engine: Engine, clock: ManualClock, settings: Settings, tmp_path: Path
) -> None:
    session = await a_session(http, resources=[REPOSITORY, {**REPOSITORY, "mount_path": "/workspace/second"}])
    path = f"/v1/sessions/{session['id']}"
    repository = session["resources"][0]["id"]
    rotated = await http.post(f"{path}/resources/{repository}", json={"authorization_token": "marked-secret-2"})
    texts = [repr(session), rotated.text, (await http.get(path)).text, (await http.get(f"{path}/resources")).text]
    tables = ("sessions", "session_resources", "session_events", "secrets")
    rows = await engine._database.read(lambda tx: [tx.all(f"SELECT * FROM {each}") for each in tables])
    for raw in (repr(rows).encode(), bytes_under(tmp_path), *map(str.encode, texts)):
        assert b"marked-secret" not in raw
    sealed = await engine._database.read(
        in_a_call(engine, clock, lambda call: mounts.secrets(call, session["id"]).of(repository))
    )
    assert {name: each.reveal() for name, each in sealed.items()} == {"authorization_token": "marked-secret-2"}


@pytest.mark.parametrize("end", ["archive", "delete"])
async def test_the_tokens_of_a_session_go_with_it(http: httpx2.AsyncClient, engine: Engine, end: str) -> None:
    path = f"/v1/sessions/{(await a_session(http, resources=[REPOSITORY]))['id']}"
    assert await counted(engine, "secrets", "data_keys") == [1, 1]
    answer = await (http.post(f"{path}/archive") if end == "archive" else http.delete(path))
    assert answer.status_code == 200
    assert await counted(engine, "secrets", "data_keys") == [0, 0]


async def test_copies_of_a_file_cost_nothing_and_keep_its_bytes(
    http: httpx2.AsyncClient, engine: Engine, settings: Settings
) -> None:
    file = await an_upload(http)
    first = await a_session(http, resources=[{"type": "file", "file_id": file}])
    copy = first["resources"][0]["file_id"]
    second = await a_session(http, resources=[{"type": "file", "file_id": copy}])
    assert on_disk(settings) == [file]
    assert (await http.delete(f"/v1/files/{file}")).status_code == 200
    assert (await http.delete(f"/v1/sessions/{first['id']}")).status_code == 200
    assert on_disk(settings) == [file]
    resource = f"/v1/sessions/{second['id']}/resources/{second['resources'][0]['id']}"
    assert (await http.delete(resource)).status_code == 200
    assert on_disk(settings) == []
    assert await counted(engine, "files", "blobs", "blob_shares") == [0, 0, 0]


async def test_a_file_outlives_its_copies(http: httpx2.AsyncClient, settings: Settings) -> None:
    file = await an_upload(http)
    session = await a_session(http, resources=[{"type": "file", "file_id": file}])
    assert (await http.delete(f"/v1/sessions/{session['id']}")).status_code == 200
    assert on_disk(settings) == [file]


async def test_nothing_of_a_deleted_session_stays(http: httpx2.AsyncClient, engine: Engine) -> None:
    session = await a_session(http, resources=[REPOSITORY], initial_events=[MESSAGE])
    assert await counted(engine, "sessions", "session_resources", "session_events") == [1, 1, 1]
    assert (await http.delete(f"/v1/sessions/{session['id']}")).status_code == 200
    assert await counted(engine, "sessions", "session_resources", "session_events") == [0, 0, 0]


@pytest.mark.parametrize("status", ["running", "rescheduling"])
async def test_a_session_at_work_is_neither_archived_nor_deleted(
    http: httpx2.AsyncClient, engine: Engine, clock: ManualClock, status: str
) -> None:
    session_id = (await a_session(http, initial_events=[MESSAGE]))["id"]

    def begin(call: Call) -> None:
        event = session_events.emitted("session.status_running", call.ids, call.at)
        SessionEvents(call.tx, call.workspace, session_id).append([event])
        call.tx.run("UPDATE sessions SET status = :status", {"status": status})

    await engine._database.write(in_a_call(engine, clock, begin))
    path = f"/v1/sessions/{session_id}"
    for answer in (await http.post(f"{path}/archive"), await http.delete(path)):
        assert answer.status_code == 400
        assert "interrupt it" in answer.json()["error"]["message"]
    await engine._database.write(lambda tx: tx.run("UPDATE sessions SET status = 'idle'"))
    assert (await http.post(f"{path}/archive")).status_code == 200


async def test_a_session_that_ended_by_itself_keeps_its_budget(http: httpx2.AsyncClient, engine: Engine) -> None:
    budget = {"type": "limit", "max_list_cost": {"amount": "5", "currency": "USD"}}
    path = f"/v1/sessions/{(await a_session(http, budget=budget))['id']}"
    await engine._database.write(lambda tx: tx.run("UPDATE sessions SET status = 'terminated'"))
    answer = await http.post(path, json={"budget": None})
    assert answer.status_code == 400
    assert "budget" in answer.json()["error"]["message"]
    assert (await http.post(path, json={"title": "Over"})).status_code == 200


async def test_a_session_in_a_self_hosted_environment_waits_for_a_worker(http: httpx2.AsyncClient) -> None:
    given = await parts(http, config={"type": "self_hosted"})
    session = await made(http, "/v1/sessions", **given)
    stats = f"/v1/environments/{given['environment_id']}/work/stats"
    assert (await http.get(stats)).json()["depth"] == 1
    assert (await http.delete(f"/v1/sessions/{session['id']}")).status_code == 200
    assert (await http.get(stats)).json()["depth"] == 0


REASONS: dict[str, dict[str, Any]] = {
    "environment_not_found": {"environment_id": "env_01None"},
    "vault_not_found": {"vault_ids": ["vlt_01None"]},
    "file_not_found": {"resources": [{"type": "file", "file_id": "file_01None"}]},
    "session_resource_not_found": {"resources": [{"type": "memory_store", "memory_store_id": "memstore_01None"}]},
    "": {"agent": "agent_01None"},
}


@pytest.mark.parametrize(("reason", "fields"), REASONS.items(), ids=REASONS)
async def test_whoever_begins_a_session_learns_the_reason_that_a_run_is_recorded_with(
    http: httpx2.AsyncClient, engine: Engine, clock: ManualClock, reason: str, fields: dict[str, Any]
) -> None:
    request = {**await parts(http), **fields}
    with pytest.raises(InvalidRequest) as caught:
        await engine._database.write(in_a_call(engine, clock, lambda call: sessions.create(call, request)))
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("kind", "field"),
    [("agents", "agent"), ("environments", "environment"), ("vaults", "vault"), ("memory_stores", "memory_store")],
)
async def test_what_is_archived_is_told_from_what_is_gone(
    http: httpx2.AsyncClient, engine: Engine, clock: ManualClock, kind: str, field: str
) -> None:
    given = await parts(http)
    vault = (await made(http, "/v1/vaults", display_name="v"))["id"]
    store = (await made(http, "/v1/memory_stores", name="s"))["id"]
    ids = {"agents": given["agent"], "environments": given["environment_id"], "vaults": vault, "memory_stores": store}
    assert (await http.post(f"/v1/{kind}/{ids[kind]}/archive")).status_code == 200
    request = {**given, "vault_ids": [vault], "resources": [{"type": "memory_store", "memory_store_id": store}]}
    with pytest.raises(InvalidRequest) as caught:
        await engine._database.write(in_a_call(engine, clock, lambda call: sessions.create(call, request)))
    assert caught.value.reason == f"{field}_archived"
