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
_READABLE = 0o666
"""What the user's umask leaves of this, as with any program."""


def cannot_write(path: Path, error: OSError) -> CannotWrite:
    """Return the thing, the fact and the way out."""
    return CannotWrite(f"{path} cannot be written: {error.strerror or 'no reason is given'}", hint=way_out(error))


def way_out(error: OSError) -> str:
    """Return what a person can do about it, where we know."""
    return _WAYS_OUT.get(error.errno or 0, "")


def write_whole(path: Path, content: bytes, *, mode: int | None = None) -> None:
    """Put a whole file in the place of another one, or where none was; what is no file (`/dev/stdout`) is written to.

    Raises:
        CannotWrite: the disk does not take it; what was there still is.
    """
    if path.exists() and not path.is_file():
        try:
            path.write_bytes(content)
        except OSError as error:
            raise cannot_write(path, error) from error
    else:
        write_all({path: content}, mode=mode)


def write_all(contents: Mapping[Path, bytes], *, mode: int | None = None, is_lasting: bool = True) -> None:
    """Write files beside their places; when the disk has taken them all, they take these, each at once.

    Raises:
        CannotWrite: the disk does not take one; what was there still is.
    """
    drafts: dict[Path, Path] = {}
    path = Path()
    try:
        for path, content in contents.items():
            drafts[path] = draft = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
            _write(draft, content, _mode_of(path) if mode is None else mode, is_lasting=is_lasting)
        for path in contents:
            drafts[path].replace(path)
            del drafts[path]
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        for draft in drafts.values():
            with suppress(OSError):
                draft.unlink()


def _mode_of(path: Path) -> int | None:
    """Return the mode of what is there."""
    try:
        return S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return None


def _write(draft: Path, content: bytes, mode: int | None, *, is_lasting: bool) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with os.fdopen(os.open(draft, flags, _READABLE if mode is None else mode), "wb") as file:
        if mode is not None:
            os.fchmod(file.fileno(), mode)
        file.write(content)
        file.flush()
        if is_lasting:
            os.fsync(file.fileno())
