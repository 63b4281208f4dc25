"""Query strings: known parameters checked by a shape, unknown ones passed over."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, TypeVar
from urllib.parse import parse_qsl

from pydantic import Field

from agentops.base.clock import timestamp
from agentops.base.errors import InvalidRequest
from agentops.engine.core.ids import VERSION_MAX
from agentops.engine.core.model_table import Lifecycle
from agentops.engine.core.refusals import invalid
from agentops.wire.lists import Query, collected
from agentops.wire.memories import Sha256
from agentops.wire.problems import check

Q = TypeVar("Q", bound=Query)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_END = datetime(9999, 12, 31, tzinfo=UTC)
_FIELDS_MAX = 1000

View = Literal["basic", "full"]


class AgentVersion(Query):
    """Source: SDK 2.11.0 `types/beta/agent_retrieve_params.py`."""

    version: Annotated[int, Field(ge=1, le=VERSION_MAX)] | None = None


class ViewOfOne(Query):
    """Source: SDK 2.11.0 `types/beta/memory_stores/memory_{create,retrieve,update}_params.py`."""

    view: View | None = None


class ModelQuery(Query):
    """Source: SDK 2.11.0 `types/beta/model_list_params.py`."""

    limit: Annotated[int, Field(ge=1, le=1000)] = 20
    after_id: str | None = None
    before_id: str | None = None
    lifecycle: list[Lifecycle] | None = Field(None, alias="lifecycle[]")


class MemoryDelete(Query):
    """Source: SDK 2.11.0 `types/beta/memory_stores/memory_delete_params.py`."""

    expected_content_sha256: Sha256 | None = None


def read(raw: bytes, shape: type[Q]) -> Q:
    """Return the query string as the shape; `created_at%5Bgte%5D` and `created_at[gte]` are one name.

    Raises:
        InvalidRequest: a parameter is not what the shape wants, or there are too many.
    """
    try:
        pairs = parse_qsl(raw.decode("latin-1"), keep_blank_values=True, max_num_fields=_FIELDS_MAX)
    except ValueError:
        raise InvalidRequest(f"The query has more than {_FIELDS_MAX} parameters.") from None
    if any("\0" in value for _, value in pairs):
        raise InvalidRequest("The query holds a NUL character, which no value may.")
    query, problems = check(shape, collected(pairs))
    if query is None:
        raise invalid(problems)
    return query


def moment(at: datetime | None, *, ticks: int = 0) -> str | None:
    """Return a time as the API prints it, within the years that sort as text and exist in every time zone.

    Times are kept in microseconds, so what comes after one comes at it or after its next tick.
    """
    return None if at is None else timestamp(min(max(at, _EPOCH), _END) + ticks * timedelta.resolution)
