"""What a store answers before and after: golden questions, and the errors of sessions that no dream has read.

Without a model: a question is answered when a note that answers it is among the first that are found for it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from agentops.memory.comparing import containment
from agentops.memory.comparing.literals import literals, missing
from agentops.memory.comparing.words import plain
from agentops.memory.gates import changes
from agentops.memory.gates.port import Consequence, Objection, Proposal
from agentops.memory.gates.questions import Question
from agentops.memory.gates.wording import quoted
from agentops.memory.moves import is_error
from agentops.memory.notes import Memory, Note, Record
from agentops.memory.recall import Recalled, search
from agentops.memory.transcripts import Event, Transcript

SHOWN = 5
"""How many notes are shown for a question. Source: dreaming note 6.2, coverage and recall at 5."""

_TOKEN = 4
"""Units: characters, about; enough to compare two memories."""

_LONGEST_ERROR = 500


@dataclass(frozen=True, slots=True)
class Answered:
    """What one memory does with all questions and errors."""

    questions: frozenset[int]
    """The places of those that it answers."""

    errors: frozenset[int]
    tokens: int = 0
    """Of all that was shown, about."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """The same questions and errors with the old memory, with the new one, and with none."""

    questions: tuple[Question, ...]
    errors: int
    old: Answered
    new: Answered
    none: Answered

    @property
    def lost(self) -> tuple[Question, ...]:
        """Return what was answered and is not any more."""
        return tuple(self.questions[at] for at in sorted(self.old.questions - self.new.questions))

    @property
    def gained(self) -> tuple[Question, ...]:
        """Return what is answered now and was not."""
        return tuple(self.questions[at] for at in sorted(self.new.questions - self.old.questions))

    @property
    def words(self) -> str:
        """Return in one line what changed, for a pull request."""
        parts = []
        if self.questions:
            parts.append(
                f"golden questions: {len(self.new.questions)} of {len(self.questions)} answered "
                f"({len(self.old.questions)} before, {len(self.none.questions)} without memory), "
                f"{len(self.gained)} gained, {len(self.lost)} lost"
            )
        if self.errors:
            parts.append(
                f"later errors with a note: {len(self.new.errors)} of {self.errors} ({len(self.old.errors)} before)"
            )
        if parts:
            parts.append(f"about {self.new.tokens:,} tokens shown ({self.old.tokens:,} before)")
        return "; ".join(parts) or "nothing to replay: the store has no golden questions and no held-out sessions"


class Replay:
    """Blocks what makes a store forget an answer."""

    name = "replay"

    def __init__(
        self, questions: Iterable[Question], held_out: Iterable[Transcript] = (), today: date | None = None
    ) -> None:
        """Take the store's questions, and sessions that the dream did not read."""
        self._questions = tuple(questions)
        self._held_out = tuple(held_out)
        self._today = today

    def replayed(self, proposal: Proposal) -> Replayed:
        """Return what the memory answers before and after the proposal."""
        before, after = changes.judged(proposal.before), changes.judged(proposal.after)
        return replayed(before, after, self._questions, self._held_out, self._today)

    def judge(self, proposal: Proposal) -> Iterator[Objection]:
        """Yield an objection for each question that is not answered any more, and a warning for errors."""
        found = self.replayed(proposal)
        for each in found.lost:
            message = (
                f"{each.file}, line {each.line}: {quoted(each.question)} was answered before and is not any more: keep "
                "the note that answers it, or change the question"
            )
            yield Objection(self.name, Consequence.BLOCK, message)
        if lost := found.old.errors - found.new.errors:
            message = f"{len(lost)} errors of later sessions had a note before and have none now: keep those notes"
            yield Objection(self.name, Consequence.WARN, message)


def replayed(
    before: Memory,
    after: Memory,
    questions: Iterable[Question],
    held_out: Iterable[Transcript] = (),
    today: date | None = None,
) -> Replayed:
    """Return what each memory does with the same questions, and with the errors of the same sessions."""
    asked = tuple(each for each in questions if not each.is_leaking)
    errors = [event for transcript in held_out for event in transcript.events if is_error(event)]
    return Replayed(
        questions=asked,
        errors=len(errors),
        old=_answered(before, asked, errors, today),
        new=_answered(after, asked, errors, today),
        none=_answered(Memory(), asked, errors, today),
    )


def _answered(memory: Memory, asked: tuple[Question, ...], errors: list[Event], today: date | None) -> Answered:
    shown = [search(memory, each.question, SHOWN, today=today) for each in asked]
    met = [search(memory, f"{each.tool} {each.text[:_LONGEST_ERROR]}", SHOWN, today=today) for each in errors]
    return Answered(
        questions=frozenset(at for at, notes in enumerate(shown) if _answers(asked[at], notes, memory.ledger.records)),
        errors=frozenset(at for at, notes in enumerate(met) if any(_is_about(each.note, errors[at]) for each in notes)),
        tokens=sum(len(each.note.text) for notes in (*shown, *met) for each in notes) // _TOKEN,
    )


def _answers(question: Question, notes: tuple[Recalled, ...], records: Mapping[str, Record]) -> bool:
    """Tell whether the notes answer: one that is expected or took its place, and all words that are."""
    said = plain(" ".join(each.note.text for each in notes))
    if not all(plain(each) in said for each in question.texts):
        return False
    there = {each.note.anchor for each in notes}
    return not question.anchors or any(_heir(each, records) & there for each in question.anchors)


def _heir(anchor: str, records: Mapping[str, Record]) -> set[str]:
    """Return a note's anchor, and those of the notes that took its place."""
    found: set[str] = set()
    while anchor and anchor not in found:
        found.add(anchor)
        record = records.get(anchor)
        anchor = record.replaced_by if record else ""
    return found


def _is_about(note: Note, error: Event) -> bool:
    """Tell whether a note would have helped at an error: it quotes it, or has most of its words."""
    if error.tool and error.tool not in note.text:
        return False
    phrases = [each for each in literals(note.text) if " " in each]
    if phrases:
        return any(not missing(f"`{each}`", [error.text]) for each in phrases)
    return containment.score(error.text[:_LONGEST_ERROR], note.text) >= containment.LEAST
