"""A floor: the loop that everybody writes first, the official SDK and a list of messages; nothing is kept."""

import asyncio
from typing import Any

import anthropic

from tests.benchmarks.agents.turns import COMMAND, DESCRIPTION, TASK, attend, given

_TOOLS: Any = [{"name": "bash", "description": DESCRIPTION, "input_schema": COMMAND}]


async def main() -> None:
    """Take turns."""
    async with anthropic.AsyncAnthropic(base_url=given()[0], api_key="none", max_retries=0) as client:

        async def turn(_steps: int) -> None:
            said: list[Any] = [{"role": "user", "content": TASK}]
            while True:
                reply = await client.messages.create(model="m", max_tokens=1000, messages=said, tools=_TOOLS)
                said.append({"role": "assistant", "content": [each.model_dump() for each in reply.content]})
                if reply.stop_reason != "tool_use":
                    return
                uses = [each.id for each in reply.content if each.type == "tool_use"]
                results = [{"type": "tool_result", "tool_use_id": each, "content": "ok"} for each in uses]
                said.append({"role": "user", "content": results})

        await attend(turn)


if __name__ == "__main__":
    asyncio.run(main())
