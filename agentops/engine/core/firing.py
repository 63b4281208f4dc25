"""When a scheduled deployment is run: at each moment of its schedule, a little later, and never for a missed one.

A moment has three times. It is *due* when the clock on the wall shows it: that is what runs are recorded with. It
*fires* a little later, by a jitter that depends on nothing but the deployment and the moment, so that all servers agree
on it. It is *missed* once nobody fired it while the documented jitter lasts, or within a minute of its own, and at the
latest when the next one is due. What was missed, or came while the deployment was paused, is not made up for.

Source: platform.claude.com/docs/en/managed-agents/scheduled-deployments.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import chain, pairwise
from typing import Final

from agentops.base.clock import timestamp
from agentops.engine.core import cron
from agentops.engine.core.json import Json

TOPIC = "firings"
"""Told when a deployment is to be run at another time than before."""

JITTER_SHARE: Final = 0.15
"""Of the time until the next moment, that a run may be later than its moment."""

JITTER_MIN: Final = timedelta(seconds=5)
"""Documented is no more than "at least". Whether it bounds how late a run may be, or how late it is, ours is within
both: none comes sooner than this, and none later than the share, which of a minute is 9 seconds already."""

JITTER_MAX: Final = timedelta(minutes=9)

LATE_MAX: Final = timedelta(minutes=1)
"""How long behind its jittered time a run still begins, beyond what jitter allows: while a server is started anew."""

_EVER = timedelta(days=366)
"""Stands for the time until the next moment where there is none."""


@dataclass(frozen=True, slots=True)
class Firing:
    """One moment of a schedule."""

    due_at: datetime
    """What the schedule says."""

    fires_at: datetime
    """From when on it is run."""

    missed_at: datetime
    """From when on it is not run any more."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a schedule wants at some time."""

    ripe: Firing | None
    """To be run now."""

    ahead: Firing | None
    """What comes next."""


def outlook(deployment: Json, after: datetime, now: datetime) -> Outlook:
    """Return what of a deployment is to be run, of the moments behind a given one, and what comes next."""
    if not is_live(deployment):
        return Outlook(None, None)
    ripe = None
    # What was due before that is missed, whatever its jitter: a year of downtime costs no more than a minute's.
    start = max(after, now - JITTER_MAX - LATE_MAX)
    for each in _firings(deployment["id"], deployment["schedule"], start):
        if each.fires_at > now:
            return Outlook(ripe, each)
        if each.missed_at > now:
            ripe = each
    return Outlook(ripe, None)


def first(deployment: Json, now: datetime) -> Firing | None:
    """Return what comes first of a deployment that is new, or goes on, or has another schedule since now."""
    return outlook(deployment, now, now).ahead


def is_live(deployment: Json) -> bool:
    """Tell whether the schedule of a deployment has it run: it has one, and is neither paused nor archived."""
    return bool(deployment["schedule"] and deployment["status"] == "active" and not deployment["archived_at"])


def is_as_before(before: Json, after: Json) -> bool:
    """Tell whether a change of a deployment leaves alone when it is run."""
    return before["schedule"] == after["schedule"] and is_live(before) == is_live(after)


def jitter(deployment_id: str, due_at: datetime, interval: timedelta) -> timedelta:
    """Return how much later than its moment a run begins: 5 seconds to 15 % of the interval, and 9 minutes at most."""
    digest = sha256(f"{deployment_id} {timestamp(due_at)}".encode()).digest()
    share = int.from_bytes(digest[:8], "big") / 2**64
    return JITTER_MIN + (_widest(interval) - JITTER_MIN) * share


def _firings(deployment_id: str, schedule: Json, after: datetime) -> Iterator[Firing]:
    for due_at, following in pairwise(chain(cron.moments(schedule, after), (None,))):
        assert due_at is not None
        interval = following - due_at if following else _EVER
        fires_at = due_at + jitter(deployment_id, due_at, interval)
        patience = max(due_at + _widest(interval), fires_at + LATE_MAX)
        yield Firing(due_at, fires_at, min(patience, due_at + interval))


def _widest(interval: timedelta) -> timedelta:
    return max(JITTER_MIN, min(JITTER_MAX, interval * JITTER_SHARE))
