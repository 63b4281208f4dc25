"""What is taken first of what a run has heard of."""

from agentops.engine.core.conversation import Reply, Usage
from agentops.engine.core.runs.decide import Heard
from agentops.engine.core.runs.happenings import Ran, Replied, RequestFailed
from agentops.engine.runner.inbox import Inbox

_REPLY = Replied(Reply((), "end_turn", Usage()))


def _ran(number: int) -> Heard:
    return Heard(Ran(f"sevt_{number}", (), is_error=False), f"sthr_{number}")


def _replied(number: int) -> Heard:
    return Heard(_REPLY, f"sthr_{number}")


def _inbox(*heard: Heard) -> Inbox:
    inbox = Inbox()
    for each in heard:
        inbox.put(each)
    return inbox


def test_results_come_before_answers_and_each_in_the_order_in_which_they_were_heard() -> None:
    inbox = _inbox(_replied(1), _ran(2), _replied(3), _ran(4), _ran(5))
    assert [*inbox] == [_ran(2), _ran(4), _ran(5), _replied(1), _replied(3)]
    assert inbox.take(4) == (_ran(2), _ran(4), _ran(5), _replied(1))
    assert len(inbox) == 1


def test_a_request_that_failed_waits_for_the_replies_before_it() -> None:
    failed = Heard(RequestFailed("unknown_error", "Nobody answers."), "sthr_2")
    assert [*_inbox(_replied(1), failed, _ran(3))] == [_ran(3), _replied(1), failed]


def test_no_more_is_taken_than_there_is() -> None:
    inbox = _inbox(_replied(1))
    assert inbox.take(8) == (_replied(1),)
    assert inbox.take(8) == ()
    assert not inbox


def test_what_a_stopped_thread_came_to_is_dropped_and_nothing_else() -> None:
    inbox = _inbox(_replied(1), _ran(1), _ran(2), _replied(2))
    inbox.drop(lambda each: each.thread_id == "sthr_1")
    assert [*inbox] == [_ran(2), _replied(2)]
