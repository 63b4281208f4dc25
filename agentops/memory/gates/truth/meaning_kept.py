"""Notes said anew mean what they meant: their numbers, names and negations are kept."""

from collections.abc import Iterator, Mapping

from agentops.memory.comparing import citing
from agentops.memory.comparing.conflict import conflict
from agentops.memory.comparing.containment import score
from agentops.memory.comparing.counts import uncounted
from agentops.memory.comparing.literals import missing
from agentops.memory.gates import changes
from agentops.memory.gates.port import Consequence, Objection, Proposal
from agentops.memory.gates.wording import named, quoted, shown
from agentops.memory.operations import Finding, Operation, Verb

_SAID_ANEW = frozenset({Verb.REWORD, Verb.MERGE, Verb.SPLIT})
_LEAST = 0.3
"""The share of a note's telling words that must be found again in what is to be the same note."""


class MeaningKept:
    """Holds what says notes anew against those notes."""

    name = "meaning_kept"

    def judge(self, proposal: Proposal) -> Iterator[Objection]:
        """Yield an objection for each meaning that is lost or turned."""
        told = {
            bullet.note.anchor: changes.text_of(path, bullet)
            for path, bullet, _ in changes.bullets(changes.base(proposal))
        }
        for operation in proposal.operations:
            if operation.verb not in _SAID_ANEW:
                continue
            if trouble := _trouble(operation, told) or _brought_in(operation, told, proposal):
                message = f"{named(operation)} {trouble}"
                yield Objection(self.name, Consequence.QUARANTINE, message, operation.path, operation=operation.id)


def _trouble(operation: Operation, told: Mapping[str, str]) -> str:
    parents = [told[each] for each in sorted(operation.targets) if each in told]
    whole = " ".join(operation.texts)
    for parent in parents:
        if lost := missing(uncounted(parent), (whole, operation.reason)):
            return f"loses {quoted(lost[0])} of {quoted(parent)}: keep it, or say in the reason why it goes"
        if reason := _turned(operation, parent):
            way_out = "dispute them" if operation.verb is Verb.MERGE else "supersede it, with evidence"
            return f"turns the meaning of {quoted(parent)} ({shown(reason)}): {way_out}"
        if score(uncounted(parent), whole) < _LEAST:
            return f"has little of what {quoted(parent)} said: supersede it, with evidence"
    return ""


def _brought_in(operation: Operation, told: Mapping[str, str], proposal: Proposal) -> str:
    """Return the number or name that is in a text, in none of its parents, and not borne by what it cites."""
    parents = [told[each] for each in operation.targets if each in told]
    for text in operation.texts:
        if new := missing(text, parents):
            verdict = citing.verdict(text, operation.evidence, proposal.transcripts)
            if verdict.finding is not Finding.SUPPORTED:
                return f"brings in {quoted(new[0])}, which no note said and its evidence does not bear: leave it out"
    return ""


def _turned(operation: Operation, parent: str) -> str | None:
    """Return how a text goes against a note; a part of one says less, and only its negations can."""
    return conflict(parent, operation.texts[0]) if len(operation.texts) == 1 else None
