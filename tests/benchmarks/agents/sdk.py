"""A floor: the loop that everybody writes first, the official SDK and a list of messages; nothing is kept."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import anthropic

from tests.benchmarks.agents.turns import COMMAND, DESCRIPTION, TASK, attend, given

_TOOLS: Any = [{"name": "bash", "description": DESCRIPTION, "input_schema": COMMAND}]


async def at_once(_calls: int) -> None:
    """Be a tool that has nothing to do."""


async def run(client: anthropic.AsyncAnthropic, task: str, work: Callable[[int], Awaitable[None]] = at_once) -> None:
    """Come to the end of a task; `work` does what one answer calls."""
    said: list[Any] = [{"role": "user", "content": task}]
    while True:
        reply = await client.messages.create(model="m", max_tokens=1000, messages=said, tools=_TOOLS)
        said.append({"role": "assistant", "content": [each.model_dump() for each in reply.content]})
        if reply.stop_reason != "tool_use":
            return
        uses = [each.id for each in reply.content if each.type == "tool_use"]
        await work(len(uses))
        results = [{"type": "tool_result", "tool_use_id": each, "content": "ok"} for each in uses]
        said.append({"role": "user", "content": results})


def connected() -> anthropic.AsyncAnthropic:
    """Return a client of the model."""
    return anthropic.AsyncAnthropic(base_url=given()[0], api_key="none", max_retries=0)


async def main() -> None:
    """Take turns."""
    async with connected() as client:
        await attend(lambda _steps: run(client, TASK))


if __name__ == "__main__":
    asyncio.run(main())
