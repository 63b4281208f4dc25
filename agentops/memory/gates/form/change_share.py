"""How much of what was known one dream may change, and that nothing goes without a reason."""

from collections.abc import Iterator

from agentops.memory.files import notes_of
from agentops.memory.gates import changes
from agentops.memory.gates.port import Consequence, Objection, Proposal
from agentops.memory.gates.wording import quoted
from agentops.memory.layout import is_archived
from agentops.memory.notes import Note
from agentops.memory.operations import Operation, Verb
from agentops.memory.promotion import PERSON

FLOOR_NOTES = 3
"""What a dream may change in a store however small: a quarter of four notes is one."""

_BURIED = frozenset({Verb.REDACT, Verb.FORGET})
"""What these take out must be nowhere; all else stays in the archive."""


class ChangeShare:
    """Counts what a dream changed and took out of what it found."""

    name = "change_share"

    def judge(self, proposal: Proposal) -> Iterator[Objection]:
        """Yield an objection for too many changes, and for each note that is gone without a word."""
        found = changes.base(proposal)
        notes = notes_of(found)
        texts = {note.text for note in notes_of(changes.judged(proposal.after))}
        touched = [note for note in notes if note.text not in texts]
        reasons = {anchor: each for each in proposal.operations if _explains(each) for anchor in each.targets}
        dreamt = [note for note in touched if not _is_by_person(reasons.get(note.anchor))]
        most = max(int(proposal.policy.most_changed * len(notes)), FLOOR_NOTES)
        if len(dreamt) > most:
            message = (
                f"the dream changes or takes out {len(dreamt)} of {len(notes)} notes, at most {most} at once: accept a "
                "part of the operations, or raise most_changed in policy.yaml"
            )
            yield Objection(self.name, Consequence.BLOCK, message)
        yield from self._losses(proposal, touched, reasons)

    def _losses(self, proposal: Proposal, touched: list[Note], reasons: dict[str, Operation]) -> Iterator[Objection]:
        archived = {
            changes.text_of(path, bullet)
            for path, bullet, _ in changes.bullets(changes.judged(proposal.after))
            if is_archived(path)
        }
        for note in touched:
            reason = reasons.get(note.anchor)
            if reason is None:
                message = (
                    f"the note {quoted(note.text)} of {note.path} is gone and no operation with a reason says why: put "
                    "it back, or retire it with one"
                )
                yield Objection(self.name, Consequence.BLOCK, message, note.path)
            elif reason.verb not in _BURIED | {Verb.REWORD} and note.text not in archived:
                message = (
                    f"the note {quoted(note.text)} of {note.path} is gone by {reason.verb} and not in the archive: put "
                    "it there"
                )
                yield Objection(self.name, Consequence.BLOCK, message, note.path, operation=reason.id)


def _explains(operation: Operation) -> bool:
    return operation.verb in changes.TAKES_OUT and bool(operation.reason.strip())


def _is_by_person(operation: Operation | None) -> bool:
    return operation is not None and operation.author.engine == PERSON
