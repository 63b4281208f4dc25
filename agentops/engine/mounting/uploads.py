"""The files that a session was given, in its sandbox: each under the path that its resource names."""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from agentops.base.errors import StorageError
from agentops.engine.blobs.port import BlobStore
from agentops.engine.core.blobs import Blob
from agentops.engine.core.json import Json
from agentops.engine.disk import is_full
from agentops.engine.mounting.desk import Desk
from agentops.engine.mounting.disk import FILE_MODE, note, noted, on_disk
from agentops.engine.mounting.layout import UPLOADS, Layout
from agentops.engine.mounting.notices import shown
from agentops.engine.mounting.trees import Tree
from agentops.engine.operations import files


class Uploads:
    """The copies of one session; one call at a time."""

    def __init__(self, desk: Desk, layout: Layout) -> None:
        """Name the session's folder, which is there."""
        self._desk = desk
        self._staging = layout.staging("uploads")
        self._tree = Tree(layout.uploads, self._staging)
        self._note = layout.state("uploads")
        self._done: dict[str, str] | None = None

    async def sync(self, resources: Iterable[Json]) -> tuple[str, ...]:
        """Let there be the files of the resources and no others, and return which cannot be had.

        Raises:
            StorageError: the disk cannot be used.
        """
        wanted = {each["mount_path"]: each["file_id"] for each in resources if each["type"] == "file"}
        if wanted == self._done:
            return ()
        there = await on_disk(self._cleared, wanted)
        missing: list[str] = []
        for path, file_id in wanted.items():
            if there.get(path) == file_id:
                continue
            if not await self._fetched(path, file_id):
                missing.append(f"{shown(path)} cannot be had: the bytes of the file {file_id} are not there.")
                continue
            there[path] = file_id
            await on_disk(note, self._note, there)
        self._done = None if missing else wanted
        return tuple(missing)

    def _cleared(self, wanted: dict[str, str]) -> dict[str, str]:
        """Remove what is not wanted, and return what is there."""
        self._staging.mkdir(exist_ok=True, mode=0o700)
        for left in self._staging.iterdir():
            left.unlink()
        before: dict[str, str] = noted(self._note)
        there: dict[str, str] = {}
        for path, file_id in before.items():
            if wanted.get(path) == file_id and self._tree.size(_inside(path)) is not None:
                there[path] = file_id
            else:
                self._tree.remove(_inside(path))
        if there != before:
            note(self._note, there)
        return there

    async def _fetched(self, path: str, file_id: str) -> bool:
        blob = await self._desk.read(files.readable, file_id)
        if blob is None or not path.startswith(f"{UPLOADS}/"):
            return False
        draft = self._staging / secrets.token_hex(8)
        try:
            await written(draft, blob, self._desk.backing.blobs)
            await on_disk(self._placed, draft, _inside(path))
        except StorageError as error:
            if isinstance(error.__cause__, OSError) and is_full(error.__cause__):
                raise
            return False
        finally:
            await on_disk(draft.unlink, True)  # noqa: FBT003 - `missing_ok`; a thread takes no names
        return True

    def _placed(self, draft: Path, path: str) -> None:
        # A server that was killed before it wrote down that this is there has left it.
        self._tree.remove(path)
        self._tree.place(draft, path)


async def written(draft: Path, blob: Blob, blobs: BlobStore) -> None:
    """Write the bytes of a blob to a file, and let them reach the disk.

    Raises:
        StorageError: they are not there, or the disk does not take them.
    """
    descriptor = await on_disk(os.open, draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
    stream = os.fdopen(descriptor, "wb")
    try:
        async for piece in await blobs.read(blob):
            await on_disk(stream.write, piece)
        await on_disk(stream.flush)
        await on_disk(os.fchmod, descriptor, FILE_MODE)
        await on_disk(os.fsync, descriptor)
    finally:
        await on_disk(stream.close)


def _inside(path: str) -> str:
    return path.removeprefix(f"{UPLOADS}/")
