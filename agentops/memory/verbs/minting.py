"""Records of notes that an operation writes for the first time."""

from dataclasses import replace

from agentops.memory import counting, decay, layout
from agentops.memory.drafting import Draft
from agentops.memory.evidence import worst
from agentops.memory.fitness import Unfit
from agentops.memory.notes import NO_SUPPORT, NoteKind, Record
from agentops.memory.operations import Finding, Operation
from agentops.memory.promotion import PERSON, status_for


def minted(draft: Draft, operation: Operation, text: str, like: Record | None = None) -> Record:
    """Return the record of a new note; what the operation leaves open is as with the note whose place it takes.

    Raises:
        Unfit: the store holds, or held, what the operation writes.
    """
    if is_born(draft, operation):
        raise Unfit("it is in the store already, or was and left it")
    kind = operation.kind or layout.kind_at(operation.path) or (like.kind if like else NoteKind.FACT)
    told = replace(operation, kind=kind, support=counting.first(operation))
    record = Record(
        anchor=draft.new_anchor(operation.id, text),
        kind=kind,
        status=status_for(told),
        trust=operation.trust,
        origin=operation.origin,
        evidence=counting.joined(operation.evidence),
        against=counting.joined(operation.against),
        support=told.support,
        scope=operation.scope or (like.scope if like else ""),
        first_seen=draft.today,
        last_seen=draft.today,
        valid_from=draft.today,
        about=operation.about or (like.about if like else ""),
        born=operation.id,
    )
    return reviewed(record, text)


def part(draft: Draft, operation: Operation, whole: Record, text: str) -> Record:
    """Return the record of one of several claims that a note becomes: what bore the whole bears the parts.

    Raises:
        Unfit: the store holds, or held, what the operation writes.
    """
    told = replace(
        operation,
        evidence=operation.evidence or whole.evidence,
        support=operation.support if operation.support != NO_SUPPORT else whole.support,
        origin=worst((operation.origin, whole.origin)),
        trust=whole.trust,
    )
    record = minted(draft, told, text, whole)
    return replace(
        record,
        status=whole.status,
        first_seen=whole.first_seen or draft.today,
        parents=(whole.anchor,),
        pinned=whole.pinned,
        reworded=0 if is_grounded(operation) else whole.reworded + 1,
    )


def reviewed(record: Record, text: str) -> Record:
    """Return the record with the day after which the note should be asked about."""
    return replace(record, review_after=decay.review_day(record, text))


def is_born(draft: Draft, operation: Operation) -> bool:
    """Tell whether the store holds, or held, what an operation writes."""
    name = operation.id
    return any(record.born == name for record in draft.records.values())


def is_grounded(operation: Operation) -> bool:
    """Tell whether a text was written from raw evidence: a check found it there, or a person wrote it."""
    is_found = operation.verdict.finding is Finding.SUPPORTED and bool(operation.evidence)
    return is_found or operation.author.engine == PERSON
