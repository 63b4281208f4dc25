"""Every list, page by page: each object once, newest first, and a cursor that holds only where it came from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from anthropic import BadRequestError

from agentops.base.clock import ManualClock

from .given import a_memory, a_store, an_agent, an_environment, ids, pages, refused
from .sdk import Api


@dataclass(frozen=True)
class Listing:
    """One list endpoint: what fills it and what reads it; the scope is whatever the list is a list of."""

    scope: Callable[[Api], Any]
    add: Callable[[Api, Any], str]
    read: Callable[..., Any]
    key: Callable[[Any], str] = lambda item: item.id


def a_new_version(api: Api, agent: Any) -> str:
    return str(api.agents.update(agent.id, system=f"after {api.agents.retrieve(agent.id).version}").version)


def a_new_memory_version(api: Api, memory: Any) -> str:
    count = len(api.exchanges)
    changed = api.memory_stores.memories.update(
        memory.id, memory_store_id=memory.memory_store_id, content=f"text {count}"
    )
    return str(changed.memory_version_id)


NEWEST_FIRST: Mapping[str, Listing] = {
    "agents": Listing(
        scope=lambda _: None,
        add=lambda api, _: an_agent(api).id,
        read=lambda api, _, **o: api.agents.list(**o),
    ),
    "agent versions": Listing(
        scope=an_agent,
        add=a_new_version,
        read=lambda api, agent, **o: api.agents.versions.list(agent.id, **o),
        key=lambda agent: str(agent.version),
    ),
    "environments": Listing(
        scope=lambda _: None,
        add=lambda api, _: an_environment(api).id,
        read=lambda api, _, **o: api.environments.list(**o),
    ),
    "memory stores": Listing(
        scope=lambda _: None,
        add=lambda api, _: a_store(api).id,
        read=lambda api, _, **o: api.memory_stores.list(**o),
    ),
    "memory versions": Listing(
        scope=lambda api: a_memory(api, a_store(api)),
        add=a_new_memory_version,
        read=lambda api, memory, **o: api.memory_stores.memory_versions.list(memory.memory_store_id, **o),
    ),
}


@pytest.fixture(params=NEWEST_FIRST)
def listing(request: pytest.FixtureRequest) -> Listing:
    return NEWEST_FIRST[request.param]


def first_items(api: Api, listing: Listing, scope: Any, count: int, *, limit: int) -> list[str]:
    """Return the first items of a list, read page by page."""
    page = listing.read(api, scope, limit=limit)
    found = list(page.data)
    while len(found) < count and page.has_next_page():
        page = page.get_next_page()
        assert len(page.data) <= limit
        found.extend(page.data)
    return [listing.key(item) for item in found][:count]


@pytest.mark.every_way
def test_every_object_is_listed_once_newest_first(api: Api, clock: ManualClock, listing: Listing) -> None:
    scope = listing.scope(api)
    added = []
    for _ in range(11):
        clock.advance(timedelta(milliseconds=1))
        added.append(listing.add(api, scope))
    assert first_items(api, listing, scope, 11, limit=3) == added[::-1]


def test_objects_of_one_instant_are_each_listed_once(api: Api, clock: ManualClock, listing: Listing) -> None:
    scope = listing.scope(api)
    clock.advance(timedelta(seconds=1))
    added = {listing.add(api, scope) for _ in range(7)}
    found = first_items(api, listing, scope, 7, limit=2)
    assert len(found) == 7
    assert set(found) == added


def test_what_is_added_while_paging_shifts_nothing(api: Api, clock: ManualClock, listing: Listing) -> None:
    scope = listing.scope(api)
    added = []
    for _ in range(6):
        clock.advance(timedelta(milliseconds=1))
        added.append(listing.add(api, scope))
    page = listing.read(api, scope, limit=2)
    found = list(page.data)
    while len(found) < 6:
        clock.advance(timedelta(milliseconds=1))
        listing.add(api, scope)
        page = page.get_next_page()
        found.extend(page.data)
    assert [listing.key(item) for item in found][:6] == added[::-1]


def test_archived_objects_may_be_asked_for_between_pages(api: Api) -> None:
    old, archived, new = an_agent(api), an_agent(api), an_agent(api)
    api.agents.archive(archived.id)
    first = api.agents.list(limit=1)
    second = api.agents.list(limit=2, page=first.next_page, include_archived=True)
    assert ids([*first.data, *second.data]) == ids([new, archived, old])


def test_a_page_may_be_longer_than_the_one_before(api: Api, listing: Listing) -> None:
    scope = listing.scope(api)
    added = [listing.add(api, scope) for _ in range(5)]
    first = listing.read(api, scope, limit=1)
    second = listing.read(api, scope, limit=4, page=first.next_page)
    assert {listing.key(item) for item in (*first.data, *second.data)} == set(added)


@pytest.mark.stateless
def test_the_default_page_holds_20(api: Api) -> None:
    store = a_store(api)
    for number in range(21):
        a_memory(api, store, path=f"/{number}.md")
    assert [len(page) for page in pages(api.memory_stores.memories.list(store.id))] == [20, 1]
    assert [len(page) for page in pages(api.memory_stores.memory_versions.list(store.id))] == [20, 1]


@pytest.mark.stateless
def test_a_list_says_next_page_and_no_other_cursor(api: Api, listing: Listing) -> None:
    scope = listing.scope(api)
    for _ in range(2):
        listing.add(api, scope)
    listing.read(api, scope, limit=1)
    body = api.last.json()
    assert set(body) == {"data", "next_page"}
    assert body["next_page"].startswith("page_")


def test_the_last_page_says_null(api: Api) -> None:
    agent = an_agent(api)
    api.agents.versions.list(agent.id)
    assert api.last.json()["next_page"] is None
    empty = a_store(api)
    api.memory_stores.memories.list(empty.id)
    assert api.last.json() == {"data": [], "next_page": None}


def test_a_full_last_page_does_not_promise_another(api: Api) -> None:
    agent = an_agent(api)
    api.agents.update(agent.id, system="two")
    page = api.agents.versions.list(agent.id, limit=2)
    assert (len(page.data), page.next_page) == (2, None)


@pytest.mark.stateless
@pytest.mark.parametrize("cursor", ["page_", "page_nonsense", "nonsense", "page_é", "", "page_" + "A" * 5000])
def test_a_cursor_nobody_issued_is_refused(api: Api, listing: Listing, cursor: str) -> None:
    scope = listing.scope(api)
    refused(BadRequestError, lambda: listing.read(api, scope, page=cursor), "page")


@pytest.mark.stateless
def test_a_cursor_that_was_tampered_with_is_refused(api: Api, listing: Listing) -> None:
    scope = listing.scope(api)
    for _ in range(2):
        listing.add(api, scope)
    cursor = listing.read(api, scope, limit=1).next_page
    middle = len(cursor) // 2
    tampered = cursor[:middle] + ("A" if cursor[middle] != "A" else "B") + cursor[middle + 1 :]
    refused(BadRequestError, lambda: listing.read(api, scope, page=tampered), "page")
    refused(BadRequestError, lambda: listing.read(api, scope, page=cursor[:-3]), "page")


@pytest.mark.stateless
@pytest.mark.parametrize(("name", "other"), [*permutations(NEWEST_FIRST, 2)])
def test_a_cursor_of_another_list_is_refused(api: Api, name: str, other: str) -> None:
    listing, foreign = NEWEST_FIRST[name], NEWEST_FIRST[other]
    scope = listing.scope(api)
    for _ in range(2):
        listing.add(api, scope)
    cursor = listing.read(api, scope, limit=1).next_page
    elsewhere = foreign.scope(api)
    refused(BadRequestError, lambda: foreign.read(api, elsewhere, page=cursor), "page")


@pytest.mark.stateless
@pytest.mark.parametrize("name", ["agent versions", "memory versions"])
def test_a_cursor_of_another_parent_is_refused(api: Api, name: str) -> None:
    listing = NEWEST_FIRST[name]
    one, two = listing.scope(api), listing.scope(api)
    for _ in range(2):
        listing.add(api, one)
        listing.add(api, two)
    cursor = listing.read(api, one, limit=1).next_page
    refused(BadRequestError, lambda: listing.read(api, two, page=cursor), "page")


@pytest.mark.parametrize(
    ("make", "resource"), [(an_agent, "agents"), (a_store, "memory_stores")], ids=["agents", "memory stores"]
)
def test_a_list_is_filtered_by_creation_time(
    api: Api, clock: ManualClock, make: Callable[[Api], Any], resource: str
) -> None:
    made = []
    for _ in range(4):
        clock.advance(timedelta(minutes=1))
        made.append(make(api))
    read = getattr(api, resource).list
    first, second, third, fourth = made
    assert ids(read(created_at_gte=second.created_at)) == ids([fourth, third, second])
    assert ids(read(created_at_gte=second.created_at, created_at_lte=third.created_at)) == ids([third, second])
    assert first.id in ids(read(created_at_lte=first.created_at))
    assert ids(read(created_at_gte=fourth.created_at + timedelta(microseconds=1))) == []
    assert ids(read(created_at_gte=second.created_at, limit=1)) == ids([fourth, third, second])


@pytest.mark.stateless
def test_creation_time_is_read_in_any_offset_and_precision(api: Api, clock: ManualClock) -> None:
    clock.advance(timedelta(hours=1))
    agent = an_agent(api)
    moment = agent.created_at
    for text in (
        f"{moment:%Y-%m-%dT%H:%M:%S.%fZ}",
        f"{moment:%Y-%m-%dT%H:%M:%S.%f}+00:00",
        f"{moment + timedelta(hours=2):%Y-%m-%dT%H:%M:%S.%f}+02:00",
        f"{moment:%Y-%m-%dT%H:%M:%SZ}",
    ):
        assert agent.id in ids(api.agents.list(created_at_gte=text)), text


def test_a_cursor_whose_place_falls_outside_a_new_filter_is_refused(api: Api, clock: ManualClock) -> None:
    made = []
    for _ in range(4):
        clock.advance(timedelta(minutes=1))
        made.append(an_agent(api))
    cursor = api.agents.list(limit=2, created_at_gte=made[0].created_at).next_page
    beyond = made[3].created_at + timedelta(seconds=1)
    refused(BadRequestError, lambda: api.agents.list(page=cursor, created_at_gte=beyond), "page")


@pytest.mark.parametrize("name", ["agents", "environments", "memory stores"])
def test_archived_objects_are_listed_only_on_demand(api: Api, name: str) -> None:
    listing = NEWEST_FIRST[name]
    kept, archived = listing.add(api, None), listing.add(api, None)
    getattr(api, name.replace(" ", "_")).archive(archived)
    assert first_items(api, listing, None, 1, limit=5) == [kept]
    page = listing.read(api, None, include_archived=True, limit=2)
    assert set(ids(page.data)) == {kept, archived}
