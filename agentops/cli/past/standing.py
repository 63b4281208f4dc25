"""How a thing stands on its target: the live value and version, who wrote it last, the verdict, and who uses it."""

from collections.abc import Sequence
from typing import Any

from agentops.base.names import Address
from agentops.cli.past.places import Written
from agentops.cli.planning import Planned
from agentops.reconcile.marks import read
from agentops.reconcile.objects import OBJECTS, ObjectKind
from agentops.reconcile.observed import Live
from agentops.reconcile.plan import Step
from agentops.reconcile.raising import raised_field
from agentops.reconcile.target import Body
from agentops.reconcile.verdicts import ABSENT, in_normal_form
from agentops.reconcile.views.json import plan_json
from agentops.reconcile.views.masks import masked
from agentops.targets.agent_versions import agent_versions

_SESSIONS = "managed-agents-2026-04-01"
_MOST_SESSIONS = 5


async def standing(planned: Planned, address: Address, written: Written) -> dict[str, Any]:
    """Return how it stands, in its JSON shape."""
    step = next((each for each in planned.plan.steps if each.address == address), None)
    live = next(iter(planned.world.owned(planned.desired.owner).get(str(address), [])), None)
    found: dict[str, Any] = {
        "missing": "",
        "target": planned.plan.target,
        "verdict": _verdict(planned, address, written, step),
        "action": step.action.value if step else None,
    }
    if live is None:
        why = "it is not on the target" if address in planned.desired.by_address else ""
        return found | {"missing": why, "id": None}
    return found | {
        "id": live.id,
        "version": live.version,
        "value": _value(planned, live, address, written),
        "last_write": _last_write(live),
        "since": await _since(planned, live, written),
        "sessions": await _sessions(planned, live),
    }


def _verdict(planned: Planned, address: Address, written: Written, step: Step | None) -> str:
    """Return the verdict on the field, or the strongest one on the whole object."""
    if address not in planned.desired.by_address:
        return "not_live"
    otherwise = "in_sync" if written.is_declared else "not_ours"
    if step is None:
        return otherwise
    steps = [each for each in plan_json(planned.plan)["steps"] if each["address"] == str(address)]
    changes = [change for each in steps for change in each["changes"]]
    about = [each["verdict"] for each in changes if written.live_field in {"", each["field"].partition(".")[0]}]
    order = ("conflict", "drift", "update", "clear", "converged")
    return min(about, key=lambda each: order.index(each) if each in order else len(order), default=otherwise)


def _value(planned: Planned, live: Live, address: Address, written: Written) -> Any:
    field = written.live_field
    if (
        not field
        or live.object in {ObjectKind.CREDENTIAL, ObjectKind.SKILL}
        or field not in OBJECTS[live.object].fields
    ):
        return None
    names = {
        lives[0].id: found
        for each, lives in planned.world.owned(planned.desired.owner).items()
        if (found := Address.parse(each))
    }
    value = raised_field(address.kind, field, live.body.get(field), names, live.id)
    return None if value is ABSENT else masked(value)


def _last_write(live: Live) -> dict[str, Any]:
    marks = live.marks
    assert marks
    is_ours = live.is_untouched if live.version is not None else None
    return {
        "by": "us" if is_ours else "somebody_else" if is_ours is False else "unknown",
        "source": marks.source,
        "tool": marks.tool,
        "version": marks.version,
        "after": None if is_ours else marks.version,
        "at": live.body.get("updated_at") or live.body.get("created_at"),
    }


async def _since(planned: Planned, live: Live, written: Written) -> dict[str, Any] | None:
    """Return the version that brought the live value, where the target keeps versions."""
    field = written.live_field
    if live.version is None or field not in OBJECTS[live.object].fields:
        return None
    rule = OBJECTS[live.object].fields[field]
    value, found = in_normal_form(field, rule, live.body), live.body
    for body in await agent_versions(planned.target, live.id):
        if in_normal_form(field, rule, body) != value:
            break
        found = body
    marks = read(found.get("metadata") or {})
    is_ours = marks is not None and marks.version == found["version"]
    return {
        "version": found["version"],
        "at": found.get("updated_at") or found.get("created_at"),
        "by": "us" if is_ours else "somebody_else",
        "source": marks.source if marks and is_ours else "",
        "after": marks.version if marks and not is_ours else None,
    }


async def _sessions(planned: Planned, live: Live) -> Sequence[Any] | None:
    """Return the newest sessions of this version: one request."""
    match live.object:
        case ObjectKind.AGENT:
            only = {"agent_id": live.id, "agent_version": str(live.version)}
        case ObjectKind.DEPLOYMENT:
            only = {"deployment_id": live.id}
        case _:
            return None
    page = await planned.target.pages.one("sessions", _SESSIONS, {**only, "limit": str(_MOST_SESSIONS)})
    return [_session(each) for each in (page or {}).get("data", [])]


def _session(body: Body) -> dict[str, Any]:
    return {key: body.get(key) for key in ("id", "title", "status", "created_at")}
