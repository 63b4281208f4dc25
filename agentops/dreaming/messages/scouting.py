"""The Scout: what one slice of one session teaches, each claim with events of that slice and no other."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agentops.dreaming.candidates import Candidate, Witness
from agentops.dreaming.messages.framing import cut, framed, shown
from agentops.dreaming.messages.questions import Question, Role
from agentops.dreaming.messages.slicing import Slice
from agentops.dreaming.wording import Unfit, claim
from agentops.memory.evidence import Evidence, Origin
from agentops.memory.layout import path_for
from agentops.memory.moves import moves
from agentops.memory.notes import NoteKind, Trust
from agentops.memory.transcripts import Transcript

MOST_CANDIDATES = 8
MOST_EVIDENCE = 8
_MOST_ERRORS = 10
_ABOUT_LIMIT = 80

KINDS = tuple(each for each in NoteKind if each is not NoteKind.PLAYBOOK)
"""One session proves no playbook."""

_SPOKEN = {NoteKind.PREFERENCE: {Origin.USER}, NoteKind.DECISION: {Origin.USER, Origin.AGENT}}
"""Who must have said it. What tools bring in is nobody's wish."""


@dataclass(frozen=True, slots=True)
class Scouted:
    """What an answer is good for."""

    candidates: tuple[Candidate, ...]
    refused: tuple[str, ...]
    """Why each other part of it is not used."""


def question(part: Slice, role: Role) -> Question:
    """Return what the Scout is asked about a slice."""
    head = framed("session", [_head(part)])
    data = f"{head}\n{framed('events', map(shown, part.events))}"
    return Question(role, data, _schema([each.id for each in part.events]), _judged)


def scouted(part: Slice, value: Any) -> Scouted:
    """Return the candidates of an answer that its judge let through."""
    events = {each.id: Witness(part.transcript, each) for each in part.events}
    kept, refused = [], []
    for said in value["candidates"][:MOST_CANDIDATES]:
        try:
            kept.append(_candidate(said, events, part.transcript))
        except Unfit as fault:
            refused.append(str(fault))
    more = len(value["candidates"]) - MOST_CANDIDATES
    refused += ["more candidates than were asked for"] * max(more, 0)
    return Scouted(tuple(kept), tuple(refused))


def _candidate(said: Any, events: Mapping[str, Witness], transcript: Transcript) -> Candidate:
    if not isinstance(said, Mapping):
        raise Unfit("a candidate is no object")
    kind = next((each for each in KINDS if each == said.get("kind")), None)
    if kind is None:
        raise Unfit("the kind is none of those that were named")
    text, witnesses = claim(said.get("claim")), _witnesses(said.get("evidence"), events)
    speakers = {each.event.origin for each in witnesses}
    if kind in _SPOKEN and not speakers & _SPOKEN[kind]:
        raise Unfit(f"nobody whose {kind.value} it could be says it")
    about = _about(said.get("about"), witnesses)
    return Candidate(
        kind=kind,
        text=text,
        path=path_for(kind, about),
        about=about,
        witnesses=witnesses,
        trust=_trust(said.get("trust"), speakers),
        scope=_scope(said.get("scope"), transcript),
        is_certain=recovers(transcript, {each.evidence for each in witnesses}),
    )


def _witnesses(said: Any, events: Mapping[str, Witness]) -> tuple[Witness, ...]:
    """Return the events that are cited: one made-up id is one too many."""
    if not isinstance(said, list) or not said:
        raise Unfit("the claim has no evidence")
    cited = list(dict.fromkeys(each for each in said[:MOST_EVIDENCE] if isinstance(each, str)))
    if not cited or any(each not in events for each in cited):
        raise Unfit("the evidence is none of the events that were shown")
    return tuple(events[each] for each in cited)


def _about(said: Any, witnesses: tuple[Witness, ...]) -> str:
    tool = next((each.event.tool for each in witnesses if each.event.tool), "")
    try:
        return claim(said)[:_ABOUT_LIMIT] if isinstance(said, str) else tool
    except Unfit:
        return tool


def _trust(said: Any, speakers: set[Origin]) -> Trust:
    """Return how it is known; only what a user says is stated."""
    found = next((each for each in Trust if each == said), Trust.INFERRED)
    return Trust.OBSERVED if found is Trust.STATED and Origin.USER not in speakers else found


def _scope(said: Any, transcript: Transcript) -> str:
    if said == "user" and transcript.principal:
        return f"user:{transcript.principal}"
    return f"agent:{transcript.agent}" if said == "agent" and transcript.agent else ""


def recovers(transcript: Transcript, cited: set[Evidence]) -> bool:
    """Tell whether the evidence holds an error of a tool and a later call of it that worked."""
    failed: set[tuple[str, str]] = set()
    for move in moves(transcript):
        seen = (move.call, move.result) if move.result else (move.call,)
        if cited.isdisjoint(transcript.evidence(each) for each in seen):
            continue
        if move.failed:
            failed.add(move.slot)
        elif move.slot in failed:
            return True
    return False


def _head(part: Slice) -> dict[str, Any]:
    """Return what the whole session is about: the task, how it went, and the errors in it."""
    read = part.transcript
    failed = [each for each in moves(read) if each.failed and each.result]
    errors = Counter((each.tool, cut(each.result.text, 120)) for each in failed if each.result)
    table = [f"{tool}: {text} ({count} times)" for (tool, text), count in errors.most_common(_MOST_ERRORS)]
    told: Iterator[tuple[str, Any]] = iter(
        (
            ("part", f"{part.number} of {part.of}"),
            ("agent", read.agent),
            ("task", cut(read.task, 500)),
            ("outcome", read.outcome),
            ("errors", table),
        )
    )
    return {name: value for name, value in told if value not in ("", None, [])}


def _judged(value: Any) -> str:
    if not isinstance(value, Mapping) or not isinstance(value.get("candidates"), list):
        return "it is no object with a list `candidates`"
    return ""


def _schema(ids: list[str]) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "kind": {"type": "string", "enum": [each.value for each in KINDS]},
        "claim": {"type": "string", "maxLength": 200},
        "evidence": {
            "type": "array",
            "items": {"type": "string", "enum": ids},
            "minItems": 1,
            "maxItems": MOST_EVIDENCE,
        },
        "trust": {"type": "string", "enum": [each.value for each in Trust]},
        "scope": {"type": "string", "enum": ["everyone", "agent", "user"]},
        "about": {"type": "string", "maxLength": _ABOUT_LIMIT},
    }
    return listed("candidates", fields, MOST_CANDIDATES)


def listed(name: str, fields: Mapping[str, Any], most: int) -> dict[str, Any]:
    """Return the schema of an object with one list of objects, all of whose fields are wanted."""
    item = {"type": "object", "properties": dict(fields), "required": list(fields), "additionalProperties": False}
    items = {"type": "array", "items": item, "maxItems": most}
    return {"type": "object", "properties": {name: items}, "required": [name], "additionalProperties": False}
