"""Memory stores: their fields, what an update keeps, what an archive still allows, what a delete takes along."""

import re
from datetime import timedelta
from typing import Any

import pytest
from anthropic import BadRequestError, NotFoundError

from agentops.base.clock import ManualClock

from .given import a_memory, a_store, refused
from .sdk import Api

FULL: dict[str, Any] = {"description": "What reviews taught us.", "metadata": {"team": "platform"}}


def test_a_bare_store_has_every_field_with_its_default(api: Api, clock: ManualClock) -> None:
    store = a_store(api)
    body = api.last.json()
    assert re.fullmatch(r"memstore_01\w+", store.id)
    assert body == {
        "id": store.id,
        "type": "memory_store",
        "name": "Lessons",
        "description": "",
        "metadata": {},
        "created_at": body["created_at"],
        "updated_at": body["created_at"],
        "archived_at": None,
    }
    assert store.created_at == clock.now()


def test_what_is_read_is_what_was_answered(api: Api) -> None:
    store = a_store(api, **FULL)
    assert (store.description, store.metadata) == (FULL["description"], FULL["metadata"])
    assert api.memory_stores.retrieve(store.id) == store
    assert api.memory_stores.list(limit=1).data == [store]


def test_names_need_not_be_unique(api: Api) -> None:
    assert a_store(api).id != a_store(api).id


@pytest.mark.stateless
@pytest.mark.parametrize(
    "fields",
    [
        {"name": "n" * 255},
        {"name": "名" * 255},
        {"description": "d" * 1024},
        {"description": "two\nlines"},
        {"metadata": {f"{number:02}" + "k" * 62: "v" * 512 for number in range(16)}},
    ],
    ids=["name", "wide name", "description", "lines", "metadata"],
)
def test_a_field_may_reach_its_limit(api: Api, fields: dict[str, Any]) -> None:
    a_store(api, **fields)
    assert {field: api.last.json()[field] for field in fields} == fields


BEYOND: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "empty name": ({"name": ""}, ("name",)),
    "long name": ({"name": "n" * 256}, ("name", "255")),
    "control character in the name": ({"name": "a\x07b"}, ("name", "control")),
    "newline in the name": ({"name": "a\nb"}, ("name", "control")),
    "long description": ({"description": "d" * 1025}, ("description", "1024")),
    "too much metadata": ({"metadata": {str(number): "" for number in range(17)}}, ("metadata", "16")),
    "empty metadata key": ({"metadata": {"": "v"}}, ("metadata",)),
    "long metadata key": ({"metadata": {"k" * 65: "v"}}, ("metadata", "64")),
    "long metadata value": ({"metadata": {"k": "v" * 513}}, ("metadata", "512")),
    "unknown field": ({"extra_body": {"path": "/x"}}, ("path",)),
}


@pytest.mark.stateless
@pytest.mark.parametrize(("fields", "words"), BEYOND.values(), ids=BEYOND)
def test_a_field_beyond_its_rule_is_refused_by_name(api: Api, fields: dict[str, Any], words: tuple[str, ...]) -> None:
    refused(BadRequestError, lambda: a_store(api, **fields), *words)
    store = a_store(api)
    refused(BadRequestError, lambda: api.memory_stores.update(store.id, **fields), *words)


UPDATES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "name": ({"name": "Habits"}, {"name": "Habits"}),
    "description": ({"description": "New."}, {"description": "New."}),
    "description cleared by nothing": ({"description": ""}, {"description": ""}),
    "metadata is merged": ({"metadata": {"cost": "7"}}, {"metadata": {"team": "platform", "cost": "7"}}),
    "metadata removed by null": ({"metadata": {"team": None}}, {"metadata": {}}),
}


@pytest.mark.parametrize(("fields", "expected"), UPDATES.values(), ids=UPDATES)
def test_an_update_changes_what_it_names_and_keeps_the_rest(
    api: Api, clock: ManualClock, fields: dict[str, Any], expected: dict[str, Any]
) -> None:
    store = a_store(api, **FULL)
    before = api.last.json()
    clock.advance(timedelta(seconds=1))
    updated = api.memory_stores.update(store.id, **fields)
    assert api.last.json() == {**before, **expected, "updated_at": api.last.json()["updated_at"]}
    assert updated.updated_at == clock.now()
    assert api.memory_stores.retrieve(store.id) == updated


