"""What the API archives along with an agent: its deployments, whoever they belong to."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from agentops.reconcile.objects import ObjectKind
from agentops.reconcile.observed import Live
from agentops.reconcile.plan import Step, Swept

Hanging = Mapping[str, Sequence[Live]]
"""Deployments by the id of their agent."""


def hanging(lives: Iterable[Live], agents: Mapping[str, str]) -> Hanging:
    """Return the deployments of each agent; `agents` says by a deployment's id which agent a plan gives it."""
    found: dict[str, list[Live]] = defaultdict(list)
    for live in lives:
        if live.object is ObjectKind.DEPLOYMENT:
            found[agents.get(live.id) or agent_id(live.body.get("agent"))].append(live)
    return found


def agent_id(value: Any) -> str:
    """Return the id in a deployment's `agent`; nothing for an agent that is still to be made."""
    found = value.get("id") if isinstance(value, Mapping) else value
    return found if isinstance(found, str) else ""


def swept_with(step: Step, found: Hanging, owner: str) -> Step:
    """Return the step with what goes, or will go, along with its object."""
    if step.live is None or step.object is not ObjectKind.AGENT:
        return step
    swept = tuple(_swept(each, owner) for each in found.get(step.live.id, ()))
    return replace(step, blast=replace(step.blast, swept=swept))


def _swept(live: Live, owner: str) -> Swept:
    marks = live.marks
    is_ours = bool(marks and marks.owner == owner)
    name = marks.id if marks and is_ours else str(live.body.get("name") or live.id)
    return Swept(live.id, name, marks.owner if marks else "", is_ours)
