"""Versions of skills: create, read, list, delete, and their bytes."""

from dataclasses import replace

from agentops.base.errors import InvalidRequest, NotFound
from agentops.engine.core import skill_answers
from agentops.engine.core.blobs import Blob
from agentops.engine.core.json import parsed, written
from agentops.engine.core.skill_files import SkillFiles
from agentops.engine.operations import skills
from agentops.engine.operations.call import Call, Page
from agentops.engine.operations.files import Content
from agentops.engine.store.blobs import Blobs
from agentops.engine.store.port import Window
from agentops.engine.store.skills import Skills, SkillVersions, StoredVersion


def create(call: Call, blob: Blob, skill_id: str, files: SkillFiles) -> str:
    """Save a new version, the skill's newest, and return it.

    Raises:
        NotFound: there is no such skill.
        InvalidRequest: the skill has another name.
        StorageError: the bytes were given up.
    """
    check_name(call, skill_id, files)
    body = skills.add_version(call, skill_id, blob, files)
    _point(call, skill_id, blob.owner)
    return body


def check_name(call: Call, skill_id: str, files: SkillFiles) -> None:
    """Refuse files of another skill.

    Raises:
        NotFound: there is no such skill.
        InvalidRequest: the skill has another name.
    """
    name = parsed(_existing(call, skill_id, skills.LATEST).body)["name"]
    if files.name != name:
        raise InvalidRequest(
            f"files.SKILL.md.name: must stay {name} in every version of skill {skill_id}, is {files.name}; "
            "create another skill for another name."
        )


def retrieve(call: Call, skill_id: str, version: str) -> str:
    """Return a version.

    Raises:
        NotFound: there is no such skill or version.
    """
    return _existing(call, skill_id, version).body


def content(call: Call, skill_id: str, version: str) -> Content:
    """Return which bytes a version has: its files as a zip archive.

    Raises:
        NotFound: there is no such skill or version.
    """
    stored = _existing(call, skill_id, version)
    blob = Blobs(call.tx).get(stored.id)
    if blob is None:
        raise NotFound(f"The files of version {stored.id} are gone.")
    return Content(blob, "application/zip", f"{parsed(stored.body)['name']}.zip")


def delete(call: Call, skill_id: str, version: str) -> str:
    """Remove a version; the newest of the others becomes the skill's latest.

    Raises:
        NotFound: there is no such skill or version.
        InvalidRequest: the skill has no other version, and cannot be without one.
    """
    skills.existing(call, skill_id)
    versions = SkillVersions(call.tx, call.workspace, skill_id)
    stored = versions.get(version)
    if stored is None:
        raise NotFound(f"Skill {skill_id} has no version {version}.")
    versions.delete(version)
    newest = versions.newest()
    if newest is None:
        raise InvalidRequest(f"Version {version} is the only one of skill {skill_id}: delete the skill instead.")
    Blobs(call.tx).doom(version, call.at)
    _point(call, skill_id, newest.id)
    return written({"type": "skill_version_deleted", "id": version})


def page(call: Call, skill_id: str, window: Window) -> Page:
    """Return part of the list of a skill's versions, newest first.

    Raises:
        NotFound: there is no such skill.
    """
    skills.existing(call, skill_id)
    found = SkillVersions(call.tx, call.workspace, skill_id).page(window)
    return Page.newest_first([each.body for each in found], found, window.limit)


def _point(call: Call, skill_id: str, version_id: str) -> None:
    stored = skills.existing(call, skill_id)
    before = parsed(stored.body)
    if before["latest_version_id"] != version_id:
        body = skill_answers.moved(before, version_id, call.at)
        Skills(call.tx, call.workspace).replace(replace(stored, body=body))


def _existing(call: Call, skill_id: str, version: str) -> StoredVersion:
    skills.existing(call, skill_id)
    stored = skills.version_named(call, skill_id, version)
    if stored is None:
        raise NotFound(f"Skill {skill_id} has no version {version}.")
    return stored