@pytest.mark.parametrize(
    "fields", [{}, {"name": "Lessons"}, {"metadata": {}}, FULL], ids=["nothing", "name", "metadata", "all"]
)
def test_an_update_without_effect_keeps_everything(api: Api, clock: ManualClock, fields: dict[str, Any]) -> None:
    store = a_store(api, **FULL)
    clock.advance(timedelta(seconds=1))
    assert api.memory_stores.update(store.id, **fields) == store


def test_sixteen_metadata_pairs_are_counted_after_the_merge(api: Api) -> None:
    store = a_store(api, metadata={str(number): "" for number in range(16)})
    refused(BadRequestError, lambda: api.memory_stores.update(store.id, metadata={"new": ""}), "metadata", "16")
    assert len(api.memory_stores.update(store.id, metadata={"0": None, "new": ""}).metadata) == 16


def test_memory_changes_do_not_touch_the_store(api: Api, clock: ManualClock) -> None:
    store = a_store(api)
    clock.advance(timedelta(seconds=1))
    memory = a_memory(api, store)
    api.memory_stores.memories.update(memory.id, memory_store_id=store.id, content="changed")
    api.memory_stores.memories.delete(memory.id, memory_store_id=store.id)
    assert api.memory_stores.retrieve(store.id) == store


def test_an_archived_store_is_not_written(api: Api, clock: ManualClock) -> None:
    store = a_store(api)
    memory = a_memory(api, store)
    clock.advance(timedelta(seconds=1))
    archived = api.memory_stores.archive(store.id)
    assert archived.archived_at == archived.updated_at == clock.now()
    memories = api.memory_stores.memories
    refused(BadRequestError, lambda: api.memory_stores.update(store.id, name="Habits"), "archived")
    refused(BadRequestError, lambda: a_memory(api, store, path="/new.md"), "archived")
    refused(BadRequestError, lambda: memories.update(memory.id, memory_store_id=store.id, content="x"), "archived")
    assert api.memory_stores.retrieve(store.id) == archived
    assert memories.retrieve(memory.id, memory_store_id=store.id).content == "remember"


def test_an_archived_store_is_still_read_and_emptied(api: Api) -> None:
    store = a_store(api)
    memory = a_memory(api, store)
    api.memory_stores.memories.update(memory.id, memory_store_id=store.id, content="second")
    api.memory_stores.archive(store.id)
    assert [item.id for item in api.memory_stores.memories.list(store.id)] == [memory.id]
    redacted = api.memory_stores.memory_versions.redact(memory.memory_version_id, memory_store_id=store.id)
    assert redacted.redacted_at is not None
    assert api.memory_stores.memories.delete(memory.id, memory_store_id=store.id).id == memory.id
    assert len(api.memory_stores.memory_versions.list(store.id).data) == 3
    assert api.memory_stores.delete(store.id).id == store.id


def test_archiving_twice_changes_nothing(api: Api, clock: ManualClock) -> None:
    archived = api.memory_stores.archive(a_store(api).id)
    clock.advance(timedelta(seconds=1))
    assert api.memory_stores.archive(archived.id) == archived


def test_a_deleted_store_takes_memories_and_versions_along(api: Api) -> None:
    store = a_store(api)
    memory = a_memory(api, store)
    deleted = api.memory_stores.delete(store.id)
    assert (deleted.id, deleted.type) == (store.id, "memory_store_deleted")
    stores, memories, versions = (
        api.memory_stores, api.memory_stores.memories, api.memory_stores.memory_versions
    )  # fmt: skip
    for act in (
        lambda: stores.retrieve(store.id),
        lambda: stores.update(store.id, name="Habits"),
        lambda: stores.archive(store.id),
        lambda: stores.delete(store.id),
        lambda: memories.list(store.id),
        lambda: memories.retrieve(memory.id, memory_store_id=store.id),
        lambda: a_memory(api, store, path="/new.md"),
        lambda: versions.list(store.id),
        lambda: versions.retrieve(memory.memory_version_id, memory_store_id=store.id),
    ):
        refused(NotFoundError, act, store.id)
