"""How much one plan may change before somebody has to name the number."""

from collections.abc import Iterator
from dataclasses import dataclass

from agentops.base.diagnostics import Code, Diagnostic
from agentops.reconcile import codes

_SMALL = 10
"""Below this many objects a share says little."""


@dataclass(frozen=True, slots=True)
class Brake:
    """A limit on one kind of change. Units: a share of all objects of the project, and a count."""

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

    update: Brake = Brake()


def held(code: Code, brake: Brake, changes: int, total: int, named: int | None) -> Iterator[Diagnostic]:
    """Yield the refusal when a brake holds and nobody named the number."""
    limit = brake.limit(total)
    if limit is None or changes <= limit or changes <= (named or 0):
        return
    verb, option = ("remove", "--prune --max-archive") if code is codes.MASS_ARCHIVE else ("update", "--max-update")
    share = round(100 * changes / total)
    yield Diagnostic(
        code,
        f"the plan would {verb} {changes} of {total} objects ({share} %); the brake holds at {limit}",
        notes=(f"if that is meant, apply with {option} {changes}",),
    )
