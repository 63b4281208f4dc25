"""Skills: create, read, list, delete. Only what was uploaded here is listed: the platform's own have no files here."""

from agentops.base.errors import NotFound
from agentops.engine.core import skill_answers
from agentops.engine.core import skills as references
from agentops.engine.core.blobs import Blob
from agentops.engine.core.ids import is_id
from agentops.engine.core.json import Json, written
from agentops.engine.core.skill_files import SkillFiles
from agentops.engine.core.skills import Wish
from agentops.engine.operations import blobs
from agentops.engine.operations.call import Call, Page
from agentops.engine.store.blobs import Blobs
from agentops.engine.store.documents import Document
from agentops.engine.store.port import Window
from agentops.engine.store.skills import Skills, SkillVersions, StoredVersion
from agentops.wire.problems import Problem

LATEST = "latest"


def create(call: Call, blob: Blob, files: SkillFiles, display_name: str | None) -> str:
    """Save a new skill with its first version and return it.

    Raises:
        StorageError: the bytes were given up.
    """
    skill_id = call.ids.new("skill")
    body = skill_answers.skill(
        skill_id=skill_id, display_name=display_name or files.name, version_id=blob.owner, at=call.at
    )
    Skills(call.tx, call.workspace).insert(Document(skill_id, body, call.at, None))
    add_version(call, skill_id, blob, files)
    return body


def add_version(call: Call, skill_id: str, blob: Blob, files: SkillFiles) -> str:
    """Save a version of a skill and return it; the skill does not know of it yet.

    Raises:
        StorageError: the bytes were given up.
    """
    blobs.adopt(call, blob)
    body = skill_answers.version(
        version_id=blob.owner, skill_id=skill_id, name=files.name, description=files.description, at=call.at
    )
    SkillVersions(call.tx, call.workspace, skill_id).insert(StoredVersion(blob.owner, body, call.at))
    return body


def retrieve(call: Call, skill_id: str) -> str:
    """Return the skill.

    Raises:
        NotFound: there is no such skill.
    """
    return existing(call, skill_id).body


def delete(call: Call, skill_id: str) -> str:
    """Remove the skill with its versions: it cannot be without one, so they cannot all go before it does.

    Raises:
        NotFound: there is no such skill.
    """
    existing(call, skill_id)
    for version_id in SkillVersions(call.tx, call.workspace, skill_id).ids():
        Blobs(call.tx).doom(version_id, call.at)
    Skills(call.tx, call.workspace).delete(skill_id)
    return written({"type": "skill_deleted", "id": skill_id})


def page(call: Call, window: Window, source: str | None) -> Page:
    """Return part of the list of skills, newest first; all of them are custom."""
    if source not in (None, "custom"):
        return Page([])
    found = Skills(call.tx, call.workspace).page(window)
    return Page.newest_first([each.body for each in found], found, window.limit)


def existing(call: Call, skill_id: str) -> Document:
    """Return the skill as it lies in the database.

    Raises:
        NotFound: there is no such skill.
    """
    stored = Skills(call.tx, call.workspace).get(skill_id)
    if stored is None:
        raise NotFound(f"There is no skill {skill_id}.")
    return stored


def version_named(call: Call, skill_id: str, name: str | None) -> StoredVersion | None:
    """Return the version of a skill that an id, `latest` or nothing names; None when there is none."""
    versions = SkillVersions(call.tx, call.workspace, skill_id)
    return versions.newest() if name in (None, "", LATEST) else versions.get(str(name))


def pinned(call: Call, sent: list[Json]) -> tuple[list[Json], list[Problem]]:
    """Return the skills of an agent with every custom one at the version that it means now, and which do not exist."""
    found = {wish: _version_of(call, wish) for wish in references.wishes(sent)}
    missing = references.problems(sent, found)
    return ([] if missing else references.pinned(sent, found)), missing


def _version_of(call: Call, wish: Wish) -> str | None:
    could_exist = is_id(wish.skill_id) and is_id(wish.version or LATEST)
    stored = version_named(call, wish.skill_id, wish.version) if could_exist else None
    return stored.id if stored else None
