"""Which of our objects go: never by accident, and never without a reason and a count."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agentops.base.diagnostics import Diagnostic
from agentops.base.names import Address, Kind
from agentops.reconcile import codes
from agentops.reconcile.brakes import Brake, held
from agentops.reconcile.objects import BECOMES, OBJECTS, PARTS, ObjectKind
from agentops.reconcile.observed import Live
from agentops.reconcile.plan import Action, Orphan, Step
from agentops.reconcile.resource import Desired

_KINDS: Mapping[ObjectKind, Kind] = {each: kind for kind, each in reversed([*BECOMES.items(), *PARTS.items()])}
"""What a live object is called by when its marks do not say."""
_ORDER = [*OBJECTS]


@dataclass(frozen=True, slots=True)
class RemovalRules:
    """What may be removed."""

    prune: bool = False
    """Remove what no manifest declares any more."""

    destroy: bool = False
    """Remove everything of this owner."""

    max_archive: int | None = None
    """The number that a person named; lifts the brake up to it."""


def removals(
    desired: Desired, owned: Mapping[str, Sequence[Live]], rules: RemovalRules, brake: Brake
) -> tuple[tuple[Step, ...], tuple[Orphan, ...], tuple[Diagnostic, ...]]:
    """Return the removing steps, the objects left alone, and what forbids the steps.

    What is inside a declared object goes when it is declared no more: it was a line of that manifest.
    """
    declared = set() if rules.destroy else {str(each.address) for each in desired.resources}
    undeclared = [live for identity, lives in sorted(owned.items()) if identity not in declared for live in lives]
    kept = {live.id for identity, lives in owned.items() if identity in declared for live in lives}
    inside = tuple(removal(each, "declared no more") for each in undeclared if each.parent in kept)
    gone = [each for each in undeclared if not each.parent]
    if not (rules.prune or rules.destroy):
        orphans = tuple(_orphan(live) for live in gone)
        return inside, orphans, _note(orphans)
    reason = "everything of this project is to go" if rules.destroy else "ours, and declared no more"
    steps = tuple(
        removal(live, reason + _company(live, undeclared), destroy=rules.destroy)
        for live in sorted(gone, key=_last_needed_first)
    )
    total = sum(not live.parent for lives in owned.values() for live in lives)
    return (*inside, *steps), (), tuple(_refusals(desired, gone, total, rules, brake))


def _company(live: Live, undeclared: Sequence[Live]) -> str:
    """Return what goes with an object because it is inside."""
    count = sum(each.parent == live.id for each in undeclared)
    return f", with {count} inside it" if count else ""


def _refusals(
    desired: Desired, gone: Sequence[Live], total: int, rules: RemovalRules, brake: Brake
) -> Iterator[Diagnostic]:
    for live in gone:
        if live.marks and live.marks.protect:
            yield Diagnostic(
                codes.PROTECTED,
                f"{live.marks.id} ({live.id}) would be removed, but it is protected",
                notes=('declare it again with the annotation `protect: "false"`, apply, then remove it',),
            )
    if rules.destroy or not gone:
        return
    if not desired.resources:
        yield Diagnostic(codes.EMPTY_TREE, f"the tree declares nothing; pruning would remove all {total} objects")
    else:
        yield from held(codes.MASS_ARCHIVE, brake, len(gone), total, rules.max_archive)


def _note(orphans: Sequence[Orphan]) -> tuple[Diagnostic, ...]:
    if not orphans:
        return ()
    names = ", ".join(each.identity for each in orphans[:5]) + (", …" if len(orphans) > 5 else "")
    return (
        Diagnostic(
            codes.ORPHANS,
            f"declared no more, and left alone: {names} ({len(orphans)} in all)",
            notes=("apply with --prune to remove them",),
        ),
    )


def removal(live: Live, reason: str, *, destroy: bool = False) -> Step:
    """Return the step that takes an object away."""
    rule = OBJECTS[live.object]
    deletes = (destroy and rule.can_delete) or not rule.can_archive
    action = Action.DELETE if deletes else Action.ARCHIVE
    return Step(_address(live), live.object, action, reason, live=live, is_final=True)


def _address(live: Live) -> Address:
    """Return the address in the marks; one that somebody bent stands as what the object is."""
    found = Address.parse(live.marks.id) if live.marks else None
    return found or Address(_KINDS[live.object], live.id)


def _orphan(live: Live) -> Orphan:
    return Orphan(str(_address(live)), live.object, live.id, bool(live.marks and live.marks.protect))


def _last_needed_first(live: Live) -> tuple[int, str]:
    """Sort rosters before their members: what names others goes first."""
    order = _ORDER.index(live.object)
    is_member = live.object is ObjectKind.AGENT and not live.body.get("multiagent")
    return (order * 2 + is_member, live.id)
