"""Memory stores in a session: one file a memory, the same in both directions, with nothing lost on the way."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agentops.base.clock import ManualClock
from agentops.engine.core.json import Json
from agentops.engine.mounting.mounting import Mounting, Prepared
from agentops.engine.store.runners import Place

from .conftest import Api

pytestmark = pytest.mark.anyio

Make = Callable[[], Mounting]


@dataclass
class Desk:
    """A session with one store, as an agent has it before it."""

    api: Api
    store: str
    place: Place
    mounting: Mounting
    prepared: Prepared
    resources: tuple[Json, ...]
    clock: ManualClock

    @property
    def folder(self) -> Path:
        return self.prepared.folder / "memory" / "notes"

    def files(self) -> dict[str, str]:
        return {
            f"/{each.relative_to(self.folder)}": each.read_text() for each in self.folder.rglob("*") if each.is_file()
        }

    async def settle(self) -> tuple[str, ...]:
        self.clock.advance(timedelta(seconds=1))
        return await self.mounting.settle(self.place, self.prepared)

    async def refresh(self) -> tuple[str, ...]:
        self.clock.advance(timedelta(seconds=1))
        return await self.mounting.refresh(self.place, self.prepared, self.resources)

    async def put(self, path: str, content: str) -> None:
        self.clock.advance(timedelta(seconds=1))
        listed = await self.api.get(f"memory_stores/{self.store}/memories", limit=100)
        found = {each["path"]: each["id"] for each in listed["data"]}
        if path in found:
            await self.api.post(f"memory_stores/{self.store}/memories/{found[path]}", content=content)
        else:
            await self.api.post(f"memory_stores/{self.store}/memories", path=path, content=content)

    async def drop(self, path: str) -> None:
        self.clock.advance(timedelta(seconds=1))
        listed = await self.api.get(f"memory_stores/{self.store}/memories", limit=100)
        (memory_id,) = (each["id"] for each in listed["data"] if each["path"] == path)
        await self.api.delete(f"memory_stores/{self.store}/memories/{memory_id}")

    async def stored(self) -> dict[str, str]:
        return await self.api.memories(self.store)

    async def again(self, make: Make) -> "Desk":
        """Return the session in the hands of a server that has just been started."""
        self.clock.advance(timedelta(seconds=1))
        session, resources = await self.api.loaded(self.place)
        mounting = make()
        prepared = await mounting.prepare(self.place, session, resources)
        return Desk(self.api, self.store, self.place, mounting, prepared, resources, self.clock)


async def begun(api: Api, make: Make, clock: ManualClock, memories: dict[str, str], **resource: Any) -> Desk:
    store = await api.store()
    for path, content in memories.items():
        await api.post(f"memory_stores/{store}/memories", path=path, content=content)
    place = await api.session([{"type": "memory_store", "memory_store_id": store, **resource}])
    session, resources = await api.loaded(place)
    mounting = make()
    clock.advance(timedelta(seconds=1))
    prepared = await mounting.prepare(place, session, resources)
    return Desk(api, store, place, mounting, prepared, resources, clock)


async def test_every_memory_is_a_file_under_the_path_of_its_store(api: Api, mounting: Make, clock: ManualClock) -> None:
    memories = {"/a.md": "A", "/deep/er/b.md": "B", "/empty": "", "/ü.md": "Ü"}
    desk = await begun(api, mounting, clock, memories)
    assert desk.files() == memories
    (mount,) = (each for each in desk.prepared.mounts if each.target == "/mnt/memory/notes")
    assert mount.source == desk.folder
    assert mount.is_writable


async def test_what_the_agent_does_becomes_versions_of_its_session(
    api: Api, mounting: Make, clock: ManualClock
) -> None:
    desk = await begun(api, mounting, clock, {"/a.md": "A", "/b.md": "B"})
    (desk.folder / "a.md").write_text("A2")
    (desk.folder / "b.md").unlink()
    (desk.folder / "new").mkdir()
    (desk.folder / "new" / "c.md").write_text("C")
    assert await desk.settle() == ()
    assert await desk.stored() == {"/a.md": "A2", "/new/c.md": "C"}
    own = [each for each in await api.versions(desk.store) if each["created_by"]["type"] == "session_actor"]
    assert {(each["operation"], each["path"]) for each in own} == {
        ("modified", "/a.md"),
        ("deleted", "/b.md"),
        ("created", "/new/c.md"),
    }
    assert {each["created_by"]["session_id"] for each in own} == {desk.place.session_id}


async def test_what_others_do_appears(api: Api, mounting: Make, clock: ManualClock) -> None:
    desk = await begun(api, mounting, clock, {"/a.md": "A", "/d/b.md": "B"})
    await desk.put("/a.md", "A2")
    await desk.drop("/d/b.md")
    await desk.put("/e/c.md", "C")
    assert await desk.refresh() == ()
    assert desk.files() == {"/a.md": "A2", "/e/c.md": "C"}
    assert not (desk.folder / "d").exists()


async def test_two_sessions_of_one_store_see_each_other(api: Api, mounting: Make, clock: ManualClock) -> None:
    one = await begun(api, mounting, clock, {"/a.md": "A"})
    place = await api.session([{"type": "memory_store", "memory_store_id": one.store}])
    session, resources = await api.loaded(place)
    prepared = await one.mounting.prepare(place, session, resources)
    other = Desk(api, one.store, place, one.mounting, prepared, resources, clock)
    (one.folder / "a.md").write_text("from one")
    await one.settle()
    await other.refresh()
    assert (other.folder / "a.md").read_text() == "from one"


async def test_of_two_edits_the_stores_stays_and_the_agents_is_beside_it(
    api: Api, mounting: Make, clock: ManualClock
) -> None:
    desk = await begun(api, mounting, clock, {"/a.md": "A"})
    (desk.folder / "a.md").write_text("mine")
    await desk.put("/a.md", "theirs")
    (told,) = await desk.settle()
    stored = await desk.stored()
    assert stored.pop("/a.md") == "theirs"
    ((beside, text),) = stored.items()
    assert text == "mine"
    assert beside.startswith("/a.conflict-")
    assert beside.endswith(".md")
    assert beside in told
    assert desk.files() == await desk.stored()


async def test_an_edit_of_what_somebody_deleted_is_kept_beside(api: Api, mounting: Make, clock: ManualClock) -> None:
    desk = await begun(api, mounting, clock, {"/.plan": "A"})
    (desk.folder / ".plan").write_text("mine")
    await desk.drop("/.plan")
    (told,) = await desk.settle()
    ((beside, text),) = (await desk.stored()).items()
    assert (beside.partition("-")[0], text) == ("/.plan.conflict", "mine")
    assert "is gone there" in told


async def test_what_somebody_changed_comes_back_when_the_agent_deletes_it(
    api: Api, mounting: Make, clock: ManualClock
) -> None:
    desk = await begun(api, mounting, clock, {"/a.md": "A"})
    (desk.folder / "a.md").unlink()
    await desk.put("/a.md", "theirs")
    (told,) = await desk.settle()
    assert "it is back" in told
    assert desk.files() == await desk.stored() == {"/a.md": "theirs"}


async def test_a_store_that_may_be_read_alone_gets_nothing(api: Api, mounting: Make, clock: ManualClock) -> None:
    desk = await begun(api, mounting, clock, {"/a.md": "A"}, access="read_only")
    (mount,) = (each for each in desk.prepared.mounts if each.target == "/mnt/memory/notes")
    assert not mount.is_writable
    (desk.folder / "a.md").write_text("B")
    (desk.folder / "c.md").write_text("C")
    assert await desk.settle() == ()
    assert desk.files() == await desk.stored() == {"/a.md": "A"}


def spoil(folder: Path) -> None:
    """Leave what no memory can be."""
    os.mkfifo(folder / "pipe")
    with (folder / "sparse").open("wb") as sparse:
        sparse.truncate(2**40)
    (folder / "link").symlink_to("/etc/passwd")
    (folder / "bytes").write_bytes(b"\xff\xfe")
    (folder / "a\u0308").write_text("not NFC")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff")).write_text("no UTF-8")


async def test_what_cannot_be_a_memory_stays_and_is_told_once(api: Api, mounting: Make, clock: ManualClock) -> None:
    desk = await begun(api, mounting, clock, {"/a.md": "A", "/b.md": "B", "/c/d.md": "D"})
    folder = desk.folder
    spoil(folder)
    # In the place of memories: nobody deleted those.
    (folder / "a.md").unlink()
    (folder / "a.md").symlink_to("/etc/passwd")
    os.link(folder / "b.md", folder / "second")
    (folder / "c" / "d.md").unlink()
    (folder / "c").rmdir()
    (folder / "c").symlink_to("/etc")
    told = await desk.settle()
    assert len(told) == 10
    assert await desk.settle() == ()
    assert await desk.stored() == {"/a.md": "A", "/b.md": "B", "/c/d.md": "D"}
    await desk.put("/c/d.md", "D2")
    await desk.settle()
    assert (folder / "c").is_symlink()


async def test_an_archived_store_refuses_and_loses_nothing(api: Api, mounting: Make, clock: ManualClock) -> None:
    desk = await begun(api, mounting, clock, {"/a.md": "A"})
    await api.post(f"memory_stores/{desk.store}/archive")
    (desk.folder / "a.md").write_text("mine")
    (told,) = await desk.settle()
    assert "archived" in told
    assert await desk.settle() == ()
    assert desk.files() == {"/a.md": "mine"}


async def test_of_a_deleted_store_the_files_stay(api: Api, mounting: Make, clock: ManualClock) -> None:
    desk = await begun(api, mounting, clock, {"/a.md": "A"})
    await api.delete(f"memory_stores/{desk.store}")
    (told,) = await desk.settle()
    assert "deleted" in told
    assert desk.files() == {"/a.md": "A"}


async def test_a_path_that_is_a_folder_too_is_told_of(api: Api, mounting: Make, clock: ManualClock) -> None:
    desk = await begun(api, mounting, clock, {"/a": "A", "/a/b": "B", f"/{'x' * 300}": "X"})
    assert desk.files() == {"/a": "A"}
    assert len(desk.prepared.notices) == 2
    assert await desk.settle() == ()
    assert len(await desk.stored()) == 3


async def test_a_file_makes_room_for_a_folder_both_ways(api: Api, mounting: Make, clock: ManualClock) -> None:
    desk = await begun(api, mounting, clock, {"/a": "A", "/b/c": "C"})
    (desk.folder / "a").unlink()
    (desk.folder / "a").mkdir()
    (desk.folder / "a" / "x").write_text("X")
    await desk.drop("/b/c")
    await desk.put("/b", "B")
    assert await desk.settle() == ()
    assert desk.files() == await desk.stored() == {"/a/x": "X", "/b": "B"}


async def test_a_server_that_did_not_note_what_it_stored_repeats_nothing(
    api: Api, mounting: Make, clock: ManualClock
) -> None:
    desk = await begun(api, mounting, clock, {"/a.md": "A", "/b.md": "B"})
    note = desk.prepared.folder / "state" / "memory-notes.json"
    before = note.read_bytes()
    (desk.folder / "a.md").write_text("mine")
    (desk.folder / "b.md").unlink()
    (desk.folder / "c.md").write_text("C")
    await desk.settle()
    note.write_bytes(before)
    await desk.put("/a.md", "theirs")
    await desk.put("/b.md", "B2")
    await desk.drop("/c.md")
    count = len(await api.versions(desk.store))
    desk = await desk.again(mounting)
    assert desk.files() == await desk.stored() == {"/a.md": "theirs", "/b.md": "B2"}
    assert len(await api.versions(desk.store)) == count


async def test_what_was_done_while_no_server_ran_is_kept(api: Api, mounting: Make, clock: ManualClock) -> None:
    desk = await begun(api, mounting, clock, {"/a.md": "A", "/b.md": "B", "/c.md": "C"})
    (desk.folder / "a.md").write_text("mine")
    (desk.folder / "b.md").unlink()
    await desk.put("/c.md", "theirs")
    desk = await desk.again(mounting)
    assert desk.files() == await desk.stored() == {"/a.md": "mine", "/c.md": "theirs"}


@pytest.mark.parametrize("loss", ["power", "note", "copy"])
async def test_files_that_a_disk_lost_are_nobodys_deletions(
    api: Api, mounting: Make, clock: ManualClock, loss: str
) -> None:
    desk = await begun(api, mounting, clock, {"/a.md": "A", "/b.md": "B"})
    note = desk.prepared.folder / "state" / "memory-notes.json"
    (desk.folder / "a.md").unlink()
    if loss == "power":
        note.write_text(note.read_text().replace('"boot": "', '"boot": "another '))
    elif loss == "note":
        note.write_text("")
    else:
        (desk.folder / "b.md").unlink()
        desk.folder.rmdir()
    desk = await desk.again(mounting)
    assert desk.files() == await desk.stored() == {"/a.md": "A", "/b.md": "B"}


async def test_a_folder_closed_to_its_owner_hides_nothing(api: Api, mounting: Make, clock: ManualClock) -> None:
    desk = await begun(api, mounting, clock, {"/d/a.md": "A"})
    (desk.folder / "d" / "a.md").write_text("mine")
    (desk.folder / "d").chmod(0)
    await desk.settle()
    assert await desk.stored() == {"/d/a.md": "mine"}


async def test_a_full_store_says_so(api: Api, mounting: Make, clock: ManualClock, monkeypatch: Any) -> None:
    monkeypatch.setattr("agentops.engine.operations.memories.MEMORIES_MAX", 2)
    desk = await begun(api, mounting, clock, {"/a.md": "A"})
    for name in ("b", "c", "d"):
        (desk.folder / name).write_text(name)
    told = await desk.settle()
    assert [each.partition(" is not stored")[0] for each in told] == ["/mnt/memory/notes/c", "/mnt/memory/notes/d"]
    assert set(await desk.stored()) == {"/a.md", "/b"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
async def test_what_appears_belongs_to_the_user_of_the_sandbox(api: Api, mounting: Make, clock: ManualClock) -> None:
    desk = await begun(api, mounting, clock, {"/a.md": "A"})
    os.chown(desk.folder, 60_600, 60_600)
    await desk.put("/d/b.md", "B")
    await desk.refresh()
    assert {(desk.folder / each).stat().st_uid for each in ("d", "d/b.md")} == {60_600}
