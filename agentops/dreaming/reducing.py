"""The sixth stage: what becomes of each candidate beside what is known already."""

from collections.abc import Iterable, Iterator

from agentops.dreaming.candidates import Candidate
from agentops.memory.notes import Memory, Record
from agentops.memory.operations import Author, Operation, Verb


def operations(candidates: Iterable[Candidate], memory: Memory, author: Author) -> Iterator[Operation]:
    """Yield what becomes of the candidates, in the order of what they are about."""
    known = {(each.kind, each.scope, each.about): each for each in memory.ledger.records.values()}
    for candidate in sorted(candidates, key=lambda each: (each.path, each.about, each.text)):
        record = known.get((candidate.kind, candidate.scope, candidate.about))
        if record is None:
            if candidate.is_verified or candidate.support.sessions > 1:
                yield _operation(Verb.ADD, candidate, author)
        elif set(candidate.evidence) - set(record.evidence):
            yield _operation(Verb.REINFORCE, candidate, author, record)


def _operation(verb: Verb, candidate: Candidate, author: Author, record: Record | None = None) -> Operation:
    """Return the operation that a candidate becomes."""
    return Operation(
        verb=verb,
        author=author,
        targets=() if record is None else (record.anchor,),
        texts=() if verb is Verb.REINFORCE else (candidate.text,),
        path=candidate.path,
        kind=candidate.kind,
        trust=candidate.trust,
        origin=candidate.origin,
        scope=candidate.scope,
        about=candidate.about,
        evidence=candidate.evidence,
        support=candidate.support,
        reason=candidate.reason,
    )
