"""Evidence for lines that came without any, or with some that nobody checked: found by search, held by one check."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from agentops.dreaming.candidates import Witness
from agentops.memory.comparing.bm25 import Index
from agentops.memory.comparing.strangers import is_borne, trusted
from agentops.memory.evidence import Evidence, Origin
from agentops.memory.transcripts import Transcript

MOST = 3
"""How many events a note cites that searched for them."""

_TRIED = 12
"""How many of the best finds are held against a line."""

_READ = 20_000
"""How much of an event is searched. Units: characters."""


class Backing:
    """The events of some sessions, as lines look for evidence in them. What was recalled is none."""

    def __init__(self, transcripts: Iterable[Transcript]) -> None:
        """Read every event once."""
        self._transcripts: Mapping[str, Transcript] = {each.session: each for each in transcripts}
        self._believed = trusted(self._transcripts)
        told = [
            Witness(read, event)
            for _, read in sorted(self._transcripts.items())
            for event in read.events
            if event.origin is not Origin.RECALLED
        ]
        self._witnesses = {each.evidence: each for each in told}
        self._told = tuple(told)
        self._index = Index(f"{each.event.tool} {each.event.text[:_READ]}" for each in told)

    def checked(self, text: str, cited: Iterable[Evidence]) -> tuple[Witness, ...]:
        """Return those of the cited events that bear the text."""
        known = [self._witnesses[each] for each in cited if each in self._witnesses]
        return tuple(each for each in known if self._bears(each, text))

    def found(self, text: str) -> tuple[Witness, ...]:
        """Return the best events that bear the text, of as many sessions as there are; none: it is not backed."""
        best = (self._told[place] for place, _ in self._index.best(text, _TRIED))
        bearing = [each for each in best if self._bears(each, text)]
        bearing = [each for each in bearing if _bears_alone(each, text)] or bearing
        known = [each for each in bearing if each.event.origin is not Origin.EXTERNAL] or bearing
        first = {each.transcript.session: each for each in reversed(known)}
        ordered = [each for each in known if first[each.transcript.session] is each]
        return tuple([*ordered, *(each for each in known if each not in ordered)][:MOST])

    def _bears(self, witness: Witness, text: str) -> bool:
        is_strange = witness.event.origin is Origin.EXTERNAL
        return is_borne([text], [witness.evidence], self._transcripts if is_strange else self._believed)


def _bears_alone(witness: Witness, text: str) -> bool:
    """Tell whether an event bears the text without its neighbours: beside who said it, anything stands."""
    transcript = replace(witness.transcript, events=(witness.event,))
    return is_borne([text], [witness.evidence], {transcript.session: transcript})
