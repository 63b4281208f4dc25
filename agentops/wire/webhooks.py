"""Webhook endpoints of an organization and of a workspace, and every event type that a webhook can carry."""

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field

from agentops.wire.fields import NAMES_A_SERVER, Metadata, MetadataPatch, repeats
from agentops.wire.problems import obeying
from agentops.wire.shape import Form, LongText, Omissible, Shape

OrganizationEvent = Literal[
    "external_key.failed",
    "external_key.recovered",
    "user_profile.enforcement_action_opened",
    "user_profile.enforcement_action_resolved",
    "user_profile.program_status_updated",
]

WorkspaceEvent = Literal[
    "agent.created",
    "agent.updated",
    "agent.archived",
    "agent.deleted",
    "deployment.created",
    "deployment.updated",
    "deployment.paused",
    "deployment.unpaused",
    "deployment.archived",
    "deployment.deleted",
    "deployment_run.started",
    "deployment_run.succeeded",
    "deployment_run.failed",
    "environment.created",
    "environment.updated",
    "environment.archived",
    "environment.deleted",
    "memory_store.created",
    "memory_store.archived",
    "memory_store.deleted",
    "session.created",
    "session.pending",
    "session.running",
    "session.idled",
    "session.requires_action",
    "session.archived",
    "session.deleted",
    "session.updated",
    "session.status_run_started",
    "session.status_idled",
    "session.status_rescheduled",
    "session.status_terminated",
    "session.thread_created",
    "session.thread_idled",
    "session.thread_terminated",
    "session.outcome_evaluation_ended",
    "session.budget_reached",
    "vault.created",
    "vault.archived",
    "vault.deleted",
    "vault_credential.created",
    "vault_credential.archived",
    "vault_credential.deleted",
    "vault_credential.refresh_failed",
]
"""What a workspace's endpoint can ask for. Source: SDK 2.11.0 `types/beta/beta_webhook_event_data.py`."""

HttpsUrl = Annotated[
    str,
    Field(max_length=2048, pattern=r"^https://[^\s/?#@\\]+([/?#][^\s]*)?$"),
    Form("an https URL without credentials"),
    NAMES_A_SERVER,
]


_Name = Annotated[str, Field(max_length=256)]
_Description = Annotated[str, Field(max_length=1024), LongText()]
"""Our limits; the SDK states none."""


class WebhookCreate(Shape):
    """What registers an endpoint. Source: SDK 2.11.0 `types/beta/organization/webhook_create_params.py`."""

    url: HttpsUrl
    enabled_events: Annotated[list[OrganizationEvent], Field(min_length=1)]
    name: Omissible[_Name] = None
    description: Omissible[_Description] = None


class WebhookUpdate(Shape):
    """What changes one; an empty `enabled_events` changes nothing. Source: `…/webhook_update_params.py`."""

    url: Omissible[HttpsUrl] = None
    enabled_events: Omissible[list[OrganizationEvent]] = None
    name: Omissible[_Name] = None
    description: Omissible[_Description] = None
    state: Omissible[Literal["enabled", "disabled"]] = None


_THIS_MACHINE = r"(localhost|127\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}|\[::1\])(:[0-9]{1,5})?"
ReceiverUrl = Annotated[
    str,
    Field(max_length=2048, pattern=rf"^(https://[^\s/?#@\\]+|http://{_THIS_MACHINE})([/?#][^\s]*)?$"),
    Form("an https URL without credentials, or an http URL of this machine"),
    NAMES_A_SERVER,
]
"""A receiver beside the server needs no certificate; deliveries judge the address again."""

Events = Annotated[
    list[WorkspaceEvent],
    Field(min_length=1, max_length=len(get_args(WorkspaceEvent))),
    AfterValidator(lambda events: obeying(events, repeats(events, lambda index: (index,)))),
]


Format = Literal["standard", "slack"]
"""What is posted: the event as the vendor posts it, or `{"text": …}` for Slack, Mattermost and their like."""


class WorkspaceWebhookCreate(Shape):
    """What registers an endpoint of a workspace: an extension, for the vendor has it in its console only."""

    url: ReceiverUrl
    events: Events
    description: Omissible[_Description] = None
    format: Omissible[Format] = None
    metadata: Omissible[Metadata] = None


class WorkspaceWebhookUpdate(Shape):
    """What changes one; what is left out is kept, an empty description is none, no format is `standard`."""

    url: Omissible[ReceiverUrl] = None
    events: Omissible[Events] = None
    description: _Description | None = None
    format: Format | None = None
    state: Omissible[Literal["enabled", "disabled"]] = None
    metadata: MetadataPatch | None = None


class WorkspaceWebhookTest(Shape):
    """What asks for a delivery to see whether it arrives; without a type, of the first that the endpoint asks for."""

    event: Omissible[WorkspaceEvent | OrganizationEvent] = None
