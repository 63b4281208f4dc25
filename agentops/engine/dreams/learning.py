"""What becomes of what a dream proposes: applied to the memory, held against the gates, less what they object to.

Pure. What is applied rests on evidence; all the rest is kept and shown with the reason why it was not.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from agentops.dreaming.port import Dream
from agentops.engine.core.json import written
from agentops.engine.store.dreams import Proposed
from agentops.memory import operation_lines
from agentops.memory.applying import applied
from agentops.memory.gates.judgement import judged
from agentops.memory.gates.port import Consequence, Gate, Objection, Proposal
from agentops.memory.notes import Memory
from agentops.memory.operations import Operation
from agentops.memory.transcripts import Transcript

APPLIED = "applied"
QUARANTINED = "quarantined"
DROPPED = "dropped"
UNFIT = "unfit"

_GATES: tuple[Gate, ...] = ()

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


def outcome(memory: Memory, dream: Dream, dream_id: str, today: date, transcripts: Sequence[Transcript]) -> Outcome:
    """Return the memory with what the dream may write, and where each operation stands."""
    by_session = {each.session: each for each in transcripts}
    operations, why = dream.operations, dict[str, str]()
    for _ in range(_ROUNDS):
        result = applied(memory, operations, dream=dream_id, today=today)
        judgement = judged(Proposal(memory, result.memory, result.done, by_session, by_hand=memory.files), _GATES)
        dropped = dict(_dropped(judgement.objections))
        if not dropped:
            break
        why |= dropped
        operations = tuple(each for each in operations if each.id not in dropped)
    of_whole = tuple(f"{each.gate}: {each.message}" for each in judgement.objections if _blocks(each))
    unfit = {operation.id: reason for operation, reason in result.unfit}
    if of_whole:
        why |= {each.id: of_whole[0] for each in result.done}
    standings = [*_standings(dream, why, unfit)]
    proposed = tuple(_proposed(number, *each) for number, each in enumerate(standings, start=1))
    return Outcome(memory if of_whole else result.memory, proposed, of_whole)


def changed(before: Memory, after: Memory) -> tuple[dict[str, str], frozenset[str]]:
    """Return the files that are new or different, and the paths that are gone."""
    written_files = {path: text for path, text in after.files.items() if before.files.get(path) != text}
    return written_files, frozenset(before.files) - frozenset(after.files)


def _dropped(objections: Sequence[Objection]) -> Iterator[tuple[str, str]]:
    for each in objections:
        if each.operation and each.consequence is not Consequence.WARN:
            yield each.operation, f"{each.gate}: {each.message}"


def _blocks(objection: Objection) -> bool:
    return objection.consequence is Consequence.BLOCK


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
