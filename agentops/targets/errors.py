"""What went wrong on the way to a target, in our words: one sentence, the server's own reason, the way out."""

from collections.abc import Mapping
from typing import Any

import httpx2

from agentops.base.errors import (
    TargetConflict,
    TargetDenied,
    TargetError,
    TargetRejected,
    TargetUnavailable,
    TargetUnreachable,
)

_NEVER_LEFT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)
TRIED_BY_DOCTOR = "; `agentops doctor` tries it"
SHOWN_BY_DOCTOR = "; `agentops doctor` shows which one is used"
"""Ends of hints, which doctor itself leaves out."""
_MESSAGE_LIMIT = 500
"""Characters of a server's own words that we repeat: enough for any reason, too few to flood a terminal."""
_NAME_LIMIT = 100


def from_status(what: str, label: str, status: int, body: Any, request_id: str) -> TargetError:
    """Return the error for an answer that is not a success. `what` is the deed: `create Agent/reviewer`."""
    reason = _reason(body) or f"status {status} and no reason"
    sentence = f"{label} refused to {what}: {reason}"
    match status:
        case 401 | 403:
            hint = f"check ANTHROPIC_API_KEY, or the key named for this target{SHOWN_BY_DOCTOR}"
            return TargetDenied(sentence, hint=hint, status=status, request_id=request_id)
        case 409 | 412:
            hint = "somebody else changed it; run the command again"
            return TargetConflict(sentence, hint=hint, status=status, request_id=request_id)
        case 408 | 429:
            return TargetUnavailable(
                sentence, hint="wait a little and run it again", status=status, request_id=request_id
            )
        case _ if status >= 500:
            sentence = f"{label} failed to {what}: {reason}"
            hint = "run it again; if it stays, give the request id to the operator of the target"
            return TargetUnavailable(sentence, hint=hint, status=status, request_id=request_id)
        case _:
            return TargetRejected(sentence, status=status, request_id=request_id)


def asked_to_wait(error: TargetError, headers: Mapping[str, str]) -> TargetError:
    """Return the error with the wait that the target asked for. Source: RFC 9110, 10.2.3 (seconds only)."""
    asked = headers.get("retry-after", "")
    error.retry_after_s = float(asked) if asked.isascii() and asked.isdecimal() else None
    return error


def from_transport(what: str, label: str, error: BaseException) -> TargetUnreachable:
    """Return the error for a request that got no answer."""
    cause = next((each for each in _causes(error) if isinstance(each, httpx2.TransportError)), error)
    reason = str(cause) or type(cause).__name__
    unreachable = TargetUnreachable(
        f"{label} gave no answer to {what}: {reason}",
        hint=f"check the address and that the server runs{TRIED_BY_DOCTOR}",
    )
    unreachable.was_not_sent = isinstance(cause, _NEVER_LEFT)
    return unreachable


def not_the_api(what: str, label: str) -> TargetUnreachable:
    """Return the error for a success that no server of this API says: it comes from something in between."""
    return TargetUnreachable(
        f"{label} answered {what} with something that is not the API's JSON",
        hint=f"check the address: a proxy or a login page may stand in between{TRIED_BY_DOCTOR}",
    )


def another_workspace(label: str, named: str, found: str) -> TargetDenied:
    """Return the error for a credential that reaches other objects than the ones that are meant."""
    return TargetDenied(
        f"{label} is to be workspace {named}, but the credential belongs to {found[:_NAME_LIMIT]}; nothing was read",
        hint="use a key of the workspace that the Project (or ANTHROPIC_WORKSPACE_ID) names, or correct the name",
    )


def _causes(error: BaseException | None) -> list[BaseException]:
    found = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def _reason(body: Any) -> str:
    """Return the message of the API's error envelope, if it is one."""
    error = body.get("error") if isinstance(body, Mapping) else None
    message = error.get("message") if isinstance(error, Mapping) else None
    return message[:_MESSAGE_LIMIT] if isinstance(message, str) else ""
