"""What has been told already, and how much a receiver is told within an hour. Pure: both are values.

One notice for each change of state: the same trouble is told once, however often it comes again, until it is over.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from agentops.controller.notices.notice import Kind, Notice

_COMMIT: Final = frozenset({Kind.APPLY_FAILED, Kind.REFUSED, Kind.APPROVAL_WANTED})
_TARGET: Final = frozenset({Kind.DRIFTED})
_REACH: Final = frozenset({Kind.UNREACHABLE})
_TROUBLES: Final = _COMMIT | _TARGET | _REACH
_ENDED_BY: Final[Mapping[Kind, frozenset[Kind]]] = {
    Kind.APPLIED: _TROUBLES,
    Kind.HEALED: _TARGET | _REACH,
    Kind.RECOVERED: _TROUBLES,
    # Of what can be wrong with a commit one thing is at a time: whoever fails now is refused no more.
    **{kind: _COMMIT - {kind} for kind in _COMMIT},
}
"""Which troubles are over when something is told."""

_HOUR: Final = timedelta(hours=1)


def news(told: Mapping[str, str], notice: Notice) -> dict[str, str] | None:
    """Return what is remembered of a repository once the notice is told; None where it is no news.

    `told` is the key of the last notice by kind. That all is well again is news only to whoever heard of trouble.
    """
    if notice.kind is Kind.RECOVERED:
        left = {kind: key for kind, key in told.items() if kind not in _TROUBLES}
        return left if len(left) < len(told) else None
    if told.get(notice.kind) == notice.key:
        return None
    over = _ENDED_BY.get(notice.kind, frozenset())
    return {kind: key for kind, key in told.items() if kind not in over} | {notice.kind.value: notice.key}


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one receiver was told of late."""

    sent: tuple[datetime, ...] = ()
    """The moments of the last hour."""

    held: int = 0
    """How many notices were held back since the last one that was sent."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether a notice is sent now."""

    is_sent: bool
    more: int = 0
    """How many were held back before it."""

    is_last: bool = False
    """Whether the hour is full with it: what comes next is held back."""


def ruled(allowance: Allowance, now: datetime, per_hour: int) -> tuple[Allowance, Ruling]:
    """Return whether a notice may go to a receiver, and what is left of its hour."""
    recent = tuple(each for each in allowance.sent if now - each < _HOUR)
    if len(recent) >= per_hour:
        return Allowance(recent, allowance.held + 1), Ruling(is_sent=False)
    is_last = len(recent) + 1 == per_hour
    return Allowance((*recent, now)), Ruling(is_sent=True, more=allowance.held, is_last=is_last)


def dropped(allowance: Allowance) -> Allowance:
    """Return what is left once a notice could not be kept: it counts as held back."""
    return Allowance(allowance.sent, allowance.held + 1)
