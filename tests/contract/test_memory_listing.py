"""Listing memories: prefixes, depth, rolled-up directories, views and pages."""

from typing import Any

import pytest

from .given import a_memory, a_store, pages, sha
from .sdk import Api

TREE = (
    "/a.md",
    "/notes/one.md",
    "/notes/two.md",
    "/notes/deep/three.md",
    "/notes/deep/er/four.md",
    "/notes-archive/old.md",
    "/Notes/upper.md",
    "/notes.md",
    "/z/only/deep.md",
    "/per%cent/_x.md",
    "/perXcent/yx.md",
)


def a_tree(api: Api) -> Any:
    store = a_store(api)
    for path in TREE:
        a_memory(api, store, path=path)
    return store


@pytest.fixture(scope="module")
def stores() -> dict[str, Any]:
    """The store of each way to a server, made by the first test that reads it."""
    return {}


@pytest.fixture
def store(request: pytest.FixtureRequest, api: Api, stores: dict[str, Any]) -> Any:
    """A store with the tree in it, for tests that read; who writes makes one of its own."""
    way = request.node.callspec.params["api"]
    if way not in stores:
        stores[way] = a_tree(api)
    return stores[way]


def listed(api: Api, store: Any, **options: Any) -> list[str]:
    """Return the paths of every item over all pages; a directory ends with a slash."""
    items = list(api.memory_stores.memories.list(store.id, **options))
    assert all(item.path.endswith("/") == (item.type == "memory_prefix") for item in items)
    return [item.path for item in items]


PREFIXES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "everything": ({}, set(TREE)),
    "depth 0 is everything": ({"depth": 0}, set(TREE)),
    "the root as a prefix": ({"path_prefix": "/"}, set(TREE)),
    "whole segments only": (
        {"path_prefix": "/notes/"},
        {"/notes/one.md", "/notes/two.md", "/notes/deep/three.md", "/notes/deep/er/four.md"},
    ),
    "two segments": ({"path_prefix": "/notes/deep/"}, {"/notes/deep/three.md", "/notes/deep/er/four.md"}),
    "case matters": ({"path_prefix": "/Notes/"}, {"/Notes/upper.md"}),
    "no wildcards": ({"path_prefix": "/per%cent/"}, {"/per%cent/_x.md"}),
    "nothing there": ({"path_prefix": "/ghost/"}, set()),
    "a memory is no directory": ({"path_prefix": "/a.md/"}, set()),
    "children of the root": (
        {"depth": 1},
        {"/a.md", "/notes.md", "/notes/", "/notes-archive/", "/Notes/", "/z/", "/per%cent/", "/perXcent/"},
    ),
    "children of a directory": (
        {"depth": 1, "path_prefix": "/notes/"},
        {"/notes/one.md", "/notes/two.md", "/notes/deep/"},
    ),
    "children of an only child": ({"depth": 1, "path_prefix": "/z/"}, {"/z/only/"}),
}


@pytest.mark.parametrize(("options", "expected"), PREFIXES.values(), ids=PREFIXES)
def test_a_list_shows_what_lies_below_its_prefix(
    api: Api, store: Any, options: dict[str, Any], expected: set[str]
) -> None:
    found = listed(api, store, **options)
    assert len(found) == len(set(found))
    assert set(found) == expected


@pytest.mark.parametrize(
    "options", [{}, {"depth": 1}, {"path_prefix": "/notes/"}, {"depth": 1, "path_prefix": "/notes/"}], ids=str
)
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_add_up_to_the_list_in_its_order(api: Api, store: Any, options: dict[str, Any], limit: int) -> None:
    whole = listed(api, store, limit=100, **options)
    found = pages(api.memory_stores.memories.list(store.id, limit=limit, **options))
    assert [item.path for page in found for item in page] == whole
    assert all(len(page) == limit for page in found[:-1])


def test_the_order_is_the_same_on_every_call(api: Api, store: Any) -> None:
    assert listed(api, store) == listed(api, store)


def test_a_memory_added_or_removed_while_paging_repeats_nothing(api: Api) -> None:
    store = a_tree(api)
    page = api.memory_stores.memories.list(store.id, limit=3)
    found = [item.path for item in page.data]
    a_memory(api, store, path="/0-first.md")
    gone = page.data[0]
    api.memory_stores.memories.delete(gone.id, memory_store_id=store.id)
    while page.has_next_page():
        page = page.get_next_page()
        found.extend(item.path for item in page.data)
    assert len(found) == len(set(found))
    assert set(TREE) <= set(found)


def test_a_directory_has_a_path_and_nothing_else(api: Api, store: Any) -> None:
    api.memory_stores.memories.list(store.id, depth=1, path_prefix="/z/")
    assert api.last.json()["data"] == [{"type": "memory_prefix", "path": "/z/only/"}]


@pytest.mark.stateless
def test_a_full_page_holds_at_most_20(api: Api) -> None:
    store = a_store(api)
    for number in range(25):
        a_memory(api, store, path=f"/{number:02}.md", content=str(number))
    memories, versions = api.memory_stores.memories, api.memory_stores.memory_versions
    assert [len(page) for page in pages(memories.list(store.id, view="full", limit=100))] == [20, 5]
    assert [len(page) for page in pages(versions.list(store.id, view="full", limit=100))] == [20, 5]
    assert [len(page) for page in pages(memories.list(store.id, view="basic", limit=100))] == [25]
    assert all(sha(item.content) == item.content_sha256 for item in memories.list(store.id, view="full"))


@pytest.mark.stateless
def test_the_view_and_limit_may_change_between_pages(api: Api, store: Any) -> None:
    first = api.memory_stores.memories.list(store.id, limit=5)
    rest = api.memory_stores.memories.list(store.id, limit=10, view="full", page=first.next_page)
    assert {item.path for item in (*first.data, *rest.data)} == set(TREE)
    assert {item.content for item in rest.data} == {"remember"}
