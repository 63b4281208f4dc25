"""What happens in a session, without gaps: stream, list, then what the stream has kept; and again when it is lost."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from agentops.base.errors import TargetError, TargetUnreachable

if TYPE_CHECKING:
    from agentops.reconcile.target import Body
    from agentops.targets.pages import Params
    from agentops.targets.sessions import Sessions

PREVIEWS = ("event_start", "event_delta")
"""What only streams show, and no list."""

_LAST = ("session.status_terminated", "session.deleted")
_PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 30.0, 30.0)
"""Between the tries of one reconnection: two minutes, as long as a server takes to be started anew."""


class Listener(Protocol):
    """Hears of the connection."""

    def __call__(self, text: str) -> None:
        """Take a sentence for a person."""


async def _nothing() -> None:
    """Begin nothing."""


@dataclass(slots=True)
class Following:
    """One client's view of one session."""

    sessions: "Sessions"
    session_id: str
    say: Listener
    previews: Sequence[str] = ()
    begin: Callable[[], Awaitable[None]] = _nothing
    """What to do as soon as nothing can be missed any more: to send the message that starts a turn."""

    is_from_now: bool = False
    """Whether to leave out what happened before."""

    since: "Params | None" = None
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    _seen: set[tuple[str, bool]] = field(default_factory=set)
    _has_begun: bool = False
    _failures: int = 0

    async def events(self) -> "AsyncGenerator[Body, None]":
        """Yield every event once; what waited appears a second time when it takes effect, as the API has it.

        Raises:
            TargetError: the session cannot be watched, or not any more.
        """
        while True:
            lost: TargetError | None = None
            try:
                async for each in self._connected():
                    yield each
                    if each["type"] in _LAST:
                        return
            except TargetError as error:
                if not self._has_begun or error.retry == "permanent":
                    raise
                lost = error
            await self._pause(lost)

    async def _connected(self) -> "AsyncGenerator[Body, None]":
        """Yield what one connection shows: first what was missed, then what comes."""
        async with self.sessions.stream(self.session_id, self.previews) as stream:
            is_silent = self.is_from_now and not self._has_begun
            for each in await self.sessions.events(self.session_id, self.since):
                if self._is_new(each) and not is_silent:
                    yield each
            if not self._has_begun:
                await self.begin()
                self._has_begun = True
            self._failures = 0
            async for each in stream:
                if each["type"] in PREVIEWS or self._is_new(each):
                    yield each

    async def _pause(self, lost: TargetError | None) -> None:
        if self._failures >= len(_PAUSES_S):
            raise lost or TargetUnreachable(f"{self.sessions.label} keeps ending the stream of {self.session_id}")
        if not self._failures:
            self.say("the connection is lost; connecting again")
        await self.sleep(_PAUSES_S[self._failures])
        self._failures += 1

    def _is_new(self, event: "Body") -> bool:
        """Tell whether the event was not shown yet, and remember it; once it took effect, its waiting copy is old."""
        key = (event["id"], event.get("processed_at") is not None)
        if key in self._seen:
            return False
        self._seen |= {key, (event["id"], False)}
        return True
