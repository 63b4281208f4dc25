"""LangGraph: a lead whose tool invokes a specialist, both made by `create_agent`; calls of one answer run in parallel.

With `durable` the lead has the SQLite checkpointer, and the specialists with it.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from langchain.agents import create_agent
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from tests.benchmarks.agents.langgraph import bash, model
from tests.benchmarks.agents.turns import LEAD_TASK, TASK, Turn, attend, delegations, given


@asynccontextmanager
async def saver() -> AsyncIterator[AsyncSqliteSaver | None]:
    """Yield the checkpointer, if there is one: the kind for many tasks of one event loop."""
    if "durable" not in sys.argv:
        yield None
        return
    async with AsyncSqliteSaver.from_conn_string(f"{given()[1]}/checkpoints.db") as found:
        yield found


def turn(graph: Any) -> Turn:
    """Return what takes turns with a lead's graph."""
    threads = count()

    async def take(steps: int) -> None:
        config = {"configurable": {"thread_id": str(next(threads))}, "recursion_limit": 10 * steps + 100}
        await graph.ainvoke({"messages": [{"role": "user", "content": LEAD_TASK}]}, config)

    return take


async def main() -> None:
    """Take turns."""
    asked = model(given()[0])
    specialist = create_agent(asked, [bash], name="specialist")

    async def ask_specialist(task: str) -> str:
        """Has a specialist do a task, and returns its report."""
        found = await specialist.ainvoke({"messages": [{"role": "user", "content": task}]})
        report: str = found["messages"][-1].text
        return report

    async with saver() as kept:
        lead = create_agent(asked, [ask_specialist], checkpointer=kept)
        await attend(turn(lead), lead=delegations("ask_specialist", task=TASK))


if __name__ == "__main__":
    asyncio.run(main())
