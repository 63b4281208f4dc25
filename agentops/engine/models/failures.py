"""What went wrong at a model server, as an error the engine knows how to go on from.

Source: SDK 2.11.0 `_base_client.py` (`_should_retry`, `_parse_retry_after_header`), `types/shared/error_type.py`.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from agentops.base.secrets import Secret, masked
from agentops.engine.core.json import Json
from agentops.engine.models.port import (
    ContextTooLong,
    ModelError,
    ModelOverloaded,
    ModelRateLimited,
    ModelRefusedRequest,
    ModelUnpaid,
    ModelUnreachable,
)

BODY_MAX = 64 * 1024
"""How much of an error's body is read. Units: bytes."""

_SAID_MAX = 400
"""How much of the server's own words is shown. Units: characters."""

_TYPES: Mapping[str, type[ModelError]] = {
    "overloaded_error": ModelOverloaded,
    "rate_limit_error": ModelRateLimited,
    "billing_error": ModelUnpaid,
    "request_too_large": ContextTooLong,
    "exceed_context_size_error": ContextTooLong,  # llama.cpp
}
"""Whatever the status, these say it better: an error inside a stream has none of its own."""

_FINAL = {"invalid_request_error", "authentication_error", "permission_error", "not_found_error"}

_STATUSES: Mapping[int, type[ModelError]] = {
    402: ModelUnpaid,
    408: ModelUnreachable,
    409: ModelUnreachable,
    413: ContextTooLong,
    429: ModelRateLimited,
    529: ModelOverloaded,
}

_TOO_LONG = (
    "prompt is too long",
    "exceed context limit",
    "available context size",  # llama.cpp
    "context size has been exceeded",  # llama.cpp
    "maximum context length",  # vLLM
)
"""How servers say that a conversation does not fit; the API gives the fact no type of its own."""

_UNPAID = "credit balance is too low"

_WAYS_OUT: Mapping[int, str] = {
    401: "Check AGENTOPS_MODEL_API_KEY.",
    403: "Check what the credential in AGENTOPS_MODEL_API_KEY may use.",
    404: "Check AGENTOPS_MODEL_BASE_URL and the model's name.",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Which model was asked where."""

    model: str
    origin: str
    secrets: tuple[Secret, ...] = ()

    def __str__(self) -> str:
        """Return the words that messages begin with."""
        return f"The model {self.model} at {self.origin}"


@dataclass(frozen=True, slots=True)
class Advice:
    """What an answer's headers say about asking again."""

    retry_after_s: float | None = None
    may_pass: bool | None = None


def refused(place: Place, status: int, raw: bytes, advice: Advice) -> ModelError:
    """Return the error that an answer other than 200 stands for."""
    error = _error(raw)
    kind = _kind(error) or _STATUSES.get(status) or (ModelUnreachable if status >= 500 else ModelRefusedRequest)
    said = f"{place} answered {status}{_said(place, error)}"
    if 300 <= status < 400:
        way_out = "It sends requests elsewhere, which would carry the credential there: set AGENTOPS_MODEL_BASE_URL."
    else:
        way_out = _WAYS_OUT.get(status, "")
    message = f"{said} {way_out}".rstrip()
    return kind(message, retry_after_s=advice.retry_after_s, may_pass=advice.may_pass)


def broke_off(place: Place, event: Json) -> ModelError:
    """Return the error that an `error` event inside a stream stands for."""
    error = event.get("error")
    error = error if isinstance(error, dict) else {}
    kind = _kind(error) or (ModelRefusedRequest if str(error.get("type")) in _FINAL else ModelUnreachable)
    return kind(f"{place} broke off its reply{_said(place, error)}")


def advice(headers: Mapping[str, str], now: datetime) -> Advice:
    """Return what the headers of an answer advise."""
    should = {"true": True, "false": False}.get(headers.get("x-should-retry", ""))
    wait_s = _number(headers.get("retry-after-ms"))
    wait_s = wait_s / 1000 if wait_s is not None else _seconds(headers.get("retry-after"), now)
    return Advice(wait_s if wait_s is not None and wait_s > 0 else None, should)


def _seconds(text: str | None, now: datetime) -> float | None:
    """Return the wait, written as seconds or as a date."""
    if text is None or _number(text) is not None:
        return _number(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return (at - now).total_seconds() if at.tzinfo else None


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _error(raw: bytes) -> Json:
    """Return the `error` of the body; empty when the body is not one of the Messages API's."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    error = found.get("error") if isinstance(found, dict) else None
    return error if isinstance(error, dict) else {}


def _kind(error: Json) -> type[ModelError] | None:
    message = str(error.get("message", "")).lower()
    if any(each in message for each in _TOO_LONG):
        return ContextTooLong
    if _UNPAID in message:
        return ModelUnpaid
    return _TYPES.get(str(error.get("type")))


def _said(place: Place, error: Json) -> str:
    words = [each for each in (error.get("type"), error.get("message")) if isinstance(each, str)]
    said = masked(": ".join(words), place.secrets)
    said = "".join(each if each.isprintable() else " " for each in said[:_SAID_MAX]).strip()
    return f": {said}" if said else "."
