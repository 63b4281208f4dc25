"""A floor of a team: the loop over the official SDK for the lead, and one for each specialist, all at once."""

import asyncio

from tests.benchmarks.agents.sdk import connected, run
from tests.benchmarks.agents.turns import LEAD_TASK, TASK, attend, delegations


async def main() -> None:
    """Take turns."""
    async with connected() as client:

        async def delegate(calls: int) -> None:
            await asyncio.gather(*(run(client, TASK) for _ in range(calls)))

        await attend(lambda _steps: run(client, LEAD_TASK, delegate), lead=delegations("specialist"))


if __name__ == "__main__":
    asyncio.run(main())
