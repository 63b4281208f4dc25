"""What lies behind a drift or a conflict: the text of our last write, and when and by whom it was changed since."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from agentops.base.names import Address
from agentops.base.paths import at
from agentops.reconcile import normal
from agentops.reconcile.changes import Names, told
from agentops.reconcile.objects import OBJECTS
from agentops.reconcile.observed import Live
from agentops.reconcile.plan import DRIFTED, Plan, Step
from agentops.reconcile.target import Body
from agentops.reconcile.verdicts import SEED, Judged, Verdict, in_normal_form

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Base:
    """What our last write left in a field, in normal form; or why that cannot be had."""

    value: Any = None
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Since:
    """The last change that others made, as far as a server tells."""

    at: str = ""
    """In RFC 3339."""

    by: str = ""
    version: int | None = None
    is_of_object: bool = False
    """Whether only the last change of the whole object is known: this one is as old, or older."""


@dataclass(frozen=True, slots=True)
class Background:
    """What was looked up for the fields of a plan that others changed."""

    bases: Mapping[tuple[Address, str], Base] = field(default_factory=dict)
    """By object and field, for what is in conflict."""

    since: Mapping[tuple[Address, str], Since] = field(default_factory=dict)
    """By object and field; by object, field and path for memories."""

    names: Names = field(default_factory=dict)
    """Addresses by the ids of live objects."""


def disputed(plan: Plan) -> Iterator[tuple[Step, Judged]]:
    """Yield the fields of which it takes three texts to understand what happened: ours, theirs, and the one before."""
    for step in plan.drifted:
        for judged in step.judged:
            if judged.name != SEED and (judged.verdict is Verdict.CONFLICT or judged.items):
                yield step, judged


def changed_by_others(step: Step) -> set[str]:
    """Return the fields of an object that others changed."""
    return {each.field for each in step.changes if each.verdict in DRIFTED}


def since_in(versions: Sequence[Body], live: Live, name: str) -> Since:
    """Return when a field became what it is, from the versions of its object, oldest first, from our last write on."""
    rule = OBJECTS[live.object].fields[name]
    values = [in_normal_form(name, rule, each) for each in versions]
    for place in range(len(values) - 1, 0, -1):
        if any(normal.differences(values[place - 1], values[place])) or values[place - 1] != values[place]:
            made = versions[place]
            return Since(str(made.get("updated_at", "")), actor(made.get("created_by")), made.get("version"))
    return Since(str(live.body.get("updated_at", "")), is_of_object=True)


def actor(value: Any) -> str:
    """Return who did it, in the server's words: `session sesn_01…`, `API key apikey_01…`; nothing where it is not told.

    Source: SDK 2.11.0 `types/beta/memory_stores/beta_managed_agents_actor.py`.
    """
    if not isinstance(value, Mapping):
        return str(value or "")
    known = {"session_id": "session", "api_key_id": "API key", "user_id": "user", "service_account_id": "account"}
    said = (f"{word} {value[key]}" for key, word in known.items() if value.get(key))
    return next(said, str(value.get("type", "")).removesuffix("_actor").replace("_", " "))


def explained(document: Json, background: Background, now: datetime) -> Json:
    """Return a plan's JSON shape with `base`, `base_missing` and `since` on the changes that they are known of."""
    steps = [
        {**step, "changes": [_explained(step["address"], each, background, now) for each in step["changes"]]}
        for step in document["steps"]
    ]
    return {**document, "steps": steps}


def _explained(address: str, change: Json, background: Background, now: datetime) -> Json:
    found = Address.parse(address)
    if found is None or change["verdict"] not in {each.value for each in DRIFTED}:
        return change
    key = (found, change["field"])
    more: Json = {}
    if base := background.bases.get(key):
        more["base"] = None if base.missing else at(told(base.value, background.names), change["path"])
        more["base_missing"] = base.missing or None
    memory = (found, ".".join([change["field"], *change["path"]]))
    if since := background.since.get(memory) or background.since.get(key):
        more["since"] = {
            "at": since.at or None,
            "age_s": _age_s(since.at, now),
            "by": since.by or None,
            "version": since.version,
            "is_of_object": since.is_of_object,
        }
    return {**change, **more}


def _age_s(at: str, now: datetime) -> int | None:
    """Return how long ago a moment of a server's was; None for what is no moment. Units: seconds."""
    try:
        return max(int((now - datetime.fromisoformat(at)).total_seconds()), 0)
    except (ValueError, TypeError):
        return None
