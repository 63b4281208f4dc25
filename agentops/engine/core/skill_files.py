"""The files of a skill: one folder with a SKILL.md in it, which says what the skill is called and when to use it.

Source: SDK 2.11.0 `types/beta/skill_create_params.py`, `types/beta/skills/beta_skill_version.py`; agentskills.io.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from agentops.base.errors import InvalidRequest
from agentops.engine.core import archives
from agentops.engine.core.refusals import invalid, refused
from agentops.wire.front_matter import front_matter
from agentops.wire.problems import Problem, check
from agentops.wire.skill_paths import FILES_MAX, problem_with
from agentops.wire.skills import LARGEST_UPLOAD_BYTES, SkillHeader
from agentops.wire.wording import quoted

HEADER_FILE = "SKILL.md"


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
    if found := problem_with(list(files)):
        raise _bad(f"{quoted(found[0][:200])} {found[1]}")
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
    head = front_matter(header)
    if isinstance(head, Problem):
        raise refused(("files", HEADER_FILE), head.message)
    said, problems = check(SkillHeader, {"name": top, **head})
    if said is None:
        raise invalid([replace(each, path=("files", HEADER_FILE, *each.path)) for each in problems])
    if said.name != top:
        raise _bad(f"must be in a folder that is called as the skill is, {said.name}; it is called {quoted(top[:100])}")
    return SkillFiles(said.name, said.description, archives.packed(files))


def _bad(message: str) -> InvalidRequest:
    return refused(("files",), message)
