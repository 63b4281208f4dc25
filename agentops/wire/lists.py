"""What the list calls take in their query strings: filters, cursors and page sizes."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from agentops.wire.event_types import SessionEventType
from agentops.wire.fields import Id
from agentops.wire.problems import Problem, obeying
from agentops.wire.shape import Shape
from agentops.wire.timestamps import moment, moment_problems

_Text = str | None
_Flag = bool | None
_Size = Annotated[int, Field(ge=1, le=100)]
_LargeSize = Annotated[int, Field(ge=1, le=1000)]


def _parsed(value: object) -> object:
    if not isinstance(value, str):
        return value
    return moment(obeying(value, moment_problems(value)))


_Moment = Annotated[datetime, BeforeValidator(_parsed)] | None
_Order = Literal["asc", "desc"]
_View = Literal["basic", "full"]


def collected(pairs: Iterable[tuple[str, str]]) -> dict[str, str | list[str]]:
    """Return a query string's pairs as data for `check`: `x[]` gathers in a list, of any other key the last counts.

    Source: what SDK 2.11.0 puts on the wire for lists and for bracketed filters.
    """
    data: dict[str, str | list[str]] = {}
    for key, value in pairs:
        if not key.endswith("[]"):
            data[key] = value
        elif isinstance(gathered := data.setdefault(key, []), list):
            gathered.append(value)
    return data


class Query(Shape):
    """A query string: its texts are read as numbers and flags, and what nobody knows (`beta=true`) is passed over."""

    model_config = ConfigDict(extra="ignore", strict=False)


class _Page(Query):
    limit: _Size = 20
    page: _Text = None


class _ArchivablePage(_Page):
    include_archived: _Flag = None


class _CreatedPage(_ArchivablePage):
    created_at_gte: _Moment = Field(None, alias="created_at[gte]")
    created_at_lte: _Moment = Field(None, alias="created_at[lte]")


class AgentQuery(_CreatedPage):
    """Source: SDK 2.11.0 `types/beta/agent_list_params.py`."""


class AgentVersionQuery(_Page):
    """Source: SDK 2.11.0 `types/beta/agents/version_list_params.py`."""


class EnvironmentQuery(_ArchivablePage):
    """Source: SDK 2.11.0 `types/beta/environment_list_params.py`; page size as elsewhere, the API states none."""


class MemoryStoreQuery(_CreatedPage):
    """Source: SDK 2.11.0 `types/beta/memory_store_list_params.py`."""


class VaultQuery(_ArchivablePage):
    """Source: SDK 2.11.0 `types/beta/vault_list_params.py`."""


class CredentialQuery(_ArchivablePage):
    """Source: SDK 2.11.0 `types/beta/vaults/credential_list_params.py`."""


class DreamQuery(_ArchivablePage):
    """Source: SDK 2.11.0 `types/beta/dream_list_params.py`."""

    created_at_gt: _Moment = Field(None, alias="created_at[gt]")
    created_at_lt: _Moment = Field(None, alias="created_at[lt]")
    statuses: list[Literal["pending", "running", "completed", "failed", "canceled"]] | None = Field(
        None, alias="statuses[]"
    )


class DeploymentQuery(_CreatedPage):
    """Source: SDK 2.11.0 `types/beta/deployment_list_params.py`."""

    agent_id: _Text = None
    status: Literal["active", "paused"] | None = None

    @model_validator(mode="after")
    def _asks_one_thing(self) -> "DeploymentQuery":
        clash = self.status is not None and self.include_archived
        problem = Problem(("status",), "bad-combination", "must not be combined with include_archived")
        return obeying(self, (problem,) if clash else ())


class DeploymentRunQuery(Query):
    """Source: SDK 2.11.0 `types/beta/deployment_run_list_params.py`."""

    limit: _LargeSize = 20
    page: _Text = None
    created_at_gt: _Moment = Field(None, alias="created_at[gt]")
    created_at_gte: _Moment = Field(None, alias="created_at[gte]")
    created_at_lt: _Moment = Field(None, alias="created_at[lt]")
    created_at_lte: _Moment = Field(None, alias="created_at[lte]")
    deployment_id: _Text = None
    has_error: _Flag = None
    trigger_type: Literal["schedule", "manual"] | None = None


class SessionQuery(_CreatedPage):
    """Source: SDK 2.11.0 `types/beta/session_list_params.py`; page size as elsewhere, the API states none."""

    created_at_gt: _Moment = Field(None, alias="created_at[gt]")
    created_at_lt: _Moment = Field(None, alias="created_at[lt]")
    agent_id: _Text = None
    agent_version: Annotated[int, Field(ge=1)] | None = None
    """Documented: it only applies when `agent_id` is also set."""

    deployment_id: _Text = None
    memory_store_id: _Text = None
    order: _Order = "desc"
    statuses: list[Literal["rescheduling", "running", "idle", "terminated"]] | None = Field(None, alias="statuses[]")


class SessionResourceQuery(Query):
    """Without a limit, everything is on one page. Source: SDK 2.11.0 `types/beta/sessions/resource_list_params.py`."""

    limit: _LargeSize | None = None
    page: _Text = None


class SessionEventQuery(Query):
    """Source: SDK 2.11.0 `types/beta/sessions/event_list_params.py`."""

    limit: _LargeSize = 1000
    page: _Text = None
    created_at_gt: _Moment = Field(None, alias="created_at[gt]")
    created_at_gte: _Moment = Field(None, alias="created_at[gte]")
    created_at_lt: _Moment = Field(None, alias="created_at[lt]")
    created_at_lte: _Moment = Field(None, alias="created_at[lte]")
    order: _Order = "asc"
    types: list[SessionEventType] | None = Field(None, alias="types[]")


class ThreadQuery(Query):
    """Source: SDK 2.11.0 `types/beta/sessions/thread_list_params.py`."""

    limit: _LargeSize = 1000
    page: _Text = None
    statuses: list[Literal["rescheduling", "running", "idle", "terminated"]] | None = Field(None, alias="statuses[]")


class ThreadEventQuery(Query):
    """Oldest first. Source: SDK 2.11.0 `types/beta/sessions/threads/event_list_params.py`."""

    limit: _LargeSize = 1000
    page: _Text = None

    @property
    def order(self) -> Literal["asc"]:
        """Return the direction of the list; this one has no other."""
        return "asc"


class SessionStreamQuery(Query):
    """Source: SDK 2.11.0 `types/beta/sessions/event_stream_params.py`; documented: at most 100 values."""

    event_deltas: Annotated[list[Literal["agent.message", "agent.thinking"]], Field(max_length=100)] | None = Field(
        None, alias="event_deltas[]"
    )


class MemoryQuery(_Page):
    """Source: SDK 2.11.0 `types/beta/memory_stores/memory_list_params.py`."""

    path_prefix: _Text = None
    depth: Annotated[int, Field(ge=0, le=1)] = 0
    view: _View = "basic"

    @model_validator(mode="after")
    def _has_a_folder(self) -> "MemoryQuery":
        return obeying(self, _prefix_problems(self.path_prefix or "/"))


def _prefix_problems(prefix: str) -> Iterator[Problem]:
    if not (prefix.startswith("/") and prefix.endswith("/")):
        yield Problem(("path_prefix",), "bad-format", "must begin and end with /")


class MemoryVersionQuery(_Page):
    """Source: SDK 2.11.0 `types/beta/memory_stores/memory_version_list_params.py`."""

    created_at_gte: _Moment = Field(None, alias="created_at[gte]")
    created_at_lte: _Moment = Field(None, alias="created_at[lte]")
    api_key_id: _Text = None
    memory_id: _Text = None
    operation: Literal["created", "modified", "deleted"] | None = None
    service_account_id: _Text = None
    session_id: _Text = None
    view: _View = "basic"


class FileQuery(Query):
    """Source: SDK 2.11.0 `types/beta/file_list_params.py`."""

    limit: _LargeSize = 20
    page: _Text = None
    scope_id: _Text = None
    ids: list[Id] | None = Field(None, alias="ids[]")

    @model_validator(mode="after")
    def _asks_one_thing(self) -> "FileQuery":
        return obeying(self, _ids_problems(self))


def _ids_problems(query: FileQuery) -> Iterator[Problem]:
    if query.ids is None:
        return
    if len(set(query.ids)) > 100:
        yield Problem(("ids[]",), "too-many", f"must have at most 100 entries, has {len(set(query.ids))}")
    if query.model_fields_set & {"limit", "page"}:
        yield Problem(("ids[]",), "bad-combination", "must not be combined with limit or page")


class SkillQuery(Query):
    """Source: SDK 2.11.0 `types/beta/skill_list_params.py`."""

    limit: _LargeSize = 20
    page: _Text = None
    source: Literal["custom", "anthropic"] | None = None


class SkillVersionQuery(Query):
    """Source: SDK 2.11.0 `types/beta/skills/version_list_params.py`."""

    limit: _LargeSize = 20
    page: _Text = None


class ExtensionQuery(_Page):
    """Lists of our own extensions, in pages as the API has them."""


class DreamOperationQuery(_Page):
    """Our own extension: what a dream proposed, of any standing unless some are named."""

    standings: list[Literal["applied", "quarantined", "dropped", "unfit"]] | None = Field(None, alias="standings[]")


class EvaluationQuery(_Page):
    """Our own extension: `rubric` is a rubric's title, the heading of its text."""

    created_at_gt: _Moment = Field(None, alias="created_at[gt]")
    created_at_gte: _Moment = Field(None, alias="created_at[gte]")
    created_at_lt: _Moment = Field(None, alias="created_at[lt]")
    created_at_lte: _Moment = Field(None, alias="created_at[lte]")
    session_id: Id | None = None
    outcome_id: Id | None = None
    agent_id: Id | None = None
    rubric: Annotated[str, Field(min_length=1, max_length=256)] | None = None


class DeliveryQuery(_Page):
    """Our own extension: what an endpoint was told, or is to be told."""

    status: Literal["pending", "delivered", "failed", "dropped"] | None = None


class WebhookQuery(Query):
    """A limit of 0 means 20. Source: SDK 2.11.0 `types/beta/organization/webhook_list_params.py`."""

    limit: Annotated[int, Field(ge=0, le=100)] = 0
    after_id: _Text = None
    before_id: _Text = None
    order: _Order = "desc"
