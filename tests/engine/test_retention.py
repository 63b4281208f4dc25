"""What is over goes when it is as old as somebody said, and nothing else ever does."""

import json
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from agentops.base.clock import ManualClock, timestamp
from agentops.base.errors import UsageError
from agentops.base.ids import RandomIds
from agentops.engine.core.retention import Retention
from agentops.engine.keyring import Keyring
from agentops.engine.retention import Archive, Removed, Retirement
from agentops.engine.server import Engine
from agentops.engine.store.bygone import ROWS
from agentops.engine.store.port import Transaction
from tests.conftest import NOW

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
ALL = Retention(30 * DAY, 30 * DAY, 30 * DAY, 30 * DAY)
FILES = {"anthropic-beta": "files-api-2025-04-14"}


@pytest.fixture
def retire(engine: Engine, clock: ManualClock) -> Any:
    """Return what looks once for what is old."""

    def made(limits: Retention = ALL) -> Retirement:
        keyring = Keyring(None, engine.settings.data / "vault-key")
        archive = Archive(engine._database, engine._blobs, clock, RandomIds(), keyring, engine._news, "org")
        return Retirement(archive, limits, pause_s=0)

    return made


async def made(http: httpx2.AsyncClient, path: str, **body: Any) -> Any:
    answer = await http.post(f"/v1/{path}", json=body)
    assert answer.is_success, answer.text
    return answer.json()


async def a_session(http: httpx2.AsyncClient, **more: Any) -> str:
    agent = await made(http, "agents", name="A", model="claude-sonnet-5-5")
    environment = await made(http, "environments", name="E", config={"type": "cloud"})
    return str((await made(http, "sessions", agent=agent["id"], environment_id=environment["id"], **more))["id"])


async def archived(http: httpx2.AsyncClient, **more: Any) -> str:
    session = await a_session(http, **more)
    await made(http, f"sessions/{session}/archive")
    return session


async def there(http: httpx2.AsyncClient) -> set[str]:
    answer = await http.get("/v1/sessions", params={"include_archived": "true", "limit": 100})
    return {each["id"] for each in answer.json()["data"]}


async def rows(engine: Engine, table: str) -> int:
    return int((await engine._database.read(lambda tx: tx.one(f"SELECT COUNT(*) FROM {table}")))[0])


async def test_by_default_everything_is_kept(
    engine: Engine, http: httpx2.AsyncClient, clock: ManualClock, retire: Any
) -> None:
    session = await archived(http)
    clock.advance(10_000 * DAY)
    assert await retire(Retention()).sweep() == Removed()
    assert await there(http) == {session}


async def test_sessions_that_ended_go_with_all_they_had_and_others_stay(
    engine: Engine, http: httpx2.AsyncClient, clock: ManualClock, retire: Any, caplog: pytest.LogCaptureFixture
) -> None:
    old, idle = await archived(http), await a_session(http)
    file = (await http.post("/v1/files", files={"file": ("a.txt", b"mine")}, headers=FILES)).json()["id"]
    with_file = await archived(http, resources=[{"type": "file", "file_id": file, "mount_path": "/mnt/a.txt"}])
    clock.advance(20 * DAY)
    young = await archived(http)
    clock.advance(11 * DAY)
    with caplog.at_level(logging.INFO, "agentops.engine"):
        assert await retire().sweep() == Removed(sessions=2)
    assert "sessions=2 deployment_runs=0" in caplog.text
    assert await there(http) == {idle, young}
    assert {old, with_file}.isdisjoint(await there(http))
    # The session's own copy of the file is gone, the file is not.
    assert names(engine.settings.data) == {file}
    assert await retire().sweep() == Removed()


def names(data: Path) -> set[str]:
    return {each.name for each in (data / "blobs").glob("*/*/*")}


async def test_a_long_log_goes_in_pieces(
    engine: Engine, http: httpx2.AsyncClient, clock: ManualClock, retire: Any
) -> None:
    session, other = await archived(http), await archived(http)
    before = await rows(engine, "session_events")
    insert = """
        INSERT INTO session_events (workspace_id, session_id, seq, id, type, processed_at, body)
        VALUES ('wrkspc_default', :session, :seq, :id, 'agent.message', '', '{}')"""

    def fill(tx: Transaction) -> None:
        for seq in range(100, 100 + 2 * ROWS):
            tx.run(insert, {"session": session, "seq": seq, "id": f"sevt_{seq}"})

    await engine._database.write(fill)
    clock.advance(31 * DAY)
    largest = watch_removals(engine)
    assert await retire().sweep() == Removed(sessions=2)
    assert await rows(engine, "session_events") == 0
    assert before < max(largest) <= ROWS
    assert other not in await there(http)


def watch_removals(engine: Engine) -> list[int]:
    """Note how many events each write took away."""
    removed: list[int] = []
    write = engine._database.write

    async def watched(work: Any) -> Any:
        def counted(tx: Transaction) -> Any:
            before = tx.one("SELECT COUNT(*) FROM session_events")
            done = work(tx)
            after = tx.one("SELECT COUNT(*) FROM session_events")
            removed.append((before or (0,))[0] - (after or (0,))[0])
            return done

        return await write(counted)

    engine._database.write = watched  # type: ignore[method-assign]  # to count what it removes
    return removed


