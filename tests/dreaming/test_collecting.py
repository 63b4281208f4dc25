from dataclasses import replace

from agentops.dreaming.collecting import collected, content
from agentops.dreaming.port import Night
from agentops.memory.notes import Memory
from agentops.memory.transcripts import Transcript
from tests.dreaming.told import EMPTY, TODAY, agent, recalled, remembered, session, user

ONE = session("s1", user("Hello."), agent("Hello to you."))
OTHER = session("s2", user("Good day."), agent("Good day to you."))


def night(*transcripts: Transcript, memory: Memory = EMPTY) -> Night:
    return Night(memory, transcripts, TODAY)


def test_sessions_are_read_in_one_order() -> None:
    assert collected(night(OTHER, ONE)) == collected(night(ONE, OTHER))


def test_a_session_that_was_dreamt_is_not_read_again() -> None:
    reading = collected(night(ONE, OTHER, memory=remembered(EMPTY, [ONE])))
    assert [each.session for each in reading.transcripts] == ["s2"]
    assert reading.dreamt == 1


def test_a_session_that_went_on_is_read_again() -> None:
    longer = session("s1", user("Hello."), agent("Hello to you."), user("One thing more."))
    reading = collected(night(longer, memory=remembered(EMPTY, [ONE])))
    assert [each.session for each in reading.transcripts] == ["s1"]


def test_the_same_content_under_two_names_is_read_once() -> None:
    reading = collected(night(replace(ONE, session="s9"), ONE))
    assert [each.session for each in reading.transcripts] == ["s1"]
    assert reading.doubles == 1


def test_of_two_states_of_one_session_the_longer_one_is_read() -> None:
    longer = session("s1", user("Hello."), agent("Hello to you."), user("One thing more."))
    reading = collected(night(ONE, longer))
    assert [len(each.events) for each in reading.transcripts] == [3]


def test_what_memory_gave_is_not_read_and_changes_no_digest() -> None:
    given = replace(ONE, events=(replace(recalled("The port is 5433."), id="r"), *ONE.events))
    assert content(given) == content(ONE)
    assert collected(night(given)).transcripts == (ONE,)
