"""One write, once: retried where that is safe, looked up where an answer got lost, never made twice."""

from collections.abc import Awaitable, Callable

from agentops.base.errors import TargetConflict, TargetError, TargetUnavailable, TargetUnreachable
from agentops.reconcile.marks import GUARD, OWNER, read
from agentops.reconcile.target import MADE, Body, Target, Verb, Write

Sleep = Callable[[float], Awaitable[None]]

_PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Between attempts; the SDK's own pauses, which are off here because it would retry creates."""
_PAUSE_LIMIT_S = 60.0
"""The longest wait that a target may ask for: a minute is the window of the API's rate limits."""

_ANSWERED_ITSELF = frozenset({429, 500, 503, 529})
"""Temporary refusals of the API itself; 408, 502, 504 and the like come from something in between."""


class Delivery:
    """Carries writes to a target."""

    def __init__(self, target: Target, sleep: Sleep) -> None:
        """Take the target and what waits between attempts."""
        self._target = target
        self._sleep = sleep

    async def deliver(self, write: Write) -> Body:
        """Do the write exactly once and return the answer.

        A create or update bears a nonce in its marks. When no answer came, the object is looked for by that nonce
        first: found, the write had happened. So is an update that conflicts after an attempt of ours.

        Raises:
            TargetError: it was refused, or its outcome cannot be known; running apply again finds out.
        """
        for attempt, pause in enumerate((*_PAUSES_S, None)):
            try:
                return await self._target.write(write)
            except (TargetUnreachable, TargetUnavailable, TargetConflict) as error:
                found = await self._found(write) if _may_have_happened(error, attempt) else None
                if found is not None:
                    return found
                asked = error.retry_after_s or 0.0
                if pause is None or isinstance(error, TargetConflict) or not _is_repeatable(write, error):
                    raise
            await self._sleep(max(pause, min(asked, _PAUSE_LIMIT_S)))
        raise AssertionError("the last attempt returns or raises")

    async def _found(self, write: Write) -> Body | None:
        """Return the live object that this very write made or changed."""
        if write.verb not in MADE or GUARD not in write.body.get("metadata", {}):
            return None
        metadata = write.body["metadata"]
        candidates = await self._candidates(write)
        return next((body for body in candidates if _has_marks_of(body, metadata)), None)

    async def _candidates(self, write: Write) -> list[Body]:
        if write.verb is Verb.CREATE:
            return list(await self._target.list(write.object, write.parent) or ())
        return [await self._target.read(write.object, write.id, write.parent)]


def _has_marks_of(body: Body, metadata: dict[str, str]) -> bool:
    live, ours = read(body["metadata"]), read(metadata)
    return live is not None and ours is not None and live.nonce == ours.nonce and live.owner == metadata[OWNER]


def _may_have_happened(error: TargetError, attempt: int) -> bool:
    """Tell whether the write can have taken effect although it was not acknowledged."""
    return not error.was_not_sent and (not isinstance(error, TargetConflict) or attempt > 0)


def _is_repeatable(write: Write, error: TargetError) -> bool:
    """Tell whether another attempt can do no harm.

    A create whose answer got lost may still be under way when we look for it, so it is left for the next run to find;
    so may one that a gateway gave up on. A target that answers for itself has finished with it.
    """
    return write.verb is not Verb.CREATE or error.was_not_sent or error.status in _ANSWERED_ITSELF
