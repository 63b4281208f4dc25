"""The files of a skill, as one value: compared file by file, and packed into an archive that bears our marks.

The API keeps no metadata with a skill, so the marks lie in a hidden file of each version that we upload. The decision
is in `.github/decisions/0008`.
"""

import io
import json
import stat
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

MARKS_FILE = ".agentops.json"
"""Hidden: no folder of a manifest can bring such a file along."""

_LARGEST_BYTES = 30 * 1000 * 1000
"""Documented limit of what a skill holds. Source: platform.claude.com/docs, skills."""
_DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest that the format knows: equal files give equal bytes."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A folder with a SKILL.md."""

    name: str
    """What SKILL.md says, and what the folder in the archive is called."""

    files: Mapping[str, bytes]
    """By path below the folder, without the marks."""

    programs: frozenset[str] = field(default_factory=frozenset)
    """Paths of files that can be run."""


class NotASkill(ValueError):
    """The bytes are no archive of a skill."""


def digests(value: Any) -> Any:
    """Return the files by path and SHA-256: what two versions of a skill are compared by."""
    if isinstance(value, Bundle):
        return {path: sha256(data).hexdigest() for path, data in value.files.items()}
    return value


def packed(bundle: Bundle, marks: Mapping[str, str]) -> bytes:
    """Return the archive: files in order, without dates, not compressed; the same bytes on every machine."""
    pairs = json.dumps(dict(sorted(marks.items())), indent=2, ensure_ascii=False) + "\n"
    files = {**bundle.files, **({MARKS_FILE: pairs.encode()} if marks else {})}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(f"{bundle.name}/{path}", _DATE)
            entry.create_system = 3  # Unix, whose modes these are
            entry.external_attr = (stat.S_IFREG | (0o755 if path in bundle.programs else 0o644)) << 16
            archive.writestr(entry, files[path])
    return stream.getvalue()


def unpacked(content: bytes) -> tuple[Bundle, dict[str, str]]:
    """Return the bundle in an archive, and the marks in it.

    Raises:
        NotASkill: the archive cannot be read, or holds more than a skill does.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [each for each in archive.infolist() if not each.is_dir()]
            if sum(each.file_size for each in entries) > _LARGEST_BYTES:
                raise NotASkill("it holds more than a skill does")
            found = {each.filename: archive.read(each) for each in entries}
            programs = {each.filename for each in entries if each.external_attr >> 16 & stat.S_IXUSR}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:  # zipfile raises each
        raise NotASkill("it is no archive that can be read") from error
    tops = {name.partition("/")[0] for name in found}
    if len(tops) != 1:
        raise NotASkill("it is not one folder")
    (name,) = tops
    files = {path.partition("/")[2]: data for path, data in found.items()}
    marks = _pairs(files.pop(MARKS_FILE, b""))
    return Bundle(name, files, frozenset(path.partition("/")[2] for path in programs)), marks


def _pairs(content: bytes) -> dict[str, str]:
    """Return the marks that a file holds; one that somebody bent holds none."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    pairs = found.items() if isinstance(found, dict) else ()
    return {key: each for key, each in pairs if isinstance(each, str)}
