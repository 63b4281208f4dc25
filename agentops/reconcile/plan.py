"""A plan is a value: the steps that take a target from what is to what is wanted, each with its reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from agentops.base.canonical import digest
from agentops.base.diagnostics import Diagnostic, Report, Span
from agentops.base.names import Address
from agentops.reconcile.costs import Cost
from agentops.reconcile.objects import OBJECTS, ObjectKind
from agentops.reconcile.observed import Live
from agentops.reconcile.resource import Rendered, Resource
from agentops.reconcile.seeds import MemoryWrite
from agentops.reconcile.verdicts import ABSENT, Judged, Verdict


class Action(StrEnum):
    """What a step does to its object."""

    CREATE = "create"
    UPDATE = "update"
    REPIN = "repin"
    """Only the pinned versions of other agents move: never somebody's edit."""
    RESTAMP = "restamp"
    """Live already is what is wanted; only our marks are behind."""
    ADOPT = "adopt"
    """An object that nobody had marked becomes ours."""
    MOVE = "move"
    """An object of ours is declared under another name now."""
    REPLACE = "replace"
    """What the API does not change in place: the object goes, and another takes its place."""
    RETIRE = "retire"
    """Declared no more: it is paused and marked, and archived only when its grace is over."""
    RESTORE = "restore"
    """Retired, and declared again: it works as before."""
    FORGET = "forget"
    """It stays as it is, and nobody manages it any more."""
    ARCHIVE = "archive"
    DELETE = "delete"


REMOVALS = frozenset({Action.ARCHIVE, Action.DELETE})
PARTINGS = frozenset({Action.RETIRE, Action.FORGET})
"""What becomes of objects that no manifest declares, and that stay alive: only marks are written."""
CREATES = frozenset({Action.CREATE, Action.REPLACE})


@dataclass(frozen=True, slots=True)
class Change:
    """One place in a field that will be different."""

    field: str
    path: tuple[str | int, ...]
    """Below the field, in normal form."""

    verdict: Verdict
    before: Any
    after: Any
    span: Span | None
    """Where the wanted value is written."""


@dataclass(frozen=True, slots=True)
class Risk:
    """Why somebody should look at a step twice."""

    kind: str
    """One of `risks.RiskKind`."""

    note: str
    severity: str = "medium"
    """One of `risks.Weight`."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What goes at once with another: a deployment with its agent, or what somebody else put inside."""

    object: ObjectKind
    id: str
    name: str
    """Its address, where it is ours; its display name, where it is not."""

    owner: str
    """Whose it is; nothing for nobody's."""

    is_ours: bool


@dataclass(frozen=True, slots=True)
class Blast:
    """What else is hit when an object goes."""

    swept: tuple[Swept, ...] = ()
    running: int | None = None
    """Sessions that run now; None where nobody asked."""

    recent: int | None = None
    """Sessions of the last seven days."""

    memories: int | None = None
    """Memories that lie in a store now, whoever wrote them; None where nobody asked."""

    is_more: bool = False
    """Whether there are more sessions or memories than were counted."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change of one object."""

    address: Address
    object: ObjectKind
    action: Action
    reason: str
    changes: tuple[Change, ...] = ()
    needs: tuple[Address, ...] = ()
    """Steps of the same plan that come first."""

    resource: Resource | None = None
    live: Live | None = None
    judged: tuple[Judged, ...] = ()
    memories: tuple[MemoryWrite, ...] = ()
    is_final: bool = False
    """Whether the API has no way back from it."""

    risks: tuple[Risk, ...] = ()
    seen_version: int | None = None
    """What the marks go on to call our last write, where others changed fields that this step leaves as they are."""

    former_owner: str = ""
    """Whose it was, when it is taken over."""

    blast: Blast = Blast()
    at: datetime | None = None
    """The moment that a retirement counts from; no part of the plan's id, for each plan has another."""

    @property
    def makes_room(self) -> bool:
        """Tell whether it takes away what the server takes only one of, so that another can be made."""
        return OBJECTS[self.object].is_alike_unique and self.action in {*REMOVALS, Action.REPLACE}

    @property
    def holder(self) -> tuple[str, str]:
        """Return whose part it is, for a part of something: kind and name."""
        return self.address.kind, self.address.name

    @property
    def version(self) -> int | None:
        """Return the version that the object will have, where objects have versions."""
        if self.action in CREATES:
            return 1 if self.object is ObjectKind.AGENT else None
        before = self.live.version if self.live else None
        return None if before is None or self.action in REMOVALS else before + 1


@dataclass(frozen=True, slots=True)
class Orphan:
    """An object of ours that no manifest declares any more, left alone: pruning is off, or it has not waited enough."""

    identity: str
    object: ObjectKind
    id: str
    is_protected: bool
    """Whether it is protected, or what is protected needs it."""

    retired: datetime | None = None
    ripe: datetime | None = None
    """When its grace is over."""

    is_waiting: bool = False
    """Whether it is retired and its grace is not over, so that pruning would do nothing to it now."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a target and a tree differ in, and what will be done about it."""

    owner: str
    target: str
    steps: tuple[Step, ...]
    unchanged: int
    orphans: tuple[Orphan, ...] = ()
    rendered: tuple[Rendered, ...] = ()
    kept: tuple[tuple[Address, str], ...] = ()
    """Memories that agents changed and keep: store and path."""

    left_out: tuple[Address, ...] = ()
    """What the target cannot hold, and is not asked to."""

    report: Report = field(default_factory=Report)
    """Notes, warnings, and errors that stop the plan from being applied."""

    levels: Mapping[str, str] = field(default_factory=dict)
    """What the project's policy makes of risks, by their names; no part of the plan's id."""

    costs: Mapping[Address, Cost] = field(default_factory=dict)
    """What is known of costs, by steps; no part of the plan's id."""

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to do."""
        return not self.steps

    @property
    def drifted(self) -> Sequence[Step]:
        """Return the steps that undo what somebody changed behind our back."""
        return [each for each in self.steps if any(change.verdict in DRIFTED for change in each.changes)]

    @property
    def id(self) -> str:
        """Return a digest over target, owner and every change: equal exactly when the same thing would be done."""
        return digest([self.target, self.owner, [_essence(each) for each in self.steps]])[:12]


def subject(diagnostic: Diagnostic) -> Address | None:
    """Return the object that something is said of: what is said of one begins with its address."""
    return Address.parse(diagnostic.message.partition(" ")[0].removesuffix(":"))


DRIFTED = frozenset({Verdict.DRIFT, Verdict.CONFLICT})


def _essence(step: Step) -> list[Any]:
    live = [step.live.id, step.live.version, *([step.live.parent] if step.live.parent else [])] if step.live else []
    protect = bool(step.resource and step.resource.protect)
    # What takes the place of another is sent whole, and with it what is in sync.
    is_whole = step.action is Action.REPLACE
    fields = [_judgement(each) for each in step.judged if is_whole or each.verdict is not Verdict.IN_SYNC]
    memories = [[each.path, each.seed.sha256, each.expected_sha256] for each in step.memories]
    swept = [[each.id for each in step.blast.swept]] if step.blast.swept else []
    return [str(step.address), step.action, live, protect, fields, memories, *swept]


def _judgement(judged: Judged) -> list[Any]:
    """Return what is overwritten as well as what is wanted: whoever approved the plan has seen both."""
    wanted = [] if judged.wanted is ABSENT else [judged.wanted]
    return [judged.name, judged.verdict, judged.live, *wanted]
