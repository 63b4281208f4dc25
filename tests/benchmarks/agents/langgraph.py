"""LangGraph: `create_agent` with its SQLite checkpointer, in its own default durability ("async")."""

import asyncio
import sqlite3
from itertools import count
from typing import Any

from langchain.agents import create_agent
from langchain_anthropic import ChatAnthropic
from langchain_core.language_models import BaseChatModel
from langgraph.checkpoint.sqlite import SqliteSaver

from tests.benchmarks.agents.turns import DESCRIPTION, TASK, Turn, attend, given


def bash(command: str) -> str:
    del command
    return "ok"


bash.__doc__ = DESCRIPTION


def model(url: str) -> BaseChatModel:
    """Return the model, asked without streaming, as it comes."""
    return ChatAnthropic(model_name="claude-sonnet-4-5", base_url=url, api_key="none", max_retries=0, stop=None)


def turn(graph: Any) -> Turn:
    """Return what takes turns with a graph."""
    threads = count()

    async def take(steps: int) -> None:
        config = {"configurable": {"thread_id": str(next(threads))}, "recursion_limit": 10 * steps + 100}
        graph.invoke({"messages": [{"role": "user", "content": TASK}]}, config)

    return take


def saver(folder: str) -> SqliteSaver:
    """Return the checkpointer, over a connection as its documentation makes it."""
    return SqliteSaver(sqlite3.connect(f"{folder}/checkpoints.db", check_same_thread=False))


if __name__ == "__main__":
    asyncio.run(attend(turn(create_agent(model(given()[0]), [bash], checkpointer=saver(given()[1])))))
