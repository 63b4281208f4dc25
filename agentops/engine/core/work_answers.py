"""What the API shows of the work queue."""

from base64 import urlsafe_b64encode

from agentops.base.secrets import Secret
from agentops.engine.core.json import parsed, written
from agentops.engine.core.work import State, Work


def item(work: Work, secret: Secret | None = None) -> str:
    """Return an item's JSON; only who is handed it sees the secret.

    Source: SDK 2.11.0 `types/beta/environments/beta_self_hosted_work.py`.
    """
    return written(
        {
            "type": "work",
            "id": work.id,
            "environment_id": work.environment_id,
            "data": {"type": "session", "id": work.session_id},
            "state": work.state.value,
            "metadata": parsed(work.metadata),
            "secret": secret and secret.reveal(),
            "created_at": work.created_at,
            "acknowledged_at": work.acknowledged_at,
            "started_at": work.started_at,
            "latest_heartbeat_at": work.latest_heartbeat_at,
            "stop_requested_at": work.stop_requested_at,
            "stopped_at": work.stopped_at,
        }
    )


def secret(sessions_token: Secret) -> Secret:
    """Return what travels with an item: JSON in URL-safe base64.

    Source: SDK 2.11.0 `lib/environments/_worker.py`, `_sessions_token_from_secret`.
    """
    payload = written({"sessions_token": sessions_token.reveal()})
    return Secret(urlsafe_b64encode(payload.encode()).decode())


def heartbeat(work: Work) -> str:
    """Return the answer to a heartbeat; one that came to a stopping item extended nothing.

    Source: SDK 2.11.0 `types/beta/environments/beta_self_hosted_work_heartbeat_response.py`.
    """
    return written(
        {
            "type": "work_heartbeat",
            "last_heartbeat": work.latest_heartbeat_at or "",
            "lease_extended": work.state is State.ACTIVE,
            "state": work.state.value,
            "ttl_seconds": work.ttl_seconds,
        }
    )


def stats(depth: int, pending: int, oldest_queued_at: str | None, workers_polling: int) -> str:
    """Return the queue's numbers. Source: SDK 2.11.0 `…/environments/beta_self_hosted_work_queue_stats.py`."""
    return written(
        {
            "type": "work_queue_stats",
            "depth": depth,
            "pending": pending,
            "oldest_queued_at": oldest_queued_at,
            "workers_polling": workers_polling,
        }
    )
