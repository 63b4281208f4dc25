"""The shape of each kind's spec: the API's create request, where the kind is one of the API's own."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, cast

from agentops.base.names import Kind

if TYPE_CHECKING:  # a tree that was right before needs no shape, and the library behind them is dear
    from agentops.wire.shape import Shape

_HOMES = {
    Kind.PROJECT: ("agentops.manifests.kinds.project", "ProjectSpec"),
    Kind.AGENT: ("agentops.wire.agents", "AgentCreate"),
    Kind.TEAM: ("agentops.manifests.kinds.team", "TeamSpec"),
    Kind.RUBRIC: ("agentops.wire.rubrics", "RubricSpec"),
    Kind.ENVIRONMENT: ("agentops.wire.environments", "EnvironmentCreate"),
    Kind.MEMORY_STORE: ("agentops.manifests.kinds.memory_store", "MemoryStoreSpec"),
    Kind.DREAM_SCHEDULE: ("agentops.wire.dream_schedules", "DreamScheduleCreate"),
    Kind.DEPLOYMENT: ("agentops.manifests.kinds.deployment", "DeploymentSpec"),
    Kind.SKILL: ("agentops.manifests.kinds.skill", "SkillSpec"),
    Kind.VAULT: ("agentops.manifests.kinds.vault", "VaultSpec"),
    Kind.WEBHOOK: ("agentops.wire.webhooks", "WorkspaceWebhookCreate"),
}

NAME_FIELDS: Mapping[Kind, str] = {
    Kind.AGENT: "name",
    Kind.TEAM: "name",
    Kind.ENVIRONMENT: "name",
    Kind.MEMORY_STORE: "name",
    Kind.DREAM_SCHEDULE: "name",
    Kind.DEPLOYMENT: "name",
    Kind.VAULT: "display_name",
    Kind.SKILL: "display_name",
    Kind.RUBRIC: "title",
}
"""The field that holds what people call the thing; left out, it is `metadata.name`."""


class _Specs(Mapping[Kind, "type[Shape]"]):
    """Builds the shapes of a kind when its first document is met: most trees use few kinds, and shapes are dear."""

    def __getitem__(self, kind: Kind) -> "type[Shape]":
        return _spec(kind)

    def __iter__(self) -> Iterator[Kind]:
        return iter(_HOMES)

    def __len__(self) -> int:
        return len(_HOMES)


@cache
def _spec(kind: Kind) -> "type[Shape]":
    module, name = _HOMES[kind]
    return cast("type[Shape]", getattr(import_module(module), name))


SPECS: Mapping[Kind, "type[Shape]"] = _Specs()
"""The shape of each kind's spec."""
