"""Verdicts as people read them: each place that will be different, by names instead of ids, and what that comes to."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from agentops.reconcile import normal
from agentops.reconcile.items import divided, item_of, summed
from agentops.reconcile.objects import OBJECTS
from agentops.reconcile.plan import DRIFTED, Action, Change
from agentops.reconcile.resource import Resource
from agentops.reconcile.verdicts import ABSENT, DIFFERENT, Judged, Verdict
from agentops.reconcile.write_only import shown

Names = Mapping[str, str]
"""Addresses by the ids of live objects."""

_GRAVITY = (Verdict.UPDATE, Verdict.DRIFT, Verdict.CONFLICT)
_PINNING = frozenset({"multiagent", "skills", "agent"})
"""Fields that pin versions of other objects."""


def changes(resource: Resource, judged: list[Judged], names: Names) -> Iterator[Change]:
    """Yield every place that will be different, in the order of fields and paths."""
    for each in judged:
        if each.verdict not in DIFFERENT:
            continue
        wanted = resource.fields.get(each.name)
        verdicts = _verdicts(each, names)
        for path, (live, value) in sorted(_places(each, names).items(), key=lambda place: [*map(str, place[0])]):
            verdict = verdicts.get(item_of(each.name, path), each.verdict)
            yield Change(each.name, path, verdict, live, value, wanted.span_at(path) if wanted else None)


def _verdicts(judged: Judged, names: Names) -> dict[normal.Path, Verdict]:
    """Return the verdicts on the items of a field by names; of an item with two ids, the graver one."""
    graver = sorted(judged.items.items(), key=lambda each: _GRAVITY.index(each[1]))
    return {tuple(_said(key, names) for key in item): verdict for item, verdict in graver}


def _places(judged: Judged, names: Names) -> dict[normal.Path, tuple[Any, Any]]:
    """Return before and after by path. An object that another one replaces has two ids and one name: one place."""
    places: dict[normal.Path, tuple[Any, Any]] = {}
    for path, live, wanted in normal.differences(judged.live, None if judged.wanted is ABSENT else judged.wanted):
        place = tuple(_said(key, names) for key in path)
        before, after = places.get(place, (None, None))
        seen, wished = told(live, names), told(wanted, names)
        places[place] = (before if seen is None else seen, after if wished is None else wished)
    return places


def _said(key: str | int, names: Names) -> str | int:
    """Return the address of the object whose id stands in a path: people know names, not ids."""
    above, slash, last = str(key).rpartition("/")
    return f"{above}{slash}{names[last]}" if last in names else key


def told(value: Any, names: Names) -> Any:
    """Return the value as it may be printed: addresses for ids, and of secrets only that there are some."""
    match shown(value):
        case str(text):
            return names.get(text, text)
        case list(values):
            return [told(each, names) for each in values]
        case dict(pairs):
            return {_said(key, names): told(each, names) for key, each in pairs.items()}
        case other:
            return other


def irreplaceable(resource: Resource, different: tuple[Change, ...]) -> str:
    """Return which of the changes take another object, or nothing."""
    places = [(each.field, *map(str, each.path)) for each in different]
    return ", ".join(f"`{'.'.join(each)}`" for each in places if each in OBJECTS[resource.object].replaced)


def action_for(different: tuple[Change, ...]) -> tuple[Action, str]:
    """Return what the changes of an object come to, and why."""
    if all(_is_pin(each) for each in different):
        pinned = "a skill that it names" if different[0].field == "skills" else "an agent that it pins"
        return Action.REPIN, f"{pinned} gets a new version"
    verdicts = {each.verdict for each in different}
    if verdicts == {Verdict.DRIFT}:
        return Action.UPDATE, "changed on the target since the last apply"
    if verdicts & DRIFTED:
        return Action.UPDATE, "changed in the manifest, and on the target since the last apply"
    return Action.UPDATE, "the manifest changed"


def unfought(judged: Judged) -> Judged:
    """Return a conflict as what it is when people changed different items, or when only pinned versions moved.

    Those nobody wrote: nothing is lost.
    """
    if judged.verdict is not Verdict.CONFLICT:
        return judged
    judged = divided(judged)
    if judged.name not in _PINNING:
        return judged
    different = [
        (item_of(judged.name, path), *sides) for path, *sides in normal.differences(judged.live, judged.wanted)
    ]
    fought = {item for item, live, wanted in different if not _moves(judged.name, live, wanted)}
    if not judged.items:
        return judged if fought else replace(judged, verdict=Verdict.UPDATE)
    items = {
        item: Verdict.UPDATE if verdict is Verdict.CONFLICT and item not in fought else verdict
        for item, verdict in judged.items.items()
    }
    return replace(judged, verdict=summed(items), items=items)


def _is_pin(change: Change) -> bool:
    """Tell whether only the pinned version of a roster entry or a skill moves."""
    return change.verdict is not Verdict.DRIFT and _moves(change.field, change.before, change.after)


def _moves(field: str, before: Any, after: Any) -> bool:
    """Tell whether a pinned version becomes another version: a number of an agent, an id of a skill."""
    if field == "skills":
        return isinstance(before, str) and (isinstance(after, str) or (isinstance(after, dict) and "$version" in after))
    return field in _PINNING and isinstance(before, int) and isinstance(after, int)
