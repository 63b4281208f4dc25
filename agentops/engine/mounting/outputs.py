"""What a session leaves in its outputs folder, as files of the API: each new text of a path is a new file.

A file that the agent removes again stays in the API: somebody may be fetching it.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from agentops.base.errors import NotFound
from agentops.engine.blobs.port import Draft
from agentops.engine.core.files import Upload
from agentops.engine.mounting import output_writes
from agentops.engine.mounting.desk import Desk
from agentops.engine.mounting.disk import on_disk
from agentops.engine.mounting.layout import OUTPUTS, Layout
from agentops.engine.mounting.looks import Bounds, Seen, Stamp
from agentops.engine.mounting.notices import Notices, shown
from agentops.engine.mounting.output_writes import Output
from agentops.engine.mounting.trees import Moved, Tree
from agentops.engine.operations import blobs
from agentops.wire import files

_BOUNDS = Bounds(entries=10_000, depth=20)
_PIECE = 1024 * 1024
_TICK_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class OutputLimits:
    """How much of a session's outputs is kept."""

    count: int = 500
    file_bytes: int = files.LARGEST_FILE_BYTES
    total_bytes: int = 5_000_000_000


class Outputs:
    """The outputs of one session; one call at a time."""

    def __init__(self, desk: Desk, layout: Layout, limits: OutputLimits) -> None:
        """Name the session's folder, which is there."""
        self._desk = desk
        self._staging = layout.staging("outputs")
        self._tree = Tree(layout.outputs, self._staging)
        self._limits = limits
        self._kept: dict[str, Stamp] = {}
        self._notices = Notices()

    async def sync(self) -> tuple[str, ...]:
        """Keep what is new or has changed, and return what the agent has to be told.

        Raises:
            StorageError: the disk or the database cannot be used.
        """
        await on_disk(self._staging.mkdir, 0o700, True, True)  # noqa: FBT003 - a thread takes no names
        now = await on_disk(self._tree.now)
        seen = await on_disk(self._tree.look, _BOUNDS)
        self._notices.stand(self._refused(seen))
        fresh = [path for path in sorted(seen.files) if self._kept.get(path) != seen.files[path]]
        known: dict[str, Output] = {}
        if fresh:
            known = await self._desk.read(output_writes.outputs, self._desk.place.session_id)
        for path in fresh:
            stamp = seen.files[path]
            if not self._is_allowed(path, stamp, known):
                continue
            output = await self._settled(path, stamp, known.get(path))
            if output is None:
                continue
            known[path] = output
            if stamp.changed + _TICK_NS < now:
                self._kept[path] = stamp
        return self._notices.taken()

    def _refused(self, seen: Seen) -> Iterator[str]:
        for path, kind in seen.others.items():
            yield f"{_shown(path)} is {kind}: it is not kept."
        if not seen.is_whole:
            yield f"{OUTPUTS} holds too much, or changed while it was read: some of it is not kept yet."

    def _is_allowed(self, path: str, stamp: Stamp, known: dict[str, Output]) -> bool:
        problem = _name_problem(path)
        if not problem and stamp.size > self._limits.file_bytes:
            problem = f"is {stamp.size} bytes long, and a file may have {self._limits.file_bytes}"
        if not problem and path not in known and len(known) >= self._limits.count:
            problem = f"is one more than the {self._limits.count} files that are kept of a session"
        total = sum(each.size_bytes for other, each in known.items() if other != path)
        if not problem and total + stamp.size > self._limits.total_bytes:
            problem = f"would make the outputs larger than the {self._limits.total_bytes} bytes that are kept"
        if problem:
            self._notices.stand_too(f"{_shown(path)} {problem}: it is not kept.")
        return not problem

    async def _settled(self, path: str, stamp: Stamp, before: Output | None) -> Output | None:
        """Return the file as the API has it now; None when it could not be read as it was seen."""
        try:
            is_alike = before is not None and before.size_bytes == stamp.size
            if is_alike and before and await on_disk(self._digest, path, stamp.size) == before.sha256:
                return before
            return await self._kept_as_new(path, stamp)
        except Moved:
            return None

    async def _kept_as_new(self, path: str, stamp: Stamp) -> Output | None:
        backing = self._desk.backing
        async with backing.blobs.draft() as draft:
            await self._copied(path, stamp, draft)
            blob = await draft.finished(backing.ids.new("file"))
            await self._desk.write(blobs.note, blob)
            await draft.place(blob)
            upload = Upload(path, files.media_type(path), None)
            try:
                return await self._desk.write(output_writes.keep, blob, upload, self._desk.place.session_id)
            except NotFound:  # whoever deletes a session wants nothing of it
                return None

    async def _copied(self, path: str, stamp: Stamp, draft: Draft) -> None:
        """Write the file to a draft.

        Raises:
            Moved: it is another by now.
        """
        with self._tree.file(path) as descriptor:
            while piece := await on_disk(os.read, descriptor, _PIECE):
                if draft.size_bytes + len(piece) > stamp.size:
                    raise Moved
                await draft.write(piece)
            if Stamp.of(os.fstat(descriptor)) != stamp:
                raise Moved

    def _digest(self, path: str, size: int) -> str:
        digest = sha256()
        with self._tree.file(path) as descriptor:
            while size >= 0 and (piece := os.read(descriptor, _PIECE)):
                digest.update(piece)
                size -= len(piece)
        return digest.hexdigest()


def _name_problem(path: str) -> str:
    if any(0xDC80 <= ord(each) <= 0xDCFF for each in path):
        return "has a name that is not UTF-8"
    problem = files.name_problem(path)
    return f"has a path that {problem}" if problem else ""


def _shown(path: str) -> str:
    return shown(f"{OUTPUTS}/{path}" if path else OUTPUTS)
