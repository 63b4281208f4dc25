"""The eyes on the disk: watchdog's observer, which tells a loop that something happened, and nothing else."""

import asyncio
import os
from collections.abc import Iterable
from typing import Any, Self

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from agentops.cli.watching.ground import Folder

_WRITES = frozenset({"created", "modified", "moved", "deleted", "closed"})
"""Reading a file makes events too, and we read. Source: watchdog 7.1.0 `watchdog/events.py`."""


class Eyes(FileSystemEventHandler):
    """Watches folders; `happened` is set when something was written in one of them."""

    def __init__(self) -> None:
        """Watch nothing yet."""
        self.happened = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._observer = Observer()
        self._watches: dict[tuple[Folder, int], Any] = {}

    def __enter__(self) -> Self:
        """Begin to watch."""
        self._observer.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Watch no more."""
        self._observer.stop()
        self._observer.join(5)

    def cover(self, folders: Iterable[Folder]) -> None:
        """Watch these folders from now on, and no other. One that was removed and made again is another one."""
        wanted = {(each, inode) for each in folders if (inode := _inode(each.path))}
        for gone in self._watches.keys() - wanted:
            self._forget(self._watches.pop(gone))
        for fresh in wanted - self._watches.keys():
            try:
                self._watches[fresh] = self._observer.schedule(self, fresh[0].path, recursive=fresh[0].is_deep)
            except OSError:  # it went away, or this machine watches no more folders: looking again finds what it missed
                continue

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Wake the loop; called by the observer's own thread."""
        names = {os.path.basename(os.fsdecode(each)) for each in (event.src_path, event.dest_path) if each}  # noqa: PTH119 - text or bytes
        if event.event_type in _WRITES and not all(each.startswith(".") for each in names):
            self._loop.call_soon_threadsafe(self.happened.set)

    def _forget(self, watch: Any) -> None:
        try:
            self._observer.unschedule(watch)
        except (KeyError, OSError):  # it went with its folder
            return


def _inode(path: str) -> int:
    try:
        return os.stat(path).st_ino  # noqa: PTH116 - one of many, each time
    except OSError:
        return 0
