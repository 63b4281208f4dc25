"""Fields that many shapes share: metadata, ids, URLs, lengths of time, and lists in which nothing stands twice."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from agentops.base.names import Kind
from agentops.base.paths import Path
from agentops.wire import durations
from agentops.wire.problems import Problem, obeying
from agentops.wire.shape import Form, IdOf
from agentops.wire.urls import normalized

METADATA_PAIRS: Final = 16

_Key = Annotated[str, Field(min_length=1, max_length=64)]
_Value = Annotated[str, Field(max_length=512)]

Metadata = Annotated[dict[_Key, _Value], Field(max_length=METADATA_PAIRS)]
"""Source: SDK 2.11.0 `types/beta/agent_create_params.py`, `memory_store_create_params.py`."""

MetadataPatch = dict[_Key, _Value | None]
"""Keys to set, or to delete with null; the 16 pairs are counted after merging. Source: `agent_update_params.py`."""

Id = Annotated[str, Field(min_length=1)]
AgentId = Annotated[str, Field(min_length=1), IdOf((Kind.AGENT,))]
RunnableId = Annotated[str, Field(min_length=1), IdOf((Kind.AGENT, Kind.TEAM))]
"""What a session can run: a Team becomes an agent too."""

EnvironmentId = Annotated[str, Field(min_length=1), IdOf((Kind.ENVIRONMENT,))]
MemoryStoreId = Annotated[str, Field(min_length=1), IdOf((Kind.MEMORY_STORE,))]
VaultId = Annotated[str, Field(min_length=1), IdOf((Kind.VAULT,))]
SkillId = Annotated[str, Field(min_length=1), IdOf((Kind.SKILL,))]

VaultIds = Annotated[list[VaultId], Field(max_length=50)]
"""In the order in which they are searched. Source: documented limit of deployments; sessions state none."""

ModelId = Annotated[str, Field(min_length=1, max_length=256)]
"""Any text: the SDK's list of models is open. Source: SDK 2.11.0 `beta_managed_agents_model_param.py`."""


def _with_a_server(url: str) -> str:
    wanted = "must name a host, and a port from 1 to 65535 if any"
    return obeying(url, [] if normalized(url) else [Problem((), "bad-format", wanted)])


NAMES_A_SERVER = AfterValidator(_with_a_server)
"""A pattern sees neither `https://:443` nor a port beyond all ports."""

Url = Annotated[
    str,
    Field(max_length=2048, pattern=r"^https?://[^\s/?#@\\]+([/?#][^\s]*)?$"),
    Form("an http or https URL without credentials, at most 2048 characters"),
    NAMES_A_SERVER,
]

_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
Host = Annotated[
    str,
    Field(max_length=255, pattern=rf"^(\*\.)?{_LABEL}(\.{_LABEL})*$"),
    Form("a bare host name, or one after *., without scheme, port or path"),
]
"""Source: documented forms of `allowed_hosts` in environments and credentials."""


def repeats(values: Sequence[Hashable], path: Callable[[int], Path]) -> Iterator[Problem]:
    """Yield a problem for every value that stood before; None is passed over."""
    if len(set(values)) == len(values):
        return
    first: dict[Hashable, int] = {}
    for index, value in enumerate(values):
        if value is not None and first.setdefault(value, index) != index:
            yield Problem(path(index), "not-unique", f"must be unique, is the same as at index {first[value]}")


def _length_problems(text: str, shortest_s: int, longest_s: int) -> Iterator[Problem]:
    total_s = durations.seconds(text)
    if not shortest_s <= total_s <= longest_s:
        bounds = f"from {durations.spelled(shortest_s)} to {durations.spelled(longest_s)}"
        yield Problem((), "invalid-value", f"must be {bounds}, is {durations.spelled(total_s)}")


def _length_of_time(shortest_s: int, longest_s: int) -> AfterValidator:
    return AfterValidator(lambda text: obeying(text, _length_problems(text, shortest_s, longest_s)))


Duration = Annotated[
    str,
    Field(min_length=1, pattern=f"^{durations.FORM.pattern}$"),
    Form('a length of time such as "30m", "6h" or "7d"'),
    _length_of_time(60, 366 * 24 * 3600),
]
"""From a minute to a year: what is to come less often than every year is a date and no interval."""

ShortDuration = Annotated[
    str,
    Field(min_length=1, pattern=f"^{durations.FORM.pattern}$"),
    Form('a length of time such as "30s" or "5m"'),
    _length_of_time(1, 3600),
]
"""From a second to an hour."""
