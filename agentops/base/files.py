"""Files that appear whole or not at all, and what is said when a disk takes none."""

import errno
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE

from agentops.base.errors import CannotWrite

_WAYS_OUT: Mapping[int, str] = {
    errno.ENOSPC: "the disk is full: make room, then run it again",
    errno.EDQUOT: "the quota is used up: make room, then run it again",
    errno.EFBIG: "files may not be that large here: look at `ulimit -f`",
    errno.EROFS: "let this user write there, or work in a copy",
    errno.EACCES: "let this user write there, or work in a copy",
    errno.EPERM: "let this user write there, or work in a copy",
}
_STREAMS, _PROCESSES = frozenset({"/dev", "/dev/fd"}), "/proc/"
"""Folders whose names stand for what a process has open."""

_READABLE = 0o666
"""What the user's umask leaves of this, as with any program."""


def cannot_write(path: Path, error: OSError) -> CannotWrite:
    """Return the thing, the fact and the way out."""
    return CannotWrite(f"{path} cannot be written: {error.strerror or 'no reason is given'}", hint=way_out(error))


def way_out(error: OSError) -> str:
    """Return what a person can do about it, where we know."""
    return _WAYS_OUT.get(error.errno or 0, "")


def write_whole(path: Path, content: bytes, *, mode: int | None = None) -> None:
    """Put a whole file in the place of another one, or where none was; a link stays, and what it names is written.

    What is no file (a pipe, `/dev/stdout`) is written to.

    Raises:
        CannotWrite: the disk does not take it; what was there still is.
    """
    real = Path(os.path.realpath(path))
    try:
        if _is_stream(path, real):
            path.write_bytes(content)
            return
    except OSError as error:
        raise cannot_write(path, error) from error
    write_all({real: content}, mode=mode)


def _is_stream(path: Path, real: Path) -> bool:
    """Tell whether a path is no file; a stream that leads to one is its opener's, who reads on where it was."""
    folder = os.path.realpath(path.parent)
    return folder in _STREAMS or folder.startswith(_PROCESSES) or (real.exists() and not real.is_file())


def write_all(contents: Mapping[Path, bytes], *, mode: int | None = None, is_lasting: bool = True) -> None:
    """Write files beside their places; when the disk has taken them all, they take these, each at once.

    The mode and the owner of what was there stay, unless a mode is given.

    Raises:
        CannotWrite: the disk does not take one; what was there still is.
    """
    drafts: dict[Path, Path] = {}
    path = Path()
    try:
        for path, content in contents.items():
            drafts[path] = draft = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
            _write(draft, content, _about(path) if mode is None else mode, is_lasting=is_lasting)
        for path in contents:
            drafts[path].replace(path)
            del drafts[path]
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        for draft in drafts.values():
            with suppress(OSError):
                draft.unlink()


def _about(path: Path) -> os.stat_result | None:
    """Return whose what is there is, and its mode."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _write(draft: Path, content: bytes, like: os.stat_result | int | None, *, is_lasting: bool) -> None:
    """Write a file with the mode of another one, and its owner where we may give it away, or with this mode."""
    mode = S_IMODE(like.st_mode) if isinstance(like, os.stat_result) else like
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with os.fdopen(os.open(draft, flags, _READABLE if mode is None else mode), "wb") as file:
        if isinstance(like, os.stat_result):
            with suppress(OSError):
                os.fchown(file.fileno(), like.st_uid, like.st_gid)
        if mode is not None:
            os.fchmod(file.fileno(), mode)
        file.write(content)
        file.flush()
        if is_lasting:
            os.fsync(file.fileno())
