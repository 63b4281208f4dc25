"""A full disk: what cannot be kept is refused in so many words, what was acknowledged stays, and space mends it."""

import asyncio
import os
import random
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import httpx2
import psycopg
import pytest

from agentops.base.clock import ManualClock
from agentops.base.ids import RandomIds
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings
from tests.conftest import NO_DISK, empty_postgres

pytestmark = pytest.mark.anyio

DISK = "12m"
BALLAST_BYTES = 4 * 1024 * 1024
MEMORY_BYTES = 90_000
AT_ONCE = 8
FILES = {"anthropic-beta": "files-api-2025-04-14"}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """An engine whose database and blobs are on a disk of a few megabytes, some of which can be freed at once."""
    if request.param == "sqlite":
        with mounted(tmp_path / "disk") as disk:
            yield Settings(f"sqlite:///{disk / 'engine.db'}", disk / "data")
        return
    data: Path = request.getfixturevalue("postgres_server").pgdata
    with TemporaryDirectory(prefix="agentops-") as folder, mounted(Path(folder, "disk")) as disk:
        Path(folder).chmod(0o711)  # the server is another user's, and comes here by the whole path
        with tables_on(disk, request.getfixturevalue("postgres"), owner=data) as url:
            yield Settings(url, disk / "data")


@contextmanager
def mounted(place: Path) -> Iterator[Path]:
    """Make a small disk, which only root can."""
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", place]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        pytest.skip(f"{NO_DISK}{ran.stderr.strip()}")
    (place / "ballast").write_bytes(bytes(BALLAST_BYTES))
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@contextmanager
def tables_on(disk: Path, server: str, *, owner: Path) -> Iterator[str]:
    """Give the URL of an empty database that keeps its tables on the disk."""
    folder, space = disk / "tables", f"small_{uuid4().hex}"
    folder.mkdir()
    os.chown(folder, owner.stat().st_uid, owner.stat().st_gid)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE TABLESPACE {space} LOCATION '{folder}'")
        with empty_postgres(server) as url:
            yield f"{url}%20-cdefault_tablespace%3D{space}"
        connection.execute(f"DROP TABLESPACE {space}")


async def fill(http: httpx2.AsyncClient, store: str) -> tuple[set[str], list[httpx2.Response]]:
    """Write memories until one is refused; return the ids of those that are kept, and what was answered else."""
    kept: set[str] = set()
    for _ in range(20):
        answers = await asyncio.gather(*(write(http, store) for _ in range(AT_ONCE)))
        kept |= {each.json()["id"] for each in answers if each.is_success}
        if refused := [each for each in answers if not each.is_success]:
            return kept, refused
    raise AssertionError("the disk is larger than it should be")


async def write(http: httpx2.AsyncClient, store: str) -> httpx2.Response:
    content = random.randbytes(MEMORY_BYTES // 2).hex()  # no database makes it any shorter
    return await http.post(f"/v1/memory_stores/{store}/memories", json={"path": f"/{content[:9]}", "content": content})


async def listed(http: httpx2.AsyncClient, store: str) -> set[str]:
    answer = await http.get(f"/v1/memory_stores/{store}/memories", params={"limit": 100})
    assert answer.status_code == 200
    return {each["id"] for each in answer.json()["data"]}


def assert_says_so(answer: httpx2.Response, what: str) -> None:
    assert answer.status_code == 500
    assert answer.json() == {
        "type": "error",
        "error": {"type": "api_error", "message": f"The disk of the {what} is full."},
        "request_id": answer.headers["request-id"],
    }


async def test_what_was_acknowledged_stays_and_the_rest_is_refused_until_there_is_space(
    settings: Settings, engine: Engine, http: httpx2.AsyncClient, clock: ManualClock
) -> None:
    store = (await http.post("/v1/memory_stores", json={"name": "Full"})).json()["id"]
    kept, refused = await fill(http, store)
    assert kept
    for answer in refused:
        assert_says_so(answer, "database")
    assert await listed(http, store) == kept
    (settings.data.parent / "ballast").unlink()
    again = await write(http, store)
    assert again.status_code == 200
    async with build(settings, clock=clock, ids=RandomIds()) as other:
        transport = httpx2.ASGITransport(app=other.app)
        headers = {**http.headers, "x-api-key": other.credential.reveal()}
        async with httpx2.AsyncClient(transport=transport, base_url="http://other.test", headers=headers) as client:
            assert await listed(client, store) == {*kept, again.json()["id"]}


@pytest.mark.parametrize("size_bytes", [8_000, 3_000_000], ids=["less than a buffer", "more than a buffer"])
async def test_an_upload_that_finds_no_space_leaves_nothing_behind(
    settings: Settings, engine: Engine, http: httpx2.AsyncClient, size_bytes: int
) -> None:
    data = bytes(size_bytes)
    assert (await upload(http, b"before")).status_code == 200
    filler = settings.data.parent / "filler"
    about = os.statvfs(filler.parent)
    filler.write_bytes(bytes((about.f_bavail - 1) * about.f_frsize))
    assert_says_so(await upload(http, data), "blob folder")
    assert len([each for each in settings.data.rglob("*") if each.is_file()]) == 1
    filler.unlink()
    assert (await upload(http, data)).status_code == 200


async def upload(http: httpx2.AsyncClient, data: bytes) -> httpx2.Response:
    return await http.post("/v1/files", files={"file": ("a.txt", data)}, headers=FILES)
