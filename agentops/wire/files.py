"""Files: what is sent along with their bytes, and the names that they may have."""

import mimetypes
import re
from typing import Annotated, Final

from pydantic import ConfigDict, Field

from agentops.wire.shape import Omissible, Shape

LARGEST_FILE_BYTES: Final = 500 * 1000 * 1000
"""Source: 500 MB, platform.claude.com/docs/en/api/errors."""

UNKNOWN_TYPE: Final = "application/octet-stream"

_SEPARATOR = re.compile(r"[/\\]")
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f-\x9f\u2028\u2029]')
_LONGEST = 500

# Python's own table, not the machine's: a file gets the same type and name on every server.
_TYPES = mimetypes.MimeTypes()


class FileUpload(Shape):
    """What comes with a file's bytes, as text. Source: SDK 2.11.0 `types/beta/file_upload_params.py`."""

    model_config = ConfigDict(strict=False)

    expires_in_seconds: Omissible[Annotated[int, Field(ge=3600, le=7_776_000)]] = None
    """Units: seconds, one hour to ninety days."""


def media_type(filename: str) -> str:
    """Return the type that the name of a file suggests."""
    return _TYPES.guess_type(filename, strict=True)[0] or UNKNOWN_TYPE


def stored_name(filename: str, media_type: str) -> str:
    """Return the last component of a file's name, or `unnamed` with the extension of its type when there is none.

    Source: SDK 2.11.0 `types/beta/file_upload_params.py`.
    """
    last = _SEPARATOR.split(filename)[-1]
    return last if last not in {"", ".", ".."} else f"unnamed{_TYPES.guess_extension(media_type) or ''}"


def name_problem(name: str) -> str | None:
    """Return what is wrong with the name of a file. Source: platform.claude.com/docs/en/build-with-claude/files."""
    if len(name) > _LONGEST:
        return f"must be at most {_LONGEST} characters, is {len(name)}"
    if _FORBIDDEN.search(name):
        return 'must not hold control characters or any of < > : " | ? *'
    return None
