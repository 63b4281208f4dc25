from dataclasses import replace
from datetime import date

import pytest

from agentops.memory.notes import Ledger, Memory, Record, Status, Trust
from agentops.memory.operations import Operation, Verb
from agentops.memory.transcripts import Transcript
from tests.dreaming.told import EMPTY, TODAY, after, call, dream, remembered, session, user

PORT = "The staging database listens on port {}."


def said(name: str, text: str, day: int = 0) -> Transcript:
    return session(name, user(text), day=day)


def one(*transcripts: Transcript, memory: Memory = EMPTY) -> Operation:
    (operation,) = dream(*transcripts, memory=memory).operations
    return operation


def records(memory: Memory) -> list[Record]:
    return list(memory.ledger.records.values())


def test_what_nobody_knew_is_added_with_all_that_a_reviewer_asks() -> None:
    found = one(said("s1", PORT.format(5433)))
    assert (found.verb, found.texts, found.path) == (
        Verb.ADD,
        ("The staging database listens on port `5433`.",),
        "/facts/database.md",
    )
    assert [str(each) for each in found.evidence] == ["s1#e0"]
    assert (found.trust, found.support.sessions, found.reason) == (Trust.STATED, 1, "said by the user")


def test_what_is_known_gains_evidence_and_keeps_its_text() -> None:
    memory = after(said("s1", PORT.format(5433)))
    found = one(said("s2", PORT.format(5433)), memory=memory)
    assert (found.verb, found.texts, [str(each) for each in found.evidence]) == (Verb.REINFORCE, (), ["s2#e0"])
    assert found.targets == (records(memory)[0].anchor,)


def test_a_newer_value_supersedes_and_an_older_one_does_not() -> None:
    memory = after(said("s1", PORT.format(5433), day=10), today=TODAY)
    newer = one(said("s2", PORT.format(5432), day=22), memory=memory)
    assert (newer.verb, newer.targets) == (Verb.SUPERSEDE, (records(memory)[0].anchor,))
    assert "5433" in newer.reason
    assert dream(said("s3", PORT.format(5432), day=9), memory=memory).operations == ()


def test_a_value_of_unknown_age_is_a_question() -> None:
    memory = after(said("s1", PORT.format(5433)))
    found = one(said("s2", PORT.format(5432)), memory=memory)
    assert (found.verb, found.reason[:13]) == (Verb.DISPUTE, "which holds? ")
    disputed = after(said("s2", PORT.format(5432)), memory=memory)
    assert {each.status for each in records(disputed)} == {Status.DISPUTED}
    assert dream(said("s1", PORT.format(5433)), said("s2", PORT.format(5432)), memory=disputed).operations == ()


def test_what_a_person_pinned_is_not_superseded() -> None:
    memory = after(said("s1", PORT.format(5433), day=10))
    pinned = {anchor: replace(each, pinned=True) for anchor, each in memory.ledger.records.items()}
    memory = replace(memory, ledger=replace(memory.ledger, records=pinned))
    assert one(said("s2", PORT.format(5432), day=22), memory=memory).verb is Verb.DISPUTE


def test_of_two_values_in_one_night_the_newer_one_is_added() -> None:
    found = one(said("s1", PORT.format(5433), day=12), said("s2", PORT.format(5432), day=11))
    assert "5433" in found.texts[0]


def test_the_last_word_of_one_session_counts() -> None:
    found = one(session("s1", user(PORT.format(5433)), user(f"No, {PORT.format(5432).lower()}")))
    assert "5432" in found.texts[0]


def test_two_values_of_one_night_that_nobody_can_order_are_set_apart() -> None:
    found = dream(said("s1", PORT.format(5433)), said("s2", PORT.format(5432)))
    assert found.operations == ()
    assert [each.reason for each in found.quarantined] == ["2 values, none is known to be newer"] * 2


def test_what_was_seen_once_waits_for_another_session() -> None:
    once = session("s1", call("pay", "Error: too little", sum=1))
    assert dream(once).operations == ()
    assert one(once, session("s2", call("pay", "Error: too little", sum=2))).verb is Verb.ADD


