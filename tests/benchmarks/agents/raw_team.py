"""The floor of a team: the raw loop for the lead, and one for each specialist, all at once."""

import asyncio

import aiohttp

from tests.benchmarks.agents.raw import Loop, NoLog
from tests.benchmarks.agents.turns import LEAD_TASK, TASK, attend, delegations, given


async def main() -> None:
    """Take turns."""
    async with aiohttp.ClientSession() as session:
        loop = Loop(session, given()[0], NoLog())

        async def delegate(calls: int) -> None:
            await asyncio.gather(*(loop.run(TASK) for _ in range(calls)))

        await attend(lambda _steps: loop.run(LEAD_TASK, delegate), lead=delegations("specialist"))


if __name__ == "__main__":
    asyncio.run(main())
