"""Memories: exact bytes, paths, preconditions, and the cap of a store."""

import re
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from anthropic import BadRequestError, ConflictError, NotFoundError

from agentops.base.clock import ManualClock

from .given import a_memory, a_store, refused, sha
from .sdk import Api

LARGEST = 102_400
CAPACITY = 2_000


def update(api: Api, memory: Any, **fields: Any) -> Any:
    return api.memory_stores.memories.update(memory.id, memory_store_id=memory.memory_store_id, **fields)


def retrieve(api: Api, memory: Any, **fields: Any) -> Any:
    return api.memory_stores.memories.retrieve(memory.id, memory_store_id=memory.memory_store_id, **fields)


def delete(api: Api, memory: Any, **fields: Any) -> Any:
    return api.memory_stores.memories.delete(memory.id, memory_store_id=memory.memory_store_id, **fields)


def expecting(text: str) -> dict[str, str]:
    return {"type": "content_sha256", "content_sha256": sha(text)}


def test_a_new_memory_has_every_field(api: Api, clock: ManualClock) -> None:
    store = a_store(api)
    memory = a_memory(api, store, path="/projects/foo/notes.md", content="é")
    body = api.last.json()
    assert re.fullmatch(r"mem_01\w+", memory.id)
    assert re.fullmatch(r"memver_01\w+", memory.memory_version_id)
    assert body == {
        "id": memory.id,
        "type": "memory",
        "memory_store_id": store.id,
        "memory_version_id": memory.memory_version_id,
        "path": "/projects/foo/notes.md",
        "content": None,
        "content_sha256": sha("é"),
        "content_size_bytes": 2,
        "created_at": body["created_at"],
        "updated_at": body["created_at"],
    }
    assert memory.created_at == clock.now()


@pytest.mark.parametrize(
    "text",
    ["", "plain", "no newline at the end\nand\r\ntabs\t", "e\u0301 is not é", "\ufeffmark", "🜁" * 100, "\x00nul", " "],
    ids=["empty", "plain", "lines", "decomposed", "byte order mark", "wide", "nul", "space"],
)
def test_content_is_kept_byte_for_byte(api: Api, text: str) -> None:
    memory = a_memory(api, a_store(api), content=text)
    assert (memory.content_sha256, memory.content_size_bytes) == (sha(text), len(text.encode()))
    assert retrieve(api, memory).content == text


@pytest.mark.stateless
def test_content_may_reach_its_limit_in_bytes_and_not_pass_it(api: Api) -> None:
    store = a_store(api)
    largest = "é" * (LARGEST // 2)
    memory = a_memory(api, store, content=largest)
    assert memory.content_size_bytes == LARGEST
    refused(BadRequestError, lambda: a_memory(api, store, path="/b.md", content=largest + "x"), "content", "102400")
    refused(BadRequestError, lambda: update(api, memory, content=largest + "x"), "content", "102400")
    assert retrieve(api, memory).content_size_bytes == LARGEST


@pytest.mark.parametrize(
    ("view", "created", "updated", "retrieved", "listed"),
    [(None, None, None, "second", None), ("full", "first", "second", "second", "second"), ("basic",) + (None,) * 4],
    ids=["default", "full", "basic"],
)
def test_a_view_decides_whether_content_is_shown(
    api: Api, view: str | None, created: str | None, updated: str | None, retrieved: str | None, listed: str | None
) -> None:
    options = {"view": view} if view else {}
    store = a_store(api)
    memory = a_memory(api, store, content="first", **options)
    assert memory.content == created
    changed = update(api, memory, content="second", **options)
    assert changed.content == updated
    assert retrieve(api, memory, **options).content == retrieved
    (item,) = api.memory_stores.memories.list(store.id, **options)
    assert item.content == listed
    assert item.content_sha256 == changed.content_sha256 == sha("second")


@pytest.mark.stateless
@pytest.mark.parametrize("call", ["create", "update", "retrieve"])
def test_an_unknown_view_is_refused(api: Api, call: str) -> None:
    store = a_store(api)
    memory = a_memory(api, store)
    calls = {
        "create": lambda: a_memory(api, store, path="/b.md", view="all"),
        "update": lambda: update(api, memory, content="x", view="all"),
        "retrieve": lambda: retrieve(api, memory, view="all"),
    }
    refused(BadRequestError, calls[call], "view")


PATHS_TAKEN = {
    "short": "/a",
    "twenty segments": "/a" * 20,
    "1024 bytes": "/" + "é" * 511 + "a",
    "spaces": "/my notes/ a .md",
    "dots inside": "/..a/.b/c..",
    "wide": "/メモ/🜁.md",
    "composed": "/caf\u00e9.md",
    "percent": "/50%25.md",
    "question": "/what?#&=.md",
    "backslash": "/a\\b",
}
PATHS_REFUSED = {
    "empty": "",
    "root": "/",
    "relative": "notes.md",
    "empty segment": "/a//b",
    "trailing slash": "/a/",
    "dot": "/a/./b",
    "dot dot": "/a/../b",
    "dot dot at the end": "/a/..",
    "21 segments": "/a" * 21,
    "1025 bytes": "/" + "é" * 512,
    "newline": "/a\nb",
    "nul": "/a\x00b",
    "delete character": "/a\x7fb",
    "C1 control": "/a\u0085b",
    "zero width": "/a\u200bb",
    "right to left": "/a\u202eb",
    "soft hyphen": "/a\u00adb",
    "byte order mark": "/\ufeffa",
    "line separator": "/a\u2028b",
    "paragraph separator": "/a\u2029b",
    "decomposed": "/cafe\u0301.md",
    "angstrom sign": "/\u212b.md",
}


@pytest.mark.parametrize("path", PATHS_TAKEN.values(), ids=PATHS_TAKEN)
def test_a_path_within_the_rules_is_taken(api: Api, path: str) -> None:
    store = a_store(api)
    memory = a_memory(api, store, path=path)
    assert retrieve(api, memory).path == path
    assert [item.path for item in api.memory_stores.memories.list(store.id)] == [path]


@pytest.mark.stateless
@pytest.mark.parametrize("path", PATHS_REFUSED.values(), ids=PATHS_REFUSED)
def test_a_path_that_breaks_a_rule_is_refused(api: Api, path: str) -> None:
    store = a_store(api)
    refused(BadRequestError, lambda: a_memory(api, store, path=path), "path")
    memory = a_memory(api, store)
    refused(BadRequestError, lambda: update(api, memory, path=path), "path")
    assert unicodedata.normalize("NFC", retrieve(api, memory).path) == "/notes.md"


@pytest.mark.stateless
@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"path": "/a"}, "content"),
        ({"content": "x"}, "path"),
        ({"path": "/a", "content": 7}, "content"),
        ({"path": 7, "content": "x"}, "path"),
        ({"path": "/a", "content": "x", "colour": "red"}, "colour"),
    ],
    ids=str,
)
def test_a_body_without_its_fields_is_refused(api: Api, body: dict[str, Any], word: str) -> None:
    store = a_store(api)
    response = api.send("POST", f"/v1/memory_stores/{store.id}/memories", json=body)
    assert response.status_code == 400
    assert word in response.json()["error"]["message"]


