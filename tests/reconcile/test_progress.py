"""What people and programs hear of an apply, step by step and at the end."""

from dataclasses import replace

from agentops.base.paint import Paint
from agentops.reconcile.apply import Outcome, Progress, State
from agentops.reconcile.plan import Action, Step
from agentops.reconcile.views.progress import outcome_json, outcome_line, progress_line

from .given import a_team, an_agent, planned
from .scenes import TRICK

PLAIN = Paint()


def steps() -> tuple[Step, ...]:
    return planned([a_team("crew", ["a", "b"]), an_agent("a"), an_agent("b")]).steps


def half_done() -> Outcome:
    one, two, three = steps()
    return Outcome(
        (
            Progress(one, State.DONE, "version 1"),
            Progress(two, State.FAILED, "api refused to create agent: Busy.", "wait a little and run it again"),
            Progress(three, State.SKIPPED, "needs Agent/b, which was not applied"),
        )
    )


def test_every_state_has_a_sign_and_lines_are_in_columns() -> None:
    assert [progress_line(each, PLAIN, 9) for each in half_done().results] == [
        "  ✓ Agent/a    create   version 1",
        "  ✗ Agent/b    create   api refused to create agent: Busy.\n      wait a little and run it again",
        "  ○ Team/crew  create   needs Agent/b, which was not applied",
    ]


def test_the_last_line_says_what_was_not_done_and_what_to_do() -> None:
    assert outcome_line(half_done()) == (
        "Applied in part: 1 done, 1 failed, 1 skipped. Run the same command again: it goes on with what is missing."
    )


def test_the_last_line_of_a_whole_run_is_short() -> None:
    assert outcome_line(Outcome(tuple(Progress(each, State.DONE) for each in steps()))) == "Applied: 3 done."
    assert outcome_line(Outcome(())) == "Applied: nothing was left to do."


def test_an_apply_calls_an_action_what_the_plan_called_it() -> None:
    step = replace(steps()[0], action=Action.RESTAMP)
    assert " re-stamp" in progress_line(Progress(step, State.DONE), PLAIN, 5)


def test_programs_get_every_step_with_its_end() -> None:
    document = outcome_json(half_done())
    assert document["is_complete"] is False
    assert document["summary"] == {"done": 1, "failed": 1, "skipped": 1}
    assert document["results"][1] == {
        "address": "Agent/b",
        "action": "create",
        "state": "failed",
        "detail": "api refused to create agent: Busy.",
        "hint": "wait a little and run it again",
    }


def test_what_a_server_says_cannot_play_with_the_terminal() -> None:
    (step, *_) = steps()
    line = progress_line(Progress(step, State.FAILED, TRICK, TRICK), PLAIN, 9)
    assert not any(each in line for each in "\x1b\x07\r\x9b\u202e\x00")


def test_nothing_done_is_no_complete_run_unless_there_was_nothing_to_do() -> None:
    assert Outcome(()).is_complete
    assert not Outcome((Progress(steps()[0], State.SKIPPED),)).is_complete
