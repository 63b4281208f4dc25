"""agentops: a whole engine, asked over ASGI in its own process; only the tools are none, so that no shell is measured.

With `watched` a client follows the session's stream meanwhile, as `agentops run` does, in the same process.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvloop

from agentops.base.clock import SystemClock
from agentops.base.ids import RandomIds
from agentops.base.secrets import Secret
from agentops.engine.listener import settle
from agentops.engine.models.endpoints import Endpoint, Endpoints
from agentops.engine.models.messages import Messages
from agentops.engine.runner.means import Means
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings
from agentops.engine.tools.port import Invocation, Offer, Outcome, text
from tests.asgi import scope
from tests.benchmarks.agents.turns import COMMAND, DESCRIPTION, TASK, attend, given
from tests.toolboxes import Bare

Json = dict[str, Any]

_KEY = "a-key-for-the-benchmark"
_TOOLS = json.dumps([{"name": "bash", "description": DESCRIPTION, "input_schema": COMMAND}]).encode()


class NoTools(Bare):
    """Answers every call at once, in memory."""

    def definitions(self, *_: object) -> bytes:
        return _TOOLS

    async def offer(self, _agent: Json, _thread_id: str) -> Offer:
        return Offer()

    async def run(self, _invocation: Invocation) -> Outcome:
        return text("ok")


class Client:
    """Sends requests through the application, without a socket."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def ask(self, path: str, body: Json) -> Json:
        sent: list[Json] = []

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return {"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}

        await self._engine.app(_scope("POST", path), receive, send)
        answer: Json = json.loads(b"".join(each.get("body", b"") for each in sent))
        assert sent[0]["status"] == 200, answer
        return answer

    async def rest(self) -> None:
        """Return once no session is in anybody's hands; asked of the engine itself, which costs it nothing."""
        crew = self._engine._crew
        assert crew is not None
        while crew.busy:
            await asyncio.wait(crew._tasks)

    async def watch(self, session_id: str) -> "asyncio.Future[None]":
        """Open the session's stream, and return what comes to its end once the session rests."""
        begun, over = asyncio.Event(), asyncio.Event()

        async def send(message: Any) -> None:
            begun.set()
            if b'"session.status_idle"' in message.get("body", b""):
                over.set()

        async def receive() -> Any:
            await asyncio.Event().wait()

        async def watching() -> None:
            path = f"/v1/sessions/{session_id}/events/stream"
            stream = asyncio.ensure_future(self._engine.app(_scope("GET", path), receive, send))
            await over.wait()
            stream.cancel()
            await asyncio.gather(stream, return_exceptions=True)

        found = asyncio.ensure_future(watching())
        await begun.wait()
        return found


class Worker:
    """Takes turns, each in a session of its own."""

    def __init__(self, client: Client, template: Json, *, is_watched: bool = False, task: str = TASK) -> None:
        self._client = client
        self._template = template
        self._task = task
        self._is_watched = is_watched
        self._session_id = ""
        self._watching: asyncio.Future[None] | None = None

    async def prepare(self) -> None:
        """Begin a session, and follow its stream where that is wanted."""
        self._session_id = (await self._client.ask("/v1/sessions", self._template))["id"]
        if self._is_watched:
            self._watching = await self._client.watch(self._session_id)

    async def turn(self, _steps: int) -> None:
        """Go from the user's event to rest."""
        event = {"type": "user.message", "content": [{"type": "text", "text": self._task}]}
        await self._client.ask(f"/v1/sessions/{self._session_id}/events", {"events": [event]})
        await (self._watching or self._client.rest())


async def agent(client: Client, name: str, **more: Json) -> str:
    """Return the id of a new agent with the built-in tools."""
    toolset = {"type": "agent_toolset_20260401"}
    wanted = {"name": name, "model": "claude-sonnet-4-5", "tools": [toolset], **more}
    found: str = (await client.ask("/v1/agents", wanted))["id"]
    return found


async def template(client: Client, agent_id: str) -> Json:
    """Return what an agent's sessions are begun with."""
    place = await client.ask("/v1/environments", {"name": "Workshop"})
    return {"agent": agent_id, "environment_id": place["id"]}


def _scope(method: str, path: str) -> Any:
    headers = {
        "authorization": f"Bearer {_KEY}",
        "anthropic-beta": "managed-agents-2026-04-01",
        "content-type": "application/json",
    }
    return scope(method, path, headers)


@asynccontextmanager
async def running() -> AsyncIterator[Client]:
    """Yield a client of an engine that keeps what it does in SQLite."""
    url, folder = given()
    model = Messages(Endpoints(Endpoint(url, api_key=Secret("none"))), SystemClock(), ())
    settings = Settings(database=f"sqlite:///{folder}/engine.db", data=Path(folder), api_key=Secret(_KEY))
    means = Means(model, NoTools(), close=model.close)
    async with (engine := build(settings, clock=SystemClock(), ids=RandomIds(), means=means)):
        settle()  # as `agentops serve` does
        yield Client(engine)


async def main() -> None:
    """Take turns."""
    async with running() as client:
        begun = await template(client, await agent(client, "Worker"))
        worker = Worker(client, begun, is_watched="watched" in sys.argv)
        await attend(worker.turn, worker.prepare)


if __name__ == "__main__":
    uvloop.run(main())  # as `agentops serve` does
