"""A memory store of a target, whole: over the engine, by raw pages and the official SDK."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agentops.base.canonical import text_digest
from agentops.base.clock import ManualClock
from agentops.base.errors import TargetConflict, TargetError, TargetRejected
from agentops.base.ids import RandomIds
from agentops.engine.server import build
from agentops.engine.settings import Settings
from agentops.reconcile.objects import ObjectKind
from agentops.reconcile.target import Verb, Write
from agentops.targets.endpoint import Endpoint
from agentops.targets.live import LiveTarget, in_process
from agentops.targets.memory import Memory

pytestmark = pytest.mark.anyio


@pytest.fixture
async def target(tmp_path: Path, anyio_backend: str) -> AsyncIterator[LiveTarget]:
    settings = Settings(database=f"sqlite:///{tmp_path}/engine.db", data=tmp_path)
    engine = build(settings, clock=ManualClock(datetime(2026, 11, 21, tzinfo=UTC)), ids=RandomIds())
    async with engine, in_process(Endpoint("here", "http://engine.test", engine.credential), engine.app) as found:
        yield found


@pytest.fixture
async def memory(target: LiveTarget) -> Memory:
    made = await target.write(Write(Verb.CREATE, ObjectKind.MEMORY_STORE, body={"name": "desk", "metadata": {}}))
    return Memory(target, str(made["id"]))


async def test_every_page_is_read_with_content_and_without(memory: Memory) -> None:
    for number in range(23):
        await memory.create(f"/{number:02}.md", f"note {number}")
    full = await memory.memories(full=True)
    assert [each["content"] for each in sorted(full, key=lambda each: each["path"])] == [f"note {n}" for n in range(23)]
    assert [each["content"] for each in await memory.memories(full=False)] == [None] * 23
    assert len([each async for each in memory.versions({})]) == 23


async def test_nobody_is_overwritten(memory: Memory) -> None:
    made = await memory.create("/a.md", "one")
    with pytest.raises(TargetConflict):
        await memory.create("/a.md", "two")
    with pytest.raises(TargetConflict):
        await memory.update(made["id"], "two", expected=text_digest("other"))
    with pytest.raises(TargetConflict):
        await memory.delete(made["id"], expected=text_digest("other"))
    await memory.update(made["id"], "two", expected=text_digest("one"))
    assert [each["content"] for each in await memory.memories(full=True)] == ["two"]
    await memory.delete(made["id"], expected=text_digest("two"))
    assert await memory.memories(full=True) == []


async def test_versions_come_newest_first_and_can_be_asked_for_by_memory(memory: Memory) -> None:
    made = await memory.create("/a.md", "one")
    await memory.create("/b.md", "other")
    await memory.update(made["id"], "two", expected=text_digest("one"))
    found = [(each["path"], each["content"]) async for each in memory.versions({"memory_id": made["id"]})]
    assert found == [("/a.md", "two"), ("/a.md", "one")]


async def test_a_version_is_redacted_once_it_is_not_what_stands(memory: Memory) -> None:
    made = await memory.create("/a.md", "one")
    with pytest.raises(TargetRejected):
        await memory.redact(made["memory_version_id"])
    await memory.update(made["id"], "two", expected=text_digest("one"))
    await memory.redact(made["memory_version_id"])
    assert [each["content"] async for each in memory.versions({})] == ["two", None]


async def test_metadata_is_set_beside_what_others_set(memory: Memory) -> None:
    await memory.annotate({"one": "1"})
    await memory.annotate({"two": "2"})
    assert (await memory.about())["metadata"] == {"one": "1", "two": "2"}


async def test_a_store_that_is_gone_is_named(target: LiveTarget) -> None:
    with pytest.raises(TargetError, match="has no memory store memstore_none any more"):
        await Memory(target, "memstore_none").about()
