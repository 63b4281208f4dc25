"""The floors: aiohttp and bytes that are encoded once; with `durable` two commits a step to SQLite, as ours has."""

import asyncio
import json
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

from tests.benchmarks.agents.turns import COMMAND, DESCRIPTION, TASK, attend, given

_TOOLS = [{"name": "bash", "description": DESCRIPTION, "input_schema": COMMAND}]
_HEAD = json.dumps({"model": "m", "max_tokens": 1000, "tools": _TOOLS}).encode()[:-1] + b',"messages":['
_HEADERS = {"content-type": "application/json"}


class Log:
    """One commit for each message, on the event loop: nobody else waits."""

    def __init__(self, folder: str) -> None:
        self._database = sqlite3.connect(f"{folder}/log.db", isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute("CREATE TABLE log (seq INTEGER PRIMARY KEY, body BLOB NOT NULL)")

    def append(self, message: bytes) -> None:
        self._database.execute("INSERT INTO log (body) VALUES (?)", (message,))


class NoLog:
    """Keeps nothing."""

    def append(self, message: bytes) -> None:
        del message


async def at_once(_calls: int) -> None:
    """Be a tool that has nothing to do."""


class Loop:
    """Asks the model until its answer calls no tool."""

    def __init__(self, session: aiohttp.ClientSession, url: str, log: Log | NoLog) -> None:
        self._session = session
        self._url = f"{url}/v1/messages"
        self._log = log

    async def run(self, task: str, work: Callable[[int], Awaitable[None]] = at_once) -> None:
        """Come to the end of a task; `work` does what one answer calls."""
        said = [_message("user", task)]
        while True:
            reply = await self._asked(said)
            said.append(_message("assistant", reply["content"]))
            self._log.append(said[-1])
            if reply["stop_reason"] != "tool_use":
                return
            uses = [each["id"] for each in reply["content"]]
            await work(len(uses))
            results = [{"type": "tool_result", "tool_use_id": each, "content": "ok"} for each in uses]
            said.append(_message("user", results))
            self._log.append(said[-1])

    async def _asked(self, said: list[bytes]) -> dict[str, Any]:
        body = _HEAD + b",".join(said) + b"]}"
        async with self._session.post(self._url, data=body, headers=_HEADERS) as answer:
            found: dict[str, Any] = json.loads(await answer.read())
        return found


async def main() -> None:
    """Take turns."""
    url, folder = given()
    log = Log(folder) if "durable" in sys.argv else NoLog()
    async with aiohttp.ClientSession() as session:
        loop = Loop(session, url, log)
        await attend(lambda _steps: loop.run(TASK))


def _message(role: str, content: object) -> bytes:
    return json.dumps({"role": role, "content": content}).encode()


if __name__ == "__main__":
    asyncio.run(main())
