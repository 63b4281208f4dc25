"""What a claim must have behind it before anybody relies on it."""

from dataclasses import replace

import pytest

from agentops.memory.evidence import Origin
from agentops.memory.notes import NoteKind, Status, Support, Trust
from agentops.memory.operations import Finding, Verdict
from agentops.memory.promotion import authority, status_for
from tests.memory.given import BORNE, LATER, PERSON, TWO, add, cited, record, store

ONE = TWO[:1]
SUPPORTED = Verdict(Finding.SUPPORTED)


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        (add(trust=Trust.STATED, evidence=ONE), Status.ACTIVE),
        (add(trust=Trust.OBSERVED), Status.ACTIVE),
        (add(support=Support(sessions=2, days=1)), Status.PROBATION),
        (add(support=Support(sessions=9, days=1)), Status.PROBATION),
        (add(support=Support(sessions=2)), Status.PROBATION),
        (add(support=Support(sessions=3)), Status.ACTIVE),
        (add(evidence=cited("s#1", "s#2"), support=Support(1, 1), verdict=SUPPORTED), Status.ACTIVE),
        (add(evidence=cited("s#1", "s#2"), support=Support(1, 1)), Status.PROBATION),
        (
            add("x", NoteKind.FACT, evidence=cited("s#1", "s#2"), support=Support(1, 1), verdict=SUPPORTED),
            Status.PROBATION,
        ),
        (add(trust=Trust.INFERRED, support=Support(3, 3, 1)), Status.PROBATION),
        (add(trust=Trust.INFERRED, support=Support(3, 1, 2)), Status.ACTIVE),
        (add(origin=Origin.EXTERNAL), Status.QUARANTINED),
        (add(evidence=()), Status.QUARANTINED),
        (add(origin=Origin.EXTERNAL, author=PERSON), Status.ACTIVE),
    ],
)
def test_a_claim_is_as_sure_as_what_bears_it(claim: object, status: Status) -> None:
    assert status_for(claim) is status  # type: ignore[arg-type]  # an operation


def test_what_is_pinned_is_sure() -> None:
    one = replace(record(store()), origin=Origin.EXTERNAL, pinned=True)

    assert status_for(one) is Status.ACTIVE


def test_who_is_believed_first() -> None:
    plain = record(store())
    order = [
        replace(plain, origin=Origin.EXTERNAL),
        replace(plain, trust=Trust.INFERRED),
        plain,
        replace(plain, support=replace(BORNE, sessions=9)),
        replace(plain, valid_from=LATER),
        replace(plain, scope="repo:x"),
        replace(plain, scope="user:x"),
        replace(plain, trust=Trust.STATED),
        replace(plain, pinned=True),
    ]

    assert [authority(one) for one in order] == sorted(authority(one) for one in order)
