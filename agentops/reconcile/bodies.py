"""What a write sends: the request bodies of steps, marks included. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from agentops.reconcile import normal
from agentops.reconcile.marks import FieldMark, Marks, mark_hash, user_pairs, written
from agentops.reconcile.objects import OBJECTS, FieldRule
from agentops.reconcile.plan import Action, Step
from agentops.reconcile.resource import Resource
from agentops.reconcile.target import Body, Verb, Write
from agentops.reconcile.values import Lookup, nested, resolved
from agentops.reconcile.verdicts import SEED, Verdict, in_normal_form
from agentops.reconcile.write_only import HIDDEN


@dataclass(frozen=True, slots=True)
class Stamp:
    """What every write of one apply says of itself."""

    owner: str
    commit: str
    """The commit of the tree, or empty outside git."""

    tool: str


def wanted_fields(resource: Resource, lookup: Lookup) -> dict[str, Any]:
    """Return the declared fields in request form, every name replaced."""
    fields = ((name, each) for name, each in resource.fields.items() if name != SEED)
    return {name: each.value if each.is_plain else resolved(each.value, lookup) for name, each in fields}


def create(step: Step, wanted: Mapping[str, Any], stamp: Stamp, nonce: str) -> Write:
    """Return the request that makes the object."""
    rules = OBJECTS[step.object].fields
    fields = {rules[name].code: _field_mark(rules[name], value) for name, value in wanted.items()}
    marks = _marks(step, stamp, nonce, fields, version=step.version)
    pairs = wanted.get("metadata", {}) | written(marks)
    return Write(Verb.CREATE, step.object, body=nested({**wanted, "metadata": pairs}))


def update(step: Step, wanted: Mapping[str, Any], stamp: Stamp, nonce: str) -> Write:
    """Return the request that brings the object to what is wanted: changed fields only, and the marks."""
    if step.live is None:
        raise ValueError("an update needs a live object")
    rule = OBJECTS[step.object]
    changed = {each.field for each in step.changes} | ({*wanted} if step.action is Action.ADOPT else set())
    sent = {name: value for name, value in wanted.items() if name in changed and name != "metadata"}
    fields = {name: rule.fields[name].whole(value) for name, value in sent.items() if (name,) not in rule.replaced}
    fields |= {each.name: rule.fields[each.name].cleared for each in step.judged if each.verdict is Verdict.CLEAR}
    body = rule.framed(nested(fields), nested(wanted))
    marks = _marks(step, stamp, nonce, _updated_marks(step, wanted, changed), version=step.seen_version or step.version)
    pairs = _metadata(step.live.body["metadata"], wanted.get("metadata"), owns="metadata" in changed)
    body["metadata"] = pairs | written(marks)
    if step.live.version is not None:
        body["version"] = step.live.version
    return Write(Verb.UPDATE, step.object, step.live.id, body=body, parent=step.live.parent)


def restamp(step: Step, body: Body, marks: Marks) -> Write:
    """Return the request that corrects the marks after the server answered something we did not foresee."""
    request: dict[str, Any] = {"metadata": written(marks)}
    if isinstance(body.get("version"), int):
        request["version"] = body["version"]
    return Write(Verb.UPDATE, step.object, str(body["id"]), body=request)


def echoed(step: Step, marks: Marks, answer: Body) -> Marks:
    """Return the marks with the hash of what the server really answered for every field that we sent."""
    rules = OBJECTS[step.object].fields
    by_code = {rule.code: (name, rule) for name, rule in rules.items() if name != SEED}
    fields = {
        code: FieldMark(mark.sent, mark_hash(in_normal_form(*by_code[code], answer))) if code in by_code else mark
        for code, mark in marks.fields.items()
    }
    version = step.seen_version or answer.get("version")
    return replace(marks, fields=fields, version=version if isinstance(version, int) else None)


def with_seed(marks: Marks, sent_hash: str) -> Marks:
    """Return the marks with the seeds' hash: stamped only after every memory is written."""
    return replace(marks, fields={**marks.fields, "se": FieldMark(sent_hash, None)})


def mismatches(wanted: Mapping[str, Any], step: Step, answer: Body) -> list[str]:
    """Return the sent fields that the server answered differently: the promise that was not kept."""
    rules = OBJECTS[step.object].fields
    seen = {name: value for name, value in wanted.items() if not rules[name].is_blind}
    live = {name: in_normal_form(name, rules[name], answer) for name in seen}
    return [name for name, value in seen.items() if _contradicts(live[name], rules[name].normal(value))]


def _contradicts(live: Any, wanted: Any) -> bool:
    """Tell whether a server shows something else than what is wanted; what it does not show contradicts nothing."""
    return any(shown != HIDDEN for _, shown, _ in normal.differences(live, wanted))


def _updated_marks(step: Step, wanted: Mapping[str, Any], changed: set[str]) -> dict[str, FieldMark]:
    """Return the marks of all declared fields: fresh where sent or converged, as they were elsewhere."""
    rules = OBJECTS[step.object].fields
    old = step.live.marks.fields if step.live and step.live.marks else {}
    verdicts = {each.name: each.verdict for each in step.judged}
    marks = {}
    for name, value in wanted.items():
        code = rules[name].code
        is_fresh = name in changed or verdicts.get(name) is Verdict.CONVERGED or code not in old
        marks[code] = _field_mark(rules[name], value) if is_fresh else _restamped(step, name, old[code])
    if "se" in old and step.resource and step.resource.seeds:
        marks["se"] = old["se"]
    return marks


def _restamped(step: Step, name: str, mark: FieldMark) -> FieldMark:
    """Return the mark with what the server shows at the very version that we made: what is new there, it filled in."""
    if step.live is None or mark.echo is None or not step.live.is_untouched:
        return mark
    rule = OBJECTS[step.object].fields[name]
    return FieldMark(mark.sent, mark_hash(in_normal_form(name, rule, step.live.body)))


def _field_mark(rule: FieldRule, value: Any) -> FieldMark:
    """Return the mark of a field as we send it. Its echo is foreseen, unless the server chooses something in it."""
    wanted = rule.normal(value)
    sent = mark_hash(wanted)
    if rule.is_blind:
        return FieldMark(sent, mark_hash(HIDDEN))
    return FieldMark(sent, None if normal.holds_any(wanted) else mark_hash(rule.live(value)) if rule.shown else sent)


def _marks(step: Step, stamp: Stamp, nonce: str, fields: dict[str, FieldMark], *, version: int | None) -> Marks:
    resource = step.resource
    source = (
        f"{resource.source}@{stamp.commit[:12]}" if resource and stamp.commit else resource.source if resource else ""
    )
    return Marks(
        owner=stamp.owner,
        id=str(step.address),
        fields=fields,
        source=source,
        version=version,
        nonce=nonce,
        replaces=step.live.id if step.live and step.action is Action.REPLACE and not step.makes_room else "",
        protect=bool(resource and resource.protect),
        paused=bool(step.live and step.live.marks and step.live.marks.paused),
        tool=stamp.tool,
    )


def _metadata(live: Mapping[str, str], wanted: Mapping[str, str] | None, *, owns: bool) -> dict[str, str | None]:
    """Return the pairs to send: the API merges, so a pair that is to go is sent as null."""
    if not owns:
        return {}
    return {**dict.fromkeys(user_pairs(live), None), **(wanted or {})}
