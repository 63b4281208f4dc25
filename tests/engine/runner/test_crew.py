"""Who runs a session: claimed by one, taken up again when something breaks, and never written to by two."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from agentops.base.clock import ManualClock
from agentops.base.errors import StorageError
from agentops.base.ids import RandomIds
from agentops.base.secrets import Secret
from agentops.engine.core.conversation import Ask, Reply, Usage
from agentops.engine.core.entries import Entry
from agentops.engine.core.happenings import TOPIC, Happening, Home
from agentops.engine.core.runs.session_state import Thread
from agentops.engine.models.port import Hear
from agentops.engine.operations import session_runs
from agentops.engine.operations.happenings import Report
from agentops.engine.operations.session_runs import Superseded, Writing
from agentops.engine.runner.crew import Crew
from agentops.engine.runner.deeds import Deeds
from agentops.engine.runner.means import Means
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings
from agentops.engine.store.port import Database
from agentops.engine.store.runners import Place, Runners
from tests.crash.lives import HEADERS, KEY, MODEL, Witness

pytestmark = pytest.mark.anyio


class Patient:
    """A model that answers when it is told to."""

    def __init__(self) -> None:
        self.asked: asyncio.Queue[str] = asyncio.Queue()
        self.answers = asyncio.Semaphore(0)

    async def ask(self, ask: Ask, hear: Hear) -> Reply:
        del hear
        self.asked.put_nowait(ask.session_id)
        await self.answers.acquire()
        return Reply(({"type": "text", "text": "Hello."},), "end_turn", Usage(1, 1))


class Server:
    """An engine with a patient model."""

    def __init__(self, engine: Engine, model: Patient) -> None:
        self.engine = engine
        self.model = model
        transport = httpx2.ASGITransport(app=engine.app)
        self.http = httpx2.AsyncClient(transport=transport, base_url="http://engine.test", headers=HEADERS)

    @property
    def crew(self) -> Crew:
        assert self.engine._crew
        return self.engine._crew

    @property
    def database(self) -> Database:
        return self.engine._database

    def place(self, session_id: str) -> Place:
        return Place(self.engine.settings.workspace, session_id)

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self.http.request(method, path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def a_session(self) -> str:
        agent = await self.ask("POST", "/v1/agents", {"name": "a", "model": MODEL})
        environment = await self.ask("POST", "/v1/environments", {"name": "e"})
        sent = {"agent": agent["id"], "environment_id": environment["id"]}
        return str((await self.ask("POST", "/v1/sessions", sent))["id"])

    async def say(self, session_id: str) -> None:
        message = {"type": "user.message", "content": [{"type": "text", "text": "Go."}]}
        await self.ask("POST", f"/v1/sessions/{session_id}/events", {"events": [message]})

    async def types(self, session_id: str) -> list[str]:
        answer = await self.ask("GET", f"/v1/sessions/{session_id}/events?limit=1000")
        return [each["type"] for each in answer["data"]]

    async def hook(self, event: str) -> None:
        await self.ask("POST", "/v1/x-agentops/webhooks", {"url": "http://127.0.0.1:9/", "events": [event]})

    async def messages(self) -> list[str]:
        """Return what is to be delivered."""
        rows = await self.database.read(lambda tx: tx.all("SELECT event_type FROM tellings ORDER BY seq"))
        return [row[0] for row in rows]

    async def at_rest(self) -> None:
        """Wait until nothing runs."""
        while self.crew._tasks:
            await asyncio.wait(self.crew._tasks)


Begin = Callable[[], Awaitable[Server]]


@pytest.fixture
async def begin(prepared_url: str, tmp_path: Path, clock: ManualClock) -> AsyncIterator[Begin]:
    """What starts servers of one database."""
    opened: list[Server] = []

    async def at_once(_seconds: float) -> None:
        """Wait no time."""

    async def begun() -> Server:
        model = Patient()
        settings = Settings(database=prepared_url, data=tmp_path / "data", api_key=Secret(KEY))
        means = Means(model, Witness(tmp_path), sleep=at_once)
        server = Server(build(settings, clock=clock, ids=RandomIds(), means=means), model)
        await server.engine.__aenter__()
        opened.append(server)
        return server

    yield begun
    for each in reversed(opened):
        await each.http.aclose()
        await each.engine.__aexit__(None, None, None)


@pytest.fixture
async def server(begin: Begin) -> Server:
    return await begin()


async def test_who_lost_a_session_writes_nothing_more_and_is_heard_no_more(begin: Begin) -> None:
    first, second = await begin(), await begin()
    session = await first.a_session()
    await first.say(session)
    await first.model.asked.get()
    gone = first.crew._shop.runner_id
    await second.database.append(lambda tx: Runners(tx).leave(gone))
    second.crew.wake(second.place(session))
    await second.model.asked.get()
    first.model.answers.release()
    await first.at_rest()
    second.model.answers.release()
    await second.at_rest()
    assert (await second.types(session)).count("agent.message") == 1


async def test_a_look_tells_what_was_lost_while_the_server_stood_still(begin: Begin) -> None:
    first, second = await begin(), await begin()
    session = await first.a_session()
    await first.say(session)
    await first.model.asked.get()
    gone = first.crew._shop.runner_id
    await second.database.append(lambda tx: Runners(tx).leave(gone))
    second.crew.wake(second.place(session))
    await second.model.asked.get()
    await first.crew._look()
    await first.at_rest()
    assert second.crew.busy == 1
    second.model.answers.release()
    await second.at_rest()


async def test_a_database_that_is_away_for_a_moment_costs_no_reply(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await server.a_session()
    await server.say(session)
    await server.model.asked.get()
    fail(server, monkeypatch, times=3)
    server.model.answers.release()
    await server.at_rest()
    assert (await server.types(session))[-1] == "session.status_idle"
    assert server.model.asked.empty()


async def test_what_broke_for_good_is_taken_up_again_though_nobody_could_give_it_back(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await server.a_session()
    await server.say(session)
    await server.model.asked.get()
    with monkeypatch.context() as patch:
        fail(server, patch, times=100)
        server.model.answers.release()
        await server.at_rest()
    await server.crew._look()
    await server.model.asked.get()
    server.model.answers.release()
    await server.at_rest()
    assert (await server.types(session))[-1] == "session.status_idle"


async def test_one_too_many_waits_until_another_is_done(server: Server) -> None:
    server.crew._runs_max = 1
    sessions = [await server.a_session() for _ in range(2)]
    for each in sessions:
        await server.say(each)
    first = await server.model.asked.get()
    assert server.crew.busy == 1
    server.model.answers.release()
    assert {first, await server.model.asked.get()} == set(sessions)
    server.model.answers.release()
    await server.at_rest()


async def test_an_answer_that_was_lost_is_asked_for_again_and_written_once(server: Server) -> None:
    place = server.place(await server.a_session())
    await server.database.append(lambda tx: session_runs.claim(tx, place, "runner_01a", lambda _: True))
    entry = Entry("sevt_01a", "session.status_running", "2026-11-21T12:00:00.000000Z", {})
    ran = Happening("session.running", place.session_id)
    report = Report(Home("org_1", place.workspace), RandomIds(), (ran,), "2026-11-21T12:00:00.000000Z")
    writing = Writing((entry,), frozenset(), 0, None, report=report)
    await server.hook("session.running")
    for _ in range(2):
        found = await server.database.append(lambda tx: session_runs.write(tx, place, "runner_01a", writing))
        # Whether the courier was told before the answer was lost, nobody knows.
        assert (found.seq, found.others, found.is_told) == (1, (), True)
    assert await server.types(place.session_id) == ["session.status_running"]
    assert await server.messages() == ["session.running"]


async def test_what_a_run_leads_to_is_told_once_it_is_on_disk_and_only_if_somebody_asked(server: Server) -> None:
    for asked in ([], ["session.status_idled"]):
        for each in asked:
            await server.hook(each)
        session = await server.a_session()
        with server.engine._news.listening(TOPIC) as told:
            await server.say(session)
            server.model.answers.release()
            await server.at_rest()
        assert told.is_set() == bool(asked)
        assert await server.messages() == asked


async def test_a_session_that_ended_is_not_written_to_by_who_had_read_it_before(server: Server) -> None:
    place = server.place(await server.a_session())
    await server.database.append(lambda tx: session_runs.claim(tx, place, "runner_01a", lambda _: True))
    await server.ask("POST", f"/v1/sessions/{place.session_id}/archive")
    entry = Entry("sevt_01a", "session.status_running", "2026-11-21T12:00:00.000000Z", {})
    writing = Writing((entry,), frozenset(), 0, None)
    with pytest.raises(Superseded):
        await server.database.append(lambda tx: session_runs.write(tx, place, "runner_01a", writing))
    told = await server.types(place.session_id)
    assert told == ["session.thread_status_terminated", "session.status_terminated"]


async def test_a_session_whose_deed_broke_is_taken_up_again(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    session = await server.a_session()

    async def broken(_deeds: Deeds, _thread_id: str | None, _thread: Thread) -> None:
        raise ValueError("there is a bug in the server")

    with monkeypatch.context() as patch:
        patch.setattr(Deeds, "_ask_servers", broken)
        await server.say(session)
        await server.at_rest()
        assert (await server.types(session))[-1] == "span.model_request_start"
    server.model.answers.release()
    await server.crew._look()
    await server.at_rest()
    assert (await server.types(session))[-4:] == [
        "span.model_request_end", "session.thread_status_idle", "session.usage", "session.status_idle",
    ]  # fmt: skip


async def test_what_comes_in_at_a_server_that_goes_is_done_by_the_next(begin: Begin) -> None:
    first = await begin()
    session = await first.a_session()
    first.engine.retire()
    await first.say(session)
    assert first.crew.busy == 0
    second = await begin()
    assert await second.model.asked.get() == session
    second.model.answers.release()
    await second.at_rest()


def fail(server: Server, patch: pytest.MonkeyPatch, times: int) -> None:
    """Let the next writes of runs fail."""
    works, left = server.database.append, times

    async def append(work: Any) -> Any:
        nonlocal left
        left -= 1
        if left >= 0:
            raise StorageError("The database is away.")
        return await works(work)

    patch.setattr(server.database, "append", append)
