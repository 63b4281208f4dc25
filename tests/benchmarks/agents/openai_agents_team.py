"""OpenAI Agents: agents as tools over the Responses API; calls of one answer run in parallel."""

import asyncio

from agents import Agent, OpenAIResponsesModel, Runner, set_tracing_disabled
from openai import AsyncOpenAI

from tests.benchmarks.agents.openai_agents import bash
from tests.benchmarks.agents.turns import LEAD_TASK, TASK, attend, delegations, given

_MANY = 1000


async def main() -> None:
    """Take turns."""
    set_tracing_disabled(disabled=True)
    client = AsyncOpenAI(base_url=f"{given()[0]}/v1", api_key="none", max_retries=0)
    model = OpenAIResponsesModel("gpt-5", client)
    specialist = Agent(name="specialist", model=model, tools=[bash])
    tool = specialist.as_tool("ask_specialist", "Has a specialist do a task.", max_turns=_MANY)
    lead = Agent(name="lead", model=model, tools=[tool])
    await attend(lambda _steps: Runner.run(lead, LEAD_TASK), lead=delegations("ask_specialist", input=TASK))


if __name__ == "__main__":
    asyncio.run(main())
