"""What webhooks tell of: something that happened to an object, and no more than which one."""

from dataclasses import dataclass

from agentops.wire.webhooks import OrganizationEvent, WorkspaceEvent

TOPIC = "deliveries"
"""Told when there is something to deliver."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened. Source: SDK 2.11.0 `types/beta/beta_webhook_event_data.py`."""

    type: WorkspaceEvent | OrganizationEvent
    object_id: str
    session_thread_id: str | None = None
    """Of `session.thread_*`, whose object is the session."""

    vault_id: str | None = None
    """Of `vault_credential.*`."""
