"""What a request is answered with when it fails: the vendor's envelope, for every error there can be."""

import logging
import traceback

from agentops.base.errors import ApiError, Conflict, DiskFull, InternalError, InvalidRequest
from agentops.base.secrets import Secret, masked
from agentops.engine.core.json import written
from agentops.engine.store.port import Contention, Unreachable

_log = logging.getLogger("agentops.engine")

Headers = list[tuple[bytes, bytes]]


class MethodNotAllowed(InvalidRequest):
    """The address exists, but not for this method."""

    status = 405

    def __init__(self, message: str, allowed: str) -> None:
        """Keep the methods that are allowed, for the header that HTTP asks for. Source: RFC 9110 15.5.6."""
        super().__init__(message)
        self.allowed = allowed


class Overloaded(ApiError):
    """The server cannot do this now."""

    status = 529
    type = "overloaded_error"
    retry = "temporary"


def as_api_error(error: Exception, *, request_id: str, secrets: tuple[Secret, ...]) -> ApiError:
    """Return the error as the API knows it; what nobody foresaw is logged, and its text goes no further."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, (Contention, Unreachable)):
        return Overloaded(error.message)
    if isinstance(error, DiskFull):
        _log.error("request failed: request_id=%s: %s", request_id, error.message)
        return InternalError(error.message)
    trace = "".join(traceback.format_exception(error))
    _log.error("request failed: request_id=%s\n%s", request_id, _printable(masked(trace, secrets)))
    return InternalError("The server failed to answer; its log tells why, under this request id.")


def _printable(text: str) -> str:
    """Escape what a terminal or a log file would take for more than text."""
    return "".join(
        each if each.isprintable() or each == "\n" else each.encode("unicode_escape").decode() for each in text
    )


def envelope(error: ApiError, request_id: str) -> bytes:
    """Return the body. Source: platform.claude.com/docs/en/api/errors."""
    said = {"type": error.type, "message": error.message}
    return written(
        {
            "type": "error",
            "error": {**said, "details": error.details} if error.details else said,
            "request_id": request_id,
        }
    ).encode("utf-8", "replace")


def headers(error: ApiError) -> Headers:
    """Return the headers that only errors have."""
    if isinstance(error, MethodNotAllowed):
        return [(b"allow", error.allowed.encode())]
    # The SDK retries 409 by itself, twice; no conflict of this API goes away by sending the same again.
    return [(b"x-should-retry", b"false")] if isinstance(error, Conflict) else []
