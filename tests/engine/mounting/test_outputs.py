"""What a session leaves in its outputs folder becomes files of the API, whole or not at all."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agentops.base.clock import ManualClock
from agentops.engine.mounting.mounting import Mounting, MountingLimits, Prepared
from agentops.engine.mounting.outputs import OutputLimits
from agentops.engine.server import Engine
from agentops.engine.store.runners import Place

from .conftest import Api, backing_of

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("prepared_url", ["sqlite"], indirect=True)]

Make = Callable[[], Mounting]


@pytest.fixture
async def place(api: Api) -> Place:
    return await api.session([])


async def ready(api: Api, mounting: Mounting, place: Place) -> Prepared:
    return await mounting.prepare(place, *await api.loaded(place))


async def listed(api: Api, place: Place) -> dict[str, dict[str, Any]]:
    found = await api.get("files", scope_id=place.session_id, limit=100)
    return {each["filename"]: each for each in found["data"]}


async def bytes_of(api: Api, file_id: str) -> bytes:
    return bytes((await api.http.get(f"/v1/files/{file_id}/content")).content)


async def test_outputs_can_be_downloaded(api: Api, mounting: Make, place: Place) -> None:
    shop = mounting()
    prepared = await ready(api, shop, place)
    (prepared.folder / "outputs" / "charts").mkdir()
    (prepared.folder / "outputs" / "charts" / "a.csv").write_text("1,2")
    (prepared.folder / "outputs" / "empty.md").touch()
    assert await shop.settle(place, prepared) == ()
    found = await listed(api, place)
    assert set(found) == {"charts/a.csv", "empty.md"}
    chart = found["charts/a.csv"]
    assert chart["downloadable"]
    assert chart["scope"] == {"type": "session", "id": place.session_id}
    assert (chart["mime_type"], chart["size_bytes"]) == ("text/csv", 3)
    assert await bytes_of(api, chart["id"]) == b"1,2"


async def test_another_text_is_another_file(api: Api, mounting: Make, place: Place, engine: Engine) -> None:
    shop = mounting()
    prepared = await ready(api, shop, place)
    file = prepared.folder / "outputs" / "a.txt"
    file.write_text("one")
    await shop.settle(place, prepared)
    (first,) = (await listed(api, place)).values()
    file.write_text("two")
    await shop.settle(place, prepared)
    (second,) = (await listed(api, place)).values()
    assert second["id"] != first["id"]
    assert await bytes_of(api, second["id"]) == b"two"
    assert (await api.http.get(f"/v1/files/{first['id']}")).status_code == 404
    file.unlink()
    await shop.settle(place, prepared)
    assert set(await listed(api, place)) == {"a.txt"}


async def test_a_server_that_is_started_again_keeps_nothing_twice(api: Api, mounting: Make, place: Place) -> None:
    shop = mounting()
    prepared = await ready(api, shop, place)
    (prepared.folder / "outputs" / "a.txt").write_text("one")
    await shop.settle(place, prepared)
    before = await listed(api, place)
    shop = mounting()
    await shop.settle(place, await ready(api, shop, place))
    assert await listed(api, place) == before


async def test_what_is_no_file_is_told_of(api: Api, mounting: Make, place: Place) -> None:
    shop = mounting()
    prepared = await ready(api, shop, place)
    folder = prepared.folder / "outputs"
    (folder / "link").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe")
    (folder / "a:b").write_text("a name that files cannot have")
    os.link(folder / "a:b", folder / "again")
    deep = folder.joinpath(*"abcdefghijklmnopqrstuvw")
    deep.mkdir(parents=True)
    told = await shop.settle(place, prepared)
    assert len(told) == 5
    assert await shop.settle(place, prepared) == ()
    assert await listed(api, place) == {}


async def test_outputs_are_bounded(api: Api, engine: Engine, place: Place, clock: ManualClock, folder: Path) -> None:
    limits = MountingLimits(OutputLimits(count=3, file_bytes=10, total_bytes=25))
    shop = Mounting(backing_of(engine, clock), folder, limits=limits)
    prepared = await ready(api, shop, place)
    outputs = prepared.folder / "outputs"
    with (outputs / "sparse").open("wb") as sparse:
        sparse.truncate(2**40)
    for name in "abcd":
        (outputs / name).write_text("x" * (9 if name != "c" else 8))
    told = await shop.settle(place, prepared)
    assert set(await listed(api, place)) == {"a", "b"}
    assert [each.partition(" ")[0].rpartition("/")[2] for each in told] == ["c", "d", "sparse"]
    (outputs / "c").write_text("x")
    (told_now,) = await shop.settle(place, prepared)
    assert "one more than the 3 files" in told_now
    assert set(await listed(api, place)) == {"a", "b", "c"}


async def test_of_a_session_that_was_deleted_nothing_is_kept(api: Api, mounting: Make, place: Place) -> None:
    shop = mounting()
    prepared = await ready(api, shop, place)
    (prepared.folder / "outputs" / "a.txt").write_text("one")
    await api.delete(f"sessions/{place.session_id}")
    await shop.settle(place, prepared)
    assert await listed(api, place) == {}


async def test_a_killed_server_leaves_no_half_file(
    api: Api, mounting: Make, place: Place, engine: Engine, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = mounting()
    prepared = await ready(api, shop, place)
    (prepared.folder / "outputs" / "a.txt").write_text("one")

    class KilledError(Exception):
        pass

    def killed(*_: object) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr("agentops.engine.mounting.output_writes.keep", killed)
        with pytest.raises(KilledError):
            await shop.settle(place, prepared)
    assert await listed(api, place) == {}
    shop = mounting()
    await shop.settle(place, await ready(api, shop, place))
    assert set(await listed(api, place)) == {"a.txt"}
    clock.advance(timedelta(hours=2))
    async with engine:
        from agentops.engine import upkeep

        await upkeep.tidy(engine._database, engine._blobs, clock)
    blobs = [each for each in (engine.settings.data / "blobs").rglob("file_*") if each.is_file()]
    assert len(blobs) == 1
