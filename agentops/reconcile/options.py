"""What a person allowed a plan beyond the safe default."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agentops.base.names import Address
from agentops.reconcile.leaving import RemovalRules


@dataclass(frozen=True, slots=True)
class Forgetting:
    """What is to be let go, and nothing else: by its name, or one single object by its id."""

    addresses: frozenset[Address] = frozenset()
    ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What the person allowed beyond the safe default."""

    adopt: frozenset[Address] = frozenset()
    """Take the unmarked look-alike over."""

    take: Mapping[Address, str] = field(default_factory=dict)
    """Take over the unmarked object with this id, whatever it is called."""

    take_over: frozenset[str] = frozenset()
    """Ids of objects of another owner that become ours, one by one."""

    create_new: frozenset[Address] = frozenset()
    """Create beside what looks like it."""

    overwrite: frozenset[Address] = frozenset()
    """In a conflict the manifest wins."""

    removal: RemovalRules = field(default_factory=RemovalRules)
    forget: Forgetting | None = None
    """Plan for nothing but this."""

    max_update: int | None = None
    """The number of updates that a person named; lifts the brake up to it."""

    costs: bool = True
    """Whether past sessions are asked what a changed model costs, where the Project has prices."""

    @property
    def removes(self) -> bool:
        """Tell whether it may concern objects of any kind, declared or not."""
        return not self.removal.is_idle or self.forget is not None or bool(self.take_over)
