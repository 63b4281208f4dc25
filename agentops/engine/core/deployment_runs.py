"""What is recorded of a deployment's run, and which failures keep its schedule from trying again."""

from typing import Final

from agentops.base.errors import ApiError
from agentops.engine.core.json import Json, written

MANUAL = "manual"
SCHEDULE = "schedule"

_REJECTED = "session_creation_rejected_error"
_UNKNOWN = "unknown_error"

BROKEN = "The server could not create the session; its log tells why. Unpause the deployment once that is mended."
"""What is said of a failure that is not the deployment's: what it was may be nobody else's business."""

PASSING: Final = frozenset({"session_rate_limited_error", _REJECTED})
"""Failures after which a schedule goes on; every other one pauses the deployment.

Source: what SDK 2.11.0 `types/beta/beta_managed_agents_deployment_paused_reason_error_object.py` lacks beside
`beta_managed_agents_deployment_run.py`.
"""


def failure(error: ApiError) -> Json:
    """Return why no session could be created. Source: SDK 2.11.0 `types/beta/beta_managed_agents_deployment_run.py`."""
    unnamed = _REJECTED if error.status < 500 else _UNKNOWN
    return {"type": f"{error.reason}_error" if error.reason else unnamed, "message": error.message}


def paused_reason(error: Json) -> Json | None:
    """Return why a schedule that failed so is paused; None when it tries again at its next moment.

    Source: SDK 2.11.0 `types/beta/beta_managed_agents_error_deployment_paused_reason.py`.
    """
    return None if error["type"] in PASSING else {"type": "error", "error": {"type": error["type"]}}


def trigger(scheduled_at: str | None) -> Json:
    """Return what started a run: its moment in the schedule, or somebody."""
    return {"type": MANUAL} if scheduled_at is None else {"type": SCHEDULE, "scheduled_at": scheduled_at}


def body(run_id: str, deployment: Json, context: Json, outcome: str | Json, created_at: str) -> str:
    """Return the answer's JSON: of a session's id, or of a failure.

    Source: SDK 2.11.0 `types/beta/beta_managed_agents_deployment_run.py`.
    """
    return written(
        {
            "type": "deployment_run",
            "id": run_id,
            "deployment_id": deployment["id"],
            "agent": deployment["agent"],
            "trigger_context": context,
            "session_id": outcome if isinstance(outcome, str) else None,
            "error": None if isinstance(outcome, str) else outcome,
            "created_at": created_at,
        }
    )
