"""Memories and their versions from request to database and back, on both databases."""

import asyncio
from datetime import timedelta
from hashlib import sha256
from typing import Any

import httpx2
import pytest

from agentops.base.clock import ManualClock
from agentops.engine.core.memories import Memory
from agentops.engine.operations import memories
from agentops.engine.server import Engine
from agentops.engine.store.memories import Memories

pytestmark = pytest.mark.anyio


@pytest.fixture
async def store(http: httpx2.AsyncClient) -> str:
    """The address of an empty memory store."""
    return f"/v1/memory_stores/{(await http.post('/v1/memory_stores', json={'name': 'notes'})).json()['id']}"


async def put(http: httpx2.AsyncClient, store: str, path: str, content: str = "x") -> dict[str, Any]:
    answer = await http.post(f"{store}/memories", json={"path": path, "content": content})
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def versions(http: httpx2.AsyncClient, store: str, **query: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = (await http.get(f"{store}/memory_versions", params=query)).json()["data"]
    return listed


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


async def test_of_creators_of_one_path_exactly_one_wins(http: httpx2.AsyncClient, store: str) -> None:
    outcomes = await asyncio.gather(
        *(http.post(f"{store}/memories", json={"path": "/a", "content": f"{index}"}) for index in range(12))
    )
    assert sorted(each.status_code for each in outcomes) == [200] + [409] * 11
    types = {each.json()["error"]["type"] for each in outcomes if each.status_code == 409}
    assert types == {"memory_path_conflict_error"}


async def test_of_writers_that_saw_one_content_exactly_one_wins(http: httpx2.AsyncClient, store: str) -> None:
    memory = await put(http, store, "/a")
    seen = {"type": "content_sha256", "content_sha256": memory["content_sha256"]}
    outcomes = await asyncio.gather(
        *(
            http.post(f"{store}/memories/{memory['id']}", json={"content": f"{index}", "precondition": seen})
            for index in range(12)
        )
    )
    assert sorted(each.status_code for each in outcomes) == [200] + [409] * 11
    assert len(await versions(http, store)) == 2


async def test_every_change_leaves_a_version_and_none_leaves_none(
    http: httpx2.AsyncClient, store: str, clock: ManualClock
) -> None:
    memory = await put(http, store, "/a", "one")
    path = f"{store}/memories/{memory['id']}"
    clock.advance(timedelta(seconds=1))
    assert (await http.post(path, json={"content": "one", "path": "/a"})).json() == memory
    assert (await http.post(path, json={"content": None, "path": None})).json() == memory
    moved = (await http.post(path, json={"path": "/b"})).json()
    assert (moved["id"], moved["path"], moved["content_sha256"]) == (memory["id"], "/b", digest("one"))
    emptied = (await http.post(f"{path}?view=full", json={"content": ""})).json()
    assert (emptied["content"], emptied["content_size_bytes"]) == ("", 0)
    await http.delete(path)
    history = await versions(http, store, memory_id=memory["id"])
    assert [(each["operation"], each["path"], each["content_sha256"]) for each in history] == [
        ("deleted", "/b", None),
        ("modified", "/b", digest("")),
        ("modified", "/b", digest("one")),
        ("created", "/a", digest("one")),
    ]
    assert history[1]["id"] == emptied["memory_version_id"]


async def test_a_precondition_is_about_the_content_also_for_a_move_and_a_delete(
    http: httpx2.AsyncClient, store: str
) -> None:
    memory = await put(http, store, "/a", "one")
    path = f"{store}/memories/{memory['id']}"
    stale = {"type": "content_sha256", "content_sha256": digest("two")}
    for answer in (
        await http.post(path, json={"path": "/b", "precondition": stale}),
        await http.delete(path, params={"expected_content_sha256": digest("two")}),
    ):
        assert (answer.status_code, answer.json()["error"]["type"]) == (409, "memory_precondition_failed_error")
        assert answer.headers["x-should-retry"] == "false"
    assert (await http.post(path, json={"precondition": {"type": "content_sha256"}})).status_code == 400
    assert (await http.delete(path, params={"expected_content_sha256": digest("one")})).status_code == 200


async def test_a_memory_cannot_move_onto_another(http: httpx2.AsyncClient, store: str) -> None:
    memory = await put(http, store, "/a")
    await put(http, store, "/b")
    answer = await http.post(f"{store}/memories/{memory['id']}", json={"path": "/b"})
    assert (answer.status_code, answer.json()["error"]["type"]) == (409, "memory_path_conflict_error")
    assert (await http.delete(f"{store}/memories/{memory['id']}")).status_code == 200
    await put(http, store, "/a")


async def test_a_full_store_takes_edits_and_no_new_memory(
    http: httpx2.AsyncClient, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memories, "MEMORIES_MAX", 3)
    made = [await put(http, store, f"/{index}") for index in range(3)]
    answer = await http.post(f"{store}/memories", json={"path": "/more", "content": ""})
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")
    assert (await http.post(f"{store}/memories/{made[0]['id']}", json={"content": "y"})).status_code == 200
    await http.delete(f"{store}/memories/{made[0]['id']}")
    await put(http, store, "/more")


async def test_folders_count_as_items_and_pages_fit_together(http: httpx2.AsyncClient, store: str) -> None:
    for path in ("/a.md", "/a/b.md", "/a/c/d.md", "/a0", "/b/c.md", "/z.md"):
        await put(http, store, path)

    async def walk(**query: str) -> list[str]:
        walked, page = [], {}
        while True:
            answer = (await http.get(f"{store}/memories", params={**query, **page})).json()
            walked += [f"{each['type']} {each['path']}" for each in answer["data"]]
            if answer["next_page"] is None:
                return walked
            page = {"page": answer["next_page"]}

    top = ["memory /a.md", "memory_prefix /a/", "memory /a0", "memory_prefix /b/", "memory /z.md"]
    for limit in ("1", "2", "100"):
        assert await walk(depth="1", limit=limit) == top
        assert await walk(depth="1", limit=limit, path_prefix="/a/") == ["memory /a/b.md", "memory_prefix /a/c/"]
        assert await walk(depth="0", limit=limit, path_prefix="/a/") == ["memory /a/b.md", "memory /a/c/d.md"]
        assert len(await walk(limit=limit)) == 6
    assert await walk(path_prefix="/nothing/") == []


async def test_a_page_with_contents_is_a_small_one(engine: Engine, http: httpx2.AsyncClient, store: str) -> None:
    store_id = store.rpartition("/")[2]
    at = "2026-11-21T08:30:00.000000Z"
    made = [Memory(f"mem_{n}", f"/{n:02}", f"memver_{n}", "0" * 64, 1, at, at, f'"{n}"') for n in range(25)]
    await engine._database.write(lambda tx: [Memories(tx, "wrkspc_default", store_id).insert(each) for each in made])
    first = (await http.get(f"{store}/memories?view=full&limit=100")).json()
    assert [each["content"] for each in first["data"]] == [f"{n}" for n in range(20)]
    rest = (await http.get(f"{store}/memories", params={"view": "full", "page": first["next_page"]})).json()
    assert (len(rest["data"]), rest["next_page"]) == (5, None)
    assert len((await http.get(f"{store}/memories?limit=100")).json()["data"]) == 25


async def test_a_redacted_version_keeps_its_author_and_nothing_else(
    http: httpx2.AsyncClient, store: str, clock: ManualClock
) -> None:
    memory = await put(http, store, "/secret", "hunter2")
    path = f"{store}/memory_versions/{memory['memory_version_id']}"
    head = await http.post(f"{path}/redact")
    assert (head.status_code, head.json()["error"]["type"]) == (400, "invalid_request_error")
    await http.post(f"{store}/memories/{memory['id']}", json={"content": "clean", "path": "/public"})
    clock.advance(timedelta(seconds=1))
    before = (await http.get(path)).json()
    redacted = (await http.post(f"{path}/redact")).json()
    assert redacted == {
        **before,
        "path": None,
        "content": None,
        "content_sha256": None,
        "content_size_bytes": None,
        "redacted_at": redacted["redacted_at"],
        "redacted_by": before["created_by"],
    }
    clock.advance(timedelta(seconds=1))
    assert (await http.post(f"{path}/redact")).json() == redacted
    assert (await http.get(path)).json() == redacted


async def test_the_last_version_of_a_deleted_memory_can_be_redacted(http: httpx2.AsyncClient, store: str) -> None:
    memory = await put(http, store, "/secret", "hunter2")
    await http.delete(f"{store}/memories/{memory['id']}")
    for version in await versions(http, store):
        assert (await http.post(f"{store}/memory_versions/{version['id']}/redact")).json()["path"] is None


async def test_versions_are_filtered_by_what_happened_and_by_whom(
    http: httpx2.AsyncClient, store: str, clock: ManualClock
) -> None:
    first = await put(http, store, "/a")
    clock.advance(timedelta(minutes=1))
    second = await put(http, store, "/b")
    await http.post(f"{store}/memories/{second['id']}", json={"content": "y"})
    whole = await versions(http, store)
    assert len(whole) == 3
    assert [each["memory_id"] for each in await versions(http, store, memory_id=first["id"])] == [first["id"]]
    assert [each["operation"] for each in await versions(http, store, operation="modified")] == ["modified"]
    assert await versions(http, store, api_key_id="apikey_embedded") == whole
    assert await versions(http, store, api_key_id="apikey_embedded", session_id="sesn_1") == []
    assert await versions(http, store, service_account_id="svac_1") == []
    assert len(await versions(http, store, **{"created_at[gte]": "2026-11-21T08:31:00Z"})) == 2
    assert len(await versions(http, store, **{"created_at[lte]": "2026-11-21T08:30:30Z"})) == 1
    shown = [each["content"] for each in await versions(http, store, view="full")]
    assert shown == ["y", "x", "x"]


async def test_an_archived_store_is_read_emptied_and_deleted(http: httpx2.AsyncClient, store: str) -> None:
    memory = await put(http, store, "/a", "one")
    await http.post(f"{store}/memories/{memory['id']}", json={"content": "two"})
    archived = (await http.post(f"{store}/archive")).json()
    assert (await http.post(f"{store}/archive")).json() == archived
    for answer in (
        await http.post(store, json={"name": "x"}),
        await http.post(f"{store}/memories", json={"path": "/b", "content": ""}),
        await http.post(f"{store}/memories/{memory['id']}", json={"content": "three"}),
    ):
        assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")
    assert (await http.post(f"{store}/memory_versions/{memory['memory_version_id']}/redact")).status_code == 200
    assert (await http.get(f"{store}/memories/{memory['id']}")).json()["content"] == "two"
    assert (await http.delete(f"{store}/memories/{memory['id']}")).status_code == 200
    assert (await http.delete(store)).json()["type"] == "memory_store_deleted"
    for path in ("", "/memories", "/memory_versions", f"/memory_versions/{memory['memory_version_id']}"):
        assert (await http.get(store + path)).status_code == 404


async def test_a_memory_is_found_in_its_own_store_only(http: httpx2.AsyncClient, store: str) -> None:
    memory = await put(http, store, "/a")
    other = f"/v1/memory_stores/{(await http.post('/v1/memory_stores', json={'name': 'other'})).json()['id']}"
    for address in (f"/memories/{memory['id']}", f"/memory_versions/{memory['memory_version_id']}"):
        assert (await http.get(store + address)).status_code == 200
        assert (await http.get(other + address)).status_code == 404
    listed = (await http.get(f"{store}/memories?limit=1")).json()
    assert listed["next_page"] is None


async def test_a_store_changes_by_name_description_and_metadata_alone(
    http: httpx2.AsyncClient, store: str, clock: ManualClock
) -> None:
    made = (await http.get(store)).json()
    clock.advance(timedelta(seconds=1))
    await put(http, store, "/a")
    nothing = {"name": None, "description": None, "metadata": None}
    assert (await http.post(store, json=nothing)).json() == made
    changed = (await http.post(store, json={"description": "d", "metadata": {"k": "v"}})).json()
    assert changed["updated_at"] > made["updated_at"]
    assert (await http.post(store, json={"description": "", "metadata": {"k": None}})).json() == {
        **made,
        "updated_at": changed["updated_at"],
    }
