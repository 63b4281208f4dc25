"""A server with one client in a process of its own, which can be told to die at any commit of the session it runs.

The processes are forked from one that has loaded the engine already, so a life costs little more than its work.
"""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from agentops.base.clock import SystemClock
from agentops.base.ids import RandomIds
from agentops.base.secrets import Secret
from agentops.engine.core.json import Json
from agentops.engine.models.script import Script
from agentops.engine.models.scripted import Scripted
from agentops.engine.operations.session_runs import Written
from agentops.engine.runner.means import Means
from agentops.engine.runner.run import Run
from agentops.engine.sandbox.local import UnsafeLocal
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings
from agentops.engine.tools.port import Invocation, Outcome, SandboxFile, text
from agentops.engine.workflows.sandboxed import SandboxedPrograms
from agentops.wire.problems import check
from agentops.wire.rubric_text import block
from tests.asgi import scope
from tests.forked import processes
from tests.toolboxes import Bare

KEY = "a-key-for-crash-tests"
HEADERS = {"authorization": f"Bearer {KEY}", "anthropic-beta": "managed-agents-2026-04-01"}
MODEL = "claude-sonnet-5-5"

NEVER_MS = 3_600_000

_PATIENCE_S = 50
"""A life takes a tenth of a second."""

MESSAGE: Json = {"type": "user.message", "content": [{"type": "text", "text": "Go."}]}
OUTCOME: Json = {
    "type": "user.define_outcome",
    "description": "Do it.",
    "rubric": {"type": "text", "content": block({"criteria": [{"id": "done", "text": "It is done."}]})},
}


def verdict(degree: str) -> list[Json]:
    """Return the call by which a grader says how far it is done."""
    found = {"criteria": [{"id": "done", "degree": degree, "reason": "Seen."}], "rubric_fits": True, "summary": ""}
    return [{"tool": "submit_verdict", "input": found}]


def team_of(members: list[str]) -> Json:
    """Return the `multiagent` of a lead that delegates to agents, itself or by plans, and to no others."""
    subagents = {"type": "enabled", "inline_agents": {"type": "disabled"}, "predefined_agents": members}
    return {"type": "multiagent_20261001", "subagents": subagents, "workflows": subagents}


@dataclass(frozen=True)
class Life:
    """What one process does."""

    url: str
    folder: Path
    turns: list[Json]
    """The model's script."""

    policy: str = "always_allow"
    is_impatient: bool = False
    """Whether the client interrupts as soon as the model is asked."""

    has_scout: bool = False
    """Whether there is an agent that the session's may delegate to."""

    event: Json = field(default_factory=lambda: MESSAGE)
    """What the client sends."""

    heard: tuple[str, ...] = ()
    """Which events a webhook endpoint asks for; none for no endpoint."""

    dies_at: int = 0
    """At which commit of the session, from 1; 0 for none."""

    side: Literal["before", "after"] = "after"

    def begin(self) -> int:
        """Live, and return the status: 0, or minus the signal."""
        process = processes.Process(target=_lived, args=(self,))
        process.start()
        process.join(60)
        assert process.exitcode is not None, "the process lives on"
        return process.exitcode

    @property
    def witness(self) -> list[str]:
        """Return which calls took effect, in order."""
        path = self.folder / "witness"
        return path.read_text().split() if path.exists() else []

    @property
    def commits(self) -> list[str]:
        """Return what each commit was of, as the last life that counted wrote it."""
        return (self.folder / "commits").read_text().splitlines()

    @property
    def session(self) -> str:
        """Return the session's id."""
        return (self.folder / "session").read_text()


