"""Support counted: in distinct sessions, days and people, never in mentions, and twice told is told once."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from agentops.memory.evidence import Evidence, worst
from agentops.memory.notes import NO_SUPPORT, Record, Support
from agentops.memory.operations import Operation


def joined(*evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return all evidence once, sorted."""
    return tuple(sorted({one for several in evidence for one in several}))


def sessions(evidence: Iterable[Evidence]) -> int:
    """Return how many sessions are cited."""
    return len({one.session for one in evidence})


def first(operation: Operation) -> Support:
    """Return the support of a note that an operation writes: at least what it cites."""
    return _at_least(operation.support, operation.evidence, operation.against)


def reinforced(record: Record, operation: Operation, today: date) -> Record:
    """Return the record with more evidence, as good as the worst of it. Only sessions that are new to it count."""
    known = {one.session for one in record.evidence}
    cited = {one.session for one in operation.evidence}
    fresh = cited - known
    if operation.evidence:
        origin, evidence = worst((record.origin, operation.origin)), joined(record.evidence, operation.evidence)
        record = replace(record, origin=origin, evidence=evidence)
    if not fresh:
        return record
    new = max(operation.support.sessions, len(cited)) if fresh == cited else len(fresh)
    days = min(operation.support.days, new) - (record.last_seen == today)
    support = replace(
        record.support,
        sessions=record.support.sessions + new,
        days=record.support.days + max(days, 0),
        principals=max(record.support.principals, operation.support.principals),
    )
    return replace(record, support=support, last_seen=_later(record.last_seen, today))


def contradicted(record: Record, against: Iterable[Evidence]) -> Record:
    """Return the record with evidence that speaks against the note."""
    told = joined(record.against, against)
    count = max(record.support.against, sessions(told))
    return replace(record, against=told, support=replace(record.support, against=count))


def together(records: Iterable[Record]) -> Support:
    """Return the support of several notes that became one: sessions that they share count once."""
    every = list(records)
    support = Support(
        sessions=max((one.support.sessions for one in every), default=0),
        days=max((one.support.days for one in every), default=0),
        principals=max((one.support.principals for one in every), default=0),
        against=max((one.support.against for one in every), default=0),
    )
    return _at_least(support, joined(*(one.evidence for one in every)), joined(*(one.against for one in every)))


def _at_least(support: Support, evidence: Iterable[Evidence], against: Iterable[Evidence]) -> Support:
    cited = sessions(evidence)
    if support == NO_SUPPORT and not cited:
        return support
    return replace(support, sessions=max(support.sessions, cited), against=max(support.against, sessions(against)))


def _later(one: date | None, other: date) -> date:
    return other if one is None else max(one, other)
