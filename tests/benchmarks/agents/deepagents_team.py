"""Deep Agents: a lead with one kind of subagent, called by its `task` tool; calls of one answer run in parallel.

With `durable` the lead has the SQLite checkpointer, and the subagents with it.
"""

import asyncio

from deepagents import create_deep_agent

from tests.benchmarks.agents.langgraph import bash, model
from tests.benchmarks.agents.langgraph_team import saver, turn
from tests.benchmarks.agents.turns import TASK, attend, delegations, given


async def main() -> None:
    """Take turns."""
    specialist = {"name": "specialist", "description": "Looks at logs.", "system_prompt": "Look.", "tools": [bash]}
    async with saver() as kept:
        lead = create_deep_agent(model(given()[0]), subagents=[specialist], checkpointer=kept)
        calls = delegations("task", subagent_type="specialist", description=TASK)
        await attend(turn(lead), lead=calls)


if __name__ == "__main__":
    asyncio.run(main())
