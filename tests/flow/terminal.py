"""`agentops` at a terminal: what stands on the screen, and a person who answers, or presses Ctrl-C."""

import os
import pty
import select
import signal
from pathlib import Path

from .command import PATIENCE_S, bare_environment
from .nursery import Born, born

CTRL_C = "\x03"
AGAIN_AFTER_S = 5
QUESTION = "[y/N]: "


def at_terminal(
    folder: Path, *arguments: str, answer: str = "", question: str = QUESTION, **settings: str
) -> tuple[int, str]:
    """Run `agentops` at a terminal; answer the question once it is there. Return its status and the whole screen."""
    ours, theirs = pty.openpty()
    environment = {"TERM": "dumb", **bare_environment(folder), **settings}
    process = born(["agentops", *arguments], folder, environment, [theirs] * 3)
    os.close(theirs)
    screen = b""
    while text := _typed(ours):
        screen += text
        if answer and question.encode() in screen:
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
