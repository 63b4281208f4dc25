"""The one adapter behind the target port, against the engine: reads by raw pages, writes through the official SDK."""

import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from agentops.base.clock import ManualClock
from agentops.base.errors import (
    TargetConflict,
    TargetDenied,
    TargetError,
    TargetRejected,
    TargetUnavailable,
    TargetUnreachable,
)
from agentops.base.ids import RandomIds
from agentops.base.secrets import Secret
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings
from agentops.reconcile.objects import OBJECTS, ObjectKind
from agentops.reconcile.target import Verb, Write
from agentops.targets.endpoint import Endpoint
from agentops.targets.live import LiveTarget, in_process

pytestmark = pytest.mark.anyio

URL = "http://engine.test"
AGENT, ENVIRONMENT, STORE = ObjectKind.AGENT, ObjectKind.ENVIRONMENT, ObjectKind.MEMORY_STORE
SCHEDULE, WEBHOOK = ObjectKind.DREAM_SCHEDULE, ObjectKind.WEBHOOK
MINIMAL: dict[ObjectKind, dict[str, Any]] = {
    AGENT: {"name": "a", "model": "claude-opus-5-5", "metadata": {}},
    ENVIRONMENT: {"name": "e", "metadata": {}},
    STORE: {"name": "s", "metadata": {}},
    SCHEDULE: {"name": "d", "model": "claude-opus-5-5", "after_sessions": 5, "metadata": {}},
    WEBHOOK: {"url": "https://a.example.com", "events": ["agent.updated"], "metadata": {}},
}
FEW = {WEBHOOK}
"""Kinds of which there are never as many as a page holds."""


@pytest.fixture
async def engine(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Engine]:
    settings = Settings(database=f"sqlite:///{tmp_path}/engine.db", data=tmp_path)
    clock = ManualClock(datetime(2026, 11, 21, 8, tzinfo=UTC))
    async with build(settings, clock=clock, ids=RandomIds()) as running:
        yield running


@pytest.fixture
async def target(engine: Engine) -> AsyncIterator[LiveTarget]:
    async with in_process(Endpoint("here", URL, engine.credential), engine.app) as found:
        yield found


def misbehaving(answer: Callable[[httpx2.Request], httpx2.Response]) -> LiveTarget:
    return LiveTarget(Endpoint("there", URL, Secret("sk-secret-0123456789")), httpx2.MockTransport(answer))


async def created(target: LiveTarget, kind: ObjectKind, **fields: Any) -> dict[str, Any]:
    named = {"store": (await created(target, STORE))["id"]} if kind is SCHEDULE and "store" not in fields else {}
    return dict(await target.write(Write(Verb.CREATE, kind, body={**MINIMAL[kind], **named, **fields})))


@pytest.mark.parametrize("kind", MINIMAL)
async def test_what_is_written_is_listed_and_read_the_same(target: LiveTarget, kind: ObjectKind) -> None:
    made = await created(target, kind)
    assert await target.list(kind) == [made]
    assert await target.read(kind, made["id"]) == made


@pytest.mark.parametrize("kind", [each for each in MINIMAL if each not in FEW])
async def test_more_than_a_page_is_listed_newest_first(target: LiveTarget, kind: ObjectKind) -> None:
    named = {"store": (await created(target, STORE))["id"]} if kind is SCHEDULE else {}
    made = [(await created(target, kind, **named))["id"] for _ in range(205)]
    found = await target.list(kind)
    assert found is not None
    assert [each["id"] for each in found] == made[::-1]


@pytest.mark.parametrize("kind", [each for each in MINIMAL if OBJECTS[each].can_archive])
async def test_what_is_archived_is_listed_no_more(target: LiveTarget, kind: ObjectKind) -> None:
    made = await created(target, kind)
    archived = await target.write(Write(Verb.ARCHIVE, kind, made["id"]))
    assert archived["archived_at"]
    assert await target.list(kind) == []


