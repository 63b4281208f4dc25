"""The files that a session was given lie where their resources say, and no others."""

from collections.abc import Callable

import pytest

from agentops.engine.core.json import Json
from agentops.engine.mounting.mounting import Mounting, Prepared
from agentops.engine.store.runners import Place

from .conftest import Api

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("prepared_url", ["sqlite"], indirect=True)]

Make = Callable[[], Mounting]


async def ready(api: Api, mounting: Mounting, place: Place) -> Prepared:
    return await mounting.prepare(place, *await api.loaded(place))


def files(prepared: Prepared) -> dict[str, bytes]:
    folder = prepared.folder / "uploads"
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


async def test_files_come_and_go_while_the_session_runs(api: Api, mounting: Make) -> None:
    one, two = await api.upload(b"one"), await api.upload(b"two" * 1_000_000)
    place = await api.session([{"type": "file", "file_id": one, "mount_path": "/data/one.csv"}])
    shop = mounting()
    prepared = await ready(api, shop, place)
    assert files(prepared) == {"data/one.csv": b"one"}
    (mount,) = (each for each in prepared.mounts if each.target == "/mnt/session/uploads")
    assert not mount.is_writable
    added: Json = await api.post(f"sessions/{place.session_id}/resources", type="file", file_id=two, mount_path="b/c")
    (_, resources) = await api.loaded(place)
    assert await shop.refresh(place, prepared, resources) == ()
    assert files(prepared) == {"data/one.csv": b"one", "b/c": b"two" * 1_000_000}
    await api.delete(f"sessions/{place.session_id}/resources/{added['id']}")
    await shop.refresh(place, prepared, (await api.loaded(place))[1])
    assert files(prepared) == {"data/one.csv": b"one"}
    assert not (prepared.folder / "uploads" / "b").exists()


async def test_a_file_in_the_place_of_another_is_taken_for_what_it_is(api: Api, mounting: Make) -> None:
    place = await api.session([{"type": "file", "file_id": await api.upload(b"one"), "mount_path": "/a"}])
    prepared = await ready(api, mounting(), place)
    (resource,) = (await api.loaded(place))[1]
    await api.delete(f"sessions/{place.session_id}/resources/{resource['id']}")
    two = await api.upload(b"two")
    await api.post(f"sessions/{place.session_id}/resources", type="file", file_id=two, mount_path="/a")
    assert files(await ready(api, mounting(), place)) == {"a": b"two"}
    (prepared.folder / "state" / "uploads.json").write_text("{")
    (prepared.folder / "uploads" / "a").write_text("half wr")
    assert files(await ready(api, mounting(), place)) == {"a": b"two"}


async def test_a_file_that_cannot_be_had_is_told_of(api: Api, mounting: Make) -> None:
    name = "x" * 300
    place = await api.session([{"type": "file", "file_id": await api.upload(b"one"), "mount_path": f"/{name}"}])
    prepared = await ready(api, mounting(), place)
    (told,) = prepared.notices
    assert "cannot be had" in told
    assert files(prepared) == {}
