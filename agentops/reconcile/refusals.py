"""What forbids a removal: each refusal names the thing, the fact, and the flag or the edit that lifts it."""

from collections import Counter
from collections.abc import Iterator, Sequence

from agentops.base.diagnostics import Diagnostic
from agentops.reconcile import codes
from agentops.reconcile.brakes import Counted, held
from agentops.reconcile.leaving import Leaving
from agentops.reconcile.objects import ObjectKind
from agentops.reconcile.observed import Live
from agentops.reconcile.plan import REMOVALS, Action, Step, Swept


def refusals(leaving: Leaving, steps: Sequence[Step]) -> Iterator[Diagnostic]:
    """Yield what forbids the steps.

    Reports:
        plan.protected, plan.not-there, plan.still-declared, plan.cascade, plan.prune-to-nothing,
        plan.partial-checkout, plan.another-tree, plan.mass-archive.
    """
    yield from _protected(leaving)
    yield from _named_in_vain(leaving)
    yield from _cascades(leaving, steps)
    if leaving.rules.destroy:
        return
    yield from _partial(leaving)
    if not leaving.rules.prune or not leaving.gone:
        return
    if not leaving.desired.resources:
        total = _total(leaving)
        said = f"the tree declares nothing; pruning would remove all {total} objects"
        yield Diagnostic(codes.EMPTY_TREE, said, notes=("if they are all to go: `agentops destroy`",))
        return
    others = list(_another_tree(leaving, steps))
    yield from others or _brakes(leaving, steps)


def _protected(leaving: Leaving) -> Iterator[Diagnostic]:
    rules = leaving.rules
    for live in leaving.gone:
        prunes = rules.prune and not rules.spares_protected
        is_going = prunes or rules.destroy or str(live.marks and live.marks.id) in map(str, rules.archive_now)
        if live.marks and live.marks.protect and is_going:
            yield Diagnostic(
                codes.PROTECTED,
                f"{live.marks.id} ({live.id}) would be removed, but it is protected",
                notes=('declare it again with the annotation `protect: "false"`, apply, then remove it',),
            )


def _named_in_vain(leaving: Leaving) -> Iterator[Diagnostic]:
    """Yield what was named to be archived and is not there, or is declared."""
    for address in sorted(leaving.rules.archive_now):
        if address in leaving.desired.by_address:
            fact = f"{address} is named with --archive-now, but a manifest declares it"
            yield Diagnostic(codes.STILL_DECLARED, fact, notes=("remove the manifest first",))
        elif str(address) not in leaving.owned:
            fact = f"{address} is named with --archive-now, but this project has no such object on the target"
            yield Diagnostic(codes.NOT_THERE, fact, notes=("`agentops plan` lists what is declared no more",))


def _cascades(leaving: Leaving, steps: Sequence[Step]) -> Iterator[Diagnostic]:
    """Yield what would go along with others and must not."""
    going = {each.live.id for each in steps if each.live and each.action in REMOVALS}
    for step in steps:
        if step.action not in REMOVALS or step.live is None:
            continue
        lives = {each.id: each for each in leaving.hanging.get(step.live.id, ())}
        for swept in step.blast.swept:
            if swept.id not in going and (why := _spared(lives[swept.id], swept, leaving)):
                goes = "deleted" if step.action is Action.DELETE else "archived"
                message = f"{step.address} would be {goes}, and with it at once {swept.name} ({swept.id}), {why[0]}"
                yield Diagnostic(codes.CASCADE, message, notes=(why[1],))


def _spared(live: Live, swept: Swept, leaving: Leaving) -> tuple[str, str] | None:
    """Return why something must not go along, and the way out."""
    if swept.is_ours and live.id in leaving.kept:
        return "which is declared", "give it another agent, or remove its manifest too"
    if swept.is_ours:
        way = f"name it too: --archive-now {swept.name}; or wait until its own grace is over"
        return "which is to be archived on its own terms", way
    if live.id in leaving.rules.cascade:
        return None
    whose = f"which belongs to {swept.owner}" if swept.owner else "which nobody manages"
    return whose, f"ask whoever runs it, then allow it by its id: --cascade {live.id}"


def _partial(leaving: Leaving) -> Iterator[Diagnostic]:
    rules = leaving.rules
    if rules.checkout and not rules.allows_partial:
        fact = f"{rules.checkout}: what is not here looks as if it were declared no more"
        way = "check all of it out, or say that what is here is enough: --allow-partial-checkout"
        yield Diagnostic(codes.PARTIAL_CHECKOUT, fact, notes=(way,))


def _another_tree(leaving: Leaving, steps: Sequence[Step]) -> Iterator[Diagnostic]:
    """Yield the refusal when nothing on the target says that it came from this tree."""
    desired = leaving.desired
    known = {live.marks.source.rpartition("@")[0] or live.marks.source for live in leaving.gone if live.marks}
    is_known = known & {each.source for each in desired.resources} or any(
        live.id in leaving.kept for lives in leaving.owned.values() for live in lives
    )
    if is_known or len(steps) <= (leaving.rules.max_archive or 0):
        return
    fact = f"this tree has never been applied here: the {_total(leaving)} objects of {desired.owner} on the target"
    yield Diagnostic(
        codes.ANOTHER_TREE,
        f"{fact} come from {', '.join(sorted(known)[:3]) or 'elsewhere'}, and none of them is declared",
        notes=(f"if they are to go, apply with --prune --max-archive {len(steps)}",),
    )


def _brakes(leaving: Leaving, steps: Sequence[Step]) -> Iterator[Diagnostic]:
    """Yield what the brakes hold; who was named one by one is not counted."""
    named = {str(each) for each in leaving.rules.archive_now}
    kinds = Counter(each.object for each in steps if str(each.address) not in named)
    there: Counter[ObjectKind] = Counter(
        live.object for lives in leaving.owned.values() for live in lives if not live.parent
    )
    counted = Counted(kinds, there)
    yield from held(codes.MASS_ARCHIVE, leaving.desired.brakes.archive, counted, leaving.rules.max_archive)


def _total(leaving: Leaving) -> int:
    return sum(not live.parent for lives in leaving.owned.values() for live in lives)
