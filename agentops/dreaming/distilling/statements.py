"""Facts: what people state, or tools show again and again, of things that outlast a session."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agentops.dreaming.candidates import Candidate, Witness
from agentops.dreaming.distilling.sentences import dated, quoted, sentences, told
from agentops.memory.comparing.words import plain
from agentops.memory.evidence import Origin
from agentops.memory.layout import path_for
from agentops.memory.notes import NoteKind, Trust
from agentops.memory.transcripts import Event, Sort, Transcript

_AT = r"(?:in|at|under|on)"
_RELATIONS = (
    ("port", r"(?:listens?|runs?|is (?:listening|running|served|exposed|reachable)|answers|is) (?:on|at) port"),
    ("version", r"(?:runs|uses|requires|needs|is (?:pinned to|at|on)|has) version"),
    ("owner", r"(?:is|are) (?:owned|maintained|run) by|belongs? to"),
    ("place", rf"lives? {_AT}|(?:is|are) (?:stored|kept|located|defined|configured|documented|mounted|found) {_AT}"),
    (
        "limit",
        r"(?:expires?|times? out|rotates?|(?:is|are) (?:deleted|kept|capped|rotated)) (?:after|for|to|at|every)",
    ),
    ("default", r"defaults? to|(?:is|are) set to"),
    ("name", r"(?:is|are) (?:called|named)|points? to"),
    ("is", r"is|are"),
    ("needs", r"requires?|needs|uses|runs on|depends on"),
)
_STATEMENT = re.compile(
    r"^(?:(?:no|actually|note|fyi|remember|also|and|but|by the way|btw)\b[,:]?\s*(?:that )?)*"
    r"(?P<subject>(?:(?:the|our)\s+)?[\w`][\w`./@ '-]{1,70}?)\s+"
    rf"(?P<relation>{'|'.join(f'(?P<{name}>{pattern})' for name, pattern in _RELATIONS)})\s+"
    r"(?P<value>\S.{0,90})$",
    re.IGNORECASE,
)
_LASTING = re.compile(
    r"\b(?:ports?|versions?|paths?|director(?:y|ies)|folders?|files?|repos?|repositor(?:y|ies)|branch(?:es)?|"
    r"servers?|hosts?|databases?|db|clusters?|services?|endpoints?|urls?|apis?|timeouts?|owners?|teams?|"
    r"deploys?|deployments?|environments?|staging|production|configs?|configuration|crons?|schedules?|"
    r"backups?|queues?|buckets?|regions?|registr(?:y|ies)|packages?|modules?|scripts?|commands?|tests?|"
    r"suites?|builds?|pipelines?|runners?|limits?|retention|channels?|on-call|dashboards?|alerts?|migrations?|"
    r"schemas?|tables?|caches?|proxy|gateways?|certificates?|dns|images?|containers?|jobs?|workers?|logs?|"
    r"releases?|licen[cs]es?|runbooks?)\b",
    re.IGNORECASE,
)
"""Things that outlast a session. A booking, a ticket or a name does not: what is said of it holds for one person."""

_LITERAL = re.compile(r"`[^`]+`|\d|\w[_/]\w|(?<!\w)/\w|\b[a-z]\w*\.[a-z]{2,}\b|[@#]\w|\w+://")
_VALUE = re.compile(r"(?!\w+ing\b)(?:\S+ ){0,2}(?:`|\d|[@#/~]|\w[\w.-]*[_/.\d])[^,]*$")
"""A value is short and begins with what it is: `is 30 days`, not `is failing with 3 errors`."""

_NAME = re.compile(r"^(?:the\s+)?(?:@?[A-Z][\w-]+|\w+ team\b)")
_UNSURE = re.compile(
    r"\b(?:if|would|should|could|might|may|maybe|probably|perhaps|think|guess|seems?|unless|whether|or|when|I|you|he|she|they|it|"
    r"this|that|these|those|there|here|my|your|his|her|their|what|which|who|how|why|like|"
    r"trying|not sure|let me|let's|error)\b",
    re.IGNORECASE,
)
_LONGEST_SUBJECT = 8


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody said a thing is."""

    slot: str
    """The thing and the relation: of two values for one slot, one is out of date."""

    value: str
    text: str


def candidates(transcripts: Iterable[Transcript]) -> Iterator[Candidate]:
    """Yield what was stated, one claim for each value of each slot; what people said goes before what tools showed."""
    said: dict[Statement, list[Witness]] = {}
    for transcript in transcripts:
        for event in transcript.events:
            for statement in _statements(event):
                said.setdefault(statement, []).append(Witness(transcript, event))
    for statement, witnesses in sorted(said.items(), key=lambda each: (each[0].slot, each[0].text)):
        yield _fact(statement, witnesses)


def statement(said: str) -> Statement | None:
    """Return what a sentence states of something that lasts; None where it states nothing, or is not sure."""
    found = _STATEMENT.match(said)
    if (
        found is None
        or _UNSURE.search(said, found.start("subject"))
        or len(found["subject"].split()) > _LONGEST_SUBJECT
    ):
        return None
    relation = next(name for name, _ in _RELATIONS if found[name])
    subject, value = re.sub(r"^(?:the|our)\s+", "", found["subject"], flags=re.IGNORECASE), found["value"]
    if relation == "is" and not _VALUE.match(value):
        return None
    is_definite = _LITERAL.search(value) or (relation == "owner" and _NAME.match(value))
    if not is_definite or not (_LASTING.search(f"{subject} {relation}") or relation in {"port", "version", "owner"}):
        return None
    return Statement(f"{plain(subject)} | {relation}", plain(value), told(quoted(said[found.start("subject") :])))


def _statements(event: Event) -> Iterator[Statement]:
    """Yield what one event states: messages of people, and the prose of tools."""
    is_said = event.sort is Sort.MESSAGE and event.origin is Origin.USER
    is_shown = event.sort is Sort.RESULT and not event.is_error and not event.text.lstrip().startswith(("{", "["))
    if is_said or is_shown:
        for said in sentences(event.text):
            if (dating := dated(said, event.at)) and (found := statement(dating)):
                yield found


def _fact(stated: Statement, witnesses: list[Witness]) -> Candidate:
    """Return the claim of one value."""
    by_people = [each for each in witnesses if each.event.origin is Origin.USER]
    return Candidate(
        kind=NoteKind.FACT,
        text=stated.text,
        path=path_for(NoteKind.FACT, _topic(stated)),
        about=f"fact: {stated.slot}",
        witnesses=tuple(by_people or witnesses),
        trust=Trust.STATED if by_people else Trust.OBSERVED,
        reason="said by the user" if by_people else "shown by tools",
        value=stated.value,
    )


def _topic(stated: Statement) -> str:
    """Return what names the file: the thing's last word, so that databases stand together."""
    return stated.slot.partition(" | ")[0].split()[-1]
