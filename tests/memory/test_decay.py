"""Notes fade unless they are seen again; what people said is asked about, never taken away silently."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.memory.decay import due, half_life, review_day, strength
from agentops.memory.notes import Memory, NoteKind, Record, Support, Trust
from agentops.memory.operations import Verb
from tests.memory.given import DAY, PITFALL, after, note, record, records, store

PLAIN = replace(record(store()), support=Support(sessions=1, days=1))


def days(number: float) -> date:
    return DAY + timedelta(days=number)


@pytest.mark.parametrize(
    ("kind", "life"),
    [(NoteKind.PREFERENCE, 180), (NoteKind.DECISION, 120), (NoteKind.PITFALL, 90), (NoteKind.FACT, 60)],
)
def test_half_of_the_strength_is_gone_after_a_half_life(kind: NoteKind, life: int) -> None:
    one = replace(PLAIN, kind=kind)

    assert half_life(one) == life
    assert strength(one, days(life)) == 0.5


def test_seen_on_another_day_a_note_lasts_longer_and_never_longer_than_a_year() -> None:
    assert half_life(replace(PLAIN, support=Support(days=2))) == 135
    assert half_life(replace(PLAIN, support=Support(days=99))) == 365


def test_what_speaks_against_a_note_halves_its_life() -> None:
    assert half_life(replace(PLAIN, support=Support(days=1, against=1))) == 45


@settings(max_examples=40)
@given(records, st.dates(date(2026, 1, 1), date(2030, 1, 1)), st.integers(0, 400))
def test_strength_only_falls(one: Record, today: date, later: int) -> None:
    assert 0 <= strength(one, today + timedelta(days=later)) <= strength(one, today) <= 1


def test_what_is_said_not_to_work_is_asked_about_soon() -> None:
    assert review_day(PLAIN, PITFALL) == days(90)
    assert review_day(PLAIN, "Bag search does not work in version 3.") == days(30)


def faded(memory: Memory, number: float) -> list[Verb]:
    return [one.verb for one in due(memory, days(number))]


def held(memory: Memory, **more: object) -> Memory:
    one = replace(record(memory), support=Support(days=1), **more)  # type: ignore[arg-type]  # fields of a record
    return replace(memory, ledger=replace(memory.ledger, records={one.anchor: one}))


def test_a_note_is_asked_about_and_then_retired() -> None:
    memory = held(store())

    assert faded(memory, 180) == []
    assert faded(memory, 181) == [Verb.NOOP]
    assert faded(memory, 300) == [Verb.RETIRE]


def test_what_people_stated_or_pinned_is_asked_about_however_old() -> None:
    assert faded(held(store(), trust=Trust.STATED), 9999) == [Verb.NOOP]
    assert faded(held(store(), pinned=True), 9999) == [Verb.NOOP]


def test_what_is_due_can_be_applied_and_is_due_no_more() -> None:
    memory = held(store())

    later = after(memory, *due(memory, days(300)), today=days(300))

    assert due(later, days(300)) == ()
    assert PITFALL in later.files["/archive/pitfalls.md"]


def test_what_nobody_dated_does_not_fade() -> None:
    assert due(Memory({"/facts/a.md": "- by hand\n"}), days(9999)) == ()


def test_a_question_says_since_when() -> None:
    memory = held(store())

    (question,) = due(memory, days(200))

    assert question.targets == (note(memory).anchor,)
    assert question.reason == "not seen since 2026-11-21: does it still hold?"
