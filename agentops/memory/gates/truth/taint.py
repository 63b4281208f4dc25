"""Where claims come from: strangers' words prove nothing about us, and stay strangers' words when they are reworded."""

from collections.abc import Iterator

from agentops.memory.comparing.strangers import Transcripts, is_borne, trusted
from agentops.memory.evidence import Origin, worst
from agentops.memory.gates.port import Consequence, Objection, Proposal
from agentops.memory.gates.sources import Sources
from agentops.memory.gates.wording import named
from agentops.memory.layout import CLAIM_CHARACTERS
from agentops.memory.notes import NoteKind, Trust
from agentops.memory.operations import Operation, Verb

_GUIDING = frozenset({NoteKind.PREFERENCE, NoteKind.PLAYBOOK, NoteKind.DECISION})
"""Kinds that tell an agent what to do."""

_WRITING = frozenset(
    {Verb.ADD, Verb.REWORD, Verb.MERGE, Verb.SUPERSEDE, Verb.SPLIT, Verb.PROMOTE, Verb.DISPUTE, Verb.REINFORCE}
)

_COMPARED = range(1, 4 * CLAIM_CHARACTERS)
"""Units: characters. What is longer is no claim, and another gate says so."""


class Taint:
    """Holds the origin that an operation states against the origins of what it rests on."""

    name = "taint"

    def judge(self, proposal: Proposal) -> Iterator[Objection]:
        """Yield an objection for each operation that rests on too little, or says that it rests on more."""
        sources, without_strangers = Sources(proposal), trusted(proposal.transcripts)
        for operation in proposal.operations:
            if operation.verb not in _WRITING or sources.is_answered_for(operation):
                continue
            trouble = _trouble(operation, sources) or _borrowed(operation, proposal, without_strangers)
            if trouble:
                message = f"{named(operation)} {trouble}"
                yield Objection(self.name, Consequence.QUARANTINE, message, operation.path, operation=operation.id)
        yield from self._records(proposal, sources)

    def _records(self, proposal: Proposal, sources: Sources) -> Iterator[Objection]:
        """Yield an objection for each note whose record came to be trusted more than what it cites."""
        before = proposal.before.ledger.records
        for anchor in sorted(proposal.after.ledger.records):
            record, old = proposal.after.ledger.records[anchor], before.get(anchor)
            if record.pinned or (old is not None and (old.origin, old.evidence) == (record.origin, record.evidence)):
                continue
            said = [each.origin for each in sources.events(record.evidence) if each.origin is not Origin.RECALLED]
            if said and worst([record.origin, *said]) is not record.origin:
                message = (
                    f"the ledger says that ^{anchor} comes from {record.origin}, and an event that it cites comes from "
                    f"{worst(said)}: dream again"
                )
                yield Objection(self.name, Consequence.BLOCK, message)


def _trouble(operation: Operation, sources: Sources) -> str:
    """Return what is wrong with where an operation comes from, or nothing."""
    events = list(sources.events(operation.evidence))
    inherited = list(sources.inherited(operation))
    if events and not inherited and all(each.origin is Origin.RECALLED for each in events):
        return "rests on recalled memory alone, which proves nothing: cite where it was first said"
    if not events and not inherited:
        return ""  # what cites nothing is another gate's
    truth = sources.origin(operation)
    if worst((operation.origin, truth)) is not operation.origin:
        return f"says that it comes from {operation.origin}, and what it rests on comes from {truth}: it is laundered"
    return "" if operation.verb is Verb.REINFORCE else _overreach(operation, truth, sources)


def _borrowed(operation: Operation, proposal: Proposal, without_strangers: Transcripts) -> str:
    """Return that a claim has its words from a stranger beside what it cites: the call that fetched them, for one."""
    if operation.origin is Origin.EXTERNAL or max(map(len, operation.texts), default=0) not in _COMPARED:
        return ""
    texts, cited = operation.texts, operation.evidence
    if is_borne(texts, cited, without_strangers) or not is_borne(texts, cited, proposal.transcripts):
        return ""
    return f"says that it comes from {operation.origin}, and has its words from what a stranger wrote beside that"


def _overreach(operation: Operation, truth: Origin, sources: Sources) -> str:
    """Return how a claim says more than its origin allows, or nothing."""
    events = list(sources.events(operation.evidence))
    inherited = list(sources.inherited(operation))
    said = {each.origin for each in events} | {each.origin for each in inherited}
    if said <= {Origin.EXTERNAL, Origin.RECALLED}:
        return "rests on what strangers wrote alone: a person may pin it"
    if truth is Origin.EXTERNAL and operation.kind in _GUIDING:
        return f"is a {operation.kind} that rests on what strangers wrote: a person may pin it"
    if operation.trust is Trust.STATED and events and not inherited and Origin.USER not in said:
        return "says that a person stated it, and no person did: it was observed"
    if operation.kind is NoteKind.PREFERENCE and Origin.USER not in said:
        return "is a preference that no person stated: note what was observed, or cite who wants it"
    return ""
