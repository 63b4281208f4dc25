"""The read tool: text with limits, pictures and PDFs as they are, everything else refused with the way out."""

from __future__ import annotations

import base64
import os
from typing import BinaryIO

from .fields import Json, line_range, text
from .places import Places
from .refusal import Refused

_TEXT_MOST = 256 * 1024
_IMAGE_MOST = 5 * 1024 * 1024 // 4 * 3
"""So that its base64 has 5 MiB. Source: SDK 2.11.0 `lib/tools/agent_toolset.py`."""
_PDF_MOST = 20 * 1024 * 1024


def read(places: Places, request: Json) -> Json:
    """Return the content of a file: `{"kind": "text" | "image" | "document", …}`.

    What a file is, its first bytes say: a name can lie, and a model refuses a picture that is none.
    """
    path, lines = text(request, "file_path"), line_range(request)
    with os.fdopen(places.opened(path), "rb") as file:
        media_type = _media_type(file.read(16))
        file.seek(0)
        size = os.fstat(file.fileno()).st_size
        if media_type:
            return _media(file, path, size, media_type)
        if lines is not None:
            return _told(path, _lines(file, path, *lines))
        # Files of /proc say that they are empty; the reading itself is bounded too.
        content = file.read(_TEXT_MOST + 1) if size <= _TEXT_MOST else b""
        if size > _TEXT_MOST or len(content) > _TEXT_MOST:
            raise Refused(
                f"{path}: it has {size} bytes, more than the {_TEXT_MOST} that can be read at once; "
                "read a part of it with view_range, for example [1, 500]"
            )
        return _told(path, content)


def _media_type(start: bytes) -> str:
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if start.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if start.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return "image/webp"
    return "application/pdf" if start.startswith(b"%PDF-") else ""


def _media(file: BinaryIO, path: str, size: int, media_type: str) -> Json:
    kind, most = ("document", _PDF_MOST) if media_type == "application/pdf" else ("image", _IMAGE_MOST)
    content = file.read(most + 1) if size <= most else b""
    if size > most or len(content) > most:
        raise Refused(f"{path}: this {media_type} has {size} bytes, more than the {most} that can be shown")
    return {"kind": kind, "media_type": media_type, "data": base64.b64encode(content).decode()}


def _lines(file: BinaryIO, path: str, first: int, last: int) -> bytes:
    """Return the lines, without the newline of the last; reading stops after them."""
    if 0 < last < first:
        raise Refused(f"view_range must not end before it begins: [{first}, {last}]")
    found, number, more = b"", 0, b"start"
    while more and (last <= 0 or number < last):
        number += 1
        more = _line(file)
        found += more if number >= first else b""
        if len(found) > _TEXT_MOST:
            raise Refused(f"{path}: these lines have more than {_TEXT_MOST} bytes; choose a smaller view_range")
    if not more and number <= first:
        raise Refused(f"{path}: it has {number - 1} lines, view_range begins at line {first}")
    return found[:-1] if found.endswith(b"\n") else found


def _line(file: BinaryIO) -> bytes:
    """Return the next line, or enough of it to know that it is too long."""
    line = file.readline(_TEXT_MOST + 1)
    rest = line
    while rest and not rest.endswith(b"\n"):
        rest = file.readline(_TEXT_MOST + 1)
    return line


def _told(path: str, content: bytes) -> Json:
    try:
        words = content.decode()
    except UnicodeDecodeError:
        words = "\0"
    if "\0" in words:
        raise Refused(
            f"{path}: it is not UTF-8 text; beside text only PNG, JPEG, GIF, WebP and PDF can be read, "
            "use bash to look at other formats"
        )
    return {"kind": "text", "text": words}
