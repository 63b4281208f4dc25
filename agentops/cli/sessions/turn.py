"""One turn of a session with a person beside it: shown, asked about, interrupted, until the session rests."""

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any, Self

from agentops.base.errors import EXIT_DONE, EXIT_INTERRUPTED, EXIT_PROBLEMS, TargetError, TargetRejected
from agentops.cli.output import say
from agentops.cli.sessions.asking import Desk
from agentops.cli.sessions.following import Following
from agentops.cli.sessions.screen import Screen
from agentops.cli.sessions.waiting import CALLS, is_asked

Event = Mapping[str, Any]

SATISFIED = "satisfied"
DECIDED = (SATISFIED, "max_iterations_reached", "failed", "interrupted")
"""Results after which nothing more is graded.

Source: SDK 2.11.0 `types/beta/sessions/beta_managed_agents_span_outcome_evaluation_end_event.py`.
"""


@dataclass(frozen=True, slots=True)
class Rest:
    """How a turn ended."""

    stop: str
    """The API's stop reason; `terminated`, `deleted`, or `left` when the person went first."""

    was_interrupted: bool = False
    waits_for: Sequence[Event] = field(default=())
    """The calls that nobody here could answer."""

    outcome: str | None = None
    """What the last evaluation came to; empty when there was none yet, None when there is no outcome."""

    @property
    def word(self) -> str:
        """Return how it ended as a person is told."""
        if self.was_interrupted:
            return "interrupted"
        return self.outcome if self.outcome in DECIDED else self.stop

    @property
    def exit_code(self) -> int:
        """Return what a command ends with."""
        if self.was_interrupted or self.stop == "left":
            return EXIT_INTERRUPTED
        is_done = self.stop == "end_turn" and self.outcome in (None, SATISFIED)
        return EXIT_DONE if is_done else EXIT_PROBLEMS


class Turn:
    """Follows a session to its rest."""

    def __init__(self, following: Following, screen: Screen, desk: Desk, calls: Sequence[Event] = ()) -> None:
        """Take what is followed, where it is shown, where questions are answered, and what waits already."""
        self._following = following
        self._screen = screen
        self._desk = desk
        self._calls: dict[str, Event] = {each["id"]: each for each in calls}
        self._interrupting: asyncio.Task[None] | None = None
        self._outcome: str | None = None

    async def run(self) -> Rest:
        """Follow, show and ask until the session rests; Ctrl-C interrupts it, a second one leaves it.

        Raises:
            TargetError: the session cannot be watched, or does not take an answer.
        """
        with _CtrlC(self._interrupt) as ctrl_c:
            try:
                async with aclosing(self._following.events()) as events:
                    rest = await self._followed(events)
            except asyncio.CancelledError:
                if not ctrl_c.is_leaving:
                    raise
                rest = Rest("left")
            finally:
                self._screen.rest()
        return replace(rest, was_interrupted=ctrl_c.count > 0, outcome=self._outcome)

    async def _followed(self, events: AsyncIterator[Event]) -> Rest:
        async for event in events:
            self._screen.tell(event)
            match event["type"]:
                case kind if kind in CALLS:
                    self._calls[event["id"]] = event
                case "user.define_outcome":
                    self._outcome = ""
                case "span.outcome_evaluation_end":
                    self._outcome = event["result"]
                case "session.status_idle":
                    rest = await self._rested(event["stop_reason"])
                    if rest is not None:
                        return rest
                case "session.status_terminated":
                    return Rest("terminated")
                case "session.deleted":
                    return Rest("deleted")
        return Rest("deleted")

    async def _rested(self, stop: Mapping[str, Any]) -> Rest | None:
        """Return how the turn ended; None when it goes on, because somebody answers."""
        if stop["type"] != "requires_action":
            return Rest(stop["type"])
        waiting = [self._calls.get(each, {"id": each, "type": "", "name": each}) for each in stop["event_ids"]]
        asked = list(filter(is_asked, waiting))
        if asked and self._desk.is_attended:
            await self._ask(asked)
            return None
        # A worker of a self-hosted environment answers what is allowed.
        is_at_work = all(each.get("evaluated_permission") == "allow" for each in waiting)
        return None if is_at_work else Rest(stop["type"], waits_for=waiting)

    async def _ask(self, calls: Sequence[Event]) -> None:
        self._screen.rest()
        answers = await self._desk.decided({each["id"]: self._screen.transcript.said(each) for each in calls})
        if answers is None:
            if self._interrupting is None:
                self._interrupt()
            return
        try:
            await self._following.sessions.send(self._following.session_id, answers)
        except TargetRejected as error:
            say(f"the answer was not taken: {error.message}")

    def _interrupt(self) -> None:
        """Ask the session to stop; whoever waits for an answer stops waiting."""
        self._screen.rest()
        say("\ninterrupting; waiting until the session rests (Ctrl-C again leaves it)")
        self._interrupting = asyncio.ensure_future(self._send_interrupt())
        self._desk.interrupt()

    async def _send_interrupt(self) -> None:
        try:
            await self._following.sessions.send(self._following.session_id, [{"type": "user.interrupt"}])
        except TargetError as error:
            say(f"the session could not be interrupted: {error.message}")


class _CtrlC:
    """Turns the first Ctrl-C into a deed, and the second into the end of the task."""

    def __init__(self, deed: Any) -> None:
        self._deed = deed
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self.count = 0
        self.is_leaving = False

    def __enter__(self) -> Self:
        self._loop.add_signal_handler(signal.SIGINT, self._pressed)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.remove_signal_handler(signal.SIGINT)

    def _pressed(self) -> None:
        self.count += 1
        if self.count == 1:
            self._deed()
        elif not self.is_leaving and self._task is not None:
            self.is_leaving = True
            self._task.cancel()
