"""The way to the disk: off the event loop, and with errors that an operator can act on."""

import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from agentops.base.errors import DiskFull, StorageError
from agentops.base.threads import in_thread
from agentops.engine.core.json import Json
from agentops.engine.disk import is_full

T = TypeVar("T")

FOLDER_MODE = 0o755
FILE_MODE = 0o644
PROGRAM_MODE = 0o755


async def on_disk(work: Callable[..., T], *args: object) -> T:
    """Return what the function returns, run off the event loop.

    Raises:
        StorageError: the disk does not take it.
    """
    try:
        return await in_thread(work, *args)
    except OSError as error:
        if is_full(error):
            raise DiskFull("The disk of the sessions' folders is full.", hint="Free some of it.") from error
        raise StorageError(
            f"A session's folder cannot be used: {error}.", hint="Check the permissions of the data folder."
        ) from error


def as_owner_of(descriptor: int, folder: int) -> None:
    """Give an open file to whoever owns an open folder: a sandbox may have a user of its own."""
    wanted = os.fstat(folder)
    if os.geteuid() == 0 and os.fstat(descriptor).st_uid != wanted.st_uid:
        os.fchown(descriptor, wanted.st_uid, wanted.st_gid)


@contextmanager
def opened_folder(path: Path) -> Iterator[int]:
    """Open a folder, which is no link."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def noted(file: Path) -> Json:
    """Return what was written down; nothing when it was not, or cannot be read."""
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def note(file: Path, what: Json) -> None:
    """Write something down, in one step."""
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    try:
        draft.write_text(json.dumps(what), encoding="utf-8")
        draft.replace(file)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()
