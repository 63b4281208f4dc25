"""When a claim may be relied on, and which of two claims goes first. Pure functions of what is known about a note."""

from collections import Counter
from datetime import date

from agentops.memory.evidence import Evidence, Origin
from agentops.memory.notes import NoteKind, Record, Status, Support, Trust
from agentops.memory.operations import Finding, Operation

_TRUSTED = (Trust.INFERRED, Trust.OBSERVED, Trust.STATED)
_SCOPES = {"org": 0, "repo": 1, "agent": 2, "user": 3}
"""The wider first; without one a note is for all who read the store."""

PERSON = "person"
"""The engine of an author who is none."""


def status_for(claim: Operation | Record) -> Status:
    """Return the status that a claim has earned: what strangers alone say is kept aside, what is thin is unconfirmed.

    What a proposal says is what holds once a person merged it. So a claim that reaches the bar is active: the merge and
    the gates are the last step of its promotion. Source: dreaming note, section 4.
    """
    if isinstance(claim, Operation) and claim.author.engine == PERSON:
        return Status.ACTIVE
    if isinstance(claim, Record) and claim.pinned:
        return Status.ACTIVE
    if claim.origin is Origin.EXTERNAL or not claim.evidence:
        return Status.QUARANTINED
    return Status.ACTIVE if _is_borne(claim) else Status.PROBATION


def _is_borne(claim: Operation | Record) -> bool:
    support = claim.support
    match claim.trust:
        case Trust.STATED:
            return True
        case Trust.OBSERVED:
            return _is_seen_often(support, claim.evidence) or _is_recovery(claim)
        case Trust.INFERRED:
            return support.sessions >= 3 and support.principals >= 2


def _is_seen_often(support: Support, evidence: tuple[Evidence, ...]) -> bool:
    """Tell whether two sessions on two days saw it; where no session has a date, three sessions."""
    seen = max(support.sessions, len({one.session for one in evidence}))
    return seen >= 3 if support.days == 0 else seen >= 2 and support.days >= 2


def _is_recovery(claim: Operation | Record) -> bool:
    """Tell whether one session shows both the failure and what came after it."""
    if not isinstance(claim, Operation) or claim.kind is not NoteKind.PITFALL:
        return False
    if claim.verdict.finding is not Finding.SUPPORTED:
        return False
    return any(count >= 2 for count in Counter(one.session for one in claim.evidence).values())


def authority(record: Record) -> tuple[object, ...]:
    """Return what two claims that cannot both hold are ordered by: the greater one goes first.

    Pinned by a person, then what was stated, seen, inferred, and last what strangers say; then the narrower scope, the
    newer day, the wider support. Source: dreaming note, section 4.
    """
    trust = -1 if record.origin is Origin.EXTERNAL else _TRUSTED.index(record.trust)
    narrow = _SCOPES.get(record.scope.partition(":")[0], 0)
    return record.pinned, trust, narrow, record.valid_from or date.min, record.support.sessions
