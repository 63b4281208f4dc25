"""Why a request was not done, in words for a model: what happened and what to do, never a traceback."""

from __future__ import annotations

import errno

_PHRASES = {
    errno.ENOENT: "there is no such file or directory",
    errno.ENOTDIR: "a part of the path is not a directory",
    errno.EISDIR: "it is a directory",
    errno.EACCES: "permission denied",
    errno.EPERM: "not permitted",
    errno.EROFS: "it is on a read-only file system",
    errno.EEXIST: "it exists already",
    errno.ELOOP: "too many levels of symbolic links",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk is full",
    errno.EFBIG: "the file would be longer than a file may be here",
    errno.EMFILE: "too many files are open",
    errno.ENXIO: "it is a device or a pipe, not a file",
}


class Refused(Exception):
    """The request cannot be done; the text says why."""


def reason(error: OSError) -> str:
    """Return what the system said, without its own path and number."""
    return _PHRASES.get(error.errno or 0, (error.strerror or "input/output error").lower())
