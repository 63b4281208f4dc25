"""The sixth stage: what becomes of each candidate beside what is known already."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agentops.dreaming.candidates import LONGEST_REASON, Candidate, shortened, support
from agentops.dreaming.clustering import Known, Meeting, Met, Store, clustered
from agentops.memory.evidence import Evidence
from agentops.memory.forgetting import is_forgotten
from agentops.memory.notes import Memory, NoteKind, Record, Status, Trust
from agentops.memory.operations import Author, Operation, Verb
from agentops.memory.rejecting import is_among

_ENOUGH_SESSIONS = 2
"""In how many sessions something must be seen that nobody stated and no session proved."""

_RANKS = {Trust.STATED: 0, Trust.OBSERVED: 1, Trust.INFERRED: 2}


@dataclass(frozen=True, slots=True)
class Reduced:
    """What is proposed, and how many candidates came to nothing, by why."""

    operations: tuple[Operation, ...]
    apart: tuple[Operation, ...] = ()
    """What nobody can decide among the candidates alone."""

    thin: int = 0
    """Below the support that a note needs."""

    known: int = 0
    """Said by a note that has all of the evidence."""

    outdated: int = 0
    """Older than what the store says."""

    unwanted: int = 0
    """Forgotten for good, or turned down by a person."""


def reduced(candidates: Iterable[Candidate], memory: Memory, author: Author) -> Reduced:
    """Return what becomes of the candidates: nothing depends on their order."""
    agreed, undecided = _settled(clustered(candidates))
    store = Store(memory)
    kept: list[Operation] = []
    counts = dict.fromkeys(("thin", "known", "outdated", "unwanted"), 0)
    for candidate, met in zip(agreed, store.met(agreed), strict=True):
        became = _became(candidate, met, author)
        if isinstance(became, str):
            counts[became] += 1
        elif is_among(became, memory.ledger.rejected) or any(
            is_forgotten(memory.ledger, each) for each in became.texts
        ):
            counts["unwanted"] += 1
        else:
            kept.append(became)
    apart = tuple(_operation(Verb.ADD, each, author, reason=why) for each, why in undecided)
    return Reduced(tuple(sorted(kept, key=_order)), apart, **counts)


def _became(candidate: Candidate, met: Met | None, author: Author) -> Operation | str:
    """Return the operation that a candidate becomes, or why it becomes none."""
    if met is None:
        return _operation(Verb.ADD, candidate, author) if _is_borne(candidate) else "thin"
    if met.meeting is Meeting.SAME:
        return _confirmed(candidate, met.known, author)
    if not _is_borne(candidate):
        return "thin"
    reason = f"{met.why}: was `{met.known.note.text}`" if met.why else candidate.reason
    if _may_replace(candidate, met.known.record):
        return _operation(Verb.SUPERSEDE, candidate, author, met.known, reason=reason)
    if _is_older(candidate, met.known.record):
        return "outdated"
    return _operation(Verb.DISPUTE, candidate, author, met.known, reason=f"which holds? {reason}")


def _confirmed(candidate: Candidate, known: Known, author: Author) -> Operation | str:
    """Return how a note gains from a candidate that says the same: evidence, or its place among the playbooks."""
    has = set(known.record.evidence) if known.record else set[Evidence]()
    fresh = [each for each in candidate.witnesses if each.evidence not in has]
    if known.record and known.record.kind is NoteKind.FACT and candidate.kind is NoteKind.PLAYBOOK:
        return _operation(Verb.PROMOTE, candidate, author, known)
    if not fresh:
        return "known"
    return Operation(
        verb=Verb.REINFORCE,
        author=author,
        targets=(known.note.anchor,),
        path=known.note.path,
        kind=known.record.kind if known.record else None,
        trust=candidate.trust,
        origin=candidate.origin,
        scope=candidate.scope,
        about=candidate.about,
        evidence=tuple(sorted({each.evidence for each in fresh})),
        support=support(fresh),
        reason=shortened(candidate.reason, LONGEST_REASON),
    )


def _is_borne(candidate: Candidate) -> bool:
    """Return whether enough speaks for a claim to be shown to a person. Source: dreaming note, section 4."""
    return candidate.trust is Trust.STATED or candidate.is_certain or candidate.support.sessions >= _ENOUGH_SESSIONS


def _may_replace(candidate: Candidate, record: Record | None) -> bool:
    """Return whether a newer value goes before an older one: known to be newer, as trusted, and not pinned."""
    if record is None or record.pinned or record.status is Status.DISPUTED or candidate.latest is None:
        return False
    is_newer = record.last_seen is not None and candidate.latest.date() > record.last_seen
    return is_newer and _RANKS[candidate.trust] <= _RANKS[record.trust]


def _is_older(candidate: Candidate, record: Record | None) -> bool:
    """Return whether a candidate was last seen before the note was first known."""
    return (
        record is not None
        and record.valid_from is not None
        and candidate.latest is not None
        and candidate.latest.date() < record.valid_from
    )


def _settled(groups: Iterable[Sequence[Candidate]]) -> tuple[list[Candidate], list[tuple[Candidate, str]]]:
    """Return one value for each thing, and those values that nobody can choose between."""
    agreed: list[Candidate] = []
    undecided: list[tuple[Candidate, str]] = []
    for values in groups:
        if best := _newest(values):
            agreed.append(best)
        else:
            undecided += [(each, f"{len(values)} values, none is known to be newer") for each in values]
    return agreed, undecided


def _newest(values: Sequence[Candidate]) -> Candidate | None:
    """Return the value that was seen last; None where nobody knows which that is."""
    if len(values) == 1:
        return values[0]
    dated = sorted((each for each in values if each.latest), key=lambda each: (each.latest, each.text), reverse=True)
    if len(dated) == len(values) and dated[0].latest != dated[1].latest:
        return dated[0]
    return _last_word(values)


def _last_word(values: Sequence[Candidate]) -> Candidate | None:
    """Return the value that the one session which speaks of all of them came to."""
    sessions = {each.transcript.session for value in values for each in value.witnesses}
    if len(sessions) != 1:
        return None
    order = {event.id: place for place, event in enumerate(values[0].witnesses[0].transcript.events)}
    places = [max(order[each.event.id] for each in value.witnesses) for value in values]
    return values[places.index(max(places))] if places.count(max(places)) == 1 else None


def _operation(
    verb: Verb, candidate: Candidate, author: Author, known: Known | None = None, *, reason: str = ""
) -> Operation:
    """Return the operation that writes a candidate."""
    return Operation(
        verb=verb,
        author=author,
        targets=() if known is None else (known.note.anchor,),
        texts=(candidate.text,),
        path=candidate.path,
        kind=candidate.kind,
        trust=candidate.trust,
        origin=candidate.origin,
        scope=candidate.scope,
        about=candidate.about,
        evidence=candidate.evidence,
        support=candidate.support,
        reason=shortened(reason or candidate.reason, LONGEST_REASON),
    )


def _order(operation: Operation) -> tuple[str, str, str, str]:
    """Return where an operation stands among the others."""
    return operation.path, operation.about, operation.verb, operation.id
