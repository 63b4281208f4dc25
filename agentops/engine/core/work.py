"""One item of the work queue: which states it goes through, who holds it, and for how long.

::

    queued ──poll──▶ queued, claimed ──ack──▶ starting ──heartbeat──▶ active ──stop──▶ stopping ──stop──▶ stopped
       ▲                   │ not acked: handed out again  │                │ no heartbeat     │ in time: stopped
       └───────────────────┴──────────────────────────────┴── for a lease ─┘                  └─ else by itself

A held item has a lease. Who does not keep it up loses the item to the queue; that takes no deed of anybody: `settled`
tells what an item is at a moment. `stop` with force leads from every state to `stopped`.
Source: SDK 2.11.0 `resources/beta/environments/work.py`, `lib/environments/_worker.py`, `_poller.py`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from agentops.base.clock import timestamp
from agentops.base.errors import Conflict, InvalidRequest
from agentops.engine.core.json import Json

NO_HEARTBEAT = "NO_HEARTBEAT"
"""What the first heartbeat of a claim expects. Source: SDK 2.11.0 `…/environments/work_heartbeat_params.py`."""

TTL_S = 90
"""How long a heartbeat holds an item: what the SDK's worker assumes before it is told (`_HEARTBEAT_TTL_DEFAULT`)."""

TTL_MIN_S, TTL_MAX_S = 10, 300
"""What a worker may ask for: two heartbeats have to fit in, and a dead worker must not hold a session for long."""

STARTING_S = 300
"""How long an acknowledged item waits for its first heartbeat: a sandbox may have to be fetched and booted first."""

STOPPING_S = 120
"""How long a worker may take to stop: up to 30 s to hear of it, then twice 30 s for the SDK's last memory syncs."""

OF_WORKERS = ("user.tool_result", "user.custom_tool_result")
"""What a session waits for that a worker may bring."""

_TICK = timedelta(microseconds=1)


class State(StrEnum):
    """Where an item is. Source: SDK 2.11.0 `types/beta/environments/beta_self_hosted_work.py`."""

    QUEUED = "queued"
    STARTING = "starting"
    ACTIVE = "active"
    STOPPING = "stopping"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Work:
    """An item; its moments are texts as the API prints them, which sort like the moments."""

    id: str
    environment_id: str
    session_id: str
    state: State
    metadata: str
    """JSON."""

    created_at: str
    queued_at: str
    """When it came into the queue, the last time."""

    claim: int = 0
    """How often it was handed out; the number of a claim tells its worker from those before."""

    ttl_seconds: int = TTL_S
    claimed_at: str | None = None
    acknowledged_at: str | None = None
    started_at: str | None = None
    latest_heartbeat_at: str | None = None
    lease_until: str | None = None
    """Until when it is what it is, if nobody does anything; None in the queue and at the end."""

    stop_requested_at: str | None = None
    stopped_at: str | None = None
    seq: int = 0
    """The order of creation, for items of the same moment."""


class HeartbeatPreconditionFailed(InvalidRequest):
    """The heartbeat is not the holder's next one.

    Source: SDK 2.11.0 `…/environments/beta_heartbeat_precondition_failed_error.py`.
    """

    status = 412


def queued(work_id: str, environment_id: str, session_id: str, at: str) -> Work:
    """Return a new item."""
    return Work(work_id, environment_id, session_id, State.QUEUED, "{}", at, at)


def settled(work: Work, at: str) -> Work:
    """Return what the item is at the moment: an expired lease gives it back to the queue, or ends its stopping."""
    if work.lease_until is None or work.lease_until > at:
        return work
    if work.state is State.STOPPING:
        return _ended(work, work.lease_until)
    return replace(
        work,
        state=State.QUEUED,
        queued_at=work.lease_until,
        ttl_seconds=TTL_S,
        claimed_at=None,
        acknowledged_at=None,
        started_at=None,
        latest_heartbeat_at=None,
        lease_until=None,
    )


def is_free(work: Work, at: str, reclaim_after: timedelta) -> bool:
    """Tell whether a worker that polls now may have the item: nobody has it, or who has it did not acknowledge it."""
    now = settled(work, at)
    if now.state is not State.QUEUED:
        return False
    return now.claimed_at is None or now.claimed_at <= later(at, -reclaim_after)


