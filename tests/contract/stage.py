"""A server whose model follows scripts, a client that watches a session over a socket, and what it saw as text."""

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from anthropic import AsyncAnthropic
from anthropic.types.beta.sessions import BetaManagedAgentsStreamSessionEvents

from agentops.base.clock import ManualClock
from agentops.base.ids import RandomIds
from agentops.engine.core.runs.setting import Bounds
from agentops.engine.listener import Address, Listener
from agentops.engine.models.script import Script
from agentops.engine.models.scripted import Scripted
from agentops.engine.outbound import Outbound
from agentops.engine.runner.kit import Kit
from agentops.engine.runner.means import Means
from agentops.engine.sandbox.local import UnsafeLocal
from agentops.engine.server import build
from agentops.engine.settings import Settings
from agentops.wire.problems import check

from .given import MODEL

TOKENS = {"input_tokens": 10, "output_tokens": 5}
BOUNDS = Bounds(requests=3, attempts=2, compactions=1, context_tokens=100_000)
_PATIENCE_S = 10
"""What takes longer has got stuck."""

NOT_TOLD = ("session_thread_id", "agent_name")
"""What every event of a thread holds."""

ID = re.compile(r"sevt_01[1-9A-Za-z]{22}")


class Gates:
    """Lets a scripted model go on piece by piece: a delay of so many milliseconds is the gate of that number."""

    def __init__(self) -> None:
        self._gates: defaultdict[int, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(0))

    async def sleep(self, seconds: float) -> None:
        await self._gates[round(seconds * 1000)].acquire()

    def open(self, number: int, times: int = 1) -> None:
        for _ in range(times):
            self._gates[number].release()


@dataclass(frozen=True)
class Play:
    """A named script with what happens to the session whose model follows it."""

    name: str
    turns: tuple[dict[str, Any], ...]
    agent: dict[str, Any]
    session: dict[str, Any]
    environment: str
    deltas: tuple[Any, ...]
    act: Callable[["Scene"], Coroutine[Any, Any, None]]


def scripted(plays: list[Play]) -> Script:
    """Return one script for all: each turn waits for the agent that is named as its play."""
    turns = []
    for play in plays:
        for turn in play.turns:
            usage = {} if "error" in turn else {"usage": TOKENS}
            turns.append({**usage, **turn, "when": {"agent": play.name, **turn.get("when", {})}})
    script, problems = check(Script, {"turns": turns})
    assert script is not None, problems
    return script


@dataclass
class Stage:
    """One server, one client, and the environments that sessions run in."""

    client: AsyncAnthropic
    gates: Gates
    environments: dict[str, str] = field(default_factory=dict)

    async def environment(self, kind: str) -> str:
        if kind not in self.environments:
            made = await self.client.beta.environments.create(name=kind, config={"type": kind})
            self.environments[kind] = made.id
        return self.environments[kind]


@asynccontextmanager
async def opened(settings: Settings, clock: ManualClock, plays: list[Play]) -> AsyncIterator[Stage]:
    """Serve, with tools that run without walls: what they do here is harmless."""
    gates = Gates()
    tools = Kit(UnsafeLocal(), Outbound(allow_loopback=True), settings.data / "sessions")
    means = Means(Scripted(scripted(plays), gates.sleep), tools, BOUNDS, sleep=lambda _seconds: asyncio.sleep(0))
    engine = build(settings, clock=clock, ids=RandomIds(), means=means)
    started: asyncio.Future[Address] = asyncio.get_running_loop().create_future()
    listener = Listener(engine, started.set_result)
    async with engine:
        serving = asyncio.create_task(listener.run_until_stopped())
        address = await started
        key = engine.credential.reveal()
        async with AsyncAnthropic(
            api_key=key, base_url=address.url, max_retries=0, _strict_response_validation=True
        ) as client:
            yield Stage(client, gates)
        listener.stop()
        await serving


