"""How much one plan may change before somebody has to name the number."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from agentops.base.diagnostics import Code, Diagnostic
from agentops.reconcile import codes
from agentops.reconcile.objects import ObjectKind

_SMALL = 10
"""Below this many objects a share says little."""


@dataclass(frozen=True, slots=True)
class Brake:
    """A limit on one kind of change. Units: a share of all objects and of those of each kind; a count of all."""

    share: float | None = None
    count: int | None = None

    def limit(self, total: int) -> int | None:
        """Return the largest number of changes that passes, or None when any does."""
        by_share = int(total * self.share) if self.share is not None and total >= _SMALL else None
        return min((each for each in (by_share, self.count) if each is not None), default=None)


@dataclass(frozen=True, slots=True)
class Brakes:
    """The limits of a project."""

    archive: Brake = Brake(share=0.10)
    """A tenth, as the tools do that people trust with their zones and clusters."""

    update: Brake = Brake(share=0.30)
    """Source: octoDNS, `Plan.MAX_SAFE_UPDATE_PCENT`."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many objects of each kind would change, and how many there are."""

    changes: Counter[ObjectKind]
    there: Counter[ObjectKind]


def held(code: Code, brake: Brake, counted: Counted, named: int | None) -> Iterator[Diagnostic]:
    """Yield the refusals when the brake holds and nobody named the number: of all objects, or else of single kinds."""
    changes, total = counted.changes.total(), counted.there.total()
    if changes <= (named or 0):
        return
    if (limit := brake.limit(total)) is not None and changes > limit:
        yield _refusal(code, (changes, total, "objects"), limit, changes)
        return
    by_share = Brake(brake.share)
    for kind, count in sorted(counted.changes.items()):
        limit = by_share.limit(counted.there[kind])
        if limit is not None and count > limit:
            yield _refusal(code, (count, counted.there[kind], f"{kind.replace('_', ' ')}s"), limit, changes)


def _refusal(code: Code, said: tuple[int, int, str], limit: int, named: int) -> Diagnostic:
    count, total, what = said
    verb, option = ("remove", "--prune --max-archive") if code is codes.MASS_ARCHIVE else ("update", "--max-update")
    share = round(100 * count / total)
    setting = f"brakes.max_{'archive' if code is codes.MASS_ARCHIVE else 'update'}_share"
    return Diagnostic(
        code,
        f"the plan would {verb} {count} of {total} {what} ({share} %); the brake holds at {limit}",
        notes=(f"if that is meant, apply with {option} {named}", f"the Project sets where it holds: `{setting}`"),
    )
