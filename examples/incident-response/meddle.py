"""Change a live agent behind agentops' back, as someone with the console or the SDK would."""

import asyncio
import sys
from pathlib import Path

from anthropic import AsyncAnthropic


async def meddle(client: AsyncAnthropic) -> None:
    """Give the agent `Logs` a bigger model and another description."""
    async for agent in client.beta.agents.list(limit=100):
        if agent.name == "Logs" and agent.archived_at is None:
            break
    else:
        sys.exit("meddle: there is no agent called Logs; run `agentops apply` first")
    changed = await client.beta.agents.update(
        agent.id,
        version=agent.version,
        model="claude-opus-5-5",
        description="Finds everything. Ask it anything.",
    )
    print(f"Logs: version {agent.version} -> {changed.version}, model {agent.model.id} -> {changed.model.id}")


async def main(target: str | None) -> None:
    """Meddle with the embedded engine, or with the server that the SDK's own environment variables name."""
    if target == "embedded":
        from agentops import embedded

        async with embedded.client(Path(".agentops")) as client:
            await meddle(client)
    else:
        async with AsyncAnthropic() as client:
            await meddle(client)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[2] if sys.argv[1:2] == ["--target"] else None))
