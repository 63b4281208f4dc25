"""What webhooks tell of: something that happened to an object, and no more than which one."""

from dataclasses import dataclass
from typing import Final, get_args

from agentops.engine.core.json import Json, written
from agentops.wire.webhooks import OrganizationEvent, WorkspaceEvent

TOPIC = "deliveries"
"""Told when there is something to deliver."""

OF_ORGANIZATION: Final = frozenset(get_args(OrganizationEvent))
"""What happens to objects that no workspace has: endpoints of the organization hear of it, and no others."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened. Source: SDK 2.11.0 `types/beta/beta_webhook_event_data.py`."""

    type: WorkspaceEvent | OrganizationEvent
    object_id: str
    session_thread_id: str | None = None
    """Of `session.thread_*`, whose object is the session."""

    vault_id: str | None = None
    """Of `vault_credential.*`."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where it happened."""

    organization: str
    workspace: str


def body(happening: Happening, home: Home, event_id: str, at: str) -> str:
    """Return what every endpoint is sent: which object to read, not what it is by now.

    Source: SDK 2.11.0 `types/beta/beta_webhook_event.py` and `beta_webhook_*_event_data.py`.
    """
    data: Json = {"type": happening.type, "id": happening.object_id, "organization_id": home.organization}
    if happening.type not in OF_ORGANIZATION:
        data["workspace_id"] = home.workspace
    if happening.session_thread_id is not None:
        data["session_thread_id"] = happening.session_thread_id
    if happening.vault_id is not None:
        data["vault_id"] = happening.vault_id
    return written({"type": "event", "id": event_id, "created_at": at, "data": data})


def heard(endpoint: Json) -> frozenset[str]:
    """Return the event types that an endpoint of either kind is sent."""
    events = endpoint["enabled_events"] if "enabled_events" in endpoint else endpoint["events"]
    return frozenset(events if endpoint.get("state", "enabled") == "enabled" else ())


def hears(endpoint: Json, event_type: str) -> bool:
    """Tell whether an endpoint is sent events of the type."""
    return event_type in heard(endpoint)
