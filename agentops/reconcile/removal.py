"""Which of our objects go: never by accident, never at once where there is no way back, and never without a reason."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from agentops.base.diagnostics import Diagnostic
from agentops.base.names import Address, Kind
from agentops.reconcile import codes
from agentops.reconcile.cascade import is_of, swept_with
from agentops.reconcile.leaving import Leaving, RemovalRules
from agentops.reconcile.objects import BECOMES, OBJECTS, PARTS, ObjectKind
from agentops.reconcile.observed import Live
from agentops.reconcile.plan import Action, Orphan, Step
from agentops.reconcile.refusals import refusals
from agentops.reconcile.sparing import protected
from agentops.wire.durations import spelled

__all__ = ["Leaving", "RemovalRules", "Removed", "address_of", "removal", "removals"]

_KINDS: Mapping[ObjectKind, Kind] = {each: kind for kind, each in reversed([*BECOMES.items(), *PARTS.items()])}
"""What a live object is called by when its marks do not say."""
_ORDER = [*OBJECTS]
_LIFTED = 'protected, or used by what is: declare what is protected with `protect: "false"` first'


@dataclass(frozen=True, slots=True)
class Removed:
    """What becomes of what is declared no more."""

    steps: tuple[Step, ...] = ()
    orphans: tuple[Orphan, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = field(default=())


def removals(leaving: Leaving) -> Removed:
    """Return the steps that remove or retire, the objects left alone, and what forbids the steps.

    What is inside a declared object goes when it is declared no more: it was a line of that manifest.
    """
    undeclared, rules = leaving.undeclared, leaving.rules
    if not undeclared and rules.is_idle:
        return Removed()
    inside = () if rules.destroy else tuple(_inside(undeclared, leaving))
    gone = sorted((each for each in undeclared if not each.parent), key=_last_needed_first)
    safe = frozenset() if rules.destroy else protected(undeclared)
    going = (live for live in gone if not _is_spared(live, leaving, safe))
    steps = tuple(step for live in going if (step := _parting(live, leaving, undeclared)))
    leaves = {each.live.id for each in steps if each.live}
    left = (live for live in undeclared if not live.parent and live.id not in leaves)
    orphans = tuple(_orphan(live, leaving, is_protected=live.id in safe) for live in left)
    noted = () if rules.destroy else _note(orphans, pruned=rules.prune)
    if rules.is_idle:
        return Removed(inside, orphans, noted)
    return Removed((*inside, *steps), orphans, (*refusals(leaving, steps), *noted))


def _is_spared(live: Live, leaving: Leaving, safe: frozenset[str]) -> bool:
    """Tell whether a prune leaves an object alone; what a person named is judged by itself."""
    return leaving.rules.spares_protected and live.id in safe and address_of(live) not in leaving.rules.archive_now


def _inside(undeclared: Sequence[Live], leaving: Leaving) -> Iterator[Step]:
    for live in undeclared:
        if live.parent in leaving.kept:
            yield removal(live, "declared no more")


def _parting(live: Live, leaving: Leaving, undeclared: Sequence[Live]) -> Step | None:
    """Return what becomes of one object: it is removed, or retired, or left alone."""
    rules = leaving.rules
    company = _company(live, undeclared)
    if rules.destroy:
        reason = f"everything of this project is to go{company}"
        return _with_blast(removal(live, reason, destroy=True), leaving)
    if address_of(live) in rules.archive_now:
        return _with_blast(removal(live, f"declared no more, and named with --archive-now{company}"), leaving)
    if not rules.prune:
        return None
    if rules.skips_grace or not OBJECTS[live.object].can_archive:
        return _with_blast(removal(live, f"ours, and declared no more{company}"), leaving)
    if reason := _unretired(live):
        return _with_blast(_retirement(live, reason, leaving), leaving)
    if not is_ripe(live, leaving):
        return None
    since = f"{live.marks.retired:%Y-%m-%d}" if live.marks and live.marks.retired else ""
    return _with_blast(removal(live, f"declared no more, and retired since {since}{company}"), leaving)


def _unretired(live: Live) -> str:
    """Return why an object is to be retired; nothing, where it is already."""
    if live.marks is None or live.marks.retired is None:
        return "ours, and declared no more"
    return "retired, and running again" if live.is_running else ""


def _goes_after(leaving: Leaving) -> str:
    """Return when what is retired now goes, in words that are the same on every day."""
    grace_s = int(leaving.desired.grace.total_seconds())
    return f"a prune in {spelled(grace_s)} or later archives it" if grace_s else "the next prune archives it"


def _retirement(live: Live, reason: str, leaving: Leaving) -> Step:
    now = leaving.rules.now
    if now is None:
        raise ValueError("a grace needs a moment to begin at")
    has_a_date = bool(live.marks and live.marks.retired)  # which counts on
    said = reason if has_a_date else f"{reason}; {_goes_after(leaving)}"
    return Step(address_of(live), live.object, Action.RETIRE, said, live=live, at=now)


def _with_blast(step: Step, leaving: Leaving) -> Step:
    return swept_with(step, leaving.hanging, leaving.desired.owner)


def is_ripe(live: Live, leaving: Leaving) -> bool:
    """Tell whether an object and all of ours that goes with it have been retired for long enough."""
    ripe, now = ripe_at(live, leaving), leaving.rules.now
    return ripe is not None and now is not None and ripe <= now


def ripe_at(live: Live, leaving: Leaving) -> datetime | None:
    """Return when the grace of an object and of its own deployments is over; None where it has not begun for all."""
    ours = [each for each in leaving.hanging.get(live.id, ()) if _is_waited_for(each, leaving)]
    since = [each.marks.retired if each.marks else None for each in (live, *ours)]
    known = [each for each in since if each is not None]
    return max(known) + leaving.desired.grace if len(known) == len(since) else None


def _is_waited_for(live: Live, leaving: Leaving) -> bool:
    """Tell whether a deployment goes by a grace of its own."""
    return is_of(live, leaving.desired.owner) and live.id not in leaving.kept


def _company(live: Live, undeclared: Sequence[Live]) -> str:
    """Return what goes with an object because it is inside."""
    count = sum(each.parent == live.id for each in undeclared)
    return f", with {count} inside it" if count else ""


def _note(orphans: Sequence[Orphan], *, pruned: bool) -> tuple[Diagnostic, ...]:
    """Return what is said of objects that stay although nothing declares them."""
    waiting = [each for each in orphans if each.is_waiting]
    left = [each for each in orphans if not each.is_waiting and (each.is_protected or not pruned)]
    said = []
    if left:
        fact = f"declared no more, and left alone: {_few([each.identity for each in left])}"
        way = _LIFTED if pruned else f"apply with --prune to remove {'it' if len(left) == 1 else 'them'}"
        said.append(Diagnostic(codes.ORPHANS, fact, notes=(way,)))
    if waiting:
        names = _few([f"{each.identity} until {each.ripe:%Y-%m-%d %H:%M} UTC" for each in waiting])
        way = "declare it again to have it back as it was, or name it with --archive-now to archive it now"
        said.append(Diagnostic(codes.RETIRED, f"retired, and not archived yet: {names}", notes=(way,)))
    return tuple(said)


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f", … ({len(names)} in all)" if len(names) > 5 else "")


def removal(live: Live, reason: str, *, destroy: bool = False) -> Step:
    """Return the step that takes an object away."""
    rule = OBJECTS[live.object]
    deletes = (destroy and rule.can_delete) or not rule.can_archive
    action = Action.DELETE if deletes else Action.ARCHIVE
    return Step(address_of(live), live.object, action, reason, live=live, is_final=True)


def address_of(live: Live) -> Address:
    """Return the address in the marks; one that somebody bent stands as what the object is."""
    found = Address.parse(live.marks.id) if live.marks else None
    return found or Address(_KINDS[live.object], live.id)


def _orphan(live: Live, leaving: Leaving, *, is_protected: bool) -> Orphan:
    marks = live.marks
    ripe = ripe_at(live, leaving)
    return Orphan(
        str(address_of(live)),
        live.object,
        live.id,
        is_protected,
        retired=marks.retired if marks else None,
        ripe=ripe,
        is_waiting=ripe is not None and not _unretired(live) and not is_ripe(live, leaving),
    )


def _last_needed_first(live: Live) -> tuple[int, str]:
    """Sort rosters before their members: what names others goes first."""
    order = _ORDER.index(live.object)
    is_member = live.object is ObjectKind.AGENT and not live.body.get("multiagent")
    return (order * 2 + is_member, live.id)
