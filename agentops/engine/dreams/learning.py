"""What becomes of what a dream proposes: applied to the memory, held against the gates, less what they object to.

Pure. What is applied rests on evidence; all the rest is kept and shown with the reason why it was not.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from agentops.dreaming import tidying
from agentops.dreaming.port import Dream
from agentops.engine.core.json import written
from agentops.engine.store.dreams import Proposed
from agentops.memory import operation_lines
from agentops.memory.applying import applied
from agentops.memory.gates.all import judge
from agentops.memory.gates.port import Consequence, Objection, Proposal
from agentops.memory.notes import Memory
from agentops.memory.operations import Operation
from agentops.memory.transcripts import Transcript

APPLIED: Final = "applied"
QUARANTINED: Final = "quarantined"
"""The dreamer itself found that the evidence does not bear it."""

DROPPED: Final = "dropped"
"""A gate objected."""

UNFIT: Final = "unfit"
"""The memory is not as it assumes."""

_ROUNDS = 5
"""How often the gates are asked: without what they dropped, something else may be amiss."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a dream comes to."""

    memory: Memory
    proposed: tuple[Proposed, ...]
    objections: tuple[str, ...]
    """What the gates held against the whole: with any of these nothing was applied."""

    @property
    def applied(self) -> int:
        """Return how many operations were applied."""
        return sum(each.standing == APPLIED for each in self.proposed)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a dream read, and when: what its operations are held against."""

    memory: Memory
    transcripts: Sequence[Transcript]
    dream_id: str
    today: date


def outcome(dream: Dream, reading: Reading) -> Outcome:
    """Return the memory with what the dream may write, and where each operation stands."""
    why: dict[str, str] = {}
    operations = dream.operations
    for _ in range(_ROUNDS):
        result = applied(reading.memory, operations, dream=reading.dream_id, today=reading.today)
        against = judge(_proposal(reading, result.memory, result.done)).objections
        dropped = dict(_dropped(against))
        why |= dropped
        operations = tuple(each for each in operations if each.id not in dropped)
        if not dropped:
            break
    # Where something was dropped in every round, nobody has judged what is left.
    of_whole = _of_whole(reading, against) if not dropped else ("the gates objected time and again",)
    why |= {each.id: of_whole[0] for each in result.done if of_whole and each.id not in why}
    unfit = {operation.id: reason for operation, reason in result.unfit}
    stand = enumerate(_standings(dream, why, unfit), start=1)
    proposed = tuple(_proposed(number, *each) for number, each in stand)
    return Outcome(reading.memory if of_whole else result.memory, proposed, of_whole)


def changed(before: Memory, after: Memory) -> tuple[dict[str, str], frozenset[str]]:
    """Return the files that are new or different, and the paths that are gone."""
    new = {path: text for path, text in after.files.items() if before.files.get(path) != text}
    return new, frozenset(before.files) - frozenset(after.files)


def _proposal(reading: Reading, after: Memory, operations: tuple[Operation, ...]) -> Proposal:
    # A store's own lines are evidence of what tidies them.
    witnesses = [*reading.transcripts, tidying.as_transcript(reading.memory)]
    by_session = {each.session: each for each in witnesses}
    return Proposal(reading.memory, after, operations, by_session, by_hand=reading.memory.files)


def _dropped(objections: Sequence[Objection]) -> Iterator[tuple[str, str]]:
    for each in objections:
        if each.operation and each.consequence is not Consequence.WARN:
            yield each.operation, f"{each.gate}: {each.message}"


def _of_whole(reading: Reading, objections: Sequence[Objection]) -> tuple[str, ...]:
    """Return what is held against the whole, and was not amiss before: a dream answers for its own changes alone."""
    blocks = [each for each in objections if each.consequence is Consequence.BLOCK]
    if not blocks:
        return ()
    old = {(each.gate, each.path) for each in judge(_proposal(reading, reading.memory, ())).objections}
    return tuple(f"{each.gate}: {each.message}" for each in blocks if (each.gate, each.path) not in old)


def _standings(dream: Dream, why: Mapping[str, str], unfit: Mapping[str, str]) -> Iterator[tuple[Operation, str, str]]:
    for each in dream.operations:
        if each.id in why:
            yield each, DROPPED, why[each.id]
        elif each.id in unfit:
            yield each, UNFIT, unfit[each.id]
        else:
            yield each, APPLIED, ""
    for each in dream.quarantined:
        yield each, QUARANTINED, each.reason


def _proposed(number: int, operation: Operation, standing: str, why: str) -> Proposed:
    said = json.loads(operation_lines.written(operation))
    body = {"type": "dream_operation", "standing": standing, "why": why or None, **said}
    return Proposed(number, standing, written(body))
