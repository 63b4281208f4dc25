"""A lease as JSON and as lines; what somebody else wrote into it is shown harmless and short."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from agentops.base.clock import timestamp
from agentops.base.paint import Paint
from agentops.reconcile.lease import Held, shown
from agentops.wire.durations import spelled


def lease_json(owner: str, target: str, held: Held | None, now: datetime) -> dict[str, Any]:
    """Return who applies a project to a target."""
    return {"format_version": 1, "owner": owner, "target": target, "lease": _lease(held, now) if held else None}


def _lease(held: Held, now: datetime) -> dict[str, Any]:
    holder = shown(held.lease.holder) if held.lease else None
    return {
        "holder": holder.name if holder else None,
        "run": holder.run if holder else None,
        "commit": holder.commit if holder else None,
        "since": timestamp(held.lease.since) if held.lease else None,
        "renewed_at": timestamp(held.renewed_at),
        "expires_at": timestamp(held.expires_at),
        "is_expired": held.is_expired(now),
        "memory_id": held.memory_id,
    }


def lease_text(owner: str, target: str, held: Held | None, now: datetime, paint: Paint) -> Iterator[str]:
    """Yield the lines of one lease."""
    if held is None:
        yield f"Nobody is applying {owner} to {target}."
        return
    if held.lease is None:
        yield paint("yellow", f"What lies where the lease of {owner} is kept is no lease: memory {held.memory_id}.")
    else:
        holder = shown(held.lease.holder)
        yield f"{paint('bold', holder.name)} is applying {owner} to {target}."
        yield f"  since   {_at(held.lease.since)} ({ago(held.lease.since, now)})"
        yield from (f"  {name:<7} {text}" for name, text in (("run", holder.run), ("commit", holder.commit)) if text)
    if held.is_expired(now):
        yield f"  until   {_at(held.expires_at)}: it has expired; the next apply takes it over"
    else:
        yield f"  until   {_at(held.expires_at)} ({left(held, now)} left), unless it is renewed"


def in_one_line(held: Held, now: datetime) -> str:
    """Return who applies, since when, and where to look."""
    if held.lease is None:
        return f"what lies where the lease is kept is no lease (memory {held.memory_id})"
    holder = shown(held.lease.holder)
    words = f"{holder.name} has been applying since {_at(held.lease.since)} ({ago(held.lease.since, now)})"
    return f"{words}, see {holder.run}" if holder.run else words


def left(held: Held, now: datetime) -> str:
    """Return for how long the lease is valid unless it is renewed: `43s`."""
    return spelled(max(round((held.expires_at - now) / timedelta(seconds=1)), 0))


def ago(at: datetime, now: datetime) -> str:
    """Return how long ago a moment was: `2m10s ago`."""
    passed_s = round((now - at) / timedelta(seconds=1))
    return f"{spelled(passed_s)} ago" if passed_s > 0 else "just now"


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
