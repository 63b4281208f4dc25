"""What goes along whoever it belongs to: the deployments of an agent, and what others put inside ours."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from agentops.reconcile.objects import ObjectKind
from agentops.reconcile.observed import Live
from agentops.reconcile.plan import Step, Swept

Hanging = Mapping[str, Sequence[Live]]
"""Deployments by the id of their agent; what is inside an object and not ours, by that object's id."""


def hanging(lives: Iterable[Live], agents: Mapping[str, str], owner: str) -> Hanging:
    """Return what goes along with each object; `agents` says by a deployment's id which agent a plan gives it."""
    found: dict[str, list[Live]] = defaultdict(list)
    for live in lives:
        if live.object is ObjectKind.DEPLOYMENT:
            found[agents.get(live.id) or agent_id(live.body.get("agent"))].append(live)
        elif live.parent and not is_of(live, owner):
            found[live.parent].append(live)
    return found


def is_of(live: Live, owner: str) -> bool:
    """Tell whether an object bears the owner's marks."""
    return bool(live.marks and live.marks.owner == owner)


def agent_id(value: Any) -> str:
    """Return the id in a deployment's `agent`; nothing for an agent that is still to be made."""
    found = value.get("id") if isinstance(value, Mapping) else value
    return found if isinstance(found, str) else ""


def swept_with(step: Step, found: Hanging, owner: str) -> Step:
    """Return the step with what goes, or will go, along with its object."""
    if step.live is None or step.live.id not in found:
        return step
    swept = tuple(_swept(each, owner) for each in found[step.live.id])
    return replace(step, blast=replace(step.blast, swept=swept))


def name_of(live: Live) -> str:
    """Return what people call an object."""
    return str(live.body.get("name") or live.body.get("display_name") or live.id)


def _swept(live: Live, owner: str) -> Swept:
    marks, is_ours = live.marks, is_of(live, owner)
    name = marks.id if marks and is_ours else name_of(live)
    return Swept(live.object, live.id, name, marks.owner if marks else "", is_ours)
