"""At a terminal: colour, the question before anything is changed, and Ctrl-C."""

import pytest

from .command import Command
from .terminal import CTRL_C, at_terminal

pytestmark = [pytest.mark.flow, pytest.mark.timeout(120)]

ESCAPE = "\x1b["


def test_pipes_get_no_colour(first: Command) -> None:
    assert ESCAPE not in first("plan", "--target", "nowhere", status=2, TERM="xterm").err
    for settings in ({"TERM": "xterm"}, {"FORCE_COLOR": "1", "NO_COLOR": "1"}):
        assert ESCAPE not in first("plan", **settings).out
    assert ESCAPE in first("plan", FORCE_COLOR="1").out


def test_terminals_get_colour_unless_they_do_not_want_it(first: Command) -> None:
    assert ESCAPE in at_terminal(first.folder, "plan", TERM="xterm")[1]
    for setting in ({"TERM": "xterm", "NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert ESCAPE not in at_terminal(first.folder, "plan", **setting)[1]


@pytest.mark.parametrize("answer", ["n\n", "\n"], ids=["no", "just return"])
def test_whoever_does_not_say_yes_changes_nothing(first: Command, answer: str) -> None:
    status, said = at_terminal(first.folder, "apply", answer=answer)
    assert status == 0
    assert "Apply this plan? (target: embedded) [y/N]" in said
    assert "Nothing was changed." in said
    assert "Plan: 2 to create" in first("plan").out


def test_whoever_says_yes_gets_it(first: Command) -> None:
    status, said = at_terminal(first.folder, "apply", answer="y\n")
    assert status == 0
    assert "Applied: 2 done." in said
    first("plan", "--exit-code")


def test_a_terminal_shows_a_bar_that_is_gone_in_the_end_and_keeps_every_line(first: Command) -> None:
    status, said = at_terminal(first.folder, "apply", "--yes", TERM="xterm")
    assert status == 0
    assert "2/2" in said
    assert "Agent/reviewer" in said
    assert said.count("create   version 1") == 1
    rest = said[said.rindex("2/2") :]
    assert f"{ESCAPE}2K" in rest  # the line of the bar is cleared
    assert rest.endswith("Applied: 2 done.\r\n")


@pytest.mark.parametrize("settings", [{"TERM": "dumb"}, {"TERM": "xterm", "CI": "true"}], ids=["dumb", "CI"])
def test_what_cannot_draw_over_lines_gets_lines_alone(first: Command, settings: dict[str, str]) -> None:
    _, said = at_terminal(first.folder, "apply", "--yes", **settings)
    assert f"{ESCAPE}2K" not in said
    assert "/2" not in said
    assert "Applied: 2 done." in said


def test_ctrl_c_at_the_question_ends_with_130(first: Command) -> None:
    status, said = at_terminal(first.folder, "apply", answer=CTRL_C)
    assert status == 130
    assert "interrupted" in said
    assert "Traceback" not in said
    first("plan", "--exit-code", status=3)
