"""An agent's skills: references with a concrete version."""

from agentops.engine.core.json import Json
from agentops.wire.problems import Problem
from agentops.wire.wording import quoted

ANTHROPIC_SKILLS = {"docx": "20251013", "pdf": "20251013", "pptx": "20251013", "xlsx": "20251013"}
"""The platform's skills, with the version that `latest` means here."""


def resolved(skills: list[Json]) -> list[Json]:
    """Return the skills, each with its version."""
    return [{"type": each["type"], "skill_id": each["skill_id"], "version": _version(each)} for each in skills]


def problems(skills: list[Json]) -> list[Problem]:
    """Return which skills do not exist; nobody can upload one to this server yet, so no custom skill does."""
    return [
        Problem(
            ("skills", index, "skill_id"),
            "invalid-value",
            f"must be a skill that exists, {quoted(each['skill_id'])} does not",
        )
        for index, each in enumerate(skills)
        if each["type"] == "custom" or each["skill_id"] not in ANTHROPIC_SKILLS
    ]


def _version(skill: Json) -> str:
    asked = skill.get("version")
    return asked if asked and asked != "latest" else ANTHROPIC_SKILLS[skill["skill_id"]]
