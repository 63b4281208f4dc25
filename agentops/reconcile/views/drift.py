"""The part of a plan that undoes what others changed on the target."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agentops.base.names import Address
from agentops.base.paint import Paint
from agentops.reconcile.adopting import Only
from agentops.reconcile.plan import Plan
from agentops.reconcile.views.json import plan_json
from agentops.reconcile.views.text import column, step_text

_DRIFTED = {"drift", "conflict"}


def drift_json(plan: Plan) -> dict[str, Any]:
    """Return the drifted objects with their drifted fields, and how much else is pending."""
    document = plan_json(plan)
    steps = [
        {**step, "changes": changes, "risks": []}  # those of the whole step; here it is about what others did
        for step in document["steps"]
        if (changes := [each for each in step["changes"] if each["verdict"] in _DRIFTED])
    ]
    pending = len(document["steps"]) - len(steps)
    kept = {key: document[key] for key in ("format_version", "owner", "target", "kept_memories")}
    return {**kept, "steps": steps, "pending": pending, "unchanged": plan.unchanged}


def named(document: dict[str, Any], only: Sequence[Only]) -> dict[str, Any]:
    """Return the report with nothing but the objects and fields that a person named."""
    steps = [
        {**step, "changes": changes}
        for step in document["steps"]
        if (changes := [each for each in step["changes"] if _is_named(step["address"], each["field"], only)])
    ]
    return {**document, "steps": steps}


def _is_named(address: str, field: str, only: Sequence[Only]) -> bool:
    found = Address.parse(address)
    return found is not None and any(each.is_about(found, field) for each in only)


def drift_text(document: Mapping[str, Any], paint: Paint) -> Iterator[str]:
    """Yield the lines of a drift report, made from its JSON shape."""
    yield paint("bold", f"{document['owner']} → {document['target']}")
    if document["steps"]:
        yield ""
    for step in document["steps"]:
        yield from step_text(step, paint, column(document["steps"]))
    yield ""
    fought = sum(any(each["verdict"] == "conflict" for each in step["changes"]) for step in document["steps"])
    count = len(document["steps"]) - fought
    ways = "`--mode correct` brings it back, `--mode adopt` writes it into the manifests"
    if count or not fought:
        yield paint("bold", f"{count} drifted; {ways}." if count else "No drift.")
    if fought:
        yield (
            f"{fought} in conflict, changed here as well: `--mode adopt --only ADDRESS.FIELD` takes the live value, "
            "`agentops apply --overwrite ADDRESS` the manifest's."
        )
    if document["pending"]:
        yield f"{document['pending']} more to apply from the manifests; `agentops plan` shows them."
