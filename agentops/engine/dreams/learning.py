"""What becomes of what a dream proposes: applied to the memory, held against the gates, less what they object to.

Pure. What is applied rests on evidence; all the rest is kept and shown with the reason why it was not.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from agentops.dreaming.port import Dream, Night
from agentops.dreaming.settling import By, Ground, Settled, proposal, settled
from agentops.engine.core.json import written
from agentops.engine.store.dreams import Proposed
from agentops.memory import operation_lines
from agentops.memory.gates.all import judge
from agentops.memory.gates.port import Consequence, Policy
from agentops.memory.notes import Memory
from agentops.memory.operations import Operation

APPLIED: Final = "applied"
DROPPED: Final = "dropped"
_STANDINGS: Final = {By.DREAMER: "quarantined", By.GATES: DROPPED, By.MEMORY: "unfit"}


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


def outcome(dream: Dream, night: Night, dream_id: str) -> Outcome:
    """Return the memory with what the dream may write, and where each operation stands."""
    ground = Ground(night.memory, dream_id, Policy())
    found = settled(night, dream, ground)
    against = _of_whole(night, found, ground)
    stand = enumerate(_standings(dream, found, against), start=1)
    proposed = tuple(_proposed(number, *each) for number, each in stand)
    return Outcome(night.memory if against else found.after, proposed, against)


def changed(before: Memory, after: Memory) -> tuple[dict[str, str], frozenset[str]]:
    """Return the files that are new or different, and the paths that are gone."""
    new = {path: text for path, text in after.files.items() if before.files.get(path) != text}
    return new, frozenset(before.files) - frozenset(after.files)


def _of_whole(night: Night, found: Settled, ground: Ground) -> tuple[str, ...]:
    """Return what is held against the whole, and was not amiss before: a dream answers for its own changes alone."""
    blocks = [each for each in found.judgement.objections if each.consequence is Consequence.BLOCK]
    if not blocks:
        return ()
    as_it_was = judge(proposal(night, night.memory, (), ground))
    old = {(each.gate, each.path) for each in as_it_was.objections}
    return tuple(f"{each.gate}: {each.message}" for each in blocks if (each.gate, each.path) not in old)


def _standings(dream: Dream, found: Settled, against: tuple[str, ...]) -> Iterator[tuple[Operation, str, str]]:
    """Yield each operation as it may be shown, in the order in which the dream proposed them."""
    refused = {each.id: each for each in found.apart if each.by is not By.DREAMER}
    for each in dream.operations:
        if away := refused.get(each.id):
            yield away.operation, _STANDINGS[away.by], away.operation.reason
        elif against:
            yield each, DROPPED, against[0]
        else:
            yield each, APPLIED, ""
    for doubted in (each for each in found.apart if each.by is By.DREAMER):
        yield doubted.operation, _STANDINGS[By.DREAMER], doubted.operation.reason


def _proposed(number: int, operation: Operation, standing: str, why: str) -> Proposed:
    said = json.loads(operation_lines.written(operation))
    body = {"type": "dream_operation", "standing": standing, "why": why or None, **said}
    return Proposed(number, standing, written(body))
