"""The one port of every gate: a proposal in, findings out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from agentops.memory.notes import Memory
from agentops.memory.operations import Operation
from agentops.memory.transcripts import Transcript


class Consequence(StrEnum):
    """What follows from a finding."""

    BLOCK = "block"
    """The proposal may not be merged."""

    QUARANTINE = "quarantine"
    """The operation is dropped from the proposal and shown apart."""

    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a repository's `policy.yaml` and a schedule say: how strict each gate is, and its limits."""

    strictness: Mapping[str, str] = field(default_factory=dict)
    """`block`, `warn` or `off` by the gate's name; what is not named is as strict as the gate was built."""

    protected: tuple[str, ...] = ()
    """Patterns of paths that only people change."""

    most_changed: float = 0.25
    """The share of existing notes that one dream may change or take out."""

    most_growth: float = 0.2
    """The share that a store may grow in one dream, beyond a floor for small stores."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change of one store's memory, as a gate sees it."""

    before: Memory
    after: Memory
    operations: tuple[Operation, ...]
    transcripts: Mapping[str, Transcript] = field(default_factory=dict)
    """What was read, by session: what citations are held against."""

    policy: Policy = field(default_factory=Policy)
    by_hand: Mapping[str, str] = field(default_factory=dict)
    """Text by path as people and agents wrote it themselves (a person's commit, an agent in the live store), empty
    where they removed the file. Its lines need no evidence: they are not the dream's. All else about them is judged."""

    by_people: frozenset[str] = frozenset()
    """Those of `by_hand` that a person committed; the others an agent in a session may have written."""


@dataclass(frozen=True, slots=True)
class Objection:
    """Something that a gate holds against a proposal: the thing, the fact and the way out."""

    gate: str
    consequence: Consequence
    message: str
    path: str = ""
    line: int = 0
    """From 1, in the file after the change; 0 where it is about the whole."""

    operation: str = ""
    """The id of the operation that it is about; empty where it is about the whole."""


class Gate(Protocol):
    """Judges one thing."""

    name: str

    def judge(self, proposal: Proposal) -> Iterator[Objection]:
        """Yield what it holds against the proposal; nothing when it passes."""
        ...
