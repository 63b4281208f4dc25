"""The Skeptic: whether the cited events prove one claim. It can take a claim away and never save one."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from agentops.dreaming.messages.framing import framed, shown
from agentops.dreaming.messages.questions import Question, Role
from agentops.memory.evidence import Evidence, Origin
from agentops.memory.operations import Finding, Operation, Verdict
from agentops.memory.transcripts import Event, Transcript

MOST_CITED = 6
"""How many events are shown as proof; a claim that more of them bear is borne by these too."""

_AROUND = 2
_QUOTE_LIMIT = 500
_FINDINGS = (Finding.SUPPORTED, Finding.PARTLY, Finding.CONTRADICTED, Finding.NOT_FOUND)

Transcripts = Mapping[str, Transcript]


def question(operation: Operation, transcripts: Transcripts, role: Role) -> Question:
    """Return what the Skeptic is asked about an operation: its claims and its evidence, no more."""
    claims = framed("claim", [{"claim": each} for each in operation.texts])
    cited = operation.evidence[:MOST_CITED]
    events = framed("events", [_shown(each, transcripts, set(cited)) for each in _around(cited, transcripts)])
    return Question(role, f"{claims}\n{events}", _SCHEMA, _judged)


def doubted(operation: Operation, value: Any, transcripts: Transcripts, model: str) -> Verdict:
    """Return the verdict. Words that stand in none of the events that were shown prove nothing."""
    finding = next(each for each in _FINDINGS if each == value["verdict"])
    quote = _found(value.get("quote"), operation.evidence[:MOST_CITED], transcripts)
    if finding is Finding.SUPPORTED and not quote:
        finding = Finding.NOT_FOUND
    return Verdict(finding, model, quote, operation.verdict.score)


def _found(said: Any, cited: Sequence[Evidence], transcripts: Transcripts) -> str:
    """Return the words of a cited event that a quote repeats, as they stand there; spaces and case may differ."""
    if not isinstance(said, str) or not said.strip() or len(said) > _QUOTE_LIMIT:
        return ""
    words = re.compile(r"\s+".join(map(re.escape, said.split())), re.IGNORECASE)
    found = (words.search(_event(each, transcripts).text) for each in cited)
    return next((each[0] for each in found if each), "")


def _around(cited: Sequence[Evidence], transcripts: Transcripts) -> list[Evidence]:
    """Return the cited events with those around them, each once, in the order of their sessions."""
    places = {(each.session, place) for each in cited for place in _near(each, transcripts)}
    events = ((transcripts[session], transcripts[session].events[place]) for session, place in sorted(places))
    return [read.evidence(event) for read, event in events if event.origin is not Origin.RECALLED]


def _near(cited: Evidence, transcripts: Transcripts) -> range:
    events = transcripts[cited.session].events
    place = next(place for place, each in enumerate(events) if each.id == cited.event)
    return range(max(place - _AROUND, 0), min(place + _AROUND + 1, len(events)))


def _shown(each: Evidence, transcripts: Transcripts, cited: set[Evidence]) -> dict[str, Any]:
    return {**shown(_event(each, transcripts)), "session": each.session, "cited": each in cited}


def _event(cited: Evidence, transcripts: Transcripts) -> Event:
    return next(each for each in transcripts[cited.session].events if each.id == cited.event)


def _judged(value: Any) -> str:
    if not isinstance(value, Mapping) or not isinstance(value.get("verdict"), str):
        return "it is no object with a `verdict`"
    return "" if value["verdict"] in _FINDINGS else "the verdict is none of those that were named"


_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "verdict": {"type": "string", "enum": [each.value for each in _FINDINGS]},
        "quote": {"type": "string", "maxLength": _QUOTE_LIMIT},
    },
    "required": ["verdict", "quote"],
    "additionalProperties": False,
}