class Witness(Bare):
    """Tools that append to a file, which nobody can take back."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "witness"

    async def run(self, invocation: Invocation) -> Outcome:
        with self._path.open("a") as file:
            file.write(f"{invocation.id}\n")
        return text("noted")

    async def files(self, folder: str) -> tuple[tuple[SandboxFile, ...], bool]:
        """Show graders one file for each call that took effect."""
        del folder
        calls = self._path.read_text().split() if self._path.exists() else []
        return tuple(SandboxFile(each, 0) for each in calls), False


class Pace:
    """Lets a model go on by commits: a delay of so many milliseconds lasts until so many were made.

    In a life that is to be lived to its end nobody waits, but for what never comes.
    """

    def __init__(self, *, is_held: bool) -> None:
        self._is_held = is_held
        self._changed = asyncio.Condition()
        self.count = 0

    async def sleep(self, seconds: float) -> None:
        number = round(seconds * 1000)
        if self._is_held or number == NEVER_MS:
            async with self._changed:
                await self._changed.wait_for(lambda: self.count >= number)

    async def committed(self) -> None:
        async with self._changed:
            self.count += 1
            self._changed.notify_all()


def _lived(life: Life) -> None:
    asyncio.run(_live(life))


async def _live(life: Life) -> None:
    script, problems = check(Script, {"turns": life.turns})
    assert script, problems
    pace = Pace(is_held=life.dies_at > 0)
    programs = SandboxedPrograms(UnsafeLocal(), life.folder / "plans")
    means = Means(Scripted(script, pace.sleep), Witness(life.folder), programs=programs, sleep=_at_once)
    # Nothing is delivered: whatever was put down stays to be counted.
    settings = Settings(database=life.url, data=life.folder, api_key=Secret(KEY), has_duties=False)
    engine = build(settings, clock=SystemClock(), ids=RandomIds(), means=means)
    _doom(life, pace)
    asyncio.get_running_loop().call_later(_PATIENCE_S, _give_up)
    async with engine:
        await _Client(engine, life).live()


def _give_up() -> None:
    """Say what everybody waits for, and end."""
    for task in asyncio.all_tasks():
        task.print_stack()
    os._exit(1)


async def _at_once(_seconds: float) -> None:
    """Wait no time."""


def _doom(life: Life, pace: Pace) -> None:
    """Have the process die at the commit that it is told; the points have the names of what is committed."""
    committed: Callable[..., Awaitable[Written]] = Run._commit
    notes = (life.folder / "commits").open("w")

    async def commit(run: Run, decision: Any, *rest: Any) -> Written:
        number = pace.count + 1
        notes.write("+".join(each.type for each in decision.entries) + "\n")
        notes.flush()
        if number == life.dies_at and life.side == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        found = await committed(run, decision, *rest)
        if number == life.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        await pace.committed()
        return found

    Run._commit = commit  # type: ignore[method-assign]  # a commit to die in


class _Client:
    """Does what a client does, remembers on disk what was acknowledged, and goes on from there in its next life."""

    def __init__(self, engine: Engine, life: Life) -> None:
        self._app = engine.app
        self._life = life

    async def live(self) -> None:
        session = self._remembered("session") or self._remember("session", await self._begun())
        async with self._watching(session) as changed:
            if not self._remembered("sent"):
                await self._send(session, self._life.event)
                self._remember("sent", "yes")
            while not await self._is_over(session):
                await changed.get()
                while not changed.empty():
                    changed.get_nowait()

    async def _is_over(self, session: str) -> bool:
        events = (await self._ask("GET", f"/v1/sessions/{session}/events", query=b"limit=1000"))["data"]
        await self._interrupt(session, events)
        last = next((each for each in reversed(events) if each["type"].startswith("session.status_")), {"type": ""})
        if last["type"] != "session.status_idle":
            return False
        waiting = last["stop_reason"].get("event_ids", [])
        answered = {each.get("tool_use_id") for each in events if each["type"] == "user.tool_confirmation"}
        open_calls = [each for each in waiting if each not in answered]
        agreed = [{"type": "user.tool_confirmation", "tool_use_id": each, "result": "allow"} for each in open_calls]
        if agreed:
            await self._send(session, *agreed)
        return not waiting and all(each["processed_at"] for each in events)

    async def _interrupt(self, session: str, events: list[Json]) -> None:
        is_asked = any(each["type"] == "span.model_request_start" for each in events)
        if self._life.is_impatient and is_asked and not self._remembered("interrupted"):
            await self._send(session, {"type": "user.interrupt"})
            self._remember("interrupted", "yes")

    async def _begun(self) -> str:
        hook = {"url": "https://hooks.example.com/agentops", "events": self._life.heard}
        if self._life.heard:
            await self._ask("POST", "/v1/x-agentops/webhooks", hook)
        toolset = {
            "type": "agent_toolset_20260401",
            "default_config": {"permission_policy": {"type": self._life.policy}},
        }
        worker = {"name": "Worker", "model": MODEL, "tools": [toolset]}
        if self._life.has_scout:
            scout = await self._ask("POST", "/v1/agents", {**worker, "name": "scout"})
            worker["multiagent"] = team_of([scout["id"]])
        agent = await self._ask("POST", "/v1/agents", worker)
        place = await self._ask("POST", "/v1/environments", {"name": "Workshop"})
        session = {"agent": agent["id"], "environment_id": place["id"]}
        return str((await self._ask("POST", "/v1/sessions", session))["id"])

    async def _send(self, session: str, *events: Json) -> None:
        await self._ask("POST", f"/v1/sessions/{session}/events", {"events": events})

    async def _ask(self, method: str, path: str, body: Json | None = None, query: bytes = b"") -> Json:
        sent: list[Json] = []

        async def send(message: Json) -> None:
            sent.append(message)

        request = {**_scope(method, path), "query_string": query}
        await self._app(request, _receive(body), send)  # type: ignore[arg-type] # ASGI's own looser types
        answer: Json = json.loads(b"".join(each.get("body", b"") for each in sent))
        assert sent[0]["status"] == 200, answer
        return answer

    @asynccontextmanager
    async def _watching(self, session: str) -> AsyncIterator["asyncio.Queue[Json]"]:
        """Yield what tells that something happened."""
        changes: asyncio.Queue[Json] = asyncio.Queue()
        path = f"/v1/sessions/{session}/events/stream"
        stream = asyncio.ensure_future(
            self._app(_scope("GET", path), _silent, changes.put)  # type: ignore[arg-type] # ASGI's own looser types
        )
        await changes.get()
        yield changes
        stream.cancel()
        await asyncio.gather(stream, return_exceptions=True)

    def _remembered(self, name: str) -> str:
        path = self._life.folder / name
        return path.read_text() if path.exists() else ""

    def _remember(self, name: str, value: str) -> str:
        (self._life.folder / name).write_text(value)
        return value


async def _silent() -> Json:
    await asyncio.Event().wait()
    raise AssertionError


def _receive(body: Json | None) -> Callable[[], Awaitable[Json]]:
    async def receive() -> Json:
        return {"type": "http.request", "body": json.dumps(body).encode() if body else b"", "more_body": False}

    return receive


def _scope(method: str, path: str) -> Json:
    return scope(method, path, {**HEADERS, "content-type": "application/json"})
