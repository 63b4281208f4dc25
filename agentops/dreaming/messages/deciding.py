"""What becomes of a topic: what a model chooses, held against rules of code. What a rule forbids becomes less.

A note is never replaced on a model's word alone: a rule must see the contradiction, the evidence must be newer and no
less trusted, and nobody may have pinned the note. Everything else is a dispute, which a person decides.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from agentops.dreaming.candidates import Candidate
from agentops.dreaming.clustering import Known
from agentops.dreaming.messages.reconciling import Choice
from agentops.dreaming.messages.topics import Topic, joined
from agentops.dreaming.verifying import verdict
from agentops.memory.comparing.conflict import conflict
from agentops.memory.comparing.containment import score
from agentops.memory.comparing.literals import missing
from agentops.memory.comparing.tfidf import likeness
from agentops.memory.evidence import Origin
from agentops.memory.layout import path_trouble
from agentops.memory.operations import Author, Finding, Operation, Verb
from agentops.memory.transcripts import Transcript

SAME = 0.45
"""From here, and without a conflict, one line speaks for another; below, its events must bear the other's words."""

_KNOWN = 0.75
"""How much of other words for a claim must stand in the claim or in its events: they may say it better, not more."""

_TRUST = tuple(Origin)
_ADD = Choice(Verb.ADD)


@dataclass(frozen=True, slots=True)
class Court:
    """What choices are held against, and in whose name operations are made."""

    transcripts: Mapping[str, Transcript]
    author: Author


def decided(topic: Topic, choices: Mapping[str, Choice], court: Court) -> tuple[Operation, ...]:
    """Return the operations for a topic. A candidate without a choice is added: it lost no claim to be heard."""
    candidates = {f"c{number}": each for number, each in enumerate(topic.candidates, 1)}
    known = {f"n{number}": each for number, each in enumerate(topic.known, 1)}
    choices = {name: choices.get(name, _ADD) for name in candidates}
    roots = {name: _root(name, choices) for name in candidates}
    gathered = {name: each for name, each in candidates.items() if roots[name] == name}
    for name, root in roots.items():
        if root == name:
            continue
        if speaks_for(candidates[name], candidates[root].text, court):
            gathered[root] = joined(gathered[root], candidates[name])
        else:
            gathered[name], choices[name] = candidates[name], _ADD
    made = (_operation(gathered[name], choices[name], known, court) for name in candidates if name in gathered)
    return tuple(each for each in made if each)


def added(candidate: Candidate, author: Author, text: str = "", reason: str = "") -> Operation:
    """Return the operation that writes a candidate."""
    return Operation(
        verb=Verb.ADD,
        author=author,
        texts=(text or candidate.text,),
        path=candidate.path,
        kind=candidate.kind,
        trust=candidate.trust,
        origin=candidate.origin,
        scope=candidate.scope,
        about=candidate.about,
        evidence=candidate.evidence,
        support=candidate.support,
        reason=reason or candidate.reason,
    )


def speaks_for(candidate: Candidate, text: str, court: Court) -> bool:
    """Tell whether the candidate's evidence may be counted for a text."""
    if conflict(candidate.text, text):
        return False
    return likeness(candidate.text, text) >= SAME or _bears(candidate, text, court)


def _root(name: str, choices: Mapping[str, Choice]) -> str:
    """Return the candidate whose words stand for this one; where candidates point in a circle, the first of them."""
    seen = [name]
    while choices[name].verb is Verb.REINFORCE and (name := choices[name].target) in choices:
        if name in seen:
            return min(seen[seen.index(name) :])
        seen.append(name)
    return seen[-1]


def _operation(candidate: Candidate, choice: Choice, known: Mapping[str, Known], court: Court) -> Operation | None:
    target = known.get(choice.target)
    if target is None:
        return None if choice.verb is Verb.NOOP else _added(candidate, choice, court)
    match choice.verb:
        case Verb.REWORD if _may_reword(candidate, choice.text, target, court):
            return _changed(Verb.REWORD, candidate, target, choice, court)
        case Verb.SUPERSEDE if may_supersede(candidate, target):
            return _changed(Verb.SUPERSEDE, candidate, target, choice, court)
        case Verb.SUPERSEDE | Verb.DISPUTE:
            return _changed(Verb.DISPUTE, candidate, target, choice, court)
        case _ if speaks_for(candidate, target.note.text, court):
            return _changed(Verb.REINFORCE, candidate, target, choice, court)
        case _ if conflict(candidate.text, target.note.text):
            return _changed(Verb.DISPUTE, candidate, target, choice, court)
        case _:
            return _added(candidate, choice, court)


def _added(candidate: Candidate, choice: Choice, court: Court) -> Operation:
    """Return the candidate as a note, in the model's words where these say the same and the evidence bears them."""
    says = bool(choice.text) and _may_say(candidate, choice.text, candidate.text, court)
    return added(candidate, court.author, choice.text if says else "", choice.reason)


def _changed(verb: Verb, candidate: Candidate, target: Known, choice: Choice, court: Court) -> Operation:
    """Return what happens to a note."""
    reason = choice.reason or candidate.reason or why(verb, target.note.text, candidate.text)
    made = added(candidate, court.author, choice.text if verb is Verb.REWORD else "", reason)
    changed = replace(made, verb=verb, targets=(target.note.anchor,))
    if verb is Verb.DISPUTE:
        return changed
    path = "" if path_trouble(target.note.path) else target.note.path
    return replace(changed, path=path, texts=() if verb is Verb.REINFORCE else changed.texts)


def why(verb: Verb, old: str, new: str) -> str:
    """Return the reason for a change of a note where nobody gave one: without a reason no note may change."""
    found = conflict(old, new)
    match verb:
        case Verb.SUPERSEDE:
            return f"newer sessions say {found}" if found else "newer sessions say so"
        case Verb.DISPUTE:
            return f"which holds? {found}" if found else "which holds?"
        case Verb.REINFORCE:
            return "more sessions say so"
        case _:
            return "the same in other words"


def _may_reword(candidate: Candidate, text: str, target: Known, court: Court) -> bool:
    is_pinned = target.record is not None and target.record.pinned
    return not is_pinned and _may_say(candidate, text, target.note.text, court)


def _may_say(candidate: Candidate, text: str, instead: str, court: Court) -> bool:
    """Tell whether a text may stand for another: the same, nothing more, and borne by the evidence."""
    said = (each.event.text for each in candidate.witnesses)
    return _says_the_same(instead, text) and adds_nothing(text, [instead, *said]) and _bears(candidate, text, court)


def adds_nothing(text: str, sources: Iterable[str]) -> bool:
    """Tell whether the words of a text are those of its sources."""
    return score(text, " ".join(sources)) >= _KNOWN


def may_supersede(candidate: Candidate, target: Known) -> bool:
    """Tell whether a rule sees another value, from evidence that is as good and not older."""
    record = target.record
    if conflict(candidate.text, target.note.text) is None or record is None or record.pinned:
        return False
    if _TRUST.index(candidate.origin) > _TRUST.index(record.origin):
        return False
    latest = candidate.latest
    return record.last_seen is None or (latest is not None and latest.date() >= record.last_seen)


def _says_the_same(one: str, other: str) -> bool:
    """Tell whether two texts have the same numbers and names, and no rule sees another difference."""
    return not (missing(one, [other]) or missing(other, [one]) or conflict(one, other))


def _bears(candidate: Candidate, text: str, court: Court) -> bool:
    return verdict(text, candidate.evidence, court.transcripts).finding is Finding.SUPPORTED
