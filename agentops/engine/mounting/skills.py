"""The skills of a session's agents, in its sandbox: which there are, where each lies, and their files."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from agentops.base.errors import InvalidRequest, StorageError
from agentops.engine.core import archives, session_agents
from agentops.engine.core.blobs import Blob
from agentops.engine.core.json import Json, parsed
from agentops.engine.mounting.desk import Desk
from agentops.engine.mounting.disk import FILE_MODE, FOLDER_MODE, PROGRAM_MODE, note, noted, on_disk
from agentops.engine.mounting.layout import SKILLS, Layout
from agentops.engine.mounting.removal import remove
from agentops.engine.store.blobs import Blobs
from agentops.engine.store.port import Transaction
from agentops.engine.store.skills import SkillVersions
from agentops.wire.skills import LARGEST_UPLOAD_BYTES


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill of one of a session's agents, at a version."""

    skill_id: str
    version: str
    name: str
    description: str = ""
    folder: str = ""
    """What its folder is called; empty when this server has no files of it."""

    @property
    def path(self) -> str:
        """Return where its folder is inside."""
        return f"{SKILLS}/{self.folder}"


def found(tx: Transaction, workspace: str, agent: Json) -> tuple[Skill, ...]:
    """Return the skills of a session's agent and of all that it may delegate to, each once, in their order.

    Two of one name, or two versions of one skill, get folders of different names.
    """
    wanted = {
        (each["type"], each["skill_id"], each["version"]): None
        for member in session_agents.everyone(agent)
        for each in member["skills"]
    }
    taken: set[str] = set()
    return tuple(_skill(tx, workspace, *each, taken) for each in wanted)


def _skill(tx: Transaction, workspace: str, kind: str, skill_id: str, version: str, taken: set[str]) -> Skill:
    stored = SkillVersions(tx, workspace, skill_id).get(version) if kind == "custom" else None
    if stored is None:
        return Skill(skill_id, version, skill_id)
    said = parsed(stored.body)
    names = (said["name"] if number == 1 else f"{said['name']}-{number}" for number in range(1, len(taken) + 2))
    folder = next(each for each in names if each not in taken)
    taken.add(folder)
    return Skill(skill_id, version, said["name"], said["description"], folder)


class Skills:
    """The skills in one session's folder; one call at a time."""

    def __init__(self, desk: Desk, layout: Layout) -> None:
        """Name the session's folder, which is there."""
        self._desk = desk
        self._folder = layout.skills
        self._staging = layout.staging("skills")
        self._note = layout.state("skills")

    async def sync(self, skills: Sequence[Skill]) -> tuple[str, ...]:
        """Let there be the files of these skills and no others, and return which cannot be had.

        Raises:
            StorageError: the disk cannot be used.
        """
        wanted = {each.folder: each.version for each in skills if each.folder}
        there = await on_disk(self._cleared, wanted)
        missing: list[str] = []
        for folder, version in wanted.items():
            if there.get(folder) == version:
                continue
            files = await self._files(version)
            if files is None:
                missing.append(f"The skill in {SKILLS}/{folder} cannot be had: its files are not there.")
                continue
            await on_disk(self._unpacked, files, folder)
            there[folder] = version
            await on_disk(note, self._note, there)
        return tuple(missing)

    def _cleared(self, wanted: dict[str, str]) -> dict[str, str]:
        self._staging.mkdir(exist_ok=True, mode=0o700)
        for left in self._staging.iterdir():
            remove(left, self._staging)
        noted_down: dict[str, str] = noted(self._note)
        there = {folder: version for folder, version in noted_down.items() if wanted.get(folder) == version}
        there = {folder: version for folder, version in there.items() if (self._folder / folder).is_dir()}
        for left in self._folder.iterdir():
            if left.name not in there:
                remove(left, self._staging)
        return there

    async def _files(self, version: str) -> dict[str, bytes] | None:
        blob = await self._desk.backing.database.read(lambda tx: Blobs(tx).get(version))
        try:
            return None if blob is None else await self._read(blob)
        except (StorageError, InvalidRequest):
            return None

    async def _read(self, blob: Blob) -> dict[str, bytes]:
        archive = b"".join([piece async for piece in await self._desk.backing.blobs.read(blob)])
        files: dict[str, bytes] = await on_disk(archives.unpacked, archive, LARGEST_UPLOAD_BYTES)
        return files

    def _unpacked(self, files: dict[str, bytes], folder: str) -> None:
        """Write the files elsewhere, and let the whole folder appear in one step."""
        draft = self._staging / secrets.token_hex(8)
        draft.mkdir()
        for name, data in files.items():
            # Below the one folder at the top, which is called as the skill is.
            inside = PurePosixPath(name).parts[1:]
            if inside and ".." not in inside and not name.startswith("/"):
                _write(draft.joinpath(*inside), data)
        for each in (draft, *(path for path in draft.rglob("*") if path.is_dir())):
            each.chmod(FOLDER_MODE)
        draft.rename(self._folder / folder)


def _write(path: Path, data: bytes) -> None:
    """Write a file; an archive of ours says nothing of programs, but a script begins with what runs it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(PROGRAM_MODE if data.startswith(b"#!") else FILE_MODE)