def test_a_taken_path_is_never_overwritten(api: Api) -> None:
    store = a_store(api)
    memory = a_memory(api, store, content="mine")
    error = refused(ConflictError, lambda: a_memory(api, store, content="yours"), "/notes.md")
    assert error.type == "memory_path_conflict_error"
    assert retrieve(api, memory).content == "mine"
    assert len(api.memory_stores.memory_versions.list(store.id).data) == 1


def test_paths_differ_by_case_and_by_store(api: Api) -> None:
    store = a_store(api)
    a_memory(api, store, path="/notes.md")
    a_memory(api, store, path="/Notes.md")
    a_memory(api, a_store(api), path="/notes.md")
    assert len(api.memory_stores.memories.list(store.id).data) == 2


@pytest.mark.every_way
def test_of_many_creates_of_one_path_exactly_one_wins(api: Api) -> None:
    store = a_store(api)

    def try_create(number: int) -> str:
        try:
            a_memory(api, store, content=str(number))
        except ConflictError as error:
            return str(error.type)
        return "won"

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(try_create, range(8)))
    assert outcomes == ["memory_path_conflict_error"] * 7 + ["won"]


def test_an_update_of_content_makes_a_version(api: Api, clock: ManualClock) -> None:
    memory = a_memory(api, a_store(api), content="one")
    clock.advance(timedelta(seconds=1))
    changed = update(api, memory, content="two")
    assert (changed.id, changed.path, changed.content_sha256) == (memory.id, memory.path, sha("two"))
    assert changed.memory_version_id != memory.memory_version_id
    assert (changed.created_at, changed.updated_at) == (memory.created_at, clock.now())
    assert retrieve(api, memory, view="basic") == changed


@pytest.mark.parametrize(
    "fields", [{}, {"content": "one"}, {"path": "/notes.md"}, {"path": None, "content": None}], ids=str
)
def test_an_update_without_effect_makes_no_version(api: Api, clock: ManualClock, fields: dict[str, Any]) -> None:
    memory = a_memory(api, a_store(api), content="one")
    clock.advance(timedelta(seconds=1))
    assert update(api, memory, **fields) == memory


def test_a_rename_keeps_id_and_content(api: Api) -> None:
    store = a_store(api)
    memory = a_memory(api, store, path="/old.md", content="same")
    moved = update(api, memory, path="/new/place.md")
    assert (moved.id, moved.path, moved.content_sha256) == (memory.id, "/new/place.md", sha("same"))
    assert moved.memory_version_id != memory.memory_version_id
    again = a_memory(api, store, path="/old.md")
    assert again.id != memory.id


