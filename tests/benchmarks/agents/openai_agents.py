"""OpenAI Agents: the Responses API, with its SQLite session."""

import asyncio
from itertools import count

from agents import Agent, OpenAIResponsesModel, Runner, SQLiteSession, function_tool, set_tracing_disabled
from openai import AsyncOpenAI

from tests.benchmarks.agents.turns import DESCRIPTION, TASK, attend, given


@function_tool(description_override=DESCRIPTION)
def bash(command: str) -> str:
    del command
    return "ok"


async def main() -> None:
    """Take turns."""
    url, folder = given()
    set_tracing_disabled(disabled=True)
    client = AsyncOpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0)
    agent = Agent(name="worker", model=OpenAIResponsesModel("gpt-5", client), tools=[bash])
    sessions = count()

    async def turn(steps: int) -> None:
        session = SQLiteSession(str(next(sessions)), f"{folder}/sessions.db")
        await Runner.run(agent, TASK, session=session, max_turns=steps + 1)
        session.close()

    await attend(turn)


if __name__ == "__main__":
    asyncio.run(main())
