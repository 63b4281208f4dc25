"""New notes that cannot hold beside those that stay, and that nobody flagged."""

import re
from collections.abc import Iterator

from agentops.memory.comparing.bm25 import Index
from agentops.memory.comparing.conflict import conflict
from agentops.memory.comparing.tfidf import likeness
from agentops.memory.files import notes_of
from agentops.memory.gates import changes
from agentops.memory.gates.changes import Claim
from agentops.memory.gates.port import Consequence, Objection, Proposal
from agentops.memory.gates.wording import quoted, shown
from agentops.memory.notes import Ledger, Note, Record, Status

_NAME = re.compile(r"`([^`\n]+)`")
_NEIGHBOURS = 12
"""How many notes a new one is held against: those that share most with it."""

_LEAST = 0.35
"""How alike two notes must be to be about one thing: below it, a shared file or name makes chance conflicts."""


class Contradiction:
    """Holds each new note against all others of the store as it would be."""

    name = "contradiction"

    def judge(self, proposal: Proposal) -> Iterator[Objection]:
        """Yield an objection for each conflict that is new and not flagged."""
        new = list(changes.claims(proposal))
        if not new:
            return
        notes = notes_of(changes.judged(proposal.after))
        by_hand = {(each.path, each.text) for each in new if each.is_by_hand}
        index = Index(note.text for note in notes)
        for claim in new:
            near = (notes[place] for place, _ in index.best(claim.text, _NEIGHBOURS))
            for other in near:
                is_one_hand = claim.is_by_hand and other.path == claim.path and (other.path, other.text) in by_hand
                is_one_split = claim.operation is not None and other.text in claim.operation.texts
                if is_one_hand or is_one_split or not _may_clash(claim, other, proposal.after.ledger):
                    continue
                if (reason := conflict(claim.text, other.text)) and likeness(claim.text, other.text) >= _LEAST:
                    yield self._objection(claim, other, reason)
                    break

    def _objection(self, claim: Claim, other: Note, reason: str) -> Objection:
        message = (
            f"{quoted(claim.text)} cannot hold beside {quoted(other.text)} in {other.path} ({shown(reason)}): "
            "supersede the older one, or dispute both"
        )
        if claim.operation is not None:
            return Objection(self.name, Consequence.QUARANTINE, message, claim.path, claim.line, claim.operation.id)
        weight = Consequence.WARN if claim.is_by_hand else Consequence.BLOCK
        return Objection(self.name, weight, message, claim.path, claim.line)


def _may_clash(claim: Claim, other: Note, ledger: Ledger) -> bool:
    """Tell whether two notes are read together and nobody said yet that they do not agree."""
    if claim.anchor == other.anchor or claim.text == other.text:
        return False
    mine, theirs = ledger.records.get(claim.anchor), ledger.records.get(other.anchor)
    if any(each is not None and each.status is Status.DISPUTED for each in (mine, theirs)):
        return False
    scopes = {each.scope for each in (mine, theirs) if each is not None and each.scope}
    return len(scopes) < 2 and not _are_named_apart(claim.text, other.text, mine, theirs)


def _are_named_apart(text: str, other: str, mine: Record | None, theirs: Record | None) -> bool:
    """Tell whether each of two notes names the thing that it is about, and they name two different ones."""
    one, two = _subjects(text, mine), _subjects(other, theirs)
    return bool(one and two) and not one & two


def _subjects(text: str, record: Record | None) -> frozenset[str]:
    """Return the names in a note's text that its record says it is about."""
    about = record.about if record else ""
    return frozenset(each for each in _NAME.findall(text) if each in about)
