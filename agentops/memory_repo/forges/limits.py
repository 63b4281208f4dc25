"""When a forge asks for patience: how long, read from a refusal. Forges say it in four ways; no caller minds which."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_UNTOLD_S = 60.0
"""The wait after a limit that names none. Source: GitHub Docs, "Best practices for using the REST API": a minute."""

_RESETS = ("x-ratelimit-reset", "ratelimit-reset")
_REMAINING = ("x-ratelimit-remaining", "ratelimit-remaining")


def wait_s(status: int, headers: Mapping[str, str], reason: str, now: datetime) -> float | None:
    """Return how long to wait before the request is repeated, or None where this was no limit.

    Source: GitHub Docs, "Rate limits for the REST API" (429, or 403 with one of the headers or the word);
    GitLab Docs, "Rate limits" (429 with `Retry-After` and `RateLimit-Reset`).
    """
    if status not in {403, 429}:
        return None
    asked = asked_s(headers, now)
    if asked is not None:
        return asked
    if _first(headers, _REMAINING) == "0":
        return _until(_first(headers, _RESETS), now)
    return _UNTOLD_S if status == 429 or "rate limit" in reason.casefold() else None


def asked_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return what `retry-after` asks for, in seconds. Source: RFC 9110, 10.2.3 (seconds, or a date)."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdecimal() and len(text) < 10:
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())


def _until(reset: str, now: datetime) -> float:
    """Return the seconds until a moment that is told in seconds since 1970; one more, as clocks differ."""
    if not (reset.isascii() and reset.isdecimal() and len(reset) < 12):
        return _UNTOLD_S
    return max(0.0, math.ceil(int(reset) - now.timestamp())) + 1.0


def _first(headers: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((headers[name].strip() for name in names if name in headers), "")
