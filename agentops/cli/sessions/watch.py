"""Somebody who looks on: what happened, what happens, and nothing sent."""

from collections.abc import Mapping
from contextlib import aclosing
from typing import Any

from agentops.cli.sessions.following import Following
from agentops.cli.sessions.screen import Screen
from agentops.cli.sessions.turn import Rest
from agentops.cli.sessions.waiting import CALLS

_AT_WORK = ("running", "rescheduling")
_NOT_YET = Rest("running")


class _AtRest(Exception):
    """What happened was shown, and nothing happens."""


class Watch:
    """Follows a session without a part in it."""

    def __init__(self, following: Following, screen: Screen, *, is_endless: bool) -> None:
        """Take what is followed and where it is shown; an endless watch goes on when the session rests."""
        self._following = following
        self._screen = screen
        self._is_endless = is_endless
        self._is_caught_up = False
        self._calls: dict[str, Mapping[str, Any]] = {}
        self._rest: Rest | None = None

    async def run(self) -> Rest:
        """Follow and show until the session rests.

        Raises:
            TargetError: the session cannot be watched.
        """
        self._following.begin = self._catch_up
        try:
            async with aclosing(self._following.events()) as events:
                async for event in events:
                    self._screen.tell(event)
                    self._note(event)
                    if self._is_caught_up and self._rest not in (None, _NOT_YET) and not self._is_endless:
                        break
        except _AtRest:
            pass
        finally:
            self._screen.rest()
        return self._rest or Rest("idle")

    async def _catch_up(self) -> None:
        """Stop here if the session rests; one that came to its rest just now is about to say so."""
        self._is_caught_up = True
        known = await self._following.sessions.read(self._following.session_id)
        if known["status"] not in _AT_WORK and self._rest is not _NOT_YET and not self._is_endless:
            raise _AtRest

    def _note(self, event: Mapping[str, Any]) -> None:
        kind = event["type"]
        if kind in CALLS:
            self._calls[event["id"]] = event
        elif kind == "session.status_running":
            self._rest = _NOT_YET
        elif kind == "session.status_idle":
            stop = event["stop_reason"]
            found = [self._calls[each] for each in stop.get("event_ids") or () if each in self._calls]
            self._rest = Rest(stop["type"], waits_for=found)
        elif kind in ("session.status_terminated", "session.deleted"):
            self._rest = Rest(kind.removeprefix("session.").removeprefix("status_"))
