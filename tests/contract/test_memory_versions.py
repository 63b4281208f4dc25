"""Memory versions: one for every change, kept after the memory is gone, redacted on demand."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from anthropic import APIStatusError, NotFoundError

from agentops.base.clock import ManualClock

from .given import a_memory, a_store, ids, refused, sha
from .sdk import Api


def versions_of(api: Api, store: Any, **filters: Any) -> list[Any]:
    return list(api.memory_stores.memory_versions.list(store.id, **filters))


def retrieve(api: Api, version: Any, **options: Any) -> Any:
    return api.memory_stores.memory_versions.retrieve(version.id, memory_store_id=version.memory_store_id, **options)


def redact(api: Api, version_id: str, store: Any) -> Any:
    return api.memory_stores.memory_versions.redact(version_id, memory_store_id=store.id)


def a_history(api: Api, clock: ManualClock) -> tuple[Any, Any]:
    """Return a store and a deleted memory that was created, changed, and renamed before."""
    store = a_store(api)
    memory = a_memory(api, store, path="/old.md", content="one")
    memories = api.memory_stores.memories
    for change in ({"content": "two"}, {"path": "/new.md"}):
        clock.advance(timedelta(minutes=1))
        memories.update(memory.id, memory_store_id=store.id, **change)
    clock.advance(timedelta(minutes=1))
    memories.delete(memory.id, memory_store_id=store.id)
    return store, memory


def test_every_change_leaves_a_version(api: Api, clock: ManualClock) -> None:
    store, memory = a_history(api, clock)
    found = versions_of(api, store)
    assert [(each.operation, each.path, each.content_sha256, each.content_size_bytes) for each in found] == [
        ("deleted", "/new.md", None, None),
        ("modified", "/new.md", sha("two"), 3),
        ("modified", "/old.md", sha("two"), 3),
        ("created", "/old.md", sha("one"), 3),
    ]
    assert {each.memory_id for each in found} == {memory.id}
    assert found[-1].id == memory.memory_version_id
    assert found[0].created_at == clock.now()


def test_a_version_has_every_field(api: Api) -> None:
    store = a_store(api)
    memory = a_memory(api, store)
    (version,) = versions_of(api, store)
    listed = api.last.json()["data"][0]
    assert listed == {
        "id": memory.memory_version_id,
        "type": "memory_version",
        "memory_id": memory.id,
        "memory_store_id": store.id,
        "operation": "created",
        "path": "/notes.md",
        "content": None,
        "content_sha256": sha("remember"),
        "content_size_bytes": 8,
        "created_at": listed["created_at"],
        "created_by": {"type": "api_actor", "api_key_id": listed["created_by"]["api_key_id"]},
        "redacted_at": None,
        "redacted_by": None,
    }
    assert listed["created_by"]["api_key_id"].startswith("apikey_")
    assert retrieve(api, version, view="basic") == version


def test_the_text_of_every_version_can_be_read_again(api: Api, clock: ManualClock) -> None:
    store, _ = a_history(api, clock)
    found = versions_of(api, store)
    assert [retrieve(api, each).content for each in found] == [None, "two", "two", "one"]
    assert [each.content for each in versions_of(api, store, view="full")] == [None, "two", "two", "one"]
    assert [each.content for each in found] == [None] * 4
    assert [retrieve(api, each, view="basic").content for each in found] == [None] * 4


Filter = Callable[[Any, Any, list[Any]], dict[str, Any]]

FILTERS: dict[str, tuple[Filter, list[int]]] = {
    "the memory, though deleted": (lambda _, memory, __: {"memory_id": memory.id}, [0, 1, 2, 3]),
    "another memory": (lambda *_: {"memory_id": "mem_01Ghost"}, []),
    "created": (lambda *_: {"operation": "created"}, [3]),
    "modified": (lambda *_: {"operation": "modified"}, [1, 2]),
    "deleted": (lambda *_: {"operation": "deleted"}, [0]),
    "the key": (lambda _, __, found: {"api_key_id": found[0].created_by.api_key_id}, [0, 1, 2, 3]),
    "another key": (lambda *_: {"api_key_id": "apikey_01Ghost"}, []),
    "a session": (lambda *_: {"session_id": "sesn_01Ghost"}, []),
    "a service account": (lambda *_: {"service_account_id": "svac_01Ghost"}, []),
    "from a time on": (lambda _, __, found: {"created_at_gte": found[1].created_at}, [0, 1]),
    "up to a time": (lambda _, __, found: {"created_at_lte": found[2].created_at}, [2, 3]),
    "two filters": (
        lambda _, memory, found: {
            "memory_id": memory.id,
            "created_at_lte": found[1].created_at,
            "operation": "modified",
        },
        [1, 2],
    ),
}


@pytest.mark.parametrize(("chosen", "expected"), FILTERS.values(), ids=FILTERS)
def test_versions_are_filtered(api: Api, clock: ManualClock, chosen: Filter, expected: list[int]) -> None:
    store, memory = a_history(api, clock)
    found = versions_of(api, store)
    assert ids(versions_of(api, store, **chosen(store, memory, found))) == [found[index].id for index in expected]
    assert ids(versions_of(api, store, limit=1, **chosen(store, memory, found))) == [found[i].id for i in expected]


def test_a_filter_tells_two_memories_apart(api: Api) -> None:
    store = a_store(api)
    one, two = a_memory(api, store, path="/one.md"), a_memory(api, store, path="/two.md")
    assert ids(versions_of(api, store, memory_id=one.id)) == [one.memory_version_id]
    assert ids(versions_of(api, store, memory_id=two.id)) == [two.memory_version_id]


def test_a_redacted_version_has_lost_its_text_and_kept_its_author(api: Api, clock: ManualClock) -> None:
    store, memory = a_history(api, clock)
    before = retrieve(api, versions_of(api, store)[-1])
    clock.advance(timedelta(minutes=1))
    redacted = redact(api, memory.memory_version_id, store)
    assert (redacted.content, redacted.path, redacted.content_sha256, redacted.content_size_bytes) == (None,) * 4
    assert (redacted.created_at, redacted.created_by, redacted.operation) == (
        before.created_at, before.created_by, "created"
    )  # fmt: skip
    assert redacted.redacted_at == clock.now()
    assert redacted.redacted_by == before.created_by
    assert retrieve(api, redacted) == redacted
    assert versions_of(api, store, view="full")[-1] == redacted


def test_a_redacted_text_is_nowhere_to_be_found(api: Api) -> None:
    store = a_store(api)
    memory = a_memory(api, store, path="/secret-path.md", content="a secret text")
    api.memory_stores.memories.update(memory.id, memory_store_id=store.id, path="/a.md", content="clean")
    redact(api, memory.memory_version_id, store)
    for path in ("memories", "memory_versions", f"memory_versions/{memory.memory_version_id}"):
        text = api.send("GET", f"/v1/memory_stores/{store.id}/{path}?view=full").text
        assert "secret" not in text


def test_redaction_leaves_the_memory_and_the_other_versions(api: Api) -> None:
    store = a_store(api)
    memory = a_memory(api, store, content="one")
    current = api.memory_stores.memories.update(memory.id, memory_store_id=store.id, content="two")
    redact(api, memory.memory_version_id, store)
    assert api.memory_stores.memories.retrieve(memory.id, memory_store_id=store.id, view="basic") == current
    assert [each.content for each in versions_of(api, store, view="full")] == ["two", None]


def test_the_newest_version_of_a_living_memory_is_not_redacted(api: Api) -> None:
    store = a_store(api)
    memory = a_memory(api, store)
    error = refused(APIStatusError, lambda: redact(api, memory.memory_version_id, store))
    assert (error.status_code, error.type) in {(400, "invalid_request_error"), (409, "conflict_error")}
    assert retrieve(api, versions_of(api, store)[0]).content == "remember"


def test_after_a_delete_the_last_text_can_be_redacted(api: Api) -> None:
    store = a_store(api)
    memory = a_memory(api, store)
    api.memory_stores.memories.delete(memory.id, memory_store_id=store.id)
    assert redact(api, memory.memory_version_id, store).redacted_at is not None


def test_redacting_twice_keeps_the_first_time(api: Api, clock: ManualClock) -> None:
    store, memory = a_history(api, clock)
    first = redact(api, memory.memory_version_id, store)
    clock.advance(timedelta(minutes=1))
    assert redact(api, memory.memory_version_id, store) == first


def test_versions_outlive_their_memory_however_old_they_are(api: Api, clock: ManualClock) -> None:
    store, memory = a_history(api, clock)
    clock.advance(timedelta(days=29))
    assert next(each.operation for each in versions_of(api, store, memory_id=memory.id)) == "deleted"
    assert len(versions_of(api, store)) == 4


def test_a_version_of_another_store_is_not_found(api: Api) -> None:
    store, elsewhere = a_store(api), a_store(api)
    memory = a_memory(api, store)
    versions = api.memory_stores.memory_versions
    for act in (versions.retrieve, versions.redact):
        refused(NotFoundError, partial(act, memory.memory_version_id, memory_store_id=elsewhere.id))
    assert versions_of(api, elsewhere) == []
