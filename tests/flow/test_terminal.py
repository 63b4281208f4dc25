"""At a terminal: colour, the question before anything is changed, and Ctrl-C."""

import os
import pty
import select
import signal
from pathlib import Path

import pytest

from .command import PATIENCE_S, Command, bare_environment
from .nursery import Born, born

pytestmark = [pytest.mark.flow, pytest.mark.timeout(120)]

ESCAPE = "\x1b["
CTRL_C = "\x03"
AGAIN_AFTER_S = 5
QUESTION = b"[y/N]: "


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


def test_ctrl_c_at_the_question_ends_with_130(first: Command) -> None:
    status, said = at_terminal(first.folder, "apply", answer=CTRL_C)
    assert status == 130
    assert "interrupted" in said
    assert "Traceback" not in said
    first("plan", "--exit-code", status=3)


def at_terminal(folder: Path, *arguments: str, answer: str = "", **settings: str) -> tuple[int, str]:
    """Run `agentops` at a terminal; answer when it asks. Return its status and everything on the screen."""
    ours, theirs = pty.openpty()
    environment = {"TERM": "dumb", **bare_environment(folder), **settings}
    process = born(["agentops", *arguments], folder, environment, [theirs] * 3)
    os.close(theirs)
    screen = b""
    while text := _typed(ours):
        screen += text
        if answer and screen.endswith(QUESTION):
            _interrupt(process, ours) if answer == CTRL_C else os.write(ours, answer.encode())
            answer = ""
    os.close(ours)
    return process.wait(PATIENCE_S), screen.decode()


def _interrupt(process: Born, terminal: int) -> None:
    """Press Ctrl-C until something happens: the signal is lost on a program that is just about to read."""
    for _ in range(PATIENCE_S // AGAIN_AFTER_S):
        process.send_signal(signal.SIGINT)
        if select.select([terminal], [], [], AGAIN_AFTER_S)[0]:
            return


def _typed(terminal: int) -> bytes:
    """Return what was printed next; nothing when the program is gone, which Linux calls an I/O error."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""
