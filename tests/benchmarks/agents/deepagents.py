"""Deep Agents: `create_deep_agent` with LangGraph's SQLite checkpointer."""

import asyncio

from deepagents import create_deep_agent

from tests.benchmarks.agents.langgraph import bash, model, saver, turn
from tests.benchmarks.agents.turns import attend, given

if __name__ == "__main__":
    asyncio.run(attend(turn(create_deep_agent(model(given()[0]), [bash], checkpointer=saver(given()[1])))))
