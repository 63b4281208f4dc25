"""An engine that dreams, sessions put straight into its logs, and a dreamer that a test holds by the hand."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
from anthropic import AsyncAnthropic

from agentops.base.clock import Clock, timestamp
from agentops.base.ids import IdSource, RandomIds
from agentops.dreaming.lexical import LexicalDreamer
from agentops.dreaming.port import Dream, Night
from agentops.engine.core import dream_sessions, session_events
from agentops.engine.core import sessions as core
from agentops.engine.core.dreams import Bounds
from agentops.engine.core.json import written
from agentops.engine.core.sessions import Session
from agentops.engine.dreams.port import Chosen, Meter
from agentops.engine.listener import Address, Listener
from agentops.engine.models.script import Script
from agentops.engine.models.scripted import Scripted
from agentops.engine.runner.means import Means
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings
from agentops.engine.store.port import Transaction
from agentops.engine.store.session_events import SessionEvents
from agentops.engine.store.sessions import Sessions
from agentops.wire.problems import check
from tests.toolboxes import Bare

PATIENCE_S = 10
URL = "http://engine.test"
LATE = "2026-11-20T12:00:00.000000Z"

Happening = tuple[str, dict[str, Any]]


def said(words: str) -> Happening:
    return "user.message", {"content": [{"type": "text", "text": words}]}


def called(call: str, tool: str, **arguments: Any) -> Happening:
    return "agent.custom_tool_use", {"id": call, "name": tool, "input": arguments}


def answered(call: str, words: str, *, is_error: bool = False) -> Happening:
    content = [{"type": "text", "text": words}]
    return "user.custom_tool_result", {"custom_tool_use_id": call, "content": content, "is_error": is_error}


def lesson(number: int) -> list[Happening]:
    """Return what happens in a session that a lesson can be learnt from."""
    return [
        said(f"Look up ticket {number}."),
        called(f"sevt_{number}a", "lookup", ticket="seven"),
        answered(f"sevt_{number}a", "ticket must be a number", is_error=True),
        called(f"sevt_{number}b", "lookup", ticket=number),
        answered(f"sevt_{number}b", "open"),
    ]


@dataclass
class Held:
    """A dreamer that begins, waits until it may go on, and then dreams without a model, or fails."""

    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    may_end: asyncio.Event = field(default_factory=asyncio.Event)
    error: Exception | None = None
    usage: dict[str, int] = field(default_factory=dict)
    nights: list[Night] = field(default_factory=list)
    meters: list[Meter] = field(default_factory=list)
    change: Callable[[Dream], Dream] = lambda dream: dream
    was_canceled: bool = False

    def chosen(self, model_id: str, session_id: str, meter: Meter) -> Chosen:
        del session_id
        self.meters.append(meter)
        return Chosen(self, f"Dreaming with {model_id}.")

    async def dream(self, night: Night) -> Dream:
        self.nights.append(night)
        self.loop.call_soon_threadsafe(self.begun.set)
        try:
            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._waited(), self.loop))
        except asyncio.CancelledError:
            self.was_canceled = True
            raise
        if self.error is not None:
            raise self.error
        return self.change(await LexicalDreamer().dream(night))

    async def _waited(self) -> None:
        await self.may_end.wait()


@dataclass
class Bedroom:
    """One engine, and its client."""

    engine: Engine
    client: AsyncAnthropic
    clock: Clock
    ids: IdSource = field(default_factory=RandomIds)

    @property
    def beta(self) -> Any:
        return self.client.beta

    async def session(self, happenings: list[Happening], session_id: str = "") -> str:
        """Put a session into the database, with what happened in it."""
        session_id, at = session_id or self.ids.new("sesn"), timestamp(self.clock.now())
        agent = {**_agent(), "name": "reviewer"}

        def put(tx: Transaction) -> None:
            progress, fields = written(core.progress([])), written(core.fields({}))
            session = Session(session_id, core.IDLE, "env_01A", None, "{}", written(agent), fields, progress, at, at)
            Sessions(tx, self.engine.settings.workspace).insert(session, "agent_01A", 1)
            events = [_event(kind, body, self.ids, at) for kind, body in happenings]
            SessionEvents(tx, self.engine.settings.workspace, session_id).append(events)

        await self.engine._database.write(put)
        return session_id

    async def store(self, files: dict[str, str] | None = None) -> str:
        made = await self.beta.memory_stores.create(name="Lessons")
        for path, text in (files or {}).items():
            await self.beta.memory_stores.memories.create(made.id, path=path, content=text)
        return str(made.id)

    async def dream(self, store_id: str, *session_ids: str, updates: bool = False, **fields: Any) -> Any:
        update = {"output_behavior": {"type": "update_existing", "memory_store_id": store_id}} if updates else {}
        sessions = {"type": "sessions", "session_ids": list(session_ids)}
        inputs = [{"type": "memory_store", "memory_store_id": store_id}, sessions]
        return await self.beta.dreams.create(**{"inputs": inputs, "model": "lexical", **update, **fields})

    async def ended(self, dream: Any) -> Any:
        """Return the dream once it has ended."""
        return await self.until(dream, lambda now: now.ended_at is not None)

    async def until(self, dream: Any, holds: Callable[[Any], bool]) -> Any:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                if holds(now := await self.beta.dreams.retrieve(dream.id)):
                    return now
                await asyncio.sleep(0)  # a request in this process can be answered without waiting for anything

    async def texts(self, store_id: str) -> dict[str, str]:
        listed = self.beta.memory_stores.memories.list(store_id, view="full")
        return {each.path: each.content async for each in listed}

    async def words(self, session_id: str) -> list[str]:
        """Return what the dreamer told."""
        events = self.beta.sessions.events.list(session_id, types=["agent.message"])
        return [each.content[0].text async for each in events]

    async def operations(self, dream: Any, **query: Any) -> list[dict[str, Any]]:
        path = f"/v1/x-agentops/dreams/{dream.id}/operations"
        found = await self.client.get(path, cast_to=httpx2.Response, options={"params": query})
        return list(found.json()["data"])

    async def stopped(self, dream: Any) -> None:
        """Wait until nobody runs the dream any more."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                if await self.engine._database.read(lambda tx: _runner(tx, dream.id)) is None:
                    return
                await asyncio.sleep(0)


