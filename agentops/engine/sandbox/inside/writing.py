"""The write and edit tools: a file is changed in place, and keeps what it held when the disk has no room."""

from __future__ import annotations

import errno
import os
from contextlib import suppress

from .fields import Json, flag, text
from .places import Places
from .refusal import Refused, reason

_EDIT_MOST = 4 * 1024 * 1024
"""A file that is edited is held in memory, twice."""


def write(places: Places, request: Json) -> Json:
    """Replace the content of a file, or make it and its folders."""
    path, content = text(request, "file_path"), _encoded(request, "content")
    return {"bytes": len(content), "is_new": stored(places, path, content)}


def edit(places: Places, request: Json) -> Json:
    """Replace a text in a file: its only occurrence, or all."""
    path = text(request, "file_path")
    old, new = _encoded(request, "old_string"), _encoded(request, "new_string")
    if not old:
        raise Refused("old_string is empty; use write to make a file")
    if old == new:
        raise Refused("old_string and new_string are the same, nothing would change")
    content = _whole(places, path)
    count = content.count(old)
    if count == 0:
        raise Refused(f"{path}: old_string was not found; it must match exactly, with its spaces and line ends")
    if count > 1 and not flag(request, "replace_all"):
        raise Refused(
            f"{path}: old_string was found {count} times; add lines around it until it is unique, or set replace_all"
        )
    stored(places, path, content.replace(old, new))
    return {"replacements": count}


def stored(places: Places, path: str, content: bytes, mode: int | None = None) -> bool:
    """Put the content into the file and tell whether it is new.

    Raises:
        Refused: it cannot be written; what was there still is.
    """
    real = places.real(path)
    is_new = not os.path.lexists(real)
    try:
        if is_new:
            _make_folder(os.path.dirname(real))
        with os.fdopen(places.opened(path, os.O_RDWR | os.O_CREAT), "r+b", buffering=0) as file:
            _replace(file.fileno(), content)
            if mode is not None:
                os.fchmod(file.fileno(), mode)
    except OSError as error:
        raise Refused(f"{path}: {reason(error)}") from None
    return is_new


def _make_folder(folder: str) -> None:
    try:
        os.makedirs(folder, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(errno.ENOTDIR, "") from None


def _replace(file: int, content: bytes) -> None:
    before = os.fstat(file).st_size
    if len(content) > before:
        _reserve(file, before, len(content))
    written = 0
    while written < len(content):
        written += os.pwrite(file, content[written:], written)
    os.ftruncate(file, len(content))


def _reserve(file: int, before: int, size: int) -> None:
    """Take the room first, while there is still something to go back to."""
    try:
        os.posix_fallocate(file, 0, size)
    except OSError as error:
        # Some file systems cannot; they are written to without it.
        if reason(error) in ("the disk is full", "the file would be longer than a file may be here"):
            with suppress(OSError):
                os.ftruncate(file, before)
            raise


def _whole(places: Places, path: str) -> bytes:
    with os.fdopen(places.opened(path), "rb") as file:
        content = file.read(_EDIT_MOST + 1)
    if len(content) > _EDIT_MOST:
        raise Refused(f"{path}: it has more than {_EDIT_MOST} bytes; change it with bash")
    try:
        content.decode()
    except UnicodeDecodeError:
        raise Refused(f"{path}: it is not UTF-8 text and cannot be edited") from None
    return content


def _encoded(request: Json, name: str) -> bytes:
    try:
        return text(request, name).encode()
    except UnicodeEncodeError:
        raise Refused(f"{name} holds half of a surrogate pair, which no file can hold") from None
