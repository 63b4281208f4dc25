"""The last stage: every operation is held against its evidence. What does not hold is set apart, and says why."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from agentops.base.giving_up import go_on
from agentops.memory.comparing import citing
from agentops.memory.evidence import Origin
from agentops.memory.files import notes_of
from agentops.memory.notes import Memory
from agentops.memory.operations import Finding, Operation, Verdict
from agentops.memory.transcripts import Transcript

verdict = citing.verdict


class Checker:
    """A night's transcripts and the store, as operations are held against them."""

    def __init__(self, memory: Memory, transcripts: Mapping[str, Transcript]) -> None:
        """Look at every event and every note once."""
        self._transcripts = transcripts
        self._records = memory.ledger.records
        self._texts = {each.anchor: each.text for each in notes_of(memory)}
        self._events = {(session, each.id) for session, read in transcripts.items() for each in read.events}

    def checked(self, operation: Operation) -> Operation:
        """Return the operation with the worst verdict of the claims it writes."""
        verdicts = [self._of(each, operation) for each in operation.texts] or [self._exists(operation)]
        return replace(operation, verdict=min(verdicts, key=lambda each: each.finding is Finding.SUPPORTED))

    def _of(self, text: str, operation: Operation) -> Verdict:
        """Return whether a claim holds: one that a note has been saying is as good as that note's evidence."""
        if text in (self._texts.get(each) for each in operation.targets):
            return self._exists(operation)
        return verdict(text, operation.evidence, self._transcripts)

    def _exists(self, operation: Operation) -> Verdict:
        """Return whether all that is cited exists: tonight, or in the records of the notes it is about."""
        records = [self._records[each] for each in operation.targets if each in self._records]
        known = {cited for record in records for cited in record.evidence}
        is_there = all(each in known or (each.session, each.event) in self._events for each in operation.evidence)
        return Verdict(Finding.SUPPORTED if operation.evidence and is_there else Finding.NOT_FOUND)


def verified(
    operations: Iterable[Operation], memory: Memory, transcripts: Mapping[str, Transcript]
) -> tuple[tuple[Operation, ...], tuple[Operation, ...]]:
    """Return the operations with their verdicts: those that hold, and those to set apart, each with why."""
    checker = Checker(memory, transcripts)
    kept: list[Operation] = []
    apart: list[Operation] = []
    for operation in map(checker.checked, operations):
        go_on()
        why = _why(operation)
        (apart if why else kept).append(replace(operation, reason=why or operation.reason))
    return tuple(kept), tuple(apart)


def _why(operation: Operation) -> str:
    """Return why an operation is set apart; nothing when it holds."""
    found = operation.verdict
    if found.finding is Finding.CONTRADICTED:
        return "its counts are not those of its evidence"
    if found.finding is not Finding.SUPPORTED:
        little = f"its evidence has too little of it ({found.score:.2f})" if found.score is not None else ""
        return little or "not found in its evidence"
    if operation.origin is Origin.EXTERNAL:
        return "only what strangers wrote speaks for it: a person may pin it"
    return ""