def test_what_a_person_turned_down_is_not_proposed_again() -> None:
    found = one(said("s1", PORT.format(5433)))
    memory = Memory(ledger=Ledger(rejected=frozenset({found.id})))
    night = dream(said("s1", PORT.format(5433)), memory=memory)
    assert night.operations == ()
    assert "1 candidate forgotten or turned down" in night.words


def test_what_was_forgotten_is_not_learnt_again() -> None:
    from agentops.memory.forgetting import tombstone

    grave = tombstone("The staging database listens on port `5433`.", "salt", TODAY)
    assert dream(said("s1", PORT.format(5433)), memory=Memory(ledger=Ledger(tombstones=(grave,)))).operations == ()


def test_a_line_that_somebody_wrote_is_met_where_it_stands() -> None:
    memory = Memory({"/notes.md": "# Notes\n\nThe staging database listens on port 5433.\n"})
    found = one(said("s1", PORT.format(5433)), memory=memory)
    assert found.verb is Verb.REINFORCE
    assert after(said("s1", PORT.format(5433)), memory=memory).files["/notes.md"].count("5433") == 1


def test_a_line_that_says_otherwise_is_disputed() -> None:
    memory = Memory({"/notes.md": "The staging database listens on port 5432.\n"})
    assert one(said("s1", PORT.format(5433)), memory=memory).verb is Verb.DISPUTE


def test_what_one_person_wants_is_not_what_another_one_wants() -> None:
    told = [session(each, user("Use tabs instead of spaces."), principal=each) for each in ("ann", "bob")]
    found = dream(*told).operations
    assert [each.scope for each in found] == ["user:ann", "user:bob"]


def test_what_strangers_wrote_is_set_apart() -> None:
    from agentops.memory.evidence import Origin

    told = [
        session(f"s{each}", call("read_page", PORT.format(5433), origin=Origin.EXTERNAL, page=each))
        for each in range(2)
    ]
    night = dream(*told)
    assert night.operations == ()
    assert night.words == "nothing to learn: 2 sessions read, 0 errors, 0 corrections, 1 set apart"
    assert [each.reason for each in night.quarantined] == [
        "only what strangers wrote speaks for it: a person may pin it"
    ]


def test_what_looks_alike_and_is_about_another_thing_stands_beside_it() -> None:
    memory = after(said("s1", PORT.format(5433)))
    found = one(said("s2", "The production database listens on port 5432."), memory=memory)
    assert found.verb is Verb.ADD


def test_other_words_for_the_same_are_one_note() -> None:
    found = one(
        said("s1", "Always run `make lint` before you push."), said("s2", "Always run `make lint` before a push.")
    )
    assert found.support.sessions == 2


def test_wishes_that_contradict_each_other_are_not_both_noted() -> None:
    night = dream(
        said("s1", "Always run `make lint` before you push."), said("s2", "Never run `make lint` before you push.")
    )
    assert night.operations == ()
    assert len(night.quarantined) == 2


def test_a_number_of_times_that_a_person_states_is_no_count() -> None:
    found = one(
        said("s1", "The scheduler retries jobs, the limit is 3 times."), said("s2", "The retry limit is 3 times.")
    )
    assert "3" in found.texts[0]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_days_come_one_after_the_other_whatever_their_order_in_the_night(order: tuple[int, ...]) -> None:
    told = [said(f"s{each}", PORT.format(5430 + each), day=11 + each) for each in range(3)]
    assert "5432" in one(*(told[each] for each in order)).texts[0]


def test_what_nobody_saw_for_long_is_retired_unless_somebody_stated_it() -> None:
    failed = [session(f"s{each}", call("pay", "Error: too little", sum=each)) for each in range(2)]
    memory = after(*failed, said("s9", PORT.format(5433)))
    later = date(2028, 1, 1)
    assert [each.verb for each in dream(memory=memory, today=later).operations] == [Verb.RETIRE]
    again = session("s3", call("pay", "Error: too little", sum=9))
    assert [each.verb for each in dream(again, memory=memory, today=later).operations] == [Verb.REINFORCE]


def test_a_session_that_is_dreamt_counts_once() -> None:
    told = said("s1", PORT.format(5433))
    assert dream(told, memory=remembered(after(told), [told])).words == (
        "nothing to learn: 0 sessions read, 1 dreamt before, 0 errors, 0 corrections"
    )
