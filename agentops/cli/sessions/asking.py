"""A person's word on the calls that a session waits with: asked at the terminal, without holding anything else up."""

import asyncio
import os
import sys
from collections.abc import Mapping
from typing import Any

from agentops.cli.output import stderr_paint

_LINE_MAX = 64 * 1024
"""More than a terminal gives at once. Units: bytes."""

_YES, _NO = ("y", "yes", "a", "allow"), ("n", "no", "d", "deny")


class Desk:
    """Where questions are answered; an interrupt ends the wait for an answer."""

    def __init__(self, *, is_attended: bool) -> None:
        """Tell whether anybody is there."""
        self.is_attended = is_attended
        self._answer: asyncio.Future[str | None] | None = None

    def interrupt(self) -> None:
        """Give up waiting for an answer."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(None)

    async def decided(self, calls: Mapping[str, str]) -> list[dict[str, Any]] | None:
        """Return a confirmation for each call, an id with what is asked, or None when it was interrupted."""
        found = []
        for call_id, said in calls.items():
            decision = await self._decision(call_id, said)
            if decision is None:
                return None
            found.append(decision)
        return found

    async def _decision(self, call_id: str, said: str) -> dict[str, Any] | None:
        while True:
            answer = await self._asked(f"{stderr_paint()('yellow', 'Allow')} {said} ? [y/n, or why not] ")
            if answer is None:
                return None
            word = answer.strip()
            if word:
                return confirmation(call_id, word)

    async def _asked(self, question: str) -> str | None:
        """Return a line from the terminal; None at its end or after an interrupt."""
        loop = asyncio.get_running_loop()
        self._answer = loop.create_future()
        print(question, end="", file=sys.stderr, flush=True)
        loop.add_reader(sys.stdin.fileno(), self._read)
        try:
            return await self._answer
        finally:
            loop.remove_reader(sys.stdin.fileno())
            self._answer = None

    def _read(self) -> None:
        line = os.read(sys.stdin.fileno(), _LINE_MAX)
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(line.decode(errors="replace") if line else None)


def confirmation(call_id: str, word: str) -> dict[str, Any]:
    """Return the event for an answer: yes, no, or the reason for a no."""
    event = {"type": "user.tool_confirmation", "tool_use_id": call_id}
    if word.lower() in _YES:
        return {**event, "result": "allow"}
    reason = {} if word.lower() in _NO else {"deny_message": word}
    return {**event, "result": "deny", **reason}
