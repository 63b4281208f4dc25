"""Servers that are killed at any moment and started again, and clients that only believe what was acknowledged.

The servers are processes, forked from one that has loaded the engine already; the clients live in the test's own.
"""

import asyncio
import json
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal

import httpx2

from agentops.base.clock import SystemClock
from agentops.base.ids import RandomIds
from agentops.base.secrets import Secret
from agentops.engine.core.json import Json
from agentops.engine.listener import Listener
from agentops.engine.models.script import Script
from agentops.engine.models.scripted import Scripted
from agentops.engine.runner.means import Means
from agentops.engine.server import build
from agentops.engine.settings import Settings
from agentops.engine.tools.port import Invocation, Outcome
from agentops.wire.problems import check
from tests.forked import processes

from .lives import HEADERS, KEY, MODEL, OUTCOME, Witness, team_of, verdict

Kind = Literal["plain", "tools", "confirmations", "interrupts", "team", "outcome"]
KINDS: tuple[Kind, ...] = ("plain", "tools", "confirmations", "interrupts", "team", "outcome")

_CALLS = [{"tool": "bash", "input": {"command": "one"}}, {"tool": "write", "input": {"file_path": "two"}}]
_TASK = {"tool": "send_to_agent", "input": {"agent": "scout", "message": "Look at this."}}
TURNS: list[Json] = [
    {"when": {"agent": "plain"}, "think": True, "say": "Hello.", "times": "forever"},
    {"when": {"agent": "interrupts"}, "delay_ms": 3_600_000, "say": "Never.", "times": "forever"},
    {"when": {"agent": "grader"}, "call": verdict("met"), "times": "forever"},
    {"when": {"tool_result": {"matches": "."}}, "say": "Done.", "times": "forever"},
    {"when": {"agent": "team"}, "call": [_TASK, _TASK, {"tool": "wait_for_agents"}], "times": "forever"},
    {"say": "I do two things.", "call": _CALLS, "times": "forever"},
]
"""What the model says, by the agent's name, which is the session's kind; scouts do two things too."""

_TOOL_S = 0.005
"""How long a tool takes once it has done what cannot be undone: long enough to be killed in it."""


class SlowWitness(Witness):
    """Tools that take a moment after they took effect."""

    async def run(self, invocation: Invocation) -> Outcome:
        outcome = await super().run(invocation)
        await asyncio.sleep(_TOOL_S)
        return outcome


@dataclass(frozen=True)
class Plan:
    """What a server needs to know."""

    url: str
    folder: Path


def _served(plan: Plan, told: Connection) -> None:
    script, problems = check(Script, {"turns": TURNS})
    assert script, problems
    means = Means(Scripted(script, asyncio.sleep), SlowWitness(plan.folder), sleep=asyncio.sleep)
    settings = Settings(database=plan.url, data=plan.folder, port=0, api_key=Secret(KEY))
    engine = build(settings, clock=SystemClock(), ids=RandomIds(), means=means)
    asyncio.run(Listener(engine, lambda address: told.send(address.url)).run_until_stopped())


class Server:
    """A process that serves."""

    def __init__(self, plan: Plan) -> None:
        ours, theirs = processes.Pipe(duplex=False)
        self._process = processes.Process(target=_served, args=(plan, theirs))
        self._process.start()
        theirs.close()
        self.url: str = ours.recv()

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        """End it as the system does when memory runs out, and see it gone."""
        self._process.kill()
        self._process.join()

    @property
    def pid(self) -> int:
        assert self._process.pid
        return self._process.pid


class Herd:
    """Servers of one database, some of which live at any moment."""

    def __init__(self, plan: Plan, size: int, dice: random.Random) -> None:
        self._plan = plan
        self._size = size
        self._dice = dice
        self.servers: list[Server] = []
        self._steps = 0
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def alive(self) -> AsyncIterator[None]:
        for _ in range(self._size):
            await self._start()
        try:
            yield
        finally:
            for each in self.servers:
                await asyncio.to_thread(each.kill)

    async def kill_one(self, within: int) -> None:
        """Kill some server after the clients made some steps, at most so many, and start another."""
        async with self._changed:
            wanted = self._steps + self._dice.randint(0, within)
            await self._changed.wait_for(lambda: self._steps >= wanted)
        victim = self.servers.pop(self._dice.randrange(len(self.servers)))
        await asyncio.to_thread(victim.kill)
        await self._start()

    async def _start(self) -> None:
        server = await asyncio.to_thread(Server, self._plan)
        async with self._changed:
            self.servers.append(server)
            self._changed.notify_all()

    async def url(self) -> str:
        """Return where a living server is, as soon as there is one."""
        async with self._changed:
            await self._changed.wait_for(lambda: bool(self.servers))
            return self._dice.choice(self.servers).url

    async def step(self) -> None:
        """Note that a client came further."""
        async with self._changed:
            self._steps += 1
            self._changed.notify_all()


