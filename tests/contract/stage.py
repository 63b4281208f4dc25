"""A server whose model follows scripts, a client that watches a session over a socket, and what it saw as text."""

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from anthropic import AsyncAnthropic
from anthropic.types.beta.sessions import BetaManagedAgentsStreamSessionEvents

from agentops.base.clock import ManualClock
from agentops.base.ids import RandomIds
from agentops.engine.core.conversation import Ask, Reply
from agentops.engine.core.runs.setting import Bounds
from agentops.engine.core.workflows.state import Bounds as PlanBounds
from agentops.engine.listener import Address, Listener
from agentops.engine.models.port import Hear
from agentops.engine.models.script import Script
from agentops.engine.models.scripted import Scripted
from agentops.engine.outbound import Outbound
from agentops.engine.runner.kit import Kit
from agentops.engine.runner.means import Means
from agentops.engine.sandbox.local import UnsafeLocal
from agentops.engine.sandbox.port import Sandboxes
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings
from agentops.engine.workflows.sandboxed import SandboxedPrograms
from agentops.wire.problems import check

from .given import MODEL

TOKENS = {"input_tokens": 10, "output_tokens": 5}
BOUNDS = Bounds(requests=3, attempts=2, compactions=1, context_tokens=100_000, plans=PlanBounds(open_runs=2))
_PATIENCE_S = 10
"""What takes longer has got stuck."""

BEAT = 1
"""The gate at which an evaluation waits before it says again that it goes on."""

LEAD = "lead"
"""What transcripts call the primary thread."""

ID = re.compile(r"sevt_01[1-9A-Za-z]{22}")
THREAD = re.compile(r"sthr_01[1-9A-Za-z]{22}")
OUTCOME = re.compile(r"outc_01[1-9A-Za-z]{22}")


class Gates:
    """Lets a scripted model go on piece by piece: a delay of so many milliseconds is the gate of that number."""

    def __init__(self) -> None:
        self._gates: defaultdict[int, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(0))

    async def sleep(self, seconds: float) -> None:
        await self._gates[round(seconds * 1000)].acquire()

    def open(self, number: int, times: int = 1) -> None:
        for _ in range(times):
            self._gates[number].release()


