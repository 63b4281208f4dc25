"""What became of one field, from four things: what we sent, what came back, what is live, what is wanted now.

| wanted vs sent | live vs echo | verdict                                              |
|----------------|--------------|------------------------------------------------------|
| same           | same         | in sync                                              |
| changed        | same         | update                                               |
| same           | changed      | drift, unless live still is what is wanted           |
| changed        | changed      | conflict, unless live already is what is wanted      |
| not wanted     | any          | clear if we once sent it, else not ours              |
"""

import marshal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

from agentops.base import absent
from agentops.reconcile import normal
from agentops.reconcile.marks import FieldMark, mark_hash
from agentops.reconcile.objects import KEEP, FieldRule, ObjectRule
from agentops.reconcile.observed import Live
from agentops.reconcile.target import Body
from agentops.reconcile.values import at
from agentops.reconcile.write_only import HIDDEN, WriteOnly, is_partly_read

SEED = "seed"
ABSENT = absent.ABSENT
"""Stands for a field that the manifest does not declare."""


_WITHOUT_REFERENCES = 2
"""The version of `marshal` that spells equal values alike, whatever else refers to them."""


class Verdict(StrEnum):
    """What to think of one field."""

    IN_SYNC = "in_sync"
    UPDATE = "update"
    DRIFT = "drift"
    CONVERGED = "converged"
    CONFLICT = "conflict"
    CLEAR = "clear"
    NOT_OURS = "not_ours"


DIFFERENT = frozenset({Verdict.UPDATE, Verdict.DRIFT, Verdict.CONFLICT, Verdict.CLEAR})
"""Verdicts after which live and wanted are not the same."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One field with its verdict; values are in normal form."""

    name: str
    verdict: Verdict
    live: Any
    wanted: Any
    base: Any = None
    """What our last write left there, where it can be known."""

    sent_hash: str = ""
    """The hash of what is wanted, to be stamped when it is sent."""

    items: Mapping[normal.Path, "Verdict"] = field(default_factory=dict)
    """The verdict on each item that is different, where people may have changed different ones: see `items`."""


def wished(name: str, field: FieldRule, value: Any) -> Judged:
    """Return the verdict on a field of an object that is still to be made."""
    wanted = field.normal(value)
    return Judged(name, Verdict.UPDATE, None, wanted, sent_hash=mark_hash(wanted))


def is_in_sync(rule: ObjectRule, live: Live, wanted: Mapping[str, Any]) -> bool:
    """Tell whether our last write made the live version, and asked for just what is wanted now.

    So it is with most objects of most plans: they cost a hash for each field and no verdicts. False tells nothing.
    """
    if live.marks is None or not live.is_untouched or len(live.marks.fields) != len(wanted):
        return False
    marks = live.marks.fields
    for name, value in wanted.items():
        field = rule.fields[name]
        mark = marks.get(field.code)
        if mark is None or field.shown or mark.sent != _hash_of(field, value):
            return False
    return True


def _hash_of(field: FieldRule, value: Any) -> str:
    """Return the hash of a wanted value. Agents of a fleet share tools, models and servers: each is worked out once."""
    if isinstance(value, str):
        return mark_hash(field.normal(value))
    try:
        return _hash_of_spelled(field.normal, marshal.dumps(value, _WITHOUT_REFERENCES))
    except ValueError:  # no plain JSON: a secret, or the files of a skill
        return mark_hash(field.normal(value))


@lru_cache(maxsize=1024)
def _hash_of_spelled(normal_form: Callable[[Any], Any], spelled: bytes) -> str:
    return mark_hash(normal_form(marshal.loads(spelled)))  # noqa: S302 - spelled by this process


def judge(rule: ObjectRule, live: Live, wanted: Mapping[str, Any]) -> Iterator[Judged]:
    """Yield a verdict for each field that is declared now or was when we last wrote.

    `wanted` holds the declared fields in request form, names resolved.
    """
    marks = live.marks.fields if live.marks else {}
    for name, each in rule.fields.items():
        if name == SEED:
            continue  # memories are objects of their own: `seeds` judges them one by one
        mark = marks.get(each.code)
        if name in wanted:
            yield _declared(name, each, live, wanted[name], mark)
        elif mark is not None:
            yield _let_go(name, each, live)


