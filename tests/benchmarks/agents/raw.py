"""The floors: aiohttp and bytes that are encoded once; with `durable` two commits a step to SQLite, as ours has."""

import asyncio
import json
import sqlite3
import sys
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


async def main() -> None:
    """Take turns."""
    url, folder = given()
    log = Log(folder) if "durable" in sys.argv else NoLog()
    async with aiohttp.ClientSession() as session:

        async def asked(said: list[bytes]) -> dict[str, Any]:
            body = _HEAD + b",".join(said) + b"]}"
            async with session.post(f"{url}/v1/messages", data=body, headers=_HEADERS) as answer:
                found: dict[str, Any] = json.loads(await answer.read())
            return found

        async def turn(_steps: int) -> None:
            said = [_message("user", TASK)]
            while True:
                reply = await asked(said)
                said.append(_message("assistant", reply["content"]))
                log.append(said[-1])
                if reply["stop_reason"] != "tool_use":
                    return
                uses = [each["id"] for each in reply["content"]]
                results = [{"type": "tool_result", "tool_use_id": each, "content": "ok"} for each in uses]
                said.append(_message("user", results))
                log.append(said[-1])

        await attend(turn)


def _message(role: str, content: object) -> bytes:
    return json.dumps({"role": role, "content": content}).encode()


if __name__ == "__main__":
    asyncio.run(main())
