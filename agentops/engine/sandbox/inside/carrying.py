"""What the host moves in and out itself: mounts, memories and outputs. It is bytes, not words for a model."""

from __future__ import annotations

import base64
import binascii
import os
import stat

from .fields import Json, number, text
from .places import Places
from .refusal import Refused, reason
from .writing import stored

_LIST_MOST = 50_000
_GET_MOST = 64 * 1024 * 1024


def put(places: Places, request: Json) -> Json:
    """Store a file of any bytes, with its mode."""
    try:
        content = base64.b64decode(text(request, "data"), validate=True)
    except (binascii.Error, ValueError):
        raise Refused("data must be base64") from None
    mode = int(number(request, "mode", 0o644)) & 0o777
    return {"bytes": len(content), "is_new": stored(places, text(request, "path"), content, mode)}


def get(places: Places, request: Json) -> Json:
    """Return the bytes of a file, at most `limit` of them."""
    limit = min(int(number(request, "limit", _GET_MOST)), _GET_MOST)
    with os.fdopen(places.opened(text(request, "path")), "rb") as file:
        content = file.read(limit + 1)
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
    data = base64.b64encode(content[:limit]).decode()
    return {"data": data, "is_cut": len(content) > limit, "mode": mode}


def kind(places: Places, request: Json) -> Json:
    """Return what is at a path, links followed: a file, a folder, something other, or null for nothing."""
    try:
        mode = os.stat(places.real(text(request, "path"))).st_mode
    except OSError:
        return {"kind": None}
    if stat.S_ISREG(mode):
        return {"kind": "file"}
    return {"kind": "folder" if stat.S_ISDIR(mode) else "other"}


def listed(places: Places, request: Json) -> Json:
    """Return the regular files under a folder, with what tells whether one has changed."""
    path = text(request, "path")
    top = places.real(path)
    try:
        os.listdir(top)
    except OSError as error:
        raise Refused(f"{path}: {reason(error)}") from None
    files: list[Json] = []
    seen = 0
    for folder, _, names in os.walk(top):
        seen += 1 + len(names)
        if seen > _LIST_MOST:
            return {"files": files, "is_cut": True}
        for name in sorted(names):
            files += _entry(os.path.join(folder, name), top)
    return {"files": files, "is_cut": False}


def _entry(file: str, top: str) -> list[Json]:
    try:
        found = os.lstat(file)
    except OSError:
        return []
    if not stat.S_ISREG(found.st_mode):
        return []
    return [
        {
            "path": os.path.relpath(file, top),
            "size": found.st_size,
            "mtime_ns": found.st_mtime_ns,
            "mode": stat.S_IMODE(found.st_mode),
        }
    ]
