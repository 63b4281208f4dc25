"""The blob folder: bytes shared but owned apart, nothing half-written, nothing left behind for ever."""

import asyncio
import errno
import os
from hashlib import sha256
from pathlib import Path

import pytest

from agentops.base.errors import StorageError
from agentops.engine.blobs import folder as module
from agentops.engine.blobs.folder import FolderBlobs
from agentops.engine.core.blobs import Blob

pytestmark = pytest.mark.anyio


async def kept(blobs: FolderBlobs, owner: str, data: bytes = b"bytes") -> Blob:
    async with blobs.draft() as draft:
        await draft.write(data)
        blob = await draft.finished(owner)
        await draft.place(blob)
    return blob


async def content(blobs: FolderBlobs, blob: Blob) -> bytes:
    return b"".join([piece async for piece in await blobs.read(blob)])


def files(folder: Path) -> list[Path]:
    return sorted(each for each in folder.rglob("*") if each.is_file())


async def test_a_blob_is_what_was_written(tmp_path: Path) -> None:
    blobs, data = FolderBlobs(tmp_path / "blobs"), os.urandom(3_000_000)
    blob = await kept(blobs, "file_1", data)
    assert blob == Blob("file_1", sha256(data).hexdigest(), len(data))
    assert await content(blobs, blob) == data


async def test_owners_share_bytes_and_let_go_of_their_own(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    first, second = await kept(blobs, "file_1"), await kept(blobs, "file_2")
    one, two = files(tmp_path)
    assert one.samefile(two)
    await blobs.remove(first)
    await blobs.remove(first)
    assert await content(blobs, second) == b"bytes"
    with pytest.raises(StorageError, match="blob folder"):
        await blobs.read(first)
    await blobs.remove(second)
    assert files(tmp_path) == []


async def test_without_hard_links_every_owner_has_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    blobs = FolderBlobs(tmp_path)
    await kept(blobs, "file_1")
    monkeypatch.setattr(module.os, "link", refuse)
    second = await kept(blobs, "file_2")
    one, two = files(tmp_path)
    assert not one.samefile(two)
    assert await content(blobs, second) == b"bytes"


async def test_keeping_and_removing_the_same_bytes_at_once_loses_nothing(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)

    async def come_and_go(number: int) -> None:
        for turn in range(10):
            blob = await kept(blobs, f"file_{number}_{turn}")
            assert await content(blobs, blob) == b"bytes"
            await blobs.remove(blob)

    await asyncio.gather(*(come_and_go(number) for number in range(4)))
    assert files(tmp_path) == []


async def test_a_folder_may_be_taken_away_while_it_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs, make, met = FolderBlobs(tmp_path), os.mkdir, []

    def there_and_gone(path: Path, mode: int = 0o777) -> None:
        """Find the folder of another owner, who removes its last bytes in the same moment."""
        if len(Path(path).name) == 64 and not met:
            met.append(path)
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        make(path, mode)

    monkeypatch.setattr(os, "mkdir", there_and_gone)
    assert await content(blobs, await kept(blobs, "file_1")) == b"bytes"
    assert met


async def test_a_draft_that_fails_leaves_nothing(tmp_path: Path) -> None:
    async def interrupted() -> None:
        async with FolderBlobs(tmp_path).draft() as draft:
            await draft.write(b"x" * 2_000_000)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await interrupted()
    assert files(tmp_path) == []


async def test_drafts_of_servers_that_are_gone_are_swept(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    await blobs.sweep()
    async with blobs.draft():
        running = files(tmp_path)
        old = running[0].with_name("old")
        old.touch()
        os.utime(old, (0, 0))
        await blobs.sweep()
        assert files(tmp_path) == running


async def test_only_the_owner_of_the_process_may_read(tmp_path: Path) -> None:
    await kept(FolderBlobs(tmp_path / "blobs"), "file_1")
    assert {each.stat().st_mode & 0o077 for each in (tmp_path / "blobs").rglob("*")} == {0}


async def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("in the way")
    blobs = FolderBlobs(tmp_path / "blobs")
    with pytest.raises(StorageError, match="blob folder"):
        async with blobs.draft():
            pass
