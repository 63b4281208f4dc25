"""Why a note says what it says: its record, its evidence, what it came from, and every operation that touched it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agentops.memory import archived
from agentops.memory.evidence import Evidence
from agentops.memory.files import assumed, notes_of, parse
from agentops.memory.layout import is_archived
from agentops.memory.notes import Memory, Note, Record
from agentops.memory.operations import Operation


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a note comes from."""

    anchor: str
    note: Note | None
    """Where it stands, in the archive too; None when only its record is left, or not even that."""

    record: Record | None
    operations: tuple[tuple[str, Operation], ...]
    """Each with the dream that did it, in the order of the log."""

    parents: tuple["Trace", ...]

    @property
    def is_archived(self) -> bool:
        """Tell whether the note left the living part of the store."""
        return self.note is not None and is_archived(self.note.path)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Return everything that the note and what it came from rest on."""
        own = self.record.evidence if self.record else ()
        return tuple(sorted({*own, *(one for parent in self.parents for one in parent.evidence)}))

    @property
    def sessions(self) -> tuple[str, ...]:
        """Return the sessions that taught it."""
        return tuple(sorted({one.session for one in self.evidence}))


def trace(memory: Memory, anchor: str, log: Mapping[str, Sequence[Operation]]) -> Trace | None:
    """Return where a note comes from, or None when nothing is known of it. The log is by dream, oldest first."""
    found = _trace(memory, _everything(memory), anchor, log, frozenset())
    return found if found.note or found.record or found.operations else None


def taught_by(memory: Memory, session: str) -> tuple[str, ...]:
    """Return the notes that a session had a part in, also by way of notes that they came from, archived ones too."""
    records = memory.ledger.records
    found = {name for name, record in records.items() if any(one.session == session for one in record.evidence)}
    while more := {name for name, one in records.items() if name not in found and found & set(one.parents)}:
        found |= more
    return tuple(sorted(found))


def _everything(memory: Memory) -> dict[str, Note]:
    return {**{note.anchor: note for note in _archive(memory)}, **{note.anchor: note for note in notes_of(memory)}}


def _archive(memory: Memory) -> Iterator[Note]:
    for path in sorted(filter(is_archived, memory.files)):
        for note in parse(path, memory.files[path]).notes:
            yield Note(note.anchor, path, archived.claim_of(note.text))


def _trace(
    memory: Memory, notes: Mapping[str, Note], anchor: str, log: Mapping[str, Sequence[Operation]], seen: frozenset[str]
) -> Trace:
    note = notes.get(anchor)
    record = memory.ledger.records.get(anchor)
    parents = [name for name in (record.parents if record else ()) if name not in seen]
    known = record if record or note is None or is_archived(note.path) else assumed(note)
    return Trace(
        anchor=anchor,
        note=note,
        record=known,
        operations=tuple(_operations(anchor, record, log)),
        parents=tuple(_trace(memory, notes, name, log, seen | {anchor}) for name in parents),
    )


def _operations(
    anchor: str, record: Record | None, log: Mapping[str, Sequence[Operation]]
) -> Iterator[tuple[str, Operation]]:
    born = record.born if record else ""
    for dream, operations in log.items():
        for operation in operations:
            if anchor in operation.targets or operation.id == born:
                yield dream, operation
