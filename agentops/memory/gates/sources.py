"""Evidence looked up: the events that operations cite, who said them, and on whose behalf."""

from collections.abc import Iterable, Iterator

from agentops.memory.evidence import Evidence, Origin, worst
from agentops.memory.files import assumed
from agentops.memory.gates import changes
from agentops.memory.gates.port import Proposal
from agentops.memory.layout import is_archived
from agentops.memory.notes import Record
from agentops.memory.operations import Operation, Verb
from agentops.memory.promotion import PERSON
from agentops.memory.transcripts import Event, Sort

STORE = "memory"
"""The session under which an operation cites the very notes that it is about, each by its anchor."""

_SAYING_AGAIN = frozenset({Verb.REWORD, Verb.MERGE, Verb.MOVE, Verb.SPLIT, Verb.PROMOTE})


class Sources:
    """The events of the transcripts that were read, by how notes cite them, and what is known of notes already."""

    def __init__(self, proposal: Proposal) -> None:
        """Look at every event and every note once."""
        # A store's own lines are no events: they count for what says them again, and prove nothing else.
        self._transcripts = {name: each for name, each in proposal.transcripts.items() if name != STORE}
        self._events = {
            Evidence(session, event.id): event for session, each in self._transcripts.items() for event in each.events
        }
        found = changes.base(proposal)
        notes = [bullet.note for path, bullet, _ in changes.bullets(found) if not is_archived(path)]
        self._texts = {note.anchor: note.text for note in notes}
        self._records = {note.anchor: found.ledger.records.get(note.anchor) or assumed(note) for note in notes}
        self._ledger = found.ledger.records

    def event(self, cited: Evidence) -> Event | None:
        """Return the event, if there is one."""
        return self._events.get(cited)

    def events(self, cited: Iterable[Evidence]) -> Iterator[Event]:
        """Yield the events that there are."""
        return (event for each in cited if (event := self.event(each)) is not None)

    def says_again(self, operation: Operation) -> bool:
        """Tell whether an operation says what the notes it is about said: then it rests on what they rest on."""
        if operation.verb in _SAYING_AGAIN:
            return True
        told = {self._texts.get(each) for each in operation.targets}
        return bool(operation.targets) and all(each in told for each in operation.texts)

    def inherited(self, operation: Operation) -> Iterator[Record]:
        """Yield what is known of the notes whose words an operation uses again."""
        if self.says_again(operation):
            yield from (self._records[each] for each in operation.targets if each in self._records)

    def false(self, operation: Operation) -> tuple[Evidence, ...]:
        """Return what an operation cites and neither a transcript nor a note that it is about has."""
        known = {each for anchor in operation.targets for each in self._known(anchor)}
        cited = (*operation.evidence, *operation.against)
        return tuple(each for each in dict.fromkeys(cited) if each not in self._events and each not in known)

    def _known(self, anchor: str) -> Iterator[Evidence]:
        """Yield what may be cited for a note: what its record cites, and its own line."""
        if record := self._ledger.get(anchor):
            yield from (*record.evidence, *record.against)
        if anchor in self._texts:
            yield Evidence(STORE, anchor)

    def has_evidence(self, operation: Operation) -> bool:
        """Tell whether anything that proves something speaks for an operation."""
        if any(event.origin is not Origin.RECALLED for event in self.events(operation.evidence)):
            return True
        return any(True for _ in self.inherited(operation))

    def origin(self, operation: Operation) -> Origin:
        """Return the worst origin of what an operation rests on; what was recalled is nothing to rest on."""
        said = [each.origin for each in self.events(operation.evidence) if each.origin is not Origin.RECALLED]
        return worst([*said, *(record.origin for record in self.inherited(operation))])

    def user_said(self, operation: Operation) -> str:
        """Return all that people said in the cited events."""
        return "\n".join(each.text for each in self.events(operation.evidence) if each.origin is Origin.USER)

    def agent_called(self, operation: Operation) -> str:
        """Return all that the agent itself did in the cited sessions: its calls."""
        sessions = sorted({each.session for each in operation.evidence if each in self._events})
        events = (event for each in sessions for event in self._transcripts[each].events)
        return "\n".join(f"{each.tool} {each.text}" for each in events if each.sort is Sort.CALL)

    def read(self, operation: Operation) -> Iterator[Event]:
        """Yield the cited events that the agent read and nobody it works for said."""
        return (each for each in self.events(operation.evidence) if each.origin in {Origin.TOOL, Origin.EXTERNAL})

    def principals(self, operation: Operation) -> frozenset[str]:
        """Return the distinct people on whose behalf the cited sessions ran, as far as anybody knows."""
        sessions = {each.session for each in operation.evidence if each in self._events}
        return frozenset(self._transcripts[each].principal for each in sessions) - {""}

    def is_answered_for(self, operation: Operation) -> bool:
        """Tell whether a person proposed it, or pinned all of the notes whose words it uses."""
        if operation.author.engine == PERSON:
            return True
        records = list(self.inherited(operation))
        return bool(records) and len(records) == len(operation.targets) and all(each.pinned for each in records)
