"""The versions of an agent, which a server keeps: asked for where somebody changed it since our last write."""

from agentops.reconcile.objects import OBJECTS, ObjectKind
from agentops.reconcile.target import Body
from agentops.targets.pages import Pages


async def agent_versions(pages: Pages, agent_id: str, first: int) -> list[Body]:
    """Return the versions of an agent from a number on, oldest first; none where the target does not list them."""
    found = await pages.every(f"agents/{agent_id}/versions", OBJECTS[ObjectKind.AGENT].betas) or ()
    since = [each for each in found if isinstance(each.get("version"), int) and each["version"] >= first]
    return sorted(since, key=lambda each: int(each["version"]))
