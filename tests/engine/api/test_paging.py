"""Cursors: opaque, bound to their list, and never a reason to fail."""

from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.base.errors import InvalidRequest
from agentops.engine.api import paging
from agentops.engine.operations.call import Page
from agentops.wire.lists import AgentQuery, DeploymentRunQuery

LIST = "wrkspc_1 /v1/agents"
AT = "2026-11-21T08:30:00.000000Z"

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
positions = st.lists(texts | st.integers(-(2**62), 2**62), max_size=3)


@given(positions)
def test_a_cursor_leads_back_to_its_place(position: list[str | int]) -> None:
    form = tuple(map(type, position))
    assert paging.cursor(paging.sealed(position, LIST), LIST, form) == position


@given(positions, st.data())
def test_a_changed_cursor_is_refused(position: list[str | int], data: st.DataObject) -> None:
    cursor = paging.sealed(position, LIST)
    place = data.draw(st.integers(0, len(cursor) - 1))
    changed = cursor[:place] + data.draw(st.characters(codec="ascii")) + cursor[place + 1 :]
    if changed != cursor:
        with pytest.raises(InvalidRequest):
            paging.cursor(changed, LIST, tuple(map(type, position)))


@given(st.text(max_size=60))
def test_a_made_up_cursor_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="not a cursor of this list"):
        paging.cursor(text, LIST, (str, int))


def test_a_cursor_of_another_list_or_form_is_refused() -> None:
    cursor = paging.sealed([AT, 7], LIST)
    for scope, form in ((LIST + "2", (str, int)), (LIST, (int,)), (LIST, (str, str))):
        with pytest.raises(InvalidRequest):
            paging.cursor(cursor, scope, form)


@pytest.mark.parametrize("position", [["x", 2**63], ["x", True], ["\0", 1], {"a": 1}, 7, None])
def test_a_forged_place_that_no_database_takes_is_refused(position: list[str | int]) -> None:
    with pytest.raises(InvalidRequest):
        paging.cursor(paging.sealed(position, LIST), LIST, (str, int))


@pytest.mark.parametrize("text", [r'["\ud800",1]', "[" * 20_000, "1" * 5_000])
def test_a_made_up_place_that_no_parser_takes_is_refused(text: str) -> None:
    cursor = "page_" + urlsafe_b64encode(bytes(9) + text.encode()).rstrip(b"=").decode()
    with pytest.raises(InvalidRequest, match="not a cursor of this list"):
        paging.cursor(cursor, LIST, (str, int))


def test_a_window_spans_the_filters_and_ends_at_the_cursor() -> None:
    whole = paging.window(AgentQuery.model_validate({}), LIST)
    assert (whole.since, whole.until[0] > AT, whole.limit, whole.archived) == ("", True, 20, False)
    query = AgentQuery.model_validate(
        {"created_at[gte]": AT, "limit": "5", "include_archived": "true", "page": paging.sealed([AT, 7], LIST)}
    )
    part = paging.window(query, LIST)
    assert (part.since, part.until, part.limit, part.archived) == (AT, (AT, 7), 5, True)


def test_a_window_ends_a_tick_before_what_is_left_out() -> None:
    query = DeploymentRunQuery.model_validate(
        {"created_at[gt]": AT, "created_at[lt]": AT, "created_at[gte]": "1970-01-01T00:00:00Z"}
    )
    part = paging.window(query, LIST)
    assert (part.since, part.until[0]) == ("2026-11-21T08:30:00.000001Z", "2026-11-21T08:29:59.999999Z")
    for edge in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"):
        paging.window(DeploymentRunQuery.model_validate({"created_at[gt]": edge, "created_at[lt]": edge}), LIST)


@pytest.mark.parametrize("name", ["created_at[gte]", "created_at[lte]"])
def test_a_filter_that_leaves_the_cursor_outside_is_refused(name: str) -> None:
    edge = "2026-11-21T08:30:01Z" if name.endswith("[gte]") else "2026-11-21T08:29:59Z"
    query = AgentQuery.model_validate({name: edge, "page": paging.sealed([AT, 7], LIST)})
    with pytest.raises(InvalidRequest, match="outside of created_at"):
        paging.window(query, LIST)


def test_a_page_is_its_items_as_they_are() -> None:
    assert paging.answered(Page(['{"a":1}', '{"b":2}']), LIST) == '{"data":[{"a":1},{"b":2}],"next_page":null}'
    assert paging.answered(Page([], [7]), LIST).endswith(f'"next_page":"{paging.sealed([7], LIST)}"}}')
