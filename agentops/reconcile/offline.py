"""A plan without a target: what a tree asks for, against a world that is just as an older tree asked for. Pure."""

import re
from collections.abc import Mapping
from dataclasses import replace

from agentops.base.diagnostics import Report
from agentops.base.names import Address
from agentops.reconcile import bodies
from agentops.reconcile.brakes import Brakes
from agentops.reconcile.bundles import digests
from agentops.reconcile.marks import read, written
from agentops.reconcile.memories import LiveMemory, Memories
from agentops.reconcile.objects import ObjectKind
from agentops.reconcile.observed import Live, World
from agentops.reconcile.plan import Action, Change, Plan, Step
from agentops.reconcile.planner import PlanOptions, plan
from agentops.reconcile.resource import Desired
from agentops.reconcile.values import Known

_VERSION = 1
"""Every agent's version in such a world. It stands for one that only a target knows, and is told to nobody."""

_STAND_IN = re.compile(r" \((?:id|version):[\w.-]+\)")
_NOW, _NEXT = "the version before", "the next version"


def compared(desired: Desired, base: Desired, label: str, options: PlanOptions) -> Plan:
    """Return what changes between two trees, in the form of a plan; ids and versions are left out of it."""
    made = plan(desired, world_of(base), label, options)
    said = Report.of(replace(each, message=_STAND_IN.sub("", each.message)) for each in made.report.diagnostics)
    return replace(made, steps=tuple(_told(each) for each in made.steps), report=said)


def world_of(desired: Desired) -> World:
    """Return the world on which everything has just been applied, and which nobody has touched."""
    known: dict[Address, Known] = {}
    lives: list[Live] = []
    for step in plan(replace(desired, brakes=Brakes()), World(()), "").steps:
        live = _brought(step, known, desired.owner)
        known[step.address] = Known(live.id, live.pin)
        lives.append(live)
    return World(tuple(reversed(lives)))


def _brought(step: Step, known: Mapping[Address, Known], owner: str) -> Live:
    """Return the object that a create makes, on a server that echoes what it is sent."""
    assert step.resource
    wanted = bodies.wanted_fields(step.resource, known.get)
    sent = bodies.create(step, wanted, bodies.Stamp(owner, "", ""), "")
    body = {**sent.body, "id": _stand_in("id", step.address)}
    if step.object is ObjectKind.AGENT:
        body["version"] = _VERSION
    if step.object is ObjectKind.SKILL:
        body |= {"files": digests(body["files"]), "latest_version_id": _stand_in("version", step.address)}
    marks = read(body["metadata"])
    assert marks
    marks = bodies.echoed(step, marks, body)
    seeded = next((each.sent_hash for each in step.judged if each.name == "seed"), "")
    if seeded:
        marks = bodies.with_seed(marks, seeded)
    body["metadata"] = body["metadata"] | written(marks)
    memories = {each.path: _memory(each.seed.sha256) for each in step.memories}
    holder = str(known[step.resource.parent].id) if step.resource.parent else ""
    return Live(step.object, body, marks, memories=Memories(memories), parent=holder)


def _stand_in(what: str, address: Address) -> str:
    """Return what stands for an id: without a slash, as every id, for paths of changes are taken apart by those."""
    return f"{what}:{address}".replace("/", ".")


def _memory(sha256: str) -> LiveMemory:
    return LiveMemory("", sha256, written=sha256)


def _told(step: Step) -> Step:
    """Return the step without what only a target knows."""
    changes = tuple(_moved(each) for each in step.changes) if step.action is not Action.CREATE else step.changes
    return replace(step, live=None, changes=changes)


def _moved(change: Change) -> Change:
    """Return the change of a pinned version in words: its number is the target's."""
    if change.field in {"multiagent", "agent"} and isinstance(change.before, int) and isinstance(change.after, int):
        return replace(change, before=_NOW, after=_NEXT)
    if change.field == "skills" and str(change.before).startswith("version:"):
        return replace(change, before=_NOW, after=_NEXT)
    return change