@pytest.mark.parametrize("kind", [each for each in MINIMAL if OBJECTS[each].can_delete])
async def test_what_is_deleted_is_gone(target: LiveTarget, kind: ObjectKind) -> None:
    made = await created(target, kind)
    await target.write(Write(Verb.DELETE, kind, made["id"]))
    with pytest.raises(TargetError, match=made["id"]):
        await target.read(kind, made["id"])
    with pytest.raises(TargetRejected) as caught:
        await target.write(Write(Verb.DELETE, kind, made["id"]))
    assert caught.value.status == 404


async def test_every_field_of_every_object_passes_through_the_sdk(target: LiveTarget) -> None:
    whole: dict[ObjectKind, dict[str, Any]] = {
        AGENT: {
            "description": "d",
            "system": "s",
            "tools": [{"type": "agent_toolset_20260401"}],
            "mcp_servers": [],
            "skills": [{"type": "anthropic", "skill_id": "xlsx"}],
            "multiagent": {"type": "multiagent_20261001"},
            "execution_identity": {"type": "service_account"},
        },
        ENVIRONMENT: {"description": "d", "config": {"type": "cloud"}, "scope": "organization"},
        STORE: {"description": "d"},
        SCHEDULE: {
            "store": (await created(target, STORE))["id"],
            "agents": [(await created(target, AGENT))["id"]],
            "since": "last-dream",
            "max": 9,
            "min": 2,
            "schedule": {"type": "cron", "expression": "0 3 * * *", "timezone": "UTC"},
            "every": "6h",
            "engine": "messages",
            "budget": {"tokens": 9},
            "instructions": "i",
            "review": "auto",
            "gates": {"secrets": "block"},
        },
        WEBHOOK: {"description": "d", "format": "slack"},
    }
    for kind, fields in whole.items():
        assert {*OBJECTS[kind].fields} - {"seed"} == {*MINIMAL[kind], *fields}
        made = await created(target, kind, **fields)
        await target.write(Write(Verb.UPDATE, kind, made["id"], body=fields))


async def test_old_versions_of_an_agent_are_read_and_missing_ones_are_none(target: LiveTarget) -> None:
    made = await created(target, AGENT, system="one")
    await target.write(Write(Verb.UPDATE, AGENT, made["id"], body={"system": "two", "version": 1}))
    old = await target.agent_version(made["id"], 1)
    assert old is not None
    assert old["system"] == "one"
    assert await target.agent_version(made["id"], 9) is None


async def test_memories_are_listed_without_their_folders_and_content(target: LiveTarget) -> None:
    store = (await created(target, STORE))["id"]
    for path in ("/a.md", "/deep/b.md", "/deep/er/c.md"):
        await target.write(Write(Verb.CREATE_MEMORY, STORE, store, body={"path": path, "content": path}))
    found = await target.list_memories(store)
    assert sorted(each["path"] for each in found) == ["/a.md", "/deep/b.md", "/deep/er/c.md"]
    assert {each["type"] for each in found} == {"memory"}
    assert not any(each.get("content") for each in found)


async def test_a_signing_secret_is_never_beside_an_object(target: LiveTarget) -> None:
    made = await created(target, WEBHOOK)
    updated = await target.write(Write(Verb.UPDATE, WEBHOOK, made["id"], body={"description": "d"}))
    assert "whsec_" not in f"{made}{updated}{await target.list(WEBHOOK)}"


async def test_who_wrote_a_memory_and_what_is_told(target: LiveTarget) -> None:
    store = (await created(target, STORE))["id"]
    memory = await target.write(Write(Verb.CREATE_MEMORY, STORE, store, body={"path": "/a.md", "content": "x"}))
    (version,) = await target.memory_versions(store, {"memory_id": memory["id"]})
    assert (version["created_by"]["type"], version["content_sha256"]) == ("api_actor", memory["content_sha256"])
    assert not await target.memory_versions(store, {"memory_id": "mem_01nowhere"})
    assert not await target.memory_versions(store, {"operation": "deleted"})


async def test_a_memory_is_updated_under_its_precondition_only(target: LiveTarget) -> None:
    store = (await created(target, STORE))["id"]
    memory = await target.write(Write(Verb.CREATE_MEMORY, STORE, store, body={"path": "/a.md", "content": "x"}))
    for content_sha256, is_met in (("0" * 64, False), (memory["content_sha256"], True)):
        precondition = {"type": "content_sha256", "content_sha256": content_sha256}
        body = {"content": "y", "precondition": precondition}
        write = Write(Verb.UPDATE_MEMORY, STORE, store, memory["id"], body)
        if is_met:
            assert (await target.write(write))["content_sha256"] != memory["content_sha256"]
        else:
            with pytest.raises(TargetConflict):
                await target.write(write)


