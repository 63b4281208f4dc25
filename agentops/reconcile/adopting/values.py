"""What a field is to say: as near to what its manifest says as what is live allows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agentops.base.absent import ABSENT
from agentops.base.names import Address
from agentops.reconcile import normal
from agentops.reconcile.adopting.merging import in_order_of, nearest
from agentops.reconcile.objects import OBJECTS, FieldRule
from agentops.reconcile.plan import Step
from agentops.reconcile.resource import Resource
from agentops.reconcile.values import Known, at, names_in, resolved
from agentops.reconcile.verdicts import Judged

_BY_ITEM = frozenset({"multiagent", "skills", "initial_events", "resources"})
"""Fields in which names stand, and texts that others declare: item by item they stay, or become what is live."""

_TOKEN = "authorization_token"  # noqa: S105 - the field's name, not a token


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What names stand for on the target, both ways."""

    names: Mapping[str, Address] = field(default_factory=dict)
    """By the ids of live objects."""

    known: Mapping[Address, Known] = field(default_factory=dict)

    @property
    def pins(self) -> Mapping[str, Any]:
        """Return the newest version of each object, by its id."""
        return {str(each.id): each.version for each in self.known.values() if each.version is not None}


def value_of(step: Step, judged: Judged, values: tuple[Any, Any], surroundings: Surroundings) -> Any:
    """Return what the manifest is to say, from what it says and from what the live value alone would come to."""
    assert step.live
    assert step.resource
    old, new = values
    rule = OBJECTS[step.object].fields[judged.name]
    declared = step.resource.fields.get(judged.name)
    if judged.name == "model":
        return _model(old, new, rule, at(step.live.body, "model"))
    if (declared is not None and declared.is_plain) or _names_nobody(step.resource, judged.name):
        live = rule.live(at(step.live.body, judged.name))
        return nearest(old, new, lambda value: _differences(live, rule.live(value)))
    kept = _kept(step, judged.name, (old, new), surroundings)
    return in_order_of(old, kept) if _is_unordered(rule) else kept


def _model(old: Any, new: Any, rule: FieldRule, live: Any) -> Any:
    """Return the model; one that was written as a word stays a word while that says enough."""
    if new is ABSENT:
        return ABSENT
    before, after = ({"id": each} if isinstance(each, str) else each for each in (old, new))
    found = nearest(before, after, lambda value: _differences(rule.normal(live), rule.normal(value)))
    return found["id"] if isinstance(old, str) and found.keys() == {"id"} else found


def _differences(live: Any, wanted: Any) -> int:
    return sum(1 for _ in normal.differences(live, wanted))


def _names_nobody(resource: Resource, name: str) -> bool:
    declared = resource.fields.get(name)
    return declared is not None and name not in _BY_ITEM and not any(names_in(declared.value))


def _is_unordered(rule: FieldRule) -> bool:
    return rule.normal in (normal.tools, normal.skills, normal.multiagent, normal.unordered, normal.mcp_servers)


def _kept(step: Step, name: str, values: tuple[Any, Any], surroundings: Surroundings) -> Any:
    """Return the new list with each item that means what it meant as the manifest says it: with names and tokens."""
    old, new = values
    if not isinstance(old, list) or not isinstance(new, list) or name == "multiagent":
        return new
    assert step.live
    assert step.resource
    rule = OBJECTS[step.object].fields[name]
    live: Sequence[Any] = at(step.live.body, name) or []
    lowered = resolved(step.resource.fields[name].value, surroundings.known.get)
    if len(lowered) != len(old) or len(live) != len(new):
        return new
    meant = [rule.live([each]) for each in lowered]
    return [
        _item(rule.live([seen]), each, list(zip(old, meant, strict=True))) for seen, each in zip(live, new, strict=True)
    ]


def _item(live: Any, new: Any, old: Sequence[tuple[Any, Any]]) -> Any:
    for said, meant in old:
        if not any(normal.differences(live, meant)):
            return said
    if isinstance(new, dict) and _TOKEN in new:
        tokens = (said[_TOKEN] for said, _ in old if said.get("url") == new.get("url") and _TOKEN in said)
        rest = {key: each for key, each in new.items() if key != _TOKEN}
        return next(({**rest, _TOKEN: token} for token in tokens), rest)
    return new
