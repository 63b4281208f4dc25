"""What a claim says is what its evidence says: its words, and every number and name to the letter."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from agentops.memory.comparing import citing
from agentops.memory.evidence import Evidence
from agentops.memory.gates import changes
from agentops.memory.gates.port import Consequence, Objection, Proposal
from agentops.memory.gates.sources import Sources
from agentops.memory.gates.truth.polarity import is_opposed
from agentops.memory.gates.wording import named
from agentops.memory.operations import Finding, Operation, Verb, Verdict
from agentops.memory.promotion import PERSON
from agentops.memory.transcripts import Transcript

_HELD = frozenset({Verb.ADD, Verb.SUPERSEDE, Verb.DISPUTE, Verb.PROMOTE})
"""What writes claims from events. What says again what notes said is held against those notes by another gate."""

_VERSION = re.compile(r"(?<=[A-Za-z])(?=\d+\.\d)")


class Literals:
    """Holds every new claim against the events that it cites."""

    name = "literals"

    def judge(self, proposal: Proposal) -> Iterator[Objection]:
        """Yield an objection for each claim that its evidence does not bear, and each quote that nobody said."""
        sources = Sources(proposal)
        for operation in proposal.operations:
            if operation.author.engine == PERSON or not all(map(changes.is_judged, operation.texts)):
                continue
            cited = tuple(each for each in operation.evidence if sources.event(each) is not None)
            if cited and operation.verb in _HELD:
                yield from self._claims(operation, cited, proposal, sources)
            if (quote := operation.verdict.quote) and not any(quote in each.text for each in sources.events(cited)):
                yield self._objection(
                    operation, "is proved by a quote that stands in no cited event: cite what was said"
                )

    def _claims(
        self, operation: Operation, cited: tuple[Evidence, ...], proposal: Proposal, sources: Sources
    ) -> Iterator[Objection]:
        for text in operation.texts:
            verdict = _verdict(text, cited, proposal.transcripts)
            trouble = "" if verdict.finding is Finding.SUPPORTED else _why(verdict)
            if not trouble and is_opposed(text, (event.text for event in sources.events(cited))):
                trouble = "says no where its evidence says yes, or yes where it says no: write what was said"
            if trouble:
                yield self._objection(replace(operation, texts=(text,)), trouble, operation.id)

    def _objection(self, operation: Operation, trouble: str, name: str = "") -> Objection:
        message = f"{named(operation)} {trouble}"
        return Objection(self.name, Consequence.QUARANTINE, message, operation.path, operation=name or operation.id)


def _verdict(text: str, cited: tuple[Evidence, ...], transcripts: Mapping[str, Transcript]) -> Verdict:
    """Return what the evidence says; where a number is missing, versions are read apart from their names as well."""
    verdict = citing.verdict(text, cited, transcripts)
    if verdict.finding is not Finding.NOT_FOUND or verdict.score is not None:
        return verdict
    sessions = sorted({each.session for each in cited} & transcripts.keys())
    return citing.verdict(text, cited, {each: _apart(transcripts[each]) for each in sessions})


def _apart(transcript: Transcript) -> Transcript:
    """Return the transcript with `v20.11.1` and `go1.23` said as `v 20.11.1` and `go 1.23` too."""
    said = (replace(each, text=f"{each.text}\n{_VERSION.sub(' ', each.text)}") for each in transcript.events)
    return replace(transcript, events=tuple(said))


def _why(verdict: Verdict) -> str:
    if verdict.finding is Finding.CONTRADICTED:
        return "counts what its evidence does not give: count again"
    if verdict.score is None:
        return "has a number or a name that its evidence has not: write what was said"
    return f"has too few words in common with its evidence ({verdict.score:.2f}): cite what bears it"
