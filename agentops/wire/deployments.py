"""Deployments: an agent with everything that a session of it begins with, and when it begins by itself."""

from typing import Annotated, Literal

from pydantic import Field, Tag

from agentops.wire.budgets import Budget
from agentops.wire.events import InitialEvents
from agentops.wire.fields import EnvironmentId, Metadata, MetadataPatch, RunnableId, VaultIds
from agentops.wire.resources import ResourceList
from agentops.wire.schedules import Schedule
from agentops.wire.shape import STRING_OR_OBJECT, LongText, Omissible, Shape

DeploymentName = Annotated[str, Field(min_length=1, max_length=256)]
_Description = Annotated[str, Field(max_length=2048), LongText()]
"""As long as an agent's. Our limit; the SDK states none."""


class RunnableReference(Shape):
    """An agent at a version or at its newest. Source: SDK 2.11.0 `types/beta/beta_managed_agents_agent_params.py`."""

    type: Literal["agent"]
    id: RunnableId
    version: Omissible[Annotated[int, Field(ge=1)]] = None


Runnable = Annotated[
    Annotated[RunnableId, Tag("string")] | Annotated[RunnableReference, Tag("object")], STRING_OR_OBJECT
]


class DeploymentCreate(Shape):
    """What creates a deployment. Source: SDK 2.11.0 `types/beta/deployment_create_params.py`."""

    name: DeploymentName
    agent: Runnable
    environment_id: EnvironmentId
    initial_events: InitialEvents
    description: _Description | None = None
    resources: Omissible[ResourceList] = None
    vault_ids: Omissible[VaultIds] = None
    budget: Budget | None = None
    schedule: Schedule | None = None
    metadata: Omissible[Metadata] = None


class DeploymentUpdate(Shape):
    """What updates a deployment. Source: SDK 2.11.0 `types/beta/deployment_update_params.py`."""

    name: Omissible[DeploymentName] = None
    agent: Omissible[Runnable] = None
    environment_id: Omissible[EnvironmentId] = None
    initial_events: Omissible[InitialEvents] = None
    description: _Description | None = None
    resources: ResourceList | None = None
    vault_ids: VaultIds | None = None
    budget: Budget | None = None
    schedule: Schedule | None = None
    metadata: MetadataPatch | None = None
