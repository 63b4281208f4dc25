"""Pydantic AI on DBOS: each model request is a step of a workflow, kept in SQLite."""

import asyncio

from dbos import DBOS
from pydantic_ai import Agent, UsageLimits
from pydantic_ai.durable_exec.dbos import DBOSAgent
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.providers.anthropic import AnthropicProvider

from tests.benchmarks.agents.turns import DESCRIPTION, TASK, attend, given


def bash(command: str) -> str:
    del command
    return "ok"


async def main() -> None:
    """Take turns."""
    url, folder = given()
    DBOS(config={"name": "bench", "system_database_url": f"sqlite:///{folder}/dbos.db", "log_level": "ERROR"})
    model = AnthropicModel("claude-sonnet-4-5", provider=AnthropicProvider(api_key="none", base_url=url))
    agent = Agent(model, name="worker")
    agent.tool_plain(description=DESCRIPTION)(bash)
    durable = DBOSAgent(agent)
    DBOS.launch()
    await attend(lambda _steps: durable.run(TASK, usage_limits=UsageLimits(request_limit=None)))


if __name__ == "__main__":
    asyncio.run(main())