def _runner(tx: Transaction, dream_id: str) -> Any:
    row = tx.one("SELECT runner_id FROM dreams WHERE id = :id", {"id": dream_id})
    return row[0] if row else None


def _agent() -> dict[str, Any]:
    return dict(dream_sessions._agent({"id": "claude-opus-5-5"}))


def _event(kind: str, body: dict[str, Any], ids: IdSource, at: str) -> session_events.Event:
    event_id = body.get("id") or ids.new("sevt")
    return session_events.Event(event_id, kind, at, written({"type": kind, "id": event_id, **body}))


def scripted(*turns: dict[str, Any]) -> Scripted:
    script, problems = check(Script, {"turns": list(turns) or [{"say": "Nothing."}]})
    assert script is not None, problems
    return Scripted(script, asyncio.sleep)


@asynccontextmanager
async def asked(engine: Engine) -> AsyncIterator[AsyncAnthropic]:
    """Return a client of an open engine in this process."""
    transport = httpx2.ASGITransport(app=engine.app)
    async with httpx2.AsyncClient(base_url=URL, transport=transport) as http:
        yield AsyncAnthropic(
            api_key=engine.credential.reveal(),
            base_url=URL,
            http_client=http,
            max_retries=0,
            _strict_response_validation=True,
        )


@asynccontextmanager
async def listening(room: Bedroom) -> AsyncIterator[AsyncAnthropic]:
    """Return a client that comes over a socket: streams do not pass through an ASGI transport."""
    started: asyncio.Future[Address] = asyncio.get_running_loop().create_future()
    listener = Listener(room.engine, started.set_result)
    serving = asyncio.ensure_future(listener.run_until_stopped())
    address = await started
    key = room.engine.credential.reveal()
    async with AsyncAnthropic(api_key=key, base_url=address.url, max_retries=0) as client:
        yield client
    listener.stop()
    await serving


@asynccontextmanager
async def opened(
    settings: Settings, clock: Clock, dreamers: Any = None, *turns: dict[str, Any], bounds: Bounds | None = None
) -> AsyncIterator[Bedroom]:
    """Open an engine that dreams, and a client in this process."""
    settings = replace(settings, dreams=bounds or settings.dreams)
    engine = build(settings, clock=clock, ids=RandomIds(), means=Means(scripted(*turns), Bare(), dreamers=dreamers))
    async with engine, asked(engine) as client:
        yield Bedroom(engine, client, clock)
