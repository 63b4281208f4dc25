"""What may be removed, and all that somebody who removes has to see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from agentops.base.names import Address
from agentops.reconcile.cascade import Hanging
from agentops.reconcile.observed import Live
from agentops.reconcile.resource import Desired


@dataclass(frozen=True, slots=True)
class RemovalRules:
    """What may be removed."""

    prune: bool = False
    """Remove what no manifest declares any more: first retire it, and archive it when its grace is over."""

    destroy: bool = False
    """Remove everything of this owner, at once."""

    max_archive: int | None = None
    """The number that a person named; lifts the brakes up to it."""

    now: datetime | None = None
    """This moment. Without it no grace is ever over."""

    archive_now: frozenset[Address] = frozenset()
    """What a person named to be archived without a grace, whether or not the rest is pruned."""

    skips_grace: bool = False
    """Whether pruning archives everything at once."""

    cascade: frozenset[str] = frozenset()
    """Ids of what others own, that a person named: they may go with what is ours."""

    checkout: str = ""
    """What of the tree's repository is not here, in words; nothing where all of it is."""

    spares_protected: bool = False
    """Whether pruning leaves what is protected alone, and what that needs, instead of being refused as a whole."""

    allows_partial: bool = False
    """Whether a person said that what is here is enough to judge by."""

    @property
    def is_idle(self) -> bool:
        """Tell whether nothing is to be removed."""
        return not (self.prune or self.destroy or self.archive_now)


@dataclass(frozen=True, slots=True)
class Leaving:
    """What is ours on a target, seen by somebody who may remove it."""

    desired: Desired
    owned: Mapping[str, Sequence[Live]]
    """By identity."""

    kept: frozenset[str]
    """The ids of what is declared, by whatever name it was known."""

    hanging: Hanging
    """What goes along with each object, by its id: deployments by the agent that they run once the plan is done."""

    rules: RemovalRules

    @property
    def undeclared(self) -> list[Live]:
        """Return what no manifest declares, parts included."""
        lives = (live for _, lives in sorted(self.owned.items()) for live in lives)
        return [each for each in lives if self.rules.destroy or each.id not in self.kept]

    @property
    def gone(self) -> list[Live]:
        """Return what no manifest declares, without what is inside others."""
        return [each for each in self.undeclared if not each.parent]
