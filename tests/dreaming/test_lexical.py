import asyncio
import time
from dataclasses import replace
from functools import partial
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.base.giving_up import given_up_when
from agentops.dreaming.distilling.errors import failures
from agentops.dreaming.lexical import LexicalDreamer, dreamt
from agentops.dreaming.port import Night
from agentops.memory.applying import applied
from agentops.memory.comparing.citing import verdict
from agentops.memory.comparing.conflict import conflict
from agentops.memory.files import notes_of
from agentops.memory.operations import Finding, Verb
from agentops.memory.transcripts import Transcript
from tests.dreaming.told import EMPTY, TODAY, after, agent, booking_sessions, call, dream, recalled, session, user

SAID = (
    "The staging database listens on port 5433.",
    "The staging database listens on port 5432.",
    "No, use pnpm, not npm.",
    "Always run `make lint` first.",
    "Thank you, that is all.",
    "The billing service is owned by Priya.",
)


@st.composite
def nights(draw: st.DrawFn) -> tuple[Transcript, ...]:
    """A few sessions of people who correct, tools that fail, and runs that somebody judged."""
    told = []
    for number in range(draw(st.integers(1, 8))):
        parts = [user(each) for each in draw(st.lists(st.sampled_from(SAID), max_size=3))]
        results = draw(st.lists(st.sampled_from(("done", "Error: no seat 5", "Error: closed")), max_size=4))
        calls = [call(draw(st.sampled_from(("book", "pay"))), each, sum=draw(st.integers(0, 2))) for each in results]
        day, outcome = draw(st.integers(0, 28)), draw(st.sampled_from((None, 0.0, 1.0)))
        told.append(
            session(f"s{number}", agent("Hello."), *parts, *calls, day=day, outcome=outcome, task=str(number % 2))
        )
    return tuple(told)


def test_the_dreamer_keeps_its_port() -> None:
    night = Night(EMPTY, booking_sessions(), TODAY)
    assert asyncio.run(LexicalDreamer().dream(night)) == dreamt(night)


def test_a_dream_can_be_given_up_all_along() -> None:
    night = Night(after(*booking_sessions()), booking_sessions(), TODAY)
    asked = 0

    def is_over(at: int) -> bool:
        nonlocal asked
        asked += 1
        return asked > at

    with given_up_when(lambda: is_over(10**6)):
        dreamt(night)
    for at in range(asked, 0, -10):
        asked = 0
        with given_up_when(partial(is_over, at - 1)), pytest.raises(asyncio.CancelledError):
            dreamt(night)


@given(nights(), st.randoms(use_true_random=False))
@settings(max_examples=25)
def test_the_order_of_the_sessions_does_not_matter(night: tuple[Transcript, ...], shuffler: Random) -> None:
    other = list(night)
    shuffler.shuffle(other)
    assert repr(dream(*other)) == repr(dream(*night))


@given(nights())
@settings(max_examples=25)
def test_every_operation_is_backed_and_a_second_dream_finds_nothing_new(night: tuple[Transcript, ...]) -> None:
    found = dream(*night)
    read = {each.session: each for each in night}
    for each in found.operations:
        assert each.evidence
        assert each.verdict.finding is Finding.SUPPORTED
        assert len(each.reason) <= 120
        assert all(
            len(text) <= 240 and verdict(text, each.evidence, read).finding is Finding.SUPPORTED for text in each.texts
        )
    done = applied(EMPTY, found.operations, dream="drm_1", today=TODAY)
    assert not done.unfit
    assert dream(*night, memory=done.memory).operations == ()


@given(nights())
@settings(max_examples=15)
def test_a_dream_learns_nothing_from_its_own_notes(night: tuple[Transcript, ...]) -> None:
    memory = after(*night)
    given_ = [
        session(f"later{number}", recalled(f"- {each.text}"), agent("I know."))
        for number, each in enumerate(notes_of(memory))
    ]
    assert dream(*given_, memory=memory).operations == ()
    assert dream(*given_).operations == ()


