"""Folders that a manifest names: the first memories of a store, and skills."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentops.base.names import Kind
from agentops.manifests.codes import files
from agentops.manifests.draft import Draft
from agentops.manifests.marks import Text
from agentops.manifests.texts import Files, Refused
from agentops.manifests.wording import ticked
from agentops.wire.skill_paths import FILES_MAX, problem_with
from agentops.wire.wording import quoted

STORE_LIMIT = 2_000
"""Units: files. Source: memories in a store, platform.claude.com/docs/en/managed-agents/memory."""

HEADER_FILE = "SKILL.md"

LARGEST_SKILL_BYTES = 30 * 1000 * 1000
"""Documented limit of a skill's upload, `wire.skills.LARGEST_UPLOAD_BYTES`; said again, for that module is dear."""


def named(draft: Draft) -> str | None:
    """Return the folder whose files become part of what a draft declares, as it is written."""
    holder: Any = draft.data.get("seed") if draft.address.kind is Kind.MEMORY_STORE else None
    if draft.address.kind is Kind.SKILL:
        holder = draft.data
    folder = holder.get("folder") if isinstance(holder, dict) else None
    return folder if isinstance(folder, str) and folder else None


def texts_of(reachable: Files, manifest: str, folder: str) -> dict[str, str]:
    """Return the text of every file below the folder, by `/path` from it. Hidden files are left out.

    Raises:
        Refused: with a file code; nothing is left out in silence.
    """
    paths = _paths(reachable, manifest, folder)
    if len(paths) > STORE_LIMIT:
        raise Refused(
            files.TOO_LARGE,
            f"{ticked(folder)} holds {len(paths)} files, a store takes {STORE_LIMIT} at most",
            "split it",
        )
    return {f"/{path}": reachable.text(manifest, f"{folder}/{path}").text for path in paths}


def header_of(reachable: Files, manifest: str, folder: str) -> Text:
    """Return the text of a skill's SKILL.md.

    Raises:
        Refused: with a file code: the folder has no SKILL.md, or cannot be uploaded as it is.
    """
    paths = _paths(reachable, manifest, folder)
    if HEADER_FILE not in paths:
        raise Refused(files.MISSING, f"{ticked(folder)} has no {HEADER_FILE}", "it says what the skill is for")
    if len(paths) > FILES_MAX:
        message = f"{ticked(folder)} holds {len(paths)} files, a skill takes {FILES_MAX} at most"
        raise Refused(files.TOO_LARGE, message, "leave out what the agent does not read")
    if found := problem_with(paths):
        raise Refused(files.NAME, f"{ticked(folder)} holds {quoted(found[0][:200])}, which {found[1]}", "rename it")
    real = reachable.find(manifest, folder)
    size = sum((real / each).stat().st_size for each in paths)
    if size >= LARGEST_SKILL_BYTES:
        message = f"{ticked(folder)} holds {size:,} bytes, a skill must stay below {LARGEST_SKILL_BYTES:,}"
        raise Refused(files.TOO_LARGE, message, "leave out what the agent does not read")
    return reachable.text(manifest, f"{folder}/{HEADER_FILE}")


@dataclass(frozen=True, slots=True)
class Content:
    """One file of a folder."""

    data: bytes
    is_program: bool


def contents_of(reachable: Files, manifest: str, folder: str) -> dict[str, Content]:
    """Return every file below the folder, by its path from it. Hidden files are left out.

    Raises:
        Refused: with a file code; nothing is left out in silence.
    """
    return {each: _content(reachable, manifest, f"{folder}/{each}") for each in _paths(reachable, manifest, folder)}


def _content(reachable: Files, manifest: str, path: str) -> Content:
    real = reachable.find(manifest, path)
    try:
        return Content(real.read_bytes(), is_program=bool(real.stat().st_mode & stat.S_IXUSR))
    except OSError as error:
        raise Refused(files.UNREADABLE, f"{ticked(path)} cannot be read: {error.strerror}") from None


def _paths(reachable: Files, manifest: str, folder: str) -> list[str]:
    real = reachable.find(manifest, folder)
    if not real.is_dir():
        raise Refused(files.UNREADABLE, f"{ticked(folder)} is a file, a folder is wanted here", "name a folder")
    return sorted(_below(real, folder))


def _below(real: Path, shown: str) -> Iterator[str]:
    for here, folders, names in os.walk(real):
        folders[:] = [each for each in folders if not each.startswith(".")]
        for name in folders:
            if Path(here, name).is_symlink():
                link = Path(shown, Path(here, name).relative_to(real))
                raise Refused(files.OUTSIDE_TREE, f"{ticked(str(link))} is a link to a folder", "use a real folder")
        yield from (Path(here, each).relative_to(real).as_posix() for each in names if not each.startswith("."))
