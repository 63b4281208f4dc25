"""agentops: one session of a lead, whose specialists are threads of it; every event of theirs is kept in SQLite."""

import uvloop

from tests.benchmarks.agents.agentops import Worker, agent, running, template
from tests.benchmarks.agents.turns import LEAD_TASK, TASK, attend, delegations


async def main() -> None:
    """Take turns."""
    async with running() as client:
        roster = [await agent(client, "Specialist")]
        lead = await agent(client, "Lead", multiagent={"type": "coordinator", "agents": roster})
        worker = Worker(client, await template(client, lead), task=LEAD_TASK)
        sent = delegations("send_to_agent", agent="Specialist", message=TASK)
        # The specialists work while the lead is asked what next: its third request is nobody's wait.
        await attend(worker.turn, worker.prepare, lead=[*sent, [{"name": "wait_for_agents", "input": {}}]])


if __name__ == "__main__":
    uvloop.run(main())  # as `agentops serve` does