class Lost(Exception):
    """Nobody knows whether the request was heard."""


class Client:
    """Has one session work, turn after turn, whatever becomes of the servers."""

    def __init__(self, herd: Herd, http: httpx2.AsyncClient, kind: Kind) -> None:
        self._herd = herd
        self._http = http
        self._turn = 0
        self.kind = kind
        self.session = ""
        self.acknowledged: list[str] = []
        """Ids of events of which the server has said that it has them."""

    async def live(self, is_over: asyncio.Event) -> None:
        """Have turns until the end; the last one is brought to its end."""
        await self.begin()
        while True:
            await self.say()
            await self.rest()
            if is_over.is_set():
                return

    async def begin(self) -> None:
        """Have a session."""
        self.session = await self._begun()

    async def say(self) -> None:
        """Send a message or an outcome, with which a turn begins."""
        self._turn += 1
        words = self._words
        message = {"type": "user.message", "content": [{"type": "text", "text": words}]}
        if self.kind == "outcome":
            message = {**OUTCOME, "description": words}
        await self._send(message, lambda events: words in json.dumps(events))

    async def rest(self) -> None:
        """Do what is up to the client until the turn is over."""
        await self._until(self._rests)

    async def is_asked(self) -> None:
        """Wait until the model is asked in this turn."""
        await self._until(self._asks)

    @property
    def _words(self) -> str:
        return f"This is message {self._turn}."

    async def log(self) -> list[Json]:
        """Return everything that the session shows."""
        return await self._all(f"/v1/sessions/{self.session}/events")

    async def logs_of_children(self) -> dict[str, list[Json]]:
        """Return everything that happened in the threads beside the primary one."""
        threads = await self._all(f"/v1/sessions/{self.session}/threads")
        found = {}
        for each in threads:
            if each["parent_thread_id"]:
                found[each["id"]] = await self._all(f"/v1/sessions/{self.session}/threads/{each['id']}/events")
        return found

    async def _all(self, path: str) -> list[Json]:
        found: list[Json] = []
        page = ""
        while True:
            answer = await self._insist("GET", f"{path}?limit=1000{page}")
            found += answer["data"]
            if not answer.get("next_page"):
                return found
            page = f"&page={answer['next_page']}"

    async def _until(self, is_so: Callable[[], Awaitable[bool]]) -> None:
        """Look until it is so, whenever something happens in the session."""
        while True:
            with suppress(Lost):
                return await self._watch(is_so)

    async def _watch(self, is_so: Callable[[], Awaitable[bool]]) -> None:
        url = await self._herd.url()
        path = f"{url}/v1/sessions/{self.session}/events/stream"
        with _loss():
            async with self._http.stream("GET", path, timeout=None) as stream:
                assert stream.status_code == 200
                if await is_so():
                    return
                async for line in stream.aiter_lines():
                    if not line.startswith("event: ") or line == "event: ping":
                        continue
                    await self._herd.step()
                    if await is_so():
                        return
        raise Lost

    async def _asks(self) -> bool:
        return any(each["type"] == "span.model_request_start" for each in await self._this_turn())

    async def _this_turn(self) -> list[Json]:
        """Return what has happened since the message took effect; nothing before it did."""
        events = await self._newest()
        begun = _begins(events, self._words)
        return events[begun:] if begun is not None and events[begun]["processed_at"] else []

    async def _rests(self) -> bool:
        """Do what is up to the client, and tell whether the turn is over."""
        turn = await self._this_turn()
        if self.kind == "interrupts" and any(each["type"] == "span.model_request_start" for each in turn):
            await self._interrupt()
        last = next((each for each in reversed(turn) if each["type"].startswith("session.status_")), None)
        if last is None or last["type"] != "session.status_idle":
            return False
        if last["stop_reason"]["type"] == "requires_action":
            await self._agree(turn, last["stop_reason"]["event_ids"])
            return False
        assert last["stop_reason"]["type"] == "end_turn", last
        return True

    async def _interrupt(self) -> None:
        """Interrupt the turn, once."""

        def is_there(events: list[Json]) -> bool:
            return any(each["type"] == "user.interrupt" for each in events[_begins(events, self._words) or 0 :])

        if not is_there(await self._newest()):
            await self._send({"type": "user.interrupt"}, is_there)

    async def _agree(self, turn: list[Json], asked: Sequence[str]) -> None:
        answered = {each.get("tool_use_id") for each in turn if each["type"] == "user.tool_confirmation"}
        for call in asked:
            if call not in answered:
                answer = {"type": "user.tool_confirmation", "tool_use_id": call, "result": "allow"}
                await self._send(answer, lambda events, call=call: _is_answered(events, call))

    async def _newest(self) -> list[Json]:
        answer = await self._insist("GET", f"/v1/sessions/{self.session}/events?limit=60&order=desc")
        return list(reversed(answer["data"]))

    async def _begun(self) -> str:
        policy = "always_ask" if self.kind == "confirmations" else "always_allow"
        toolset = {"type": "agent_toolset_20260401", "default_config": {"permission_policy": {"type": policy}}}
        agent: Json = {"name": self.kind, "model": MODEL, "tools": [toolset]}
        if self.kind == "team":
            scout = await self._insist("POST", "/v1/agents", {**agent, "name": "scout"})
            agent["multiagent"] = team_of([scout["id"]])
        agent_id = (await self._insist("POST", "/v1/agents", agent))["id"]
        environment_id = (await self._insist("POST", "/v1/environments", {"name": "Workshop"}))["id"]
        made = await self._insist("POST", "/v1/sessions", {"agent": agent_id, "environment_id": environment_id})
        return str(made["id"])

    async def _send(self, event: Json, is_there: Callable[[list[Json]], bool]) -> None:
        """Send an event; who hears nothing looks whether it is there before he sends it again."""
        path = f"/v1/sessions/{self.session}/events"
        is_doubtful = False
        while not (is_doubtful and is_there(await self._newest())):
            try:
                answer = await self._ask("POST", path, {"events": [event]})
            except Lost:
                is_doubtful = True
                continue
            self.acknowledged += [each["id"] for each in answer["data"]]
            return

    async def _insist(self, method: str, path: str, body: Json | None = None) -> Json:
        while True:
            with suppress(Lost):
                return await self._ask(method, path, body)

    async def _ask(self, method: str, path: str, body: Json | None = None) -> Json:
        url = await self._herd.url()
        with _loss():
            answer = await self._http.request(method, url + path, json=body)
            if answer.status_code == 529:
                raise Lost
            assert answer.status_code == 200, answer.text
            await self._herd.step()
            return answer.json()
        raise AssertionError


