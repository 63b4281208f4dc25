"""What time it is on a server, by its own account: this machine's clock may be wrong by minutes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from agentops.base.clock import Clock


@dataclass(frozen=True, slots=True)
class _Heard:
    """One dated answer, by this machine's clock."""

    asked_at: datetime
    at: datetime
    date: str


class ServerTime:
    """Tells the time of a server by the `Date` of its answers, never a later one than it is there.

    Where an answer bears no date, as inside this process, it is this machine's time.
    Source: RFC 9110, 6.6.1: a server with a clock dates its answers, in whole seconds.
    """

    def __init__(self, clock: Clock) -> None:
        """Take what measures the time between answers."""
        self._clock = clock
        self._first: _Heard | None = None
        self._last: _Heard | None = None

    def asking(self) -> datetime:
        """Return the moment at which a request is made, which `heard` takes."""
        return self._clock.now()

    def heard(self, asked_at: datetime, headers: Mapping[str, str]) -> None:
        """Note an answer. Its date is read when somebody wants to know the time, which few commands do."""
        self._last = _Heard(asked_at, self._clock.now(), headers.get("date", ""))
        self._first = self._first or self._last

    @property
    def began(self) -> datetime:
        """Return the time at which the server was first asked anything, or somewhat before."""
        if self._first is None:
            return self._clock.now()
        # It looked at its clock between question and answer: as much as that took may have passed before.
        told = _read(self._first.date)
        return told - (self._first.at - self._first.asked_at) if told else self._first.asked_at

    def now(self) -> datetime:
        """Return the time."""
        if self._last is None:
            return self._clock.now()
        return (_read(self._last.date) or self._last.at) + max(self._clock.now() - self._last.at, timedelta())


def _read(date: str) -> datetime | None:
    """Return the time that a `Date` header tells, or None when it tells none."""
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - a plan does not pay for reading mail

    try:
        found = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