Act = Callable[["Scene"], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Play:
    """A named script with what happens to the session whose model follows it."""

    name: str
    turns: tuple[dict[str, Any], ...]
    agent: dict[str, Any]
    session: dict[str, Any]
    environment: str
    deltas: tuple[Any, ...]
    act: Act
    members: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    """The other agents by name, all of whom the play's own may delegate to."""

    team: Mapping[str, Any] | None = None
    """What its `multiagent` holds beside them; None for an agent that works alone."""


def scripted(play: Play) -> Script:
    """Return the script of a play: a turn that names no agent is of the play's own."""
    turns = []
    for turn in play.turns:
        usage = {} if "error" in turn else {"usage": TOKENS}
        turns.append({**usage, **turn, "when": {"agent": play.name, **turn.get("when", {})}})
    script, problems = check(Script, {"turns": turns})
    assert script is not None, problems
    return script


class Cast:
    """A model that follows in each session the script of its play, and remembers what it was asked."""

    def __init__(self, plays: Sequence[Play], gates: Gates) -> None:
        self._gates = gates
        self._scripts: dict[str, Scripted] = {}
        for each in plays:
            self.rehearse(each)
        self._plays: dict[str, str] = {}
        self.asked: defaultdict[str, list[Ask]] = defaultdict(list)
        """By the session's id."""

    def rehearse(self, play: Play) -> None:
        """Learn the script of a play."""
        self._scripts[play.name] = Scripted(scripted(play), self._gates.sleep)

    async def ask(self, ask: Ask, hear: Hear) -> Reply:
        # The first who speaks in a session is the agent that is called as its play.
        play = self._plays.setdefault(ask.session_id, ask.agent_name)
        self.asked[ask.session_id].append(ask)
        return await self._scripts[play].ask(ask, hear)


@dataclass
class Stage:
    """One server, one client, and the environments that sessions run in."""

    client: AsyncAnthropic
    gates: Gates
    cast: Cast
    engine: Engine
    environments: dict[str, str] = field(default_factory=dict)

    async def environment(self, kind: str) -> str:
        if kind not in self.environments:
            made = await self.client.beta.environments.create(name=kind, config={"type": kind})
            self.environments[kind] = made.id
        return self.environments[kind]


@asynccontextmanager
async def opened(
    settings: Settings,
    clock: ManualClock,
    plays: Sequence[Play],
    sandboxes: Sandboxes | None = None,
) -> AsyncIterator[Stage]:
    """Serve, with tools that run without walls unless told otherwise: what they do here is harmless, as plans are."""
    gates = Gates()
    sandboxes = sandboxes or UnsafeLocal()
    tools = Kit(sandboxes, Outbound(allow_loopback=True), settings.data / "sessions")
    programs = SandboxedPrograms(sandboxes, settings.data / "plans")
    cast = Cast(plays, gates)
    means = Means(
        cast,
        tools,
        BOUNDS,
        programs,
        sleep=lambda _seconds: asyncio.sleep(0),
        beat=lambda _seconds: gates.sleep(BEAT / 1000),
        close=tools.close,
    )
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
            yield Stage(client, gates, cast, engine)
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
        self._threads: dict[str, str] = {}
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

    def tell(self, event: Any) -> None:
        """Write down an event that another stream showed."""
        self.lines.append(self._line(event))

    async def until(self, event_type: str, times: int = 1) -> Any:
        """Read the stream up to an event of the type."""
        async for event in self._read():
            times -= event.type == event_type
            if not times:
                return event
        raise AssertionError("\n".join([f"the stream ended without {event_type}", *self.lines]))

    async def _read(self) -> AsyncIterator[Any]:
        try:
            while (event := await self._next()) is not None:
                self.seen.append(event)
                self.lines.append(self._line(event))
                yield event
        except TimeoutError:
            raise AssertionError("\n".join(["nothing more happens", *self.lines])) from None

    async def _next(self) -> Any:
        async with asyncio.timeout(_PATIENCE_S):
            return await anext(self._stream, None)

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
        self.seen, self._names, self._threads = await self.listed(), {}, {}
        self.lines = [self._line(each) for each in self.seen]

    def thread(self, name: str) -> str:
        """Return the id of the thread that transcripts call so."""
        return next(thread_id for thread_id, called in self._threads.items() if called == name)

    async def tell_threads(self) -> None:
        """Tell what only the threads beside the primary one show, one after the other."""
        threads = self.client.beta.sessions.threads
        for thread_id, name in [*self._threads.items()][1:]:
            self.lines.append(f"== {name}")
            events = threads.events.list(thread_id, session_id=self.session.id, limit=9)
            self.lines += [self._line(each) async for each in events]

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
        where = self._where(body.pop("session_thread_id", None), body.pop("agent_name", ""))
        told = [self._field(key, value) for key, value in body.items()]
        return " ".join([f"{name:>3} {kind}", *["(waits)"] * waits, *where, *told])

    def _where(self, thread_id: str | None, agent_name: str) -> list[str]:
        """Return which thread an event names; the primary one is meant where nothing else is said."""
        if thread_id is None:
            return []
        if thread_id not in self._threads:
            # The first thread of which anything is heard is the primary one.
            called = LEAD if not self._threads else agent_name
            number = 1 + sum(each.split("#")[0] == called for each in self._threads.values())
            self._threads[thread_id] = called if number == 1 else f"{called}#{number}"
        found = self._threads[thread_id]
        return [f"[{found}]"] if found != LEAD else []

    def _field(self, key: str, value: Any) -> str:
        if key == "agent":
            return f"agent with {len(value['tools'])} tools"
        if key in ("usage", "model_usage"):
            return f"{key}={_usage(value)}"
        if key == "explanation":
            return f"{key}={_first_line(value)}"
        if key == "rubric":
            return f"{key}={_first_line(value['content'])}"
        if isinstance(value, dict) and set(value) == {"type"}:
            return f"{key}={value['type']}"
        if isinstance(value, list) and all(set(each) == {"type", "text"} for each in value):
            return " ".join(_short(self._without_ids(each["text"])) for each in value)
        return f"{key}=" + self._without_ids(json.dumps(value, ensure_ascii=False, sort_keys=True)).replace('"', "")

    def _without_ids(self, text: str) -> str:
        text = THREAD.sub(lambda found: self._threads[found[0]], text)
        text = OUTCOME.sub("outcome", text)
        return ID.sub(lambda found: self._name(found[0]), text)

    def _name(self, event_id: str) -> str:
        return self._names.setdefault(event_id, f"#{len(self._names) + 1}")


def _first_line(text: str) -> str:
    return json.dumps(text.splitlines()[0])


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
    agent = await beta.agents.create(**{"name": play.name, "model": MODEL, **play.agent, **await _team(stage, play)})
    environment_id = await stage.environment(play.environment)
    session = await beta.sessions.create(agent=agent.id, environment_id=environment_id, **play.session)
    async with await beta.sessions.events.stream(session.id, event_deltas=list(play.deltas) or None) as stream:
        yield Scene(stage, session, aiter(stream))


async def _team(stage: Stage, play: Play) -> dict[str, Any]:
    """Hire the other agents of the play, and return whom its own may delegate to."""
    if play.team is None:
        return {}
    create = stage.client.beta.agents.create
    hired = [await create(**{"name": name, "model": MODEL, **fields}) for name, fields in play.members.items()]
    subagents = {"type": "enabled", "inline_agents": {"type": "disabled"}, "predefined_agents": [e.id for e in hired]}
    return {
        "multiagent": {
            "type": "multiagent_20261001",
            "subagents": subagents if hired else {"type": "disabled"},
            "workflows": {"type": "disabled"},
            **play.team,
        }
    }
