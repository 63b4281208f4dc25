"""How much a live object is like a wanted one, whatever either is called."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from agentops.reconcile.marks import mark_hash
from agentops.reconcile.objects import KEEP, OBJECTS, FieldRule, ObjectKind
from agentops.reconcile.observed import Live
from agentops.reconcile.verdicts import in_normal_form

_DISTINCTIVE: Final = ("system", "description", "instructions", "initial_events", "files", "url")
"""Fields that hardly ever are the same in two things by chance."""
_TELLING: Final = (*_DISTINCTIVE, "tools", "mcp_servers", "config", "schedule")
_SHORT: Final = 20
"""Units: characters. A shorter text says little."""
_FEW: Final = 50
"""So few objects are all looked at; of more, those that have a field in common."""

Wanted = Mapping[str, Any]


class Likeness:
    """Live objects, by what is in them."""

    def __init__(self, lives: Iterable[Live]) -> None:
        """Take the objects that something may be like."""
        self._lives = [each for each in lives if not each.parent]
        self._by_source: dict[str, list[Live]] = defaultdict(list)
        for each in self._lives:
            if each.marks:
                self._by_source[each.marks.source.partition("@")[0]].append(each)
        self._by_content: dict[tuple[ObjectKind, str, str], list[Live]] | None = None

    def nearest(self, kind: ObjectKind, wanted: Wanted, least: float) -> Live | None:
        """Return the object that is most like what is wanted, if it is like enough. Units: a share."""
        found = [(share(kind, wanted, each) or 0.0, each) for each in self._candidates(kind, wanted)]
        best = max(found, key=lambda each: each[0], default=(0.0, None))
        return best[1] if best[0] >= least else None

    def from_source(self, file: str) -> list[Live]:
        """Return the objects that were declared in a file when they were last written."""
        return self._by_source.get(file, [])

    def twins(self, kind: ObjectKind, wanted: Wanted, least: float) -> list[Live]:
        """Return the objects that have a distinctive text in common with what is wanted and are like it."""
        return [each for each in self._sharing(kind, wanted) if (share(kind, wanted, each) or 0.0) >= least]

    def _candidates(self, kind: ObjectKind, wanted: Wanted) -> Iterable[Live]:
        of_kind = [each for each in self._lives if each.object is kind]
        return of_kind if len(of_kind) <= _FEW else self._sharing(kind, wanted)

    def _sharing(self, kind: ObjectKind, wanted: Wanted) -> list[Live]:
        if self._by_content is None:
            self._by_content = defaultdict(list)
            for each in self._lives:
                for key in _keys(each):
                    self._by_content[key].append(each)
        rules = OBJECTS[kind].fields
        keys = [(kind, name, mark_hash(value)) for name, value in _distinctive(rules, wanted)]
        found = (each for key in keys for each in self._by_content.get(key, ()))
        return list({each.id: each for each in found}.values())


def share(kind: ObjectKind, wanted: Wanted, live: Live) -> float | None:
    """Return how much of what tells things apart is the same; None where nothing does. Units: a share."""
    same = []
    for name, rule in OBJECTS[kind].fields.items():
        if name not in _TELLING or rule.is_blind:
            continue
        one, other = rule.normal(wanted.get(name)) if name in wanted else None, in_normal_form(name, rule, live.body)
        if _is_told(rule, one) or (_is_told(rule, other) and name in _DISTINCTIVE):
            same.append(_alike(one, other))
    return sum(same) / len(same) if same else None


def _keys(live: Live) -> Iterator[tuple[ObjectKind, str, str]]:
    rules = OBJECTS[live.object].fields
    for name in _DISTINCTIVE:
        if name in rules and _is_long(value := in_normal_form(name, rules[name], live.body)):
            yield live.object, name, mark_hash(value)


def _distinctive(rules: Mapping[str, FieldRule], wanted: Wanted) -> Iterator[tuple[str, Any]]:
    for name in _DISTINCTIVE:
        if name in rules and name in wanted and _is_long(value := rules[name].normal(wanted[name])):
            yield name, value


def _is_long(value: Any) -> bool:
    return len(value) >= _SHORT if isinstance(value, str) else bool(value)


def _is_told(rule: FieldRule, value: Any) -> bool:
    """Tell whether a value says more than one that nobody set."""
    if value in (None, "", [], {}):
        return False
    return rule.cleared is KEEP or value != rule.normal(rule.cleared)


def _alike(one: Any, other: Any) -> float:
    """Return how much of two values is the same; of texts, the share of their lines."""
    if one == other:
        return 1.0
    if not (isinstance(one, str) and isinstance(other, str)):
        return 0.0
    lines = [Counter(each.split("\n")) for each in (one, other)]
    return 2 * (lines[0] & lines[1]).total() / max(1, lines[0].total() + lines[1].total())
