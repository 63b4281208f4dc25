"""How many sessions would notice that an agent goes: asked only where one is to go."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from agentops.base.clock import timestamp
from agentops.base.errors import TargetError
from agentops.reconcile.objects import ObjectKind
from agentops.reconcile.plan import REMOVALS, Action, Plan, Step

_RECENT = timedelta(days=7)
_MOST = 20
"""Of more agents that go, nobody reads how busy each one is."""
_GOING = frozenset({*REMOVALS, Action.RETIRE})
_RUNNING = frozenset({"running", "rescheduling"})
"""Source: SDK 2.11.0 `types/beta/session_list_params.py`, `statuses`."""


class Asked(Protocol):
    """What is asked of a server about an agent."""

    async def newest_sessions(self, agent_id: str) -> tuple[Sequence[Mapping[str, Any]], bool]:
        """Return the newest sessions of an agent, one page, and whether there are more."""


async def with_sessions(plan: Plan, target: Asked, now: datetime) -> Plan:
    """Return the plan with the sessions of each agent that goes: one request each, and none where nothing goes.

    A server that does not tell, or not to this credential, leaves the numbers out: they warn, and decide nothing.
    """
    going = [each for each in plan.steps if each.action in _GOING and each.object is ObjectKind.AGENT]
    if not 0 < len(going) <= _MOST:
        return plan
    asked = await asyncio.gather(*(_asked(each, target, now) for each in going))
    told = {each.address: each for each in asked}
    return replace(plan, steps=tuple(told.get(each.address, each) for each in plan.steps))


async def _asked(step: Step, target: Asked, now: datetime) -> Step:
    try:
        sessions, has_more = await target.newest_sessions(step.live.id if step.live else "")
    except TargetError:
        return step
    since = timestamp(now - _RECENT)
    recent = sum(str(each.get("created_at")) >= since for each in sessions)
    running = sum(each.get("status") in _RUNNING for each in sessions)
    is_more = has_more and recent == len(sessions)
    return replace(step, blast=replace(step.blast, running=running, recent=recent, is_more=is_more))
