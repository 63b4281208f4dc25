"""The files of a skill: one folder with a SKILL.md in it, which says what the skill is called and when to use it.

Source: SDK 2.11.0 `types/beta/skill_create_params.py`, `types/beta/skills/beta_skill_version.py`; agentskills.io.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from agentops.base.errors import InvalidRequest
from agentops.engine.core import archives
from agentops.engine.core.front_matter import front_matter
from agentops.engine.core.refusals import invalid, refused
from agentops.wire.problems import check
from agentops.wire.skills import LARGEST_UPLOAD_BYTES, SkillHeader
from agentops.wire.wording import quoted

HEADER_FILE = "SKILL.md"
FILES_MAX = archives.ENTRIES_MAX

_PATH_BYTES_MAX = 1024
_NAME_BYTES_MAX = 255
"""What file systems take for one name."""

_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class SkillFiles:
    """A skill that obeys every rule."""

    name: str
    description: str
    archive: bytes
    """The files as a zip archive; the same files give the same bytes."""


def opened(parts: Sequence[tuple[str, bytes]]) -> SkillFiles:
    """Return the skill in an upload: one zip archive, or files by their paths.

    Raises:
        InvalidRequest: the upload breaks a rule.
    """
    if len(parts) == 1 and archives.is_archive(parts[0][1]):
        files = archives.unpacked(parts[0][1], LARGEST_UPLOAD_BYTES)
    else:
        files = dict(parts)
        if len(files) != len(parts):
            raise _bad("must not hold two files of one path")
    if len(files) > FILES_MAX:
        raise _bad(f"must be at most {FILES_MAX} files")
    _refuse_paths(list(files))
    return _skill({path: data for path, data in files.items() if not path.endswith("/")})


def _skill(files: Mapping[str, bytes]) -> SkillFiles:
    tops = sorted({path.partition("/")[0] for path in files})
    if len(tops) != 1 or tops[0] in files:
        shown = ", ".join(quoted(each[:100]) for each in tops[:5]) or "nothing"
        raise _bad(f"must be in one folder, and all of them in it; at the top there is {shown}")
    (top,) = tops
    header = files.get(f"{top}/{HEADER_FILE}")
    if header is None:
        raise _bad(f"must have a {HEADER_FILE} directly in {quoted(top[:100])}, spelt like this")
    # Without a name of its own a skill is called as its folder.
    said, problems = check(SkillHeader, {"name": top, **front_matter(header)})
    if said is None:
        raise invalid([replace(each, path=("files", HEADER_FILE, *each.path)) for each in problems])
    if said.name != top:
        raise _bad(f"must be in a folder that is called as the skill is, {said.name}; it is called {quoted(top[:100])}")
    return SkillFiles(said.name, said.description, archives.packed(files))


def _refuse_paths(paths: Sequence[str]) -> None:
    """Refuse paths that lead elsewhere, or that are one on a file system that knows no case."""
    spellings: dict[str, tuple[str, bool]] = {}
    for path in paths:
        if problem := _problem(path):
            raise _bad(f"{problem}, {quoted(path[:200])} does not")
        names = path.removesuffix("/").split("/")
        for count in range(1, len(names) + 1):
            spelt, is_file = "/".join(names[:count]), count == len(names) and not path.endswith("/")
            before = spellings.setdefault(unicodedata.normalize("NFC", spelt).casefold(), (spelt, is_file))
            if before != (spelt, is_file):
                raise _bad(f"must differ in more than case, {quoted(spelt[:200])} is {quoted(before[0][:200])} too")


def _problem(path: str) -> str | None:
    names = path.removesuffix("/").split("/")
    if "\\" in path or _DRIVE.match(path) or path.startswith("/"):
        return "must have paths that start in the skill's folder and have / between names"
    if any(name in {"", ".", ".."} for name in names):
        return "must have paths without empty names, . and .."
    if _CONTROL.search(path):
        return "must have paths without control characters"
    if len(path.encode()) > _PATH_BYTES_MAX or any(len(name.encode()) > _NAME_BYTES_MAX for name in names):
        return f"must have paths of at most {_PATH_BYTES_MAX} bytes, and {_NAME_BYTES_MAX} for each name"
    return None


def _bad(message: str) -> InvalidRequest:
    return refused(("files",), message)
