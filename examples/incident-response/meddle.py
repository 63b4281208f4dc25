"""Change a live agent behind agentops' back, as someone with a console or the SDK would."""

# ruff: noqa: INP001, T201 - a script beside an example: it belongs to no package, and printing is its output

import asyncio
import sys
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from anthropic import AsyncAnthropic

from agentops import embedded


def client(target: str) -> AbstractAsyncContextManager[AsyncAnthropic]:
    """Return the SDK's client: on the engine inside this process, or on the server that ANTHROPIC_BASE_URL names."""
    return embedded.client(Path(".agentops")) if target == "embedded" else AsyncAnthropic()


async def meddle(target: str) -> None:
    """Give the agent `Logs` a bigger model and a vaguer description."""
    async with client(target) as sdk:
        live = [each async for each in sdk.beta.agents.list(limit=100) if each.name == "Logs"]
        if not live:
            sys.exit("meddle: there is no agent called Logs; run `agentops apply` first")
        old = live[0]
        new = await sdk.beta.agents.update(
            old.id, version=old.version, model="claude-opus-5-5", description="Finds everything. Ask it anything."
        )
        print(f"{new.name}: version {old.version} → {new.version}, model {old.model.id} → {new.model.id}")


if __name__ == "__main__":
    asyncio.run(meddle(sys.argv[-1]))
