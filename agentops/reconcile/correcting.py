"""The part of a plan that brings drift back, and nothing of what waits in the manifests."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agentops.base.diagnostics import Diagnostic, Report, Severity
from agentops.base.names import Address
from agentops.reconcile import codes, policy_codes
from agentops.reconcile.adopting.adoption import Left, Only
from agentops.reconcile.marks import user_pairs
from agentops.reconcile.objects import OBJECTS
from agentops.reconcile.plan import Action, Plan, Step, subject
from agentops.reconcile.resource import Field, Resource
from agentops.reconcile.values import at
from agentops.reconcile.verdicts import SEED, Judged, Verdict

OF_THE_WHOLE = frozenset({codes.MASS_UPDATE, *policy_codes.CODES.values()})
"""What is said of all that a plan does, edits that wait among it: of drift alone it has to be judged anew."""

_OVERRULED = OF_THE_WHOLE | {codes.CONFLICT, codes.MEMORY_CONFLICT, codes.FIXED_FIELD}
"""What stops an apply, and stays as it is here: edits that wait."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A plan of drift alone."""

    plan: Plan
    waiting: tuple[tuple[Address, str], ...]
    """Fields with edits in the manifests that the correction leaves for the next apply."""

    left: tuple[Left, ...]
    """Drifted fields that it does not bring back, and why."""


def correction(plan: Plan, only: Sequence[Only] = ()) -> Correction:
    """Return the plan with the drifted fields alone, all or those that were named."""
    left: list[Left] = []
    steps = [found for each in plan.drifted if (found := _corrected(each, only, left))]
    addresses = {each.address for each in steps}
    steps = [replace(each, needs=tuple(need for need in each.needs if need in addresses)) for each in steps]
    waiting = tuple(_waiting(plan, addresses))
    report = Report.of(each for each in plan.report.diagnostics if _counts(each, addresses))
    unchanged = plan.unchanged + len(plan.steps) - len(steps)
    corrected = replace(plan, steps=tuple(steps), unchanged=unchanged, orphans=(), report=report)
    return Correction(corrected, waiting, tuple(left))


def _counts(diagnostic: Diagnostic, corrected: set[Address]) -> bool:
    """Tell whether something stops a correction, too: what stops an edit of another object does not."""
    if diagnostic.code in _OVERRULED:
        return False
    about = subject(diagnostic)
    return diagnostic.severity is not Severity.ERROR or about is None or about in corrected


def _waiting(plan: Plan, corrected: set[Address]) -> Iterator[tuple[Address, str]]:
    """Yield what else is to be done about the corrected objects."""
    for step in plan.steps:
        pending = {each.field for each in step.changes if each.verdict in (Verdict.UPDATE, Verdict.CLEAR)}
        if step.address in corrected:
            yield from ((step.address, each) for each in sorted(pending))


def _corrected(step: Step, only: Sequence[Only], left: list[Left]) -> Step | None:
    """Return the step with its drifted fields alone."""
    drifted = [each for each in step.judged if _has_drifted(each) and _is_meant(step, each, only)]
    left += [
        Left(step.address, each.name, _fought(step, each))
        for each in step.judged
        if each.verdict is Verdict.CONFLICT and _is_meant(step, each, only)
    ]
    if not drifted or step.live is None or step.resource is None:
        return None
    if step.action is not Action.UPDATE:
        why = f"the object has to {'be replaced' if step.action is Action.REPLACE else step.action}: `agentops apply`"
        left.extend(Left(step.address, each.name, why) for each in drifted)
        return None
    names = {each.name for each in drifted}
    changes = tuple(each for each in step.changes if each.field in names and each.verdict is Verdict.DRIFT)
    return replace(
        step,
        reason="changed on the target since the last apply",
        changes=changes,
        judged=tuple(replace(each, verdict=Verdict.DRIFT, items={}) for each in drifted),
        resource=_resource(step, step.resource, drifted),
        memories=step.memories if SEED in names else (),
        risks=tuple(each for each in step.risks if each.kind == "drift_undone"),
        seen_version=step.live.marks.version if step.live.marks and _is_partial(step, drifted) else None,
    )


def _is_partial(step: Step, drifted: Sequence[Judged]) -> bool:
    """Tell whether something that others changed stays: the version that this write makes must not stand for all."""
    foreign = {each.name for each in step.judged if _has_drifted(each) or each.verdict is Verdict.CONFLICT}
    return foreign != {each.name for each in drifted}


def _has_drifted(judged: Judged) -> bool:
    if judged.verdict is Verdict.CONFLICT:
        return False
    return judged.verdict is Verdict.DRIFT or Verdict.DRIFT in judged.items.values()


def _is_meant(step: Step, judged: Judged, only: Sequence[Only]) -> bool:
    return not only or any(each.is_about(step.address, judged.name) for each in only)


def _fought(step: Step, judged: Judged) -> str:
    hint = f"`agentops apply --overwrite {step.address}` or `--mode adopt --only {step.address}.{judged.name}` decides"
    return f"it was changed here as well: {hint}"


def _resource(step: Step, resource: Resource, drifted: Sequence[Judged]) -> Resource:
    """Return the resource as it was at our last write, in the drifted fields, and as far as marks go in the others.

    A field that has a mark keeps it, also one that the manifest lets go of; one without a mark gets none.
    """
    assert step.live
    codes_of = {name: rule.code for name, rule in OBJECTS[step.object].fields.items()}
    marked = step.live.marks.fields if step.live.marks else {}
    nothing = Field(None, resource.place, is_plain=True)
    fields = {name: resource.fields.get(name, nothing) for name, code in codes_of.items() if code in marked}
    for judged in drifted:
        if judged.items:  # others of its items were changed here: those wait
            fields[judged.name] = Field(_before(step, judged.name), resource.place, is_plain=True)
    return replace(resource, fields=fields)


def _before(step: Step, name: str) -> Any:
    """Return what our last write left in a field, as the target shows it."""
    assert step.live
    assert step.live.base
    value = at(step.live.base, name)
    return user_pairs(value) if name == "metadata" else value
