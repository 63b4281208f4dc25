"""Moments as people type them: `10m`, `2h`, `3d` ago, or a date and time."""

import re
from datetime import UTC, datetime, timedelta

from agentops.base.errors import UsageError

_AGO = re.compile(r"(\d{1,6})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def moment(text: str, now: datetime) -> datetime:
    """Return the moment; a time without a zone is in UTC.

    Raises:
        UsageError: it is none.
    """
    if ago := _AGO.fullmatch(text):
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"`{text}` is no moment", hint="write 10m, 2h or 3d ago, or 2026-11-21T14:00Z") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
