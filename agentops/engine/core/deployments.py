"""What a deployment becomes when it is created or updated, and how the API shows it."""

from collections.abc import Mapping, Sequence
from typing import Final

from agentops.base.secrets import Secret
from agentops.engine.core import cron, metadata
from agentops.engine.core.json import Json, parsed, written

SCHEDULED_MAX: Final = 1000
"""How many deployments of an organization may have a schedule.

Source: platform.claude.com/docs/en/managed-agents/scheduled-deployments.
"""

ACTIVE = "active"
PAUSED = "paused"

BY_HAND: Json = {"type": "manual"}
"""Why a deployment is paused that somebody paused."""

OF_A_SESSION: Final = ("agent", "environment_id", "resources", "vault_ids", "initial_events", "budget")
"""What of a deployment its sessions are made of."""

FIELDS: Final = ("name", "description", "schedule", "metadata", *OF_A_SESSION)
"""What a person sets."""

_TOKEN = "authorization_token"  # noqa: S105 - the field's name, not a token
_SHOWN: Mapping[str, tuple[str, ...]] = {
    "github_repository": ("url", "checkout", "mount_path"),
    "file": ("file_id", "mount_path"),
    "memory_store": ("memory_store_id", "access", "instructions"),
}
"""Source: SDK 2.11.0 `types/beta/beta_managed_agents_session_resource_config.py`."""


def created(request: Json, agent: Json) -> Json:
    """Return the fields of a new deployment of a pinned agent.

    Source: SDK 2.11.0 `types/beta/deployment_create_params.py`.
    """
    return {
        "name": request["name"],
        "description": request.get("description") or None,
        "agent": agent,
        "environment_id": request["environment_id"],
        "initial_events": request["initial_events"],
        "resources": [_resource(each) for each in request.get("resources") or ()],
        "vault_ids": request.get("vault_ids") or [],
        "schedule": request.get("schedule"),
        "metadata": request.get("metadata") or {},
        "budget": request.get("budget"),
    }


def updated(stored: Json, request: Json, agent: Json) -> Json:
    """Return the fields after an update: omitted is kept, null clears, lists are replaced, metadata is merged.

    Source: SDK 2.11.0 `types/beta/deployment_update_params.py`.
    """
    pairs = metadata.merged(stored["metadata"], request.get("metadata"))
    return created({**stored, **request, "metadata": pairs}, agent)


def fields_of(deployment: Json) -> Json:
    """Return the fields that a person set."""
    return {key: deployment.get(key) for key in FIELDS}


def whole(deployment_id: str, fields: Json, state: Json) -> Json:
    """Return the deployment as it is stored; a budget that is not set is absent."""
    shown = {key: value for key, value in fields.items() if key != "budget" or value is not None}
    return {"type": "deployment", "id": deployment_id, **shown, **state}


def begun(at: str) -> Json:
    """Return the state of a new deployment."""
    return {"status": ACTIVE, "paused_reason": None, "created_at": at, "updated_at": at, "archived_at": None}


def state_of(deployment: Json, at: str) -> Json:
    """Return the state of a stored deployment that changes at a moment."""
    return {**{key: deployment[key] for key in begun(at)}, "updated_at": at}


def paused(deployment: Json, reason: Json, at: str) -> Json:
    """Return the deployment, paused."""
    return {**deployment, "status": PAUSED, "paused_reason": reason, "updated_at": at}


def unpaused(deployment: Json, at: str) -> Json:
    """Return the deployment, active again."""
    return {**deployment, "status": ACTIVE, "paused_reason": None, "updated_at": at}


def archived(deployment: Json, at: str) -> Json:
    """Return the deployment, archived; such a one counts as active. Source: `beta_managed_agents_deployment.py`."""
    return {**unpaused(deployment, at), "archived_at": at}


def answered(stored: str, *, last_run_at: str | None, now: str) -> str:
    """Return the API's object at a moment. Source: SDK 2.11.0 `types/beta/beta_managed_agents_deployment.py`."""
    deployment = parsed(stored)
    if (schedule := deployment["schedule"]) is None:
        return stored
    ahead = [] if deployment["archived_at"] else cron.upcoming(schedule, now)
    times = {"last_run_at": last_run_at, "upcoming_runs_at": ahead}
    return written({**deployment, "schedule": {**schedule, **times}})


def tokens(resources: Sequence[Json]) -> dict[str, Secret]:
    """Return the tokens of repositories by the place of each in the list."""
    return {str(index): Secret(each[_TOKEN]) for index, each in enumerate(resources) if each.get(_TOKEN)}


def session(request: Json) -> Json:
    """Return the part of a deployment, or of a request for one, that creates a session."""
    return {key: request[key] for key in OF_A_SESSION if key in request}


def with_tokens(resources: Sequence[Json], secrets: Mapping[str, Secret]) -> list[Json]:
    """Return the resources as they were sent, each repository with its token."""
    return [
        {**each, _TOKEN: secrets[str(index)].reveal()} if str(index) in secrets else each
        for index, each in enumerate(resources)
    ]


def _resource(sent: Json) -> Json:
    """Return a resource as it was sent, without its token."""
    return {"type": sent["type"], **{key: sent.get(key) for key in _SHOWN[sent["type"]]}}
