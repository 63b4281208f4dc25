"""The Reconciler: for each candidate of a topic one operation out of a closed set. Here its answer is only read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agentops.dreaming.candidates import Candidate
from agentops.dreaming.messages.framing import framed
from agentops.dreaming.messages.questions import Question, Role
from agentops.dreaming.messages.scouting import listed
from agentops.dreaming.messages.topics import Topic
from agentops.dreaming.wording import Unfit, claim
from agentops.memory.operations import Verb

VERBS = (Verb.ADD, Verb.REINFORCE, Verb.REWORD, Verb.SUPERSEDE, Verb.DISPUTE, Verb.NOOP)
_WITH_NOTE = frozenset({Verb.REWORD, Verb.SUPERSEDE, Verb.DISPUTE})
_REASON_LIMIT = 120
_READ = 64
"""More operations than any topic has candidates."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a model wants for one candidate."""

    verb: Verb
    target: str = ""
    """`n2` for a note, `c2` for another candidate."""

    text: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """What an answer is good for."""

    by_candidate: Mapping[str, Choice]
    refused: tuple[str, ...]


def question(topic: Topic, role: Role) -> Question:
    """Return what the Reconciler is asked about a topic."""
    notes = [{"id": f"n{number}", "note": each.note.text} for number, each in enumerate(topic.known, 1)]
    candidates = [_shown(f"c{number}", each) for number, each in enumerate(topic.candidates, 1)]
    conflicts = [{"one": one, "other": other, "why": why} for one, other, why in topic.conflicts()]
    data = "\n".join([framed("notes", notes), framed("candidates", candidates), framed("conflicts", conflicts)])
    ids = [each["id"] for each in candidates]
    return Question(role, data, _schema(ids, [each["id"] for each in notes]), _judged)


def chosen(topic: Topic, value: Any) -> Choices:
    """Return the operations of an answer that its judge let through: the first for each candidate."""
    candidates = {f"c{number}" for number in range(1, len(topic.candidates) + 1)}
    notes = {f"n{number}" for number in range(1, len(topic.known) + 1)}
    found: dict[str, Choice] = {}
    refused = []
    for said in value["operations"][:_READ]:
        try:
            name, choice = _choice(said, candidates, notes)
        except Unfit as fault:
            refused.append(str(fault))
            continue
        if name in found:
            refused.append("a candidate has more than one operation")
        found.setdefault(name, choice)
    refused += ["a candidate has no operation" for _ in candidates - set(found)]
    return Choices(found, tuple(refused))


def _choice(said: Any, candidates: set[str], notes: set[str]) -> tuple[str, Choice]:
    if not isinstance(said, Mapping):
        raise Unfit("an operation is no object")
    name, target = said.get("candidate"), said.get("target") or ""
    if not isinstance(name, str) or name not in candidates:
        raise Unfit("an operation is about no candidate that was shown")
    verb = next((each for each in VERBS if each == said.get("verb")), None)
    if verb is None:
        raise Unfit("the verb is none of those that were named")
    targets = notes | (candidates - {name}) if verb is Verb.REINFORCE else notes if verb in _WITH_NOTE else {""}
    if not isinstance(target, str) or (target not in targets and targets != {""}):
        raise Unfit(f"{verb} is about nothing that was shown")
    text = said.get("text") or ""
    words = claim(text) if text and verb in {Verb.ADD, Verb.REWORD} else ""
    if verb is Verb.REWORD and not words:
        raise Unfit("reword has no text")
    return name, Choice(verb, target if targets != {""} else "", words, _reason(said.get("reason")))


def _reason(said: Any) -> str:
    """Return why, if it is said in a line that can be shown."""
    try:
        return claim(said)[:_REASON_LIMIT]
    except Unfit:
        return ""


def _shown(name: str, candidate: Candidate) -> dict[str, Any]:
    support = candidate.support
    told: Iterator[tuple[str, Any]] = iter(
        (
            ("id", name),
            ("kind", candidate.kind.value),
            ("claim", candidate.text),
            ("about", candidate.about),
            ("trust", candidate.trust.value),
            ("sessions", support.sessions),
            ("latest", candidate.latest.date().isoformat() if candidate.latest else ""),
        )
    )
    return {name: value for name, value in told if value != ""}


def _judged(value: Any) -> str:
    if not isinstance(value, Mapping) or not isinstance(value.get("operations"), list):
        return "it is no object with a list `operations`"
    return ""


def _schema(candidates: list[str], notes: list[str]) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "candidate": {"type": "string", "enum": candidates},
        "verb": {"type": "string", "enum": [each.value for each in VERBS]},
        "target": {"type": "string", "enum": ["", *notes, *candidates]},
        "text": {"type": "string", "maxLength": 200},
        "reason": {"type": "string", "maxLength": _REASON_LIMIT},
    }
    return listed("operations", fields, len(candidates))