def claimed(work: Work, at: str) -> Work:
    """Return the item in the hands of the next worker; the claims before it are over."""
    now = settled(work, at)
    return replace(now, claimed_at=at, claim=now.claim + 1)


def acknowledged(work: Work, at: str) -> Work:
    """Return the item out of the queue; one that waits for its first heartbeat may be acknowledged again.

    Whose answer was lost asks again, and a worker whose `ack` is refused for good stops the item for everybody
    (`_poller.py`): so a second `ack` is a success while nobody works on it, and a conflict afterwards, which the
    SDK's poller walks away from.

    Raises:
        Conflict: somebody works on it, or it is to stop.
    """
    now = settled(work, at)
    match now.state:
        case State.QUEUED:
            lease = later(at, timedelta(seconds=STARTING_S))
            return replace(now, state=State.STARTING, acknowledged_at=at, lease_until=lease)
        case State.STARTING:
            return now
        case _:
            raise Conflict(f"Work item {now.id} is {now.state}; only what is queued can be acknowledged.")


def beaten(work: Work, at: str, *, expected: str | None, ttl_seconds: int | None, is_holder: bool) -> Work:
    """Return the item after a heartbeat; a stopping or stopped one is returned as it is, whatever is expected.

    Raises:
        HeartbeatPreconditionFailed: the sender does not hold the lease, or expects another last heartbeat.
    """
    now = settled(work, at)
    if now.state in (State.STOPPING, State.STOPPED):
        return now
    stored = now.latest_heartbeat_at or NO_HEARTBEAT
    if now.state is State.QUEUED or not is_holder or expected not in (None, stored):
        raise HeartbeatPreconditionFailed(
            f"Work item {now.id} is {now.state} and its last heartbeat {stored}: another worker may hold it by now.",
            details={"error_code": "heartbeat_precondition_failed", "current_state": lease(now)},
        )
    ttl = min(max(ttl_seconds or now.ttl_seconds, TTL_MIN_S), TTL_MAX_S)
    # Strictly later than the last one: no two heartbeats of an item may go by one name.
    beat = max(at, later(now.latest_heartbeat_at, _TICK)) if now.latest_heartbeat_at else at
    return replace(
        now,
        state=State.ACTIVE,
        started_at=now.started_at or at,
        latest_heartbeat_at=beat,
        ttl_seconds=ttl,
        lease_until=later(at, timedelta(seconds=ttl)),
    )


def stopped(work: Work, at: str, *, force: bool, is_holder: bool = True) -> Work:
    """Return the item on its way out, or out: with force at once, else once its worker says so or its time is up.

    Raises:
        Conflict: it is stopped already, or the sender's claim is over.
    """
    now = settled(work, at)
    if now.state is State.STOPPED:
        raise Conflict(f"Work item {now.id} is already stopped.")
    if not is_holder:
        raise Conflict(f"Work item {now.id} was handed to another worker; it is no longer yours to stop.")
    if force:
        return _ended(now, at)
    if now.state is State.STOPPING:
        return now
    # What nobody holds has nothing to shut down: its grace is over at once.
    grace = timedelta(seconds=0 if now.state is State.QUEUED and now.claimed_at is None else STOPPING_S)
    return replace(now, state=State.STOPPING, stop_requested_at=at, lease_until=later(at, grace))


def _ended(work: Work, at: str) -> Work:
    requested_at = work.stop_requested_at or at
    return replace(work, state=State.STOPPED, stop_requested_at=requested_at, stopped_at=at, lease_until=None)


def is_over(work: Work, claim: int, at: str) -> bool:
    """Tell whether a claim has ended: with the item, or because another worker has it now."""
    return claim != work.claim or settled(work, at).state is State.STOPPED


def lease(work: Work) -> Json:
    """Return the lease as a refused heartbeat shows it. Source: SDK 2.11.0 `…/beta_work_lease_state.py`."""
    return {
        "last_heartbeat": work.latest_heartbeat_at,
        "lease_extended": False,
        "state": work.state.value,
        "ttl_seconds": work.ttl_seconds,
    }


def later(at: str, by: timedelta) -> str:
    """Return the moment that comes so much later."""
    return timestamp(datetime.fromisoformat(at) + by)