def _begins(events: list[Json], words: str) -> int | None:
    """Return where the message or the outcome is."""
    return next((index for index, each in enumerate(events) if words in _said(each)), None)


def _said(event: Json) -> str:
    said: str = event.get("description") or json.dumps(event.get("content"))
    return said


def _is_answered(events: list[Json], call: str) -> bool:
    answers = [each for each in events if each["type"] == "user.tool_confirmation"]
    return any(each["tool_use_id"] == call for each in answers)


class _loss:  # noqa: N801 - reads as what it is: a block in which a connection may be lost
    """A block in which a connection may be lost."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, (httpx2.TransportError, httpx2.StreamError)):
            raise Lost from error


@dataclass
class Ordeal:
    """Sessions at work while servers are killed."""

    plan: Plan
    servers: int
    kills: int
    seed: int
    sessions: int = 20
    within: int = 60
    """A kill comes within so many steps of the clients."""

    clients: list[Client] = field(default_factory=list)
    logs: list[list[Json]] = field(default_factory=list)
    children: list[dict[str, list[Json]]] = field(default_factory=list)
    """Of each session the logs of its other threads."""

    async def run(self) -> None:
        """Kill so often, let every session come to rest, and read what is left."""
        dice = random.Random(self.seed)
        herd = Herd(self.plan, self.servers, dice)
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
        async with herd.alive(), httpx2.AsyncClient(headers=HEADERS, limits=limits, timeout=30) as http:
            self.clients = [Client(herd, http, KINDS[number % len(KINDS)]) for number in range(self.sessions)]
            is_over = asyncio.Event()
            living = [asyncio.ensure_future(each.live(is_over)) for each in self.clients]
            for _ in range(self.kills):
                await herd.kill_one(self.within)
                broken = [each for each in living if each.done()]
                for each in broken:
                    await each
            is_over.set()
            await asyncio.gather(*living)
            self.logs = [await each.log() for each in self.clients]
            self.children = [await each.logs_of_children() for each in self.clients]

    @property
    def witness(self) -> list[str]:
        """Return which calls took effect, in order."""
        path = self.plan.folder / "witness"
        return path.read_text().split() if path.exists() else []


def told(event: Json) -> Any:
    """Return what a tool result says."""
    return event["content"][0]["text"]
