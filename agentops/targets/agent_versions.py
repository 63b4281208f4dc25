"""The versions of an agent, which a target keeps: one list request."""

from collections.abc import Sequence

from agentops.reconcile.objects import OBJECTS, ObjectKind
from agentops.reconcile.target import Body
from agentops.targets.live import LiveTarget


async def agent_versions(target: LiveTarget, agent_id: str) -> Sequence[Body]:
    """Return every version of an agent, newest first."""
    found = await target.pages.every(f"agents/{agent_id}/versions", OBJECTS[ObjectKind.AGENT].betas) or ()
    return sorted(found, key=lambda each: int(each["version"]), reverse=True)
