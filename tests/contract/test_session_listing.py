"""Sessions as a list: in both orders, forth and back, and by what they were created with."""

from datetime import timedelta
from typing import Any

import pytest
from anthropic import BadRequestError

from agentops.base.clock import ManualClock

from .given import a_message, a_session, a_store, an_agent, an_environment, ids, refused
from .sdk import Api


def made(api: Api, clock: ManualClock, count: int = 5, **fields: Any) -> list[str]:
    """Return sessions of one agent, the oldest first; two of them of the same moment."""
    environment_id = an_environment(api).id
    found = []
    for number in range(count):
        clock.advance(timedelta(seconds=number % 3))
        found.append(a_session(api, environment_id=environment_id, **fields).id)
    return found


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_pages_lead_forth_and_back(api: Api, clock: ManualClock, order: str) -> None:
    agent = an_agent(api).id
    expected = made(api, clock, agent=agent)
    if order == "desc":
        expected.reverse()
    query = {"agent_id": agent, "limit": 2, "order": order}
    first = api.sessions.list(**query)
    second = api.sessions.list(**query, page=first.next_page)
    third = api.sessions.list(**query, page=second.next_page)
    assert [ids(each.data) for each in (first, second, third)] == [expected[:2], expected[2:4], expected[4:]]
    assert (first.prev_page, third.next_page) == (None, None)
    assert "prev_page" in api.last.json()
    back = api.sessions.list(**query, page=third.prev_page)
    assert (ids(back.data), ids(api.sessions.list(**query, page=back.next_page).data)) == (expected[2:4], expected[4:])
    start = api.sessions.list(**query, page=back.prev_page)
    assert (ids(start.data), start.prev_page) == (expected[:2], None)
    assert ids(api.sessions.list(**query)) == expected


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_an_empty_page_leads_back_to_where_it_was_come_from(api: Api, clock: ManualClock, order: str) -> None:
    agent = an_agent(api).id
    expected = made(api, clock, agent=agent)
    if order == "desc":
        expected.reverse()
    query = {"agent_id": agent, "limit": 2, "order": order}
    first = api.sessions.list(**query)
    second = api.sessions.list(**query, page=first.next_page)
    for each in expected[:2]:
        api.sessions.delete(each)
    nothing = api.sessions.list(**query, page=second.prev_page)
    assert (nothing.data, nothing.prev_page) == ([], None)
    assert ids(api.sessions.list(**query, page=nothing.next_page).data) == expected[2:4]
    api.sessions.delete(expected[4])
    nothing = api.sessions.list(**query, page=second.next_page)
    assert (nothing.data, nothing.next_page) == ([], None)
    assert ids(api.sessions.list(**query, page=nothing.prev_page).data) == expected[2:4]


def test_a_filter_and_the_size_of_a_page_may_change_on_the_way(api: Api, clock: ManualClock) -> None:
    agent = an_agent(api).id
    expected = made(api, clock, agent=agent)
    cursor = api.sessions.list(agent_id=agent, limit=1, order="asc").next_page
    for each in expected[2:]:
        api.sessions.update(each, title="x")
    api.sessions.archive(expected[3])
    assert ids(api.sessions.list(agent_id=agent, order="asc", page=cursor, limit=3).data) == [
        expected[1], expected[2], expected[4],
    ]  # fmt: skip


def test_a_cursor_holds_only_in_its_order_and_its_times(api: Api, clock: ManualClock) -> None:
    made(api, clock, 3)
    at = clock.now()
    cursor = api.sessions.list(limit=1).next_page
    refused(BadRequestError, lambda: api.sessions.list(limit=1, page=cursor, order="asc"), "page", "desc")
    for outside in ({"created_at_gt": at}, {"created_at_lt": at}):
        refused(BadRequestError, lambda fields=outside: api.sessions.list(page=cursor, **fields), "page", "created_at")
    refused(BadRequestError, lambda: api.sessions.list(page="page_none"), "page")


def test_sessions_are_found_by_what_they_were_created_with(api: Api, clock: ManualClock) -> None:
    agent, store = an_agent(api), a_store(api)
    first = a_session(api, agent=agent.id)
    api.agents.update(agent.id, system="Second.")
    mounted = [{"type": "memory_store", "memory_store_id": store.id}]
    second = a_session(api, agent=agent.id, resources=mounted, initial_events=[a_message()])

    def found(**query: Any) -> list[str]:
        return ids(api.sessions.list(**query).data)

    assert found(agent_id=agent.id) == [second.id, first.id]
    assert found(agent_id=agent.id, agent_version=1) == [first.id]
    assert found(agent_id=agent.id, agent_version=2**70) == []
    assert found(memory_store_id=store.id) == [second.id]
    assert found(agent_id=agent.id, statuses=["running"]) == [second.id]
    assert found(agent_id=agent.id, statuses=["running", "idle"]) == [second.id, first.id]
    assert found(deployment_id="depl_01None") == found(agent_id="agent_01None") == []
    assert ids(api.sessions.list(agent_version=2**70).data) == ids(api.sessions.list().data)
    refused(BadRequestError, lambda: api.sessions.list(statuses=["busy"]), "statuses")
    refused(BadRequestError, lambda: api.sessions.list(limit=101), "limit", "100")


def test_archived_sessions_are_listed_when_asked_for(api: Api) -> None:
    agent = an_agent(api).id
    kept, ended = a_session(api, agent=agent), a_session(api, agent=agent)
    api.sessions.archive(ended.id)
    assert ids(api.sessions.list(agent_id=agent).data) == [kept.id]
    assert ids(api.sessions.list(agent_id=agent, include_archived=True).data) == [ended.id, kept.id]
    assert ids(api.sessions.list(agent_id=agent, include_archived=True, statuses=["terminated"]).data) == [ended.id]


def test_times_include_or_leave_out_their_ends(api: Api, clock: ManualClock) -> None:
    agent = an_agent(api).id
    times, sessions = [], []
    for _ in range(3):
        clock.advance(timedelta(seconds=1))
        times.append(clock.now())
        sessions.append(a_session(api, agent=agent).id)

    def found(**query: Any) -> list[str]:
        return ids(api.sessions.list(agent_id=agent, order="asc", **query).data)

    assert found(created_at_gte=times[1]) == sessions[1:]
    assert found(created_at_gt=times[1]) == sessions[2:]
    assert found(created_at_lte=times[1]) == sessions[:2]
    assert found(created_at_lt=times[1]) == sessions[:1]
    assert found(created_at_gte=times[0], created_at_gt=times[0], created_at_lt=times[2]) == [sessions[1]]