class Scene:
    """One session, watched: what is done to it and what comes of it, in order."""

    def __init__(self, stage: Stage, session: Any, stream: AsyncIterator[BetaManagedAgentsStreamSessionEvents]) -> None:
        self.stage = stage
        self.client = stage.client
        self.gates = stage.gates
        self.session = session
        self.events = stage.client.beta.sessions.events
        self.seen: list[Any] = []
        self.lines: list[str] = []
        self.found: list[Any] | None = None
        self._names: dict[str, str] = {}
        self._stream = stream

    async def send(self, *events: Any) -> list[Any]:
        """Send events, and return them as the server has them."""
        sent = await self.events.send(self.session.id, events=list(events))
        self.note("send " + ", ".join(each["type"] for each in events))
        return list(sent.data or [])

    async def say(self, words: str = "Go.") -> list[Any]:
        return await self.send(message(words))

    def note(self, words: str) -> None:
        """Write down what the client did."""
        self.lines.append(f"-- {words}")

    async def until(self, event_type: str, times: int = 1) -> Any:
        """Read the stream up to an event of the type."""
        async for event in self._read():
            times -= event.type == event_type
            if not times:
                return event
        raise AssertionError("\n".join([f"the stream ended without {event_type}", *self.lines]))

    async def _read(self) -> AsyncIterator[Any]:
        try:
            while (event := await asyncio.wait_for(anext(self._stream, None), _PATIENCE_S)) is not None:
                self.seen.append(event)
                self.lines.append(self._line(event))
                yield event
        except TimeoutError:
            raise AssertionError("\n".join(["nothing more happens", *self.lines])) from None

    async def idle(self) -> Any:
        return await self.until("session.status_idle")

    async def turn(self, words: str = "Go.") -> Any:
        """Say something and wait until the session rests."""
        await self.say(words)
        return await self.idle()

    async def end(self) -> None:
        """Read the stream to its end."""
        async for _ in self._read():
            pass
        self.note("the stream has ended")

    async def listed(self) -> list[Any]:
        return [each async for each in self.events.list(self.session.id, limit=7)]

    async def retell(self) -> None:
        """Tell from the list, where how much was seen of the beginning depends on when the stream was open."""
        self.seen, self._names = await self.listed(), {}
        self.lines = [self._line(each) for each in self.seen]

    @property
    def thread_id(self) -> str:
        found: str = self.last("session.thread_status_running").session_thread_id
        return found

    def last(self, event_type: str) -> Any:
        """Return the newest event of the type that was seen."""
        return next(each for each in reversed(self.seen) if each.type == event_type)

    def all(self, event_type: str) -> list[Any]:
        return [each for each in self.seen if each.type == event_type]

    def _line(self, event: Any) -> str:
        body = event.to_dict(mode="json")
        name = self._name(body["id"]) if "id" in body else "  "
        kind, waits = body.pop("type"), body.pop("processed_at", "") is None
        body.pop("id", None)
        told = [self._field(key, value) for key, value in body.items() if key not in NOT_TOLD]
        return " ".join([f"{name:>3} {kind}", *["(waits)"] * waits, *told])

    def _field(self, key: str, value: Any) -> str:
        if key == "agent":
            return f"agent with {len(value['tools'])} tools"
        if key in ("usage", "model_usage"):
            return f"{key}={_usage(value)}"
        if isinstance(value, dict) and set(value) == {"type"}:
            return f"{key}={value['type']}"
        if isinstance(value, list) and all(set(each) == {"type", "text"} for each in value):
            return " ".join(_short(each["text"]) for each in value)
        return f"{key}=" + self._named(json.dumps(value, ensure_ascii=False, sort_keys=True))

    def _named(self, text: str) -> str:
        return ID.sub(lambda found: self._name(found[0]), text).replace('"', "")

    def _name(self, event_id: str) -> str:
        return self._names.setdefault(event_id, f"#{len(self._names) + 1}")


def _short(text: str) -> str:
    return json.dumps(text, ensure_ascii=False) if len(text) <= 200 else f"({len(text)} characters)"


def _usage(usage: dict[str, Any]) -> str:
    said = f"{usage['input_tokens']}+{usage['output_tokens']}"
    cost = usage.get("list_cost")
    return f"{said} ({cost['amount']} cents)" if cost else said


def message(words: str = "Go.") -> Any:
    return {"type": "user.message", "content": [{"type": "text", "text": words}]}


def confirmation(call: Any, result: str = "allow", **more: str) -> Any:
    return {"type": "user.tool_confirmation", "tool_use_id": call.id, "result": result, **more}


def answer(call: Any, words: str = "42", **more: Any) -> Any:
    content = [{"type": "text", "text": words}]
    return {"type": "user.custom_tool_result", "custom_tool_use_id": call.id, "content": content, **more}


@asynccontextmanager
async def watched(stage: Stage, play: Play) -> AsyncIterator[Scene]:
    """Begin the play's session, and watch it from then on."""
    beta = stage.client.beta
    agent = await beta.agents.create(**{"name": play.name, "model": MODEL, **play.agent})
    environment_id = await stage.environment(play.environment)
    session = await beta.sessions.create(agent=agent.id, environment_id=environment_id, **play.session)
    async with await beta.sessions.events.stream(session.id, event_deltas=list(play.deltas) or None) as stream:
        yield Scene(stage, session, aiter(stream))