def test_a_rename_and_new_content_are_one_change(api: Api) -> None:
    store = a_store(api)
    changed = update(api, a_memory(api, store), path="/b.md", content="new", view="full")
    assert (changed.path, changed.content) == ("/b.md", "new")
    assert len(api.memory_stores.memory_versions.list(store.id).data) == 2


def test_a_rename_onto_a_taken_path_is_refused(api: Api) -> None:
    store = a_store(api)
    one, two = a_memory(api, store, path="/one.md"), a_memory(api, store, path="/two.md")
    error = refused(ConflictError, lambda: update(api, two, path="/one.md", content="x"), "/one.md")
    assert error.type == "memory_path_conflict_error"
    assert (retrieve(api, one).path, retrieve(api, two).content) == ("/one.md", "remember")


def test_a_precondition_that_holds_lets_the_update_through(api: Api) -> None:
    memory = a_memory(api, a_store(api), content="one")
    assert update(api, memory, content="two", precondition=expecting("one")).content_sha256 == sha("two")
    assert update(api, memory, path="/moved.md", precondition=expecting("two")).path == "/moved.md"


@pytest.mark.parametrize(
    "change",
    [{"content": "three"}, {"path": "/moved.md"}, {"content": "two"}],
    ids=["content", "rename", "the same content"],
)
def test_a_precondition_that_does_not_hold_stops_the_update(api: Api, change: dict[str, str]) -> None:
    memory = a_memory(api, a_store(api), content="one")
    current = update(api, memory, content="two")
    error = refused(ConflictError, lambda: update(api, memory, precondition=expecting("one"), **change))
    assert error.type == "memory_precondition_failed_error"
    assert retrieve(api, memory, view="basic") == current


@pytest.mark.stateless
@pytest.mark.parametrize(
    "precondition",
    [
        {"type": "content_sha256", "content_sha256": "ABC"},
        {"type": "content_sha256", "content_sha256": "A" * 64},
        {"type": "path", "content_sha256": "a" * 64},
        {"content_sha256": "a" * 64},
        "a" * 64,
    ],
    ids=["short", "upper case", "another type", "no type", "no object"],
)
def test_a_precondition_that_is_none_is_refused(api: Api, precondition: Any) -> None:
    memory = a_memory(api, a_store(api))
    refused(BadRequestError, lambda: update(api, memory, content="x", precondition=precondition), "precondition")


def test_a_delete_with_the_right_hash_goes_through(api: Api) -> None:
    memory = a_memory(api, a_store(api), content="one")
    deleted = delete(api, memory, expected_content_sha256=sha("one"))
    assert (deleted.id, deleted.type) == (memory.id, "memory_deleted")
    for act in (retrieve, update, delete):
        refused(NotFoundError, partial(act, api, memory), memory.id)


def test_a_delete_with_another_hash_deletes_nothing(api: Api) -> None:
    memory = a_memory(api, a_store(api), content="one")
    error = refused(ConflictError, lambda: delete(api, memory, expected_content_sha256=sha("two")))
    assert error.type == "memory_precondition_failed_error"
    assert retrieve(api, memory).content == "one"


@pytest.mark.stateless
@pytest.mark.parametrize("value", ["", "abc", "A" * 64, "g" * 64])
def test_a_hash_that_is_none_is_refused(api: Api, value: str) -> None:
    memory = a_memory(api, a_store(api))
    refused(BadRequestError, lambda: delete(api, memory, expected_content_sha256=value), "expected_content_sha256")


def test_a_deleted_path_is_free_again(api: Api) -> None:
    store = a_store(api)
    memory = a_memory(api, store)
    delete(api, memory)
    assert a_memory(api, store).id != memory.id


@pytest.mark.stateless
def test_a_full_store_takes_edits_but_no_more_memories(api: Api, crowd: Callable[[str, int], None]) -> None:
    store = a_store(api)
    crowd(store.id, CAPACITY - 1)
    last = a_memory(api, store, path="/last.md")
    refused(BadRequestError, lambda: a_memory(api, store, path="/one-too-many.md"), "2000")
    assert update(api, last, content="edited", path="/moved.md").path == "/moved.md"
    delete(api, last)
    a_memory(api, store, path="/again.md")
    refused(BadRequestError, lambda: a_memory(api, store, path="/one-too-many.md"), "2000")


def test_a_memory_of_another_store_is_not_found(api: Api) -> None:
    memory, elsewhere = a_memory(api, a_store(api)), a_store(api)
    memories = api.memory_stores.memories
    for act in (
        lambda: memories.retrieve(memory.id, memory_store_id=elsewhere.id),
        lambda: memories.update(memory.id, memory_store_id=elsewhere.id, content="x"),
        lambda: memories.delete(memory.id, memory_store_id=elsewhere.id),
    ):
        refused(NotFoundError, act, memory.id)
    assert retrieve(api, memory).content == "remember"
