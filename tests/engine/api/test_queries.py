"""Query strings: known parameters checked, unknown ones passed over."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.base.errors import InvalidRequest
from agentops.engine.api import queries
from agentops.engine.api.queries import AgentVersion, MemoryDelete, ViewOfOne
from agentops.wire.lists import AgentQuery


@pytest.mark.parametrize("name", [b"created_at[gte]", b"created_at%5Bgte%5D", b"created_at%5bgte%5d"])
def test_brackets_may_be_percent_encoded(name: bytes) -> None:
    query = queries.read(name + b"=2026-05-06T01:10:30%2B02:00", AgentQuery)
    assert queries.moment(query.created_at_gte) == "2026-05-05T23:10:30.000000Z"


def test_what_nobody_knows_is_passed_over() -> None:
    assert queries.read(b"beta=true&foo[]=1&limit=7&limit=8", AgentQuery).limit == 8


@pytest.mark.parametrize(
    ("raw", "shape", "message"),
    [
        (b"limit=0", AgentQuery, "limit: "),
        (b"limit=101", AgentQuery, "limit: "),
        (b"limit=ten", AgentQuery, "limit: "),
        (b"limit=" + b"9" * 5000, AgentQuery, "limit: "),
        (b"include_archived=perhaps", AgentQuery, "include_archived: "),
        (b"created_at[lte]=yesterday", AgentQuery, "created_at[lte]: "),
        (b"version=0", AgentVersion, "version: "),
        (b"version=99999999999999999999", AgentVersion, "version: "),
        (b"view=half", ViewOfOne, "view: "),
        (b"expected_content_sha256=abc", MemoryDelete, "expected_content_sha256: "),
        (b"page=%00", AgentQuery, "The query holds a NUL character"),
        (b"&".join([b"a=1"] * 1001), AgentQuery, "The query has more than 1000 parameters."),
    ],
)
def test_what_is_wrong_is_refused_by_name(raw: bytes, shape: type[AgentQuery], message: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        queries.read(raw, shape)
    assert caught.value.message.startswith(message)


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-14))])))
def test_every_moment_has_a_text_that_sorts_as_time_does(at: datetime) -> None:
    text = queries.moment(at)
    assert text is not None
    assert "1970-01-01T00:00:00.000000Z" <= text <= "9999-12-31T00:00:00.000000Z"


@given(st.binary(max_size=40))
def test_any_query_string_is_read_or_refused(raw: bytes) -> None:
    with suppress(InvalidRequest):
        queries.read(raw, AgentQuery)
