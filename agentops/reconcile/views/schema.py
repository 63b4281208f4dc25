"""The published shapes of a plan and of an outcome, as JSON Schemas (2020-12).

Within `format_version` 1 members are only added, so a reader passes over those that it does not know.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from agentops.base.diagnostics import Severity
from agentops.reconcile.apply import State
from agentops.reconcile.objects import ObjectKind
from agentops.reconcile.plan import Action
from agentops.reconcile.risks import RiskKind, Weight
from agentops.reconcile.verdicts import DIFFERENT

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_TEXT: Final[Schema] = {"type": "string"}
_COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
_TRUTH: Final[Schema] = {"type": "boolean"}
_WORD: Final[Schema] = {"type": "string", "pattern": "^[a-z][a-z_-]{0,63}$"}
"""A word of ours; the ones known today are named as examples, and more may come."""
_COUNTED: Final = (*(each.value for each in Action), "drift", "conflict", "unchanged", "undeclared")


def plan_schema() -> Schema:
    """Return the schema of what `agentops plan -o json` prints."""
    members = {
        "format_version": {"const": 1},
        "plan_id": {
            "type": "string",
            "pattern": "^[0-9a-f]{12}$",
            "description": "Equal exactly when the same thing would be done.",
        },
        "owner": _TEXT,
        "target": _TEXT,
        "summary": {"type": "object", "additionalProperties": _COUNT, "required": [*_COUNTED]},
        "is_blocked": {**_TRUTH, "description": "Whether it has errors, and cannot be applied."},
        "steps": _list(_step()),
        "undeclared": _list(_orphan()),
        "left_out": _list(_TEXT),
        "kept_memories": _list(_object({"address": _TEXT, "path": _TEXT})),
        "rendered": _list(_object({"address": _TEXT, "characters": _COUNT})),
        "diagnostics": _list(_diagnostic()),
    }
    return _document("agentops plan", "What would change on a target, and why.", members)


def outcome_schema() -> Schema:
    """Return the schema of what `agentops apply -o json` prints."""
    result = {
        "address": _TEXT,
        "action": _known(Action),
        "state": _known(State),
        "detail": _TEXT,
        "hint": _TEXT,
    }
    outcome = {
        "format_version": {"const": 1},
        "is_complete": _TRUTH,
        "summary": {"type": "object", "additionalProperties": _COUNT},
        "results": _list(_object(result)),
        "is_interrupted": _TRUTH,
    }
    members = {
        "format_version": {"const": 1},
        "plan": {"$ref": "plan.json"},
        "outcome": {
            "oneOf": [{"type": "null"}, _object(outcome)],
            "description": "Null where there was nothing to do.",
        },
    }
    return _document("agentops outcome", "What was planned, and what became of each step.", members)


def schemas() -> Mapping[str, Schema]:
    """Return the schemas by the names of their files."""
    return {"plan.json": plan_schema(), "outcome.json": outcome_schema()}


def faults(name: str, value: Any) -> Sequence[str]:
    """Return what keeps a value from being a `plan` or an `outcome`: where, and what about it."""
    found = sorted(_validator(name).iter_errors(value), key=lambda each: each.json_path)
    return [f"{each.json_path} {each.message[:200]}" for each in found[:10]]


@cache
def _validator(name: str) -> Any:
    registry: Any = Registry().with_resources((key, Resource.from_contents(each)) for key, each in schemas().items())
    return Draft202012Validator(schemas()[f"{name}.json"], registry=registry)


def _step() -> Schema:
    return _object(
        {
            "address": _TEXT,
            "object": _known(ObjectKind),
            "action": _known(Action),
            "reason": _TEXT,
            "is_final": {**_TRUTH, "description": "Whether the API has no way back from it."},
            "live_id": _or_null(_TEXT),
            "version": _or_null(_object({"from": _or_null(_COUNT), "to": _or_null(_COUNT)})),
            "needs": _list(_TEXT),
            "source": _or_null(_place()),
            "changes": _list(_change()),
            "memories": _list(_TEXT),
            "risks": _list(
                _object({"risk": _known(RiskKind), "severity": _known(Weight), "note": _TEXT}, {"level": _WORD})
            ),
            "downstream": {**_list(_TEXT), "description": "Steps that wait for this one: what moves because it moves."},
        },
        {"blast": _blast(), "cost": _cost()},
    )


def _change() -> Schema:
    anything: Schema = {"description": "In normal form; null for nothing, masks for secrets."}
    return _object(
        {
            "field": _TEXT,
            "path": _list(_TEXT),
            "verdict": _known(sorted(DIFFERENT)),
            "before": anything,
            "after": anything,
            "source": _or_null(_place()),
        },
        {
            "base": {**anything, "description": "What our last write left there, where sides are in conflict."},
            "base_missing": _or_null({**_TEXT, "description": "Why the base is not known."}),
            "since": _since(),
        },
    )


def _since() -> Schema:
    members = {"at": _or_null(_TEXT), "age_s": _or_null(_COUNT), "by": _or_null(_TEXT), "version": _or_null(_COUNT)}
    return _object({**members, "is_of_object": _TRUTH})


def _blast() -> Schema:
    swept = _list(_object({"id": _TEXT, "name": _TEXT, "owner": _TEXT, "is_ours": _TRUTH}))
    counts = {"sessions_running": _or_null(_COUNT), "sessions_recent": _or_null(_COUNT)}
    counts["memories"] = _or_null(_COUNT)
    return _object({"deployments": swept, "credentials": swept, **counts, "is_more": _TRUTH})


def _cost() -> Schema:
    amount = _or_null({"type": "number"})
    known = {
        "sessions": _COUNT,
        "since": _or_null(_TEXT),
        "tokens": {"type": "object"},
        "prices_as_of": _or_null(_TEXT),
    }
    return _object({"note": _TEXT, **known, "before": amount, "after": amount, "currency": _or_null(_TEXT)})


def _orphan() -> Schema:
    members = {"address": _TEXT, "object": _known(ObjectKind), "id": _TEXT, "is_protected": _TRUTH}
    waiting = {"retired_at": _or_null(_TEXT), "archived_from": _or_null(_TEXT), "is_waiting": _TRUTH}
    return _object({**members, **waiting})


def _diagnostic() -> Schema:
    place = _or_null(_object({**_places(), "end_line": _COUNT, "end_column": _COUNT, "excerpt": _or_null(_excerpt())}))
    return _object(
        {
            "code": {"type": "string", "pattern": "^[a-z]+[.][a-z0-9-]+$"},
            "severity": {"enum": [each.value for each in Severity]},
            "message": _TEXT,
            "place": place,
            "label": _TEXT,
            "notes": _list(_TEXT),
            "related": _list(_object({"label": _TEXT, "place": place})),
        }
    )


def _excerpt() -> Schema:
    return _object({"text": {"type": "string", "maxLength": 2_000}, "column": _COUNT, "end_column": _COUNT})


def _place() -> Schema:
    return _object(_places())


def _places() -> Schema:
    return {"file": _TEXT, "line": _COUNT, "column": _COUNT}


def _object(members: Schema, optional: Mapping[str, Schema] = MappingProxyType({})) -> Schema:
    return {"type": "object", "properties": {**members, **optional}, "required": [*members]}


def _document(title: str, description: str, members: Schema) -> Schema:
    return {"$schema": DIALECT, "title": title, "description": description, **_object(members)}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _or_null(schema: Schema) -> Schema:
    return {"oneOf": [{"type": "null"}, schema]}


def _known(words: Any) -> Schema:
    return {**_WORD, "examples": [str(each.value) if hasattr(each, "value") else str(each) for each in words]}
