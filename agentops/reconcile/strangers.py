"""What a plan has to know of stores that are not ours yet: which of the tree's memories are in them already."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from agentops.reconcile.bodies import wanted_fields
from agentops.reconcile.claiming import Claims
from agentops.reconcile.memories import look_up
from agentops.reconcile.observed import World
from agentops.reconcile.options import PlanOptions
from agentops.reconcile.resource import Desired, Resource
from agentops.reconcile.target import Target


async def with_memories(world: World, target: Target, desired: Desired, options: PlanOptions) -> World:
    """Return the world in which the stores that are to become ours have their memories looked up.

    Raises:
        TargetError: they could not be read.
    """
    taken = _to_be_ours(world, desired, options)
    if not taken:
        return world
    found = await asyncio.gather(*(look_up(target, store_id, each, None) for store_id, each in taken.items()))
    memories = dict(zip(taken, found, strict=True))
    lives = (replace(each, memories=memories[each.id]) if each.id in memories else each for each in world.lives)
    return replace(world, lives=tuple(lives))


def _to_be_ours(world: World, desired: Desired, options: PlanOptions) -> Mapping[str, Resource]:
    """Return the stores that bear no marks of ours, and what a plan would take each for, by id."""
    if not (options.adopt or options.take or options.take_over):
        return {}
    claims = Claims(desired, world, options)
    found: dict[str, Resource] = {}
    for each in desired.resources:
        if each.seeds and not claims.of(each, ""):
            live = claims.beside(each, wanted_fields(each, lambda _: None), "")
            found |= {live.id: each} if live else {}
    return found
