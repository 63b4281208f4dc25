"""Files that get their name only once they are whole; what a killed run leaves is found and removed by the next."""

import fcntl
import glob
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from agentops.engine.disk import sync_names

_NAMED_FOR_THE_MOMENT = "agentops-*.tar"
"""What `agentops backup` calls a file whose name nobody chose."""


@contextmanager
def draft(place: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """Give a file beside a place, for the owner alone; it is gone after the block, unless it was put there.

    It is locked as long as it is written: that tells a run at work from one that was killed.
    """
    _sweep(place)
    path = place.with_name(f".{place.name}.{secrets.token_hex(8)}.partial")
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        try:
            yield path, stream
        finally:
            path.unlink(missing_ok=True)
            _remove_scratch(path)


def scratch(path: Path) -> Path:
    """Return where a draft's database may be written: beside the draft, and swept with it."""
    return path.with_suffix(".database")


def put(path: Path, stream: BinaryIO, place: Path) -> None:
    """Give the draft its name once it is on disk; whoever looks sees all of it, or what was there before."""
    stream.flush()
    os.fsync(stream.fileno())
    path.replace(place)
    sync_names(place.parent)


def _sweep(place: Path) -> None:
    # Each night's has a name of its own: what one leaves would stay for good.
    for name in (glob.escape(place.name), _NAMED_FOR_THE_MOMENT):
        for left in place.parent.glob(f".{name}.*.partial"):
            with suppress(OSError), left.open("rb") as stream:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove_scratch(left)
                left.unlink()


def _remove_scratch(path: Path) -> None:
    """Remove the draft's database, and what SQLite puts beside one that it writes."""
    made = scratch(path)
    for ending in ("", "-journal", "-wal", "-shm"):
        made.with_name(f"{made.name}{ending}").unlink(missing_ok=True)
