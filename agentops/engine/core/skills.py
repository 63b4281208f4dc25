"""An agent's skills: references with a concrete version."""

from collections.abc import Mapping
from dataclasses import dataclass

from agentops.engine.core.json import Json
from agentops.wire.problems import Problem
from agentops.wire.wording import quoted

ANTHROPIC_SKILLS = {"docx": "20251013", "pdf": "20251013", "pptx": "20251013", "xlsx": "20251013"}
"""The platform's skills, with the version that `latest` means here."""

_LATEST = "latest"


@dataclass(frozen=True, slots=True)
class Wish:
    """A custom skill that an agent names: at a version, or at whatever is newest when the agent is saved."""

    skill_id: str
    version: str | None


Found = Mapping[Wish, str | None]
"""The version that each wish means; None for those that nothing fulfils."""


def wishes(skills: list[Json]) -> set[Wish]:
    """Return every custom skill that has to be looked up."""
    return {_wish(each) for each in skills if each["type"] == "custom"}


def pinned(skills: list[Json], found: Found) -> list[Json]:
    """Return the skills, each custom one with the version that it means now."""
    return [{**each, "version": found[_wish(each)]} if each["type"] == "custom" else each for each in skills]


def resolved(skills: list[Json]) -> list[Json]:
    """Return the skills, each with its version; custom ones are pinned before."""
    return [{"type": each["type"], "skill_id": each["skill_id"], "version": _version(each)} for each in skills]


def problems(skills: list[Json], found: Found) -> list[Problem]:
    """Return which skills or versions do not exist."""
    return [_missing(index, each) for index, each in enumerate(skills) if not _exists(each, found)]


def _exists(skill: Json, found: Found) -> bool:
    if skill["type"] == "custom":
        return found.get(_wish(skill)) is not None
    return skill["skill_id"] in ANTHROPIC_SKILLS


def _missing(index: int, skill: Json) -> Problem:
    version = _wish(skill).version if skill["type"] == "custom" else None
    message = f"must be a skill that exists, {quoted(skill['skill_id'])} does not"
    if version is not None:
        message = f"must be a skill and a version that exist, {quoted(skill['skill_id'])} at {quoted(version)} does not"
    return Problem(("skills", index, "skill_id"), "invalid-value", message)


def _wish(skill: Json) -> Wish:
    version = skill.get("version")
    return Wish(skill["skill_id"], None if version in (None, "", _LATEST) else version)


def _version(skill: Json) -> str:
    asked = skill.get("version")
    return asked if asked and asked != _LATEST else ANTHROPIC_SKILLS[skill["skill_id"]]
