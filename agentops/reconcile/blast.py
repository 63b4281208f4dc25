"""Who would notice that an agent or a memory store goes: asked only where one is to go."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

from agentops.base.clock import timestamp
from agentops.base.errors import TargetError
from agentops.reconcile.objects import ObjectKind
from agentops.reconcile.plan import REMOVALS, Action, Blast, Plan, Step

_RECENT = timedelta(days=7)
_MOST = 20
"""Of more objects of a kind that go, nobody reads about each one."""
_GOING = frozenset({*REMOVALS, Action.RETIRE})
_RUNNING = frozenset({"running", "rescheduling"})
"""Source: SDK 2.11.0 `types/beta/session_list_params.py`, `statuses`."""

Page = tuple[Sequence[Mapping[str, Any]], bool]
"""One page, and whether there are more."""


class Asked(Protocol):
    """What is asked of a server about what goes."""

    async def newest_sessions(self, agent_id: str) -> Page:
        """Return the newest sessions of an agent."""

    async def some_memories(self, store_id: str) -> Page:
        """Return memories of a store."""


async def with_blast(plan: Plan, target: Asked, now: datetime) -> Plan:
    """Return the plan with the sessions of each agent that goes, and the memories of each store: one request each.

    A server that does not tell, or not to this credential, leaves the numbers out: they warn, and decide nothing.
    """
    since = timestamp(now - _RECENT)
    told = {
        **await _told(plan, ObjectKind.AGENT, target.newest_sessions, partial(_busy, since=since)),
        **await _told(plan, ObjectKind.MEMORY_STORE, target.some_memories, _filled),
    }
    return replace(plan, steps=tuple(told.get(each.address, each) for each in plan.steps)) if told else plan


async def _told(
    plan: Plan, kind: ObjectKind, ask: Callable[[str], Awaitable[Page]], seen: Callable[[Blast, Page], Blast]
) -> dict[Any, Step]:
    """Return the steps in which objects of a kind go, with what the server says of each."""
    going = [each for each in plan.steps if each.action in _GOING and each.object is kind and each.live]
    if not 0 < len(going) <= _MOST:
        return {}

    async def asked(step: Step) -> Step:
        try:
            return replace(step, blast=seen(step.blast, await ask(step.live.id if step.live else "")))
        except TargetError:
            return step

    return {each.address: each for each in await asyncio.gather(*map(asked, going))}


def _busy(blast: Blast, page: Page, *, since: str) -> Blast:
    sessions, has_more = page
    recent = sum(str(each.get("created_at")) >= since for each in sessions)
    running = sum(each.get("status") in _RUNNING for each in sessions)
    return replace(blast, running=running, recent=recent, is_more=has_more and recent == len(sessions))


def _filled(blast: Blast, page: Page) -> Blast:
    memories, has_more = page
    return replace(blast, memories=len(memories), is_more=has_more)
