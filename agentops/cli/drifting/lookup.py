"""What is looked up behind a drift: only for objects that did drift, and only when somebody is to read of it."""

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

from agentops.cli.drifting.past import Past
from agentops.reconcile.backgrounds import Background, Base, Since, actor, changed_by_others, disputed, since_in
from agentops.reconcile.objects import OBJECTS
from agentops.reconcile.verdicts import SEED
from agentops.targets.versions import agent_versions

if TYPE_CHECKING:
    from agentops.base.names import Address
    from agentops.cli.planning import Planned
    from agentops.reconcile.observed import Live
    from agentops.reconcile.plan import Step
    from agentops.reconcile.verdicts import Judged

    Found = dict[tuple[Address, str], Since]

_AT_ONCE = 4
"""Questions that are under way at a time."""


async def background(planned: "Planned") -> Background:
    """Return what lies behind each drift and conflict of a plan, as far as target and git tell."""
    slots = asyncio.Semaphore(_AT_ONCE)

    async def asked(step: "Step", live: "Live") -> "Found":
        async with slots:
            return await _since(planned, step, live)

    told = await asyncio.gather(*(asked(each, each.live) for each in planned.plan.drifted if each.live))
    owned = planned.world.owned(planned.desired.owner)
    names = {lives[0].id: identity for identity, lives in owned.items()}
    since = {key: found for each in told for key, found in each.items()}
    return Background(dict(_bases(planned)), since, names)


async def _since(planned: "Planned", step: "Step", live: "Live") -> "Found":
    """Return when each field became what it is: by the object's versions, or else by its last change."""
    fields = changed_by_others(step)
    memories = await _memories(planned, step, live) if SEED in fields else {}
    fields -= {SEED}
    whole = Since(str(live.body.get("updated_at") or ""), actor(live.body.get("updated_by")), is_of_object=True)
    if not OBJECTS[step.object].is_versioned or live.marks is None or live.marks.version is None:
        return memories | {(step.address, each): whole for each in fields}
    versions = await agent_versions(planned.target.pages, live.id, live.marks.version)
    return memories | {(step.address, each): since_in(versions, live, each) for each in fields}


async def _memories(planned: "Planned", step: "Step", live: "Live") -> "Found":
    """Return who wrote each memory that is not the tree's any more."""
    found: Found = {}
    for change in step.changes:
        path = ".".join(map(str, change.path))
        if change.field == SEED and path in live.memories.found:
            only = {"memory_id": live.memories.found[path].id}
            history = await planned.target.memory_versions(live.id, only)
            newest = history[0] if history else {}
            by = actor(newest.get("created_by"))
            found[step.address, f"{SEED}.{path}"] = Since(str(newest.get("created_at") or ""), by)
    return found


def _bases(planned: "Planned") -> "Iterator[tuple[tuple[Address, str], Base]]":
    """Yield the text before both changes: of a version that the target keeps, or of the commit that was applied."""
    past = Past(planned)
    for step, judged in disputed(planned.plan):
        yield (step.address, judged.name), _base(past, step, judged)


def _base(past: Past, step: "Step", judged: "Judged") -> Base:
    if step.live and step.live.base is not None:
        return Base(judged.base)
    if OBJECTS[step.object].is_versioned:
        return Base(missing="the target does not have the version of the last apply any more")
    return past.base(step, judged)