async def test_an_update_of_an_old_version_is_a_conflict(target: LiveTarget) -> None:
    made = await created(target, AGENT)
    write = Write(Verb.UPDATE, AGENT, made["id"], body={"system": "x", "version": 1})
    await target.write(write)
    with pytest.raises(TargetConflict) as caught:
        await target.write(write)
    assert caught.value.request_id.startswith("req_")


async def test_what_the_server_does_not_accept_is_said_in_its_words(target: LiveTarget) -> None:
    with pytest.raises(TargetRejected, match="here refused to create agent: name") as caught:
        await created(target, AGENT, name="")
    assert caught.value.status == 400


async def test_a_wrong_key_is_denied_for_reads_and_writes(engine: Engine) -> None:
    async with in_process(Endpoint("here", URL, Secret("sk-wrong-0123456789")), engine.app) as wrong:
        with pytest.raises(TargetDenied):
            await wrong.list(AGENT)
        with pytest.raises(TargetDenied) as caught:
            await created(wrong, AGENT)
        assert "sk-wrong" not in f"{caught.value!r}{caught.value.hint}"


async def test_a_collection_that_the_target_has_not_is_none(target: LiveTarget) -> None:
    async with misbehaving(lambda _: httpx2.Response(404, json={})) as bare:
        assert await bare.list(AGENT) is None
        assert not await bare.can_hold("agents", OBJECTS[AGENT].betas)
    assert await target.can_hold("agents", OBJECTS[AGENT].betas)


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503, 529])
async def test_the_sdk_never_repeats_a_write_by_itself(status: int) -> None:
    requests = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        requests.append(request)
        return httpx2.Response(status, json={"error": {"message": "No."}}, headers={"retry-after": "7"})

    async with misbehaving(answer) as busy:
        with pytest.raises(TargetError) as caught:
            await created(busy, AGENT)
    assert len(requests) == 1
    assert caught.value.status == status
    assert caught.value.retry_after_s == 7.0


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b"null", b'{"id": ', b"\xff"])
async def test_a_write_answered_by_something_else_may_or_may_not_have_happened(content: bytes) -> None:
    async with misbehaving(lambda _: httpx2.Response(200, content=content)) as proxy:
        with pytest.raises(TargetUnreachable, match="not the API's JSON") as caught:
            await created(proxy, AGENT)
    assert not caught.value.was_not_sent


@pytest.mark.parametrize(("error", "was_not_sent"), [(httpx2.ConnectError, True), (httpx2.ReadError, False)])
async def test_a_write_without_an_answer_says_whether_it_left(
    error: type[httpx2.TransportError], was_not_sent: bool
) -> None:
    def answer(_: httpx2.Request) -> httpx2.Response:
        raise error("no luck")

    async with misbehaving(answer) as dead:
        with pytest.raises(TargetUnreachable, match="no luck") as caught:
            await created(dead, AGENT)
    assert caught.value.was_not_sent is was_not_sent


async def test_a_failing_server_is_unavailable_and_not_wrong(target: LiveTarget) -> None:
    async with misbehaving(lambda _: httpx2.Response(503, content=b"<html>Bad gateway</html>")) as broken:
        with pytest.raises(TargetUnavailable, match="status 503 and no reason"):
            await created(broken, AGENT)


def test_planning_an_unchanged_tree_loads_neither_the_sdk_nor_what_reads_manifests() -> None:
    planning = (
        "agentops.targets.live, agentops.reconcile.planner, agentops.reconcile.lowering, agentops.cli.commands.plan"
    )
    heavy = {"anthropic", "pydantic", "pydantic_core", "yaml", "ruamel.yaml", "rich", "jsonschema"}
    program = f"import sys, {planning}; print(*{heavy} & {{*sys.modules}})"
    assert subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout == "\n"