@pytest.mark.parametrize("status", ["pending", "running", "completed"])
async def test_what_a_dream_read_stays_as_long_as_the_dream_is_young(
    engine: Engine, http: httpx2.AsyncClient, clock: ManualClock, retire: Any, status: str
) -> None:
    evidence, other = await archived(http), await archived(http)
    clock.advance(31 * DAY)
    ended = None if status != "completed" else timestamp(clock.now() - DAY)
    await engine._database.write(lambda tx: a_dream(tx, status, ended, [evidence]))
    assert await retire().sweep() == Removed(sessions=1)
    assert await there(http) == {evidence}
    clock.advance(31 * DAY)
    gone = status == "completed"
    assert await retire(Retention(sessions=30 * DAY)).sweep() == Removed(sessions=int(gone))
    assert other not in await there(http)


def a_dream(tx: Transaction, status: str, ended: str | None, sessions: list[str], dream_id: str = "drm_1") -> None:
    request = json.dumps({"inputs": [{"type": "sessions", "session_ids": sessions}]}, separators=(",", ":"))
    tx.run(
        """
        INSERT INTO dreams (workspace_id, id, status, store_id, updates_input, request, progress, created_at, ended_at)
        VALUES ('wrkspc_default', :id, :status, 'm', 0, :request, '{}', :at, :ended)
        """,
        {"id": dream_id, "status": status, "request": request, "at": timestamp(NOW), "ended": ended},
    )


async def test_what_old_dreams_proposed_goes_and_the_dreams_stay(
    engine: Engine, clock: ManualClock, retire: Any
) -> None:
    def fill(tx: Transaction) -> None:
        for dream_id, status, ended in (
            ("old", "completed", timestamp(NOW)),
            ("young", "completed", timestamp(NOW + 20 * DAY)),
            ("running", "running", None),
        ):
            a_dream(tx, status, ended, [], dream_id)
            for seq in range(ROWS + 1):
                tx.run(
                    "INSERT INTO dream_operations VALUES ('wrkspc_default', :dream, :seq, 'proposed', '{}')",
                    {"dream": dream_id, "seq": seq},
                )

    await engine._database.write(fill)
    clock.advance(31 * DAY)
    assert await retire().sweep() == Removed(dream_operations=ROWS + 1)
    assert (await rows(engine, "dreams"), await rows(engine, "dream_operations")) == (3, 2 * (ROWS + 1))


async def test_old_deliveries_go_once_they_are_over(engine: Engine, clock: ManualClock, retire: Any) -> None:
    young = timestamp(NOW + 20 * DAY)
    every = [(each, timestamp(NOW)) for each in ("delivered", "failed", "dropped", "pending")] + [("failed", young)]

    def fill(tx: Transaction) -> None:
        for number, (status, at) in enumerate(every):
            tx.run(
                """
                INSERT INTO deliveries (owner_id, id, endpoint_id, event_id, event_type, body, status, attempts,
                  created_at, ended_at) VALUES ('w', :id, 'e', 'v', 't', '{}', :status, 1, :at, :ended)
                """,
                {"id": str(number), "status": status, "at": at, "ended": None if status == "pending" else at},
            )
            tx.run("INSERT INTO delivery_attempts VALUES ('w', :id, 1, :at, 5, 200, '')", {"id": str(number), "at": at})

    await engine._database.write(fill)
    clock.advance(31 * DAY)
    assert await retire().sweep() == Removed(deliveries=3)
    assert (await rows(engine, "deliveries"), await rows(engine, "delivery_attempts")) == (2, 2)


async def test_old_runs_of_deployments_go(
    engine: Engine, http: httpx2.AsyncClient, clock: ManualClock, retire: Any
) -> None:
    agent = await made(http, "agents", name="A", model="claude-sonnet-5-5")
    environment = await made(http, "environments", name="E", config={"type": "cloud"})
    event = {"type": "user.message", "content": [{"type": "text", "text": "Go."}]}
    deployment = await made(
        http, "deployments", name="D", agent=agent["id"], environment_id=environment["id"], initial_events=[event]
    )
    await made(http, f"deployments/{deployment['id']}/run")
    clock.advance(20 * DAY)
    young = await made(http, f"deployments/{deployment['id']}/run")
    clock.advance(11 * DAY)
    assert await retire().sweep() == Removed(deployment_runs=1)
    left = (await http.get("/v1/deployment_runs", params={"limit": 10})).json()["data"]
    assert [each["id"] for each in left] == [young["id"]]


async def test_a_server_looks_by_itself_and_stops(
    engine: Engine, http: httpx2.AsyncClient, clock: ManualClock, retire: Any
) -> None:
    await archived(http)
    clock.advance(31 * DAY)
    duty = retire()
    await duty.open()
    while await there(http):
        continue
    await duty.close()
    await duty.close()


def test_what_is_just_over_cannot_be_taken_away() -> None:
    with pytest.raises(UsageError, match="for a day at least"):
        Retention(sessions=timedelta(hours=23))
    assert not Retention().has_limits
    assert Retention(deliveries=DAY).has_limits
