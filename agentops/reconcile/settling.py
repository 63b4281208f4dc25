"""An object that changed between plan and write: whether what was planned still is all that would be done."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from agentops.base.errors import TargetConflict
from agentops.reconcile import normal
from agentops.reconcile.cascade import name_of
from agentops.reconcile.changes import unfought
from agentops.reconcile.marks import read
from agentops.reconcile.objects import OBJECTS
from agentops.reconcile.observed import Live
from agentops.reconcile.plan import Step
from agentops.reconcile.target import Target
from agentops.reconcile.verdicts import DIFFERENT, SEED, Judged, in_normal_form, judge

_HINT = "look at it with `agentops plan`, then run the command again"


async def reread(target: Target, planned: Live) -> Live:
    """Return the object as it is now, with what it takes to judge it.

    Raises:
        TargetError: it is not there any more, or the target does not answer.
    """
    body = await target.read(planned.object, planned.id, planned.parent)
    live = replace(planned, body=body, marks=read(body["metadata"]), base=None)
    if live.version is None or live.marks is None or live.marks.version is None or live.is_untouched:
        return live
    return replace(live, base=await target.agent_version(live.id, live.marks.version))


def is_as_planned(planned: Live, live: Live) -> bool:
    """Tell by what the target counts whether nobody wrote the object since."""
    if planned.version is not None:
        return planned.version == live.version and not _is_archived(live)
    return bool(planned.body["updated_at"] == live.body["updated_at"]) and not _is_archived(live)


def reconsidered(step: Step, live: Live, wanted: Mapping[str, Any]) -> Step:
    """Return the step for the object as it is now, when it still does what the plan showed and no more.

    Fields that nobody declared are the server's to merge. A field of ours that moved is a person's edit which the
    plan did not show: it is never overwritten.

    Raises:
        TargetConflict: what would be done now is more than what was shown.
    """
    _refuse_another(step, live)
    judged = [unfought(each) for each in judge(OBJECTS[step.object], live, wanted)]
    if moved := list(_moved(step, judged)):
        raise changed(step, live, moved)
    left = {each.name for each in judged if each.verdict in DIFFERENT} | {SEED}
    seeds = [each for each in step.judged if each.name == SEED]
    changes = tuple(each for each in step.changes if each.field in left)
    return replace(step, live=live, judged=(*judged, *seeds), changes=changes)


def check_removable(step: Step, planned: Live, live: Live) -> None:
    """See that what is to go still is what the plan showed.

    Raises:
        TargetConflict: a field of ours moved, or the object bears other marks.
    """
    _refuse_another(step, live)
    if planned.marks and live.marks and live.marks.protect and not planned.marks.protect:
        raise changed(step, live, ["its protection"])
    if planned.marks and live.marks and planned.marks.retired != live.marks.retired:
        raise changed(step, live, ["its retirement"])
    if moved := [name for name in owned(planned) if _differ(name, planned, live)]:
        raise changed(step, live, moved)


def check_alone(step: Step, along: Iterable[Live]) -> None:
    """See that nothing came to an object that is to go: the target would take it `along`.

    Raises:
        TargetConflict: there is something which the plan did not show.
    """
    shown = {each.id for each in step.blast.swept}
    if new := [each for each in along if each.id not in shown]:
        names = ", ".join(f"{name_of(each)} ({each.id})" for each in new[:3])
        raise TargetConflict(
            f"{step.address} would go, and with it what it was given after it was planned: {names}", hint=_HINT
        )


def owned(live: Live) -> list[str]:
    """Return the fields of an object that our last write marked, memories apart."""
    codes = live.marks.fields if live.marks else {}
    rules = OBJECTS[live.object].fields.items()
    return [name for name, rule in rules if rule.code in codes and name != SEED and not rule.is_blind]


def changed(step: Step, live: Live, fields: list[str]) -> TargetConflict:
    """Return the error that says what moved, as exactly as the target tells it."""
    what = ", ".join(f"`{each}`" if each in OBJECTS[step.object].fields else each for each in fields)
    before = step.live.version if step.live else None
    counted = f"version {before} → {live.version}, " if before is not None else ""
    at = live.body.get("updated_at")
    return TargetConflict(
        f"{step.address} changed on the target after it was planned: {counted}{what}{f', at {at}' if at else ''}",
        hint=_HINT,
    )


def _moved(step: Step, judged: list[Judged]) -> Iterator[str]:
    """Yield the fields that differ now and did not, or not from the same value, when the plan was made.

    What a target hides counts as moved: it may be what was written.
    """
    rules = OBJECTS[step.object].fields
    shown = {each.name: each.live for each in step.judged if each.verdict in DIFFERENT}
    for each in judged:
        is_other = each.name not in shown or any(normal.differences(shown[each.name], each.live))
        if each.verdict in DIFFERENT and (is_other or rules[each.name].is_blind):
            yield each.name


def _refuse_another(step: Step, live: Live) -> None:
    planned = step.live.marks if step.live else None
    if _is_archived(live) and not (step.live and _is_archived(step.live)):
        raise TargetConflict(f"{step.address} ({live.id}) was archived after it was planned", hint=_HINT)
    whose = (planned.owner, planned.id) if planned else None
    if ((live.marks.owner, live.marks.id) if live.marks else None) != whose:
        raise TargetConflict(
            f"{step.address} ({live.id}) bears other marks than when it was planned: somebody else manages it now",
            hint=_HINT,
        )


def _differ(name: str, one: Live, other: Live) -> bool:
    rule = OBJECTS[one.object].fields[name]
    return any(normal.differences(in_normal_form(name, rule, one.body), in_normal_form(name, rule, other.body)))


def _is_archived(live: Live) -> bool:
    return bool(live.body.get("archived_at"))
