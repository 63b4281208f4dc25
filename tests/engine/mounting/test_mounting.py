"""A session's folder from end to end."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from agentops.engine.mounting.mounting import Mounting
from agentops.engine.mounting.notes import notes
from agentops.engine.mounting.turns import Turns

from .conftest import AGENT, Api

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("prepared_url", ["sqlite"], indirect=True)]

Make = Callable[[], Mounting]


def names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


async def test_a_folder_is_there_as_long_as_its_session(api: Api, mounting: Make, folder: Path) -> None:
    one, two = await api.session([]), await api.session([])
    shop = mounting()
    for place in (one, two):
        prepared = await shop.prepare(place, *await api.loaded(place))
        assert (prepared.folder / "workspace").is_dir()
        assert (prepared.folder / "outputs").is_dir()
    (folder / ".graves").mkdir(exist_ok=True)
    (folder / ".graves" / "left" / "behind").mkdir(parents=True)
    for name, age_s in ((".new-1", 0), (".new-2", 10_000)):
        (folder / name / "state").mkdir(parents=True)
        made_at = (folder / name).stat().st_mtime - age_s
        os.utime(folder / name, (made_at, made_at))
    await api.delete(f"sessions/{one.session_id}")
    await shop.sweep()
    assert names(folder) == {two.session_id, ".graves", ".new-1"}
    assert list((folder / ".graves").iterdir()) == []
    await shop.discard(two.session_id)
    assert not (folder / two.session_id).exists()
    await shop.sweep()


async def test_the_prompt_tells_what_there_is(api: Api, mounting: Make) -> None:
    store = await api.store(name="Team  notes", description="What we learnt.")
    file_id = await api.upload(b"x")
    place = await api.session(
        [
            {"type": "memory_store", "memory_store_id": store, "access": "read_only", "instructions": "Read first."},
            {"type": "file", "file_id": file_id, "mount_path": "/a.csv"},
        ]
    )
    prepared = await mounting().prepare(place, *await api.loaded(place))
    for said in (
        "## /mnt/memory/team-notes: Team notes",
        "you may read, and cannot write",
        "Description: What we learnt.",
        "Instructions: Read first.",
        "- /mnt/session/uploads/a.csv (cannot be written)",
        "/mnt/session/outputs",
    ):
        assert said in prepared.notes


async def test_a_worker_of_the_users_own_has_no_outputs_folder(api: Api) -> None:
    environment = await api.post("environments", name="e", config={"type": "self_hosted"})
    agent = await api.post("agents", **AGENT)
    session = await api.post("sessions", agent=agent["id"], environment_id=environment["id"])
    place = await api.session([])
    stored, _ = await api.loaded(type(place)(place.workspace, session["id"]))
    assert notes(stored, ()) == ""


async def test_who_goes_away_leaves_no_work_half_done(prepared_url: str) -> None:
    turns = Turns()
    order: list[str] = []
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        begun.set()
        await go_on.wait()
        order.append("slow")

    async def quick() -> None:
        order.append("quick")

    first = asyncio.ensure_future(turns.take("a", slow))
    await begun.wait()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    second = asyncio.ensure_future(turns.take("a", quick))
    await turns.take("b", quick)
    go_on.set()
    await second
    assert order == ["quick", "slow", "quick"]
    stuck = asyncio.ensure_future(turns.take("a", asyncio.Event().wait))
    await asyncio.sleep(0)
    await turns.close(0)
    await asyncio.gather(stuck, return_exceptions=True)
    assert stuck.cancelled()
