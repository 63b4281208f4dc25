"""Which notes answer a question, without a model: BM25, weighed by how far and how freshly a note may be trusted."""

from dataclasses import dataclass
from datetime import date

from agentops.memory import front_matter
from agentops.memory.comparing.bm25 import Index
from agentops.memory.decay import strength
from agentops.memory.files import assumed, notes_of
from agentops.memory.notes import Memory, Note, Record, Status, Trust

_TRUSTED = {Trust.STATED: 1.0, Trust.OBSERVED: 0.9, Trust.INFERRED: 0.75}
_STANDING = {Status.ACTIVE: 1.0, Status.DISPUTED: 0.8, Status.PROBATION: 0.8}
"""Notes of another status are not found: they are kept aside, or left."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """A note that answers, and how well: 1 for a trusted note with the best words."""

    note: Note
    record: Record
    score: float


def search(memory: Memory, query: str, most: int = 10, *, today: date | None = None) -> tuple[Recalled, ...]:
    """Return the notes that answer a query best, best first. With a day, what was not seen for long counts less.

    A note is found by its claim, by what it is about, and by its file's name and description. Source: dreaming note 4.
    """
    known = [(note, memory.ledger.records.get(note.anchor) or assumed(note)) for note in notes_of(memory)]
    found = [(note, record) for note, record in known if record.status in _STANDING and _holds(record, today)]
    descriptions = {path: _description(memory.files[path]) for path in {note.path for note, _ in found}}
    texts = [f"{note.text} {record.about} {_name(note.path)} {descriptions[note.path]}" for note, record in found]
    scores = Index(texts).scores(query)
    highest = max(scores.values(), default=0.0) or 1.0
    answers = [
        Recalled(*found[place], score / highest * _weight(found[place][1], today)) for place, score in scores.items()
    ]
    return tuple(sorted(answers, key=lambda one: (-one.score, one.note.path, one.note.anchor))[:most])


def _holds(record: Record, today: date | None) -> bool:
    return record.valid_to is None or (today is not None and record.valid_to >= today)


def _weight(record: Record, today: date | None) -> float:
    fresh = 1.0 if today is None or record.pinned else 0.5 + 0.5 * strength(record, today)
    return fresh * (1.0 if record.pinned else _TRUSTED[record.trust]) * _STANDING[record.status]


def _description(text: str) -> str:
    head = front_matter.split(text)[0]
    said = head.get("description") if isinstance(head, dict) else None
    return said if isinstance(said, str) else ""


def _name(path: str) -> str:
    return path.rpartition(".")[0].replace("/", " ").replace("-", " ")
