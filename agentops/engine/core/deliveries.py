"""What follows from a receiver's answer: delivered, tried again later, given up, or the endpoint is disabled."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from agentops.base.clock import timestamp

ATTEMPTS_MAX = 3
"""Source: documented, platform.claude.com/docs/en/managed-agents/webhooks, "Delivery behavior"."""

PAUSE_MIN_S, PAUSE_MAX_S = 5.0, 120.0
"""How long to wait for the next attempt. Source: as above."""

FAILURES_MAX = 20
SUSTAINED = timedelta(hours=12)
"""An endpoint is disabled after so many failures in a row, over so long a time: both.

Documented is that time decides and that one success begins anew; cookbooks of the vendor tell of about 20 failures.
The count alone would disable a busy endpoint in the first minute of an outage, the time alone a quiet one whose single
message of the day failed. Twelve hours: a receiver that breaks at night is mended in the morning without a hand here.
"""

REDIRECTED = "auto-disabled: endpoint URL returned a redirect (3xx)"
NOT_PUBLIC = "auto-disabled: endpoint URL resolved to an invalid address"
FAILING = "auto-disabled after sustained delivery failures"
"""Why an endpoint was disabled. Source: documented, as above."""

ENDPOINT_GONE = "the endpoint was removed"
ENDPOINT_OFF = "the endpoint is disabled"
"""Why a message was dropped."""

WIDTH_MAX = 8
"""How many messages an endpoint that answers quickly is sent at once."""

_QUICK_MS = 1_000


class Outcome(Enum):
    """How one attempt ended."""

    DELIVERED = "delivered"
    FAILED = "failed"
    REDIRECTED = "redirected"
    NOT_PUBLIC = "not_public"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt, as the log keeps it."""

    at: str
    took_ms: int
    status: int | None
    """Of the answer; None where there was none."""

    problem: str
    """What was wrong, in a few words; empty for nothing."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Health:
    """How an endpoint did lately; none at all is a good one."""

    failing_since: str | None = None
    failures: int = 0
    """In a row."""


GOOD = Health()


def outcome(status: int) -> Outcome:
    """Return what an answer means: any 2xx acknowledges, a 3xx is never followed."""
    if 200 <= status < 300:
        return Outcome.DELIVERED
    return Outcome.REDIRECTED if 300 <= status < 400 else Outcome.FAILED


def pause(roll: float) -> timedelta:
    """Return how long to wait for the next attempt, by a roll of the dice between 0 and 1."""
    return timedelta(seconds=PAUSE_MIN_S + roll * (PAUSE_MAX_S - PAUSE_MIN_S))


def is_due(due_at: str, attempts: int, now: datetime) -> bool:
    """Tell whether a message is to be sent now.

    One that nobody has tried is, whatever the clock said that wrote it. So is one that waits longer than any pause
    lasts: a clock was set back.
    """
    return attempts == 0 or not timestamp(now) < due_at <= timestamp(now + timedelta(seconds=PAUSE_MAX_S))


def is_last(attempts: int, attempt: Attempt) -> bool:
    """Tell whether the message is given up after so many attempts, this one counted.

    A redirect or a private address ends it at once: it was refused for what it is, and the endpoint is disabled.
    """
    return attempts >= ATTEMPTS_MAX or attempt.outcome in (Outcome.REDIRECTED, Outcome.NOT_PUBLIC)


def health(before: Health, attempt: Attempt) -> Health:
    """Return how the endpoint does after the attempt."""
    if attempt.outcome is Outcome.DELIVERED:
        return GOOD
    return Health(before.failing_since or attempt.at, before.failures + 1)


def disabled_reason(now: Health, attempt: Attempt, *, since: str) -> str:
    """Return why the endpoint is to be disabled after the attempt; nothing where it is not.

    `since` is the moment that a failure must have begun at, or before, to count as sustained.
    """
    match attempt.outcome:
        case Outcome.DELIVERED:
            return ""
        case Outcome.REDIRECTED:
            return REDIRECTED
        case Outcome.NOT_PUBLIC:
            return NOT_PUBLIC
        case Outcome.FAILED:
            is_sustained = now.failing_since is not None and now.failing_since <= since
            return FAILING if is_sustained and now.failures >= FAILURES_MAX else ""


def width(before: int, attempt: Attempt) -> int:
    """Return how many messages to send an endpoint at once after the attempt.

    One at a time at first and after trouble, twice as many after each quick success: whoever hangs holds one place of
    all there are, so that nobody waits for him.
    """
    if attempt.outcome is Outcome.DELIVERED and attempt.took_ms < _QUICK_MS:
        return min(WIDTH_MAX, before * 2)
    return 1
