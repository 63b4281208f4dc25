"""What changed on an engine without having been shown: everything as it was, a plan, everything as it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agentops.reconcile.lease import is_lock
from agentops.reconcile.objects import OBJECTS, ObjectKind
from agentops.reconcile.plan import CREATES, REMOVALS, Action, Plan, Step
from agentops.reconcile.verdicts import in_normal_form

from .ground import Ground

_KINDS = {rule.collection.replace("/{parent}", ""): kind for kind, rule in OBJECTS.items()}
_QUIET = frozenset({Action.RESTAMP})
_PAUSES = frozenset({Action.RETIRE, Action.RESTORE, Action.FORGET, Action.MOVE})


@dataclass(frozen=True, slots=True)
class Photograph:
    """Everything on an engine at one moment: objects by id, and the texts of memories by store and path."""

    objects: Mapping[str, tuple[ObjectKind, Mapping[str, Any]]]
    memories: Mapping[tuple[str, str], str]


async def photographed(ground: Ground) -> Photograph:
    everything = await ground.everything()
    objects = {
        body["id"]: (_KINDS[path], body)
        for path, bodies in everything.items()
        for body in bodies
        if not is_lock(body)  # which is nobody's to plan
    }
    stores = [key for key, (kind, body) in objects.items() if kind is ObjectKind.MEMORY_STORE and not _is_gone(body)]
    memories = {
        (store, each["path"]): each["content_sha256"]
        for store in stores
        for each in await ground.target.list_memories(store)
    }
    return Photograph(objects, memories)


def unshown(before: Photograph, made: Plan, after: Photograph) -> Iterator[str]:
    """Yield what is different although no step of the plan said that it would be."""
    steps = {each.live.id: each for each in made.steps if each.live}
    for object_id, (kind, was) in before.objects.items():
        step = steps.get(object_id)
        _, now = after.objects.get(object_id, (kind, None))
        if now is None or _is_gone(now) != _is_gone(was):
            around = steps.get(was.get("vault_id", ""))  # what is inside goes along, and the plan says how many
            if not _takes_away(step) and not _takes_away(around):
                yield f"{object_id} went away, and {step.action if step else 'no step'} was shown"
        elif not _is_gone(was):
            yield from (f"{object_id}: {name} was not shown" for name in _different(kind, was, now) - _told(step))
    new = after.objects.keys() - before.objects.keys()
    allowed = sum(each.action in CREATES for each in made.steps)
    if len(new) > allowed:
        yield f"{len(new)} objects are new, and {allowed} were shown"
    yield from _unshown_memories(before, steps, after)


def _takes_away(step: Step | None) -> bool:
    return step is not None and step.action in {*REMOVALS, Action.REPLACE}


def _different(kind: ObjectKind, was: Mapping[str, Any], now: Mapping[str, Any]) -> set[str]:
    rules = {name: rule for name, rule in OBJECTS[kind].fields.items() if name not in {"seed", "files"}}
    found = {name for name, rule in rules.items() if in_normal_form(name, rule, was) != in_normal_form(name, rule, now)}
    return found | ({"status"} if was.get("status") != now.get("status") else set())


def _told(step: Step | None) -> set[str]:
    """Return the fields that a step says it changes; who is retired, restored or let go is paused or runs again."""
    told = {each.field for each in step.changes} if step and step.action not in _QUIET else set()
    return told | ({"status"} if step and step.action in _PAUSES else set())


def _unshown_memories(before: Photograph, steps: Mapping[str, Step], after: Photograph) -> Iterator[str]:
    for (store, path), digest in before.memories.items():
        step = steps.get(store)
        is_shown = step is not None and (step.action in REMOVALS or path in {each.path for each in step.memories})
        if after.memories.get((store, path)) != digest and not is_shown:
            yield f"{store}: the memory {path} was not shown"


def _is_gone(body: Mapping[str, Any]) -> bool:
    return bool(body.get("archived_at"))