def _declared(name: str, field: FieldRule, live: Live, value: Any, mark: FieldMark | None) -> Judged:
    wanted = field.normal(value)
    sent = mark_hash(wanted)
    if isinstance(value, WriteOnly) and value.is_unread:
        return Judged(name, Verdict.IN_SYNC, None, wanted, sent_hash=sent)
    if field.shown and is_partly_read(value):
        return _as_shown(name, field, live, value, mark)
    if mark and mark.sent == sent and live.is_untouched:
        return Judged(name, Verdict.IN_SYNC, None, wanted, sent_hash=sent)
    current = in_normal_form(name, field, live.body)
    base = in_normal_form(name, field, live.base) if live.base else None
    moved = _has_moved(live, current, base, mark)
    is_wanted = not any(normal.differences(current, wanted))
    verdict = _verdict(mark, sent, moved=moved, is_wanted=is_wanted)
    if verdict is Verdict.CONFLICT and field.shown and not any(normal.differences(current, field.live(value))):
        # The manifest says what is to be seen there; what is hidden was ours to write all the time.
        verdict = Verdict.UPDATE
    return Judged(name, verdict, current, wanted, base, sent)


def _as_shown(name: str, field: FieldRule, live: Live, value: Any, mark: FieldMark | None) -> Judged:
    """Judge a field in which a secret was not looked up by what the server shows of it."""
    current, wanted = in_normal_form(name, field, live.body), field.live(value)
    if current == wanted:
        return Judged(name, Verdict.IN_SYNC, None, wanted)
    has_moved = mark is not None and mark.echo != mark_hash(current)
    return Judged(name, Verdict.DRIFT if has_moved else Verdict.UPDATE, current, wanted)


def _verdict(mark: FieldMark | None, sent: str, *, moved: bool | None, is_wanted: bool) -> Verdict:
    if mark is None:
        return Verdict.CONVERGED if is_wanted else Verdict.UPDATE
    if mark.sent == sent:
        return Verdict.IN_SYNC if moved is False or is_wanted else Verdict.DRIFT
    if is_wanted:
        return Verdict.CONVERGED
    return Verdict.CONFLICT if moved else Verdict.UPDATE


def _has_moved(live: Live, current: Any, base: Any, mark: FieldMark | None) -> bool | None:
    """Tell whether somebody else changed the field since our last write; None where nothing tells.

    Versions tell it exactly. Where there are none, the echo's hash does; an echo we never saw proves nothing.
    """
    if live.is_untouched:
        return False
    if live.base is not None:
        return bool(current != base)
    return None if mark is None or mark.echo is None else mark.echo != mark_hash(current)


def _let_go(name: str, field: FieldRule, live: Live) -> Judged:
    """Judge a field that was declared once and is no more."""
    current = in_normal_form(name, field, live.body)
    # Normal, so that a default that was spelled out is no change when the line goes.
    cleared = field.normal(field.cleared) if _can_clear(field) else None
    if not _can_clear(field) or not any(normal.differences(current, cleared)):
        return Judged(name, Verdict.CONVERGED, current, ABSENT)
    return Judged(name, Verdict.CLEAR, current, cleared)


def _can_clear(field: FieldRule) -> bool:
    return field.cleared is not KEEP


def in_normal_form(name: str, field: FieldRule, body: Body) -> Any:
    """Return the field of a live object as it can be compared."""
    if field.is_blind:
        return HIDDEN
    value = field.live(at(body, name))
    return _with_self(value, body["id"]) if name == "multiagent" else value


def _with_self(value: Any, own_id: str) -> Any:
    """Return the roster with the owner's own entry as `self`: its version moves with every save of the owner."""
    if not isinstance(value, dict):
        return value
    entries = ((key, _with_self(each, own_id)) for key, each in value.items())
    return dict(("self", "self") if key == own_id else (key, each) for key, each in entries)
