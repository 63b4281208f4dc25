"""The work queue of self-hosted environments, and the keys of their workers."""

from typing import Annotated

from pydantic import Field

from agentops.wire.fields import Metadata, MetadataPatch
from agentops.wire.lists import Query
from agentops.wire.shape import Omissible, Shape

KeyName = Annotated[str, Field(max_length=256)]

DAY_S = 24 * 60 * 60
DAY_MS = DAY_S * 1000


class WorkStop(Shape):
    """What stops an item. Source: SDK 2.11.0 `types/beta/environments/work_stop_params.py`."""

    force: Omissible[bool] = None


class WorkUpdate(Shape):
    """What changes an item's metadata. Source: SDK 2.11.0 `types/beta/environments/work_update_params.py`."""

    metadata: Omissible[MetadataPatch] = None


class WorkFields(Shape):
    """What people set of an item: what an update leads to."""

    metadata: Metadata


class WorkQuery(Query):
    """Page size as elsewhere, the API states none. Source: SDK 2.11.0 `…/environments/work_list_params.py`."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    page: str | None = None


class WorkPollQuery(Query):
    """A poll without `block_ms` does not wait.

    Source: SDK 2.11.0 `types/beta/environments/work_poll_params.py`; `lib/environments/_poller.py`: 0 is refused.
    """

    block_ms: Annotated[int, Field(ge=1, le=999)] | None = None
    reclaim_older_than_ms: Annotated[int, Field(ge=0, le=DAY_MS)] | None = None


class WorkHeartbeatQuery(Query):
    """Source: SDK 2.11.0 `types/beta/environments/work_heartbeat_params.py`."""

    expected_last_heartbeat: str | None = None
    desired_ttl_seconds: Annotated[int, Field(ge=1, le=DAY_S)] | None = None


class EnvironmentKeyCreate(Shape):
    """What makes a worker's key. Ours: the vendor makes them in its Console alone."""

    name: Omissible[KeyName] = None


class EnvironmentKeyQuery(WorkQuery):
    """What lists the keys of an environment. Ours."""
