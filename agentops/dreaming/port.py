"""The one port of every dreamer: a night's reading in, operations out. A dreamer proposes; it writes nothing."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Protocol

from agentops.memory.notes import Memory
from agentops.memory.operations import Operation
from agentops.memory.transcripts import Transcript


@dataclass(frozen=True, slots=True)
class Budget:
    """What a dream may spend; None: no limit. Units: tokens, US dollars."""

    tokens: int | None = None
    dollars: Decimal | None = None


NO_LIMIT = Budget()


@dataclass(frozen=True, slots=True)
class Night:
    """What a dream reads."""

    memory: Memory
    transcripts: tuple[Transcript, ...]
    today: date
    """The day that decay and first and last sight are counted from: an argument, so that two runs agree."""

    instructions: str = ""
    budget: Budget = NO_LIMIT


@dataclass(frozen=True, slots=True)
class Spent:
    """What a dream cost. Units: tokens, US dollars; dollars are None where nobody knows the model's price."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_creation_input_tokens: int = 0
    cache_read_input_tokens: int = 0
    dollars: Decimal | None = Decimal(0)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a dream, who did it, and what a reader should know: that it fell back to code, for one."""

    name: str
    """`collect`, `redact`, `distil`, `map`, `cluster`, `reduce` or `verify`."""

    engine: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Dream:
    """What a dream proposes: nothing to propose is a good answer, and says why."""

    operations: tuple[Operation, ...]
    """In a stable order; every one with evidence that resolves and a verdict that allows it."""

    quarantined: tuple[Operation, ...] = ()
    """Proposed and not backed: external alone, not found in its evidence, contradicted. Each reason says which."""

    stages: tuple[Stage, ...] = ()
    spent: Spent = field(default_factory=Spent)
    candidates: int = 0
    """How many claims were considered."""

    words: str = ""
    """One sentence for a person: what was learnt, or why nothing was."""

    read: frozenset[str] | None = None
    """The sessions that were read, where that was not everything: the others are read another time."""


class Dreamer(Protocol):
    """Proposes operations for a night's reading."""

    async def dream(self, night: Night) -> Dream:
        """Return what the transcripts teach."""
        ...
