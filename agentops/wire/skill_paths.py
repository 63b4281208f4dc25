"""Paths of a skill's files: judged offline as the engine judges them."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from agentops.wire.wording import quoted

FILES_MAX: Final = 500
"""Folders count too, where an archive lists them."""

_PATH_BYTES_MAX = 1024
_NAME_BYTES_MAX = 255
"""What file systems take for one name."""

_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def problem_with(paths: Sequence[str]) -> tuple[str, str] | None:
    """Return the first path that leads elsewhere, or that is one with another on a file system that knows no case.

    The answer is the path, and what must hold.
    """
    spellings: dict[str, tuple[str, bool]] = {}
    for path in paths:
        if problem := _problem(path):
            return path, problem
        names = path.removesuffix("/").split("/")
        for count in range(1, len(names) + 1):
            spelt, is_file = "/".join(names[:count]), count == len(names) and not path.endswith("/")
            before = spellings.setdefault(unicodedata.normalize("NFC", spelt).casefold(), (spelt, is_file))
            if before != (spelt, is_file):
                return spelt, f"must differ in more than case from {quoted(before[0][:200])}"
    return None


def _problem(path: str) -> str | None:
    names = path.removesuffix("/").split("/")
    if "\\" in path or _DRIVE.match(path) or path.startswith("/"):
        return "must start in the skill's folder and have / between names"
    if any(name in {"", ".", ".."} for name in names):
        return "must not have empty names, . and .."
    if _CONTROL.search(path):
        return "must not have control characters"
    if len(path.encode()) > _PATH_BYTES_MAX or any(len(name.encode()) > _NAME_BYTES_MAX for name in names):
        return f"must have at most {_PATH_BYTES_MAX} bytes, and {_NAME_BYTES_MAX} for each name"
    return None
