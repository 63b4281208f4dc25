"""Pydantic AI: agent delegation, a tool of the lead's that runs the specialist; calls of one answer run in parallel."""

import asyncio

from pydantic_ai import Agent, RunContext, UsageLimits
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.providers.anthropic import AnthropicProvider

from tests.benchmarks.agents.pydantic_ai import bash
from tests.benchmarks.agents.turns import DESCRIPTION, LEAD_TASK, TASK, attend, delegations, given

_NO_LIMIT = UsageLimits(request_limit=None)


async def main() -> None:
    """Take turns."""
    model = AnthropicModel("claude-sonnet-4-5", provider=AnthropicProvider(api_key="none", base_url=given()[0]))
    lead, specialist = Agent(model, name="lead"), Agent(model, name="specialist")
    specialist.tool_plain(description=DESCRIPTION)(bash)

    @lead.tool
    async def ask_specialist(context: RunContext[None], task: str) -> str:
        """Has a specialist do a task, and returns its report."""
        return (await specialist.run(task, usage=context.usage, usage_limits=_NO_LIMIT)).output

    await attend(
        lambda _steps: lead.run(LEAD_TASK, usage_limits=_NO_LIMIT), lead=delegations("ask_specialist", task=TASK)
    )


if __name__ == "__main__":
    asyncio.run(main())