def test_a_dream_says_what_it_learnt() -> None:
    assert dream(session("s1", user(SAID[0]))).words == "1 session read: 1 to add"


def test_a_dream_says_why_it_learnt_nothing() -> None:
    told = [session(f"s{each}", user("Hello."), call("pay", f"Error: {'abc'[each]}", sum=1)) for each in range(3)]
    assert (
        dream(*told).words == "nothing to learn: 3 sessions read, 3 errors, 0 corrections, 3 candidates below support"
    )


def test_seventy_real_sessions_give_notes_that_are_all_backed() -> None:
    found = dream(*booking_sessions())
    assert found.quarantined == ()
    assert {each.verb for each in found.operations} == {Verb.ADD}
    assert any(
        "`book_reservation`" in each.texts[0] and "5 of 7 retries worked" in each.texts[0] for each in found.operations
    )
    assert dream(*reversed(booking_sessions())) == found
    assert dream(*booking_sessions(), memory=after(*booking_sessions())).operations == ()


def test_later_sessions_of_the_same_kind_reinforce() -> None:
    first = [each for each in booking_sessions() if each.session.endswith("-0")]
    memory = after(*first)
    second = dream(*(each for each in booking_sessions() if each.session.endswith("-1")), memory=memory)
    assert Verb.REINFORCE in {each.verb for each in second.operations}
    assert not {each.verb for each in second.operations} & {Verb.SUPERSEDE, Verb.DISPUTE}


def test_nearly_all_errors_of_later_trials_are_known() -> None:
    memory = after(*(each for each in booking_sessions() if each.session.endswith("-0")))
    known = {each.about for each in memory.ledger.records.values()}
    later = [each for told in booking_sessions() if told.session.endswith("-1") for each in failures(told)]
    assert sum(each.about in known for each in later) >= 0.875 * len(later)


def test_on_new_tasks_all_errors_that_any_session_met_are_known() -> None:
    read = [each for each in booking_sessions() if int(each.task) % 2 == 0]
    known = {each.about for each in after(*read).ledger.records.values()}
    seen = {each.about for told in read for each in failures(told)}
    later = [each for told in booking_sessions() if int(told.task) % 2 for each in failures(told)]
    assert sum(each.about in known for each in later) == sum(each.about in seen for each in later) > 0


def test_no_two_notes_of_a_night_are_in_conflict() -> None:
    texts = [each.texts[0] for each in dream(*booking_sessions()).operations]
    assert [(one, other) for one in texts for other in texts if one != other and conflict(one, other)] == []


def test_many_alike_sessions_stay_few_notes() -> None:
    told = [
        replace(each, session=f"{again}-{each.session}", task=f"{again}x{each.task}")
        for again in range(3)
        for each in booking_sessions()
    ]
    found = dream(*told)
    assert len(found.operations) <= 8 + 6 + 12
    assert {each.verb for each in found.operations} == {Verb.ADD}
    texts = [each.texts[0] for each in found.operations]
    subjects = [each.about for each in found.operations]
    assert len(set(subjects)) == len(set(texts)) == len(texts)


def test_a_hundred_sessions_take_well_under_a_second() -> None:
    more = [replace(each, session=f"again-{each.session}", task=f"x{each.task}") for each in booking_sessions()[:30]]
    before = time.process_time()
    dream(*booking_sessions(), *more)
    assert time.process_time() - before < 1.0


def test_an_event_of_ten_megabytes_is_bounded() -> None:
    huge = "word " * 2_000_000
    told = [
        session(f"s{each}", user(huge), call("logs", f"Error: {huge}{each}", sum=1), call("logs", huge, sum=2))
        for each in range(2)
    ]
    before = time.process_time()
    dream(*told)
    assert time.process_time() - before < 4.0
