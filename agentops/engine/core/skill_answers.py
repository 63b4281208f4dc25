"""What answers say of skills and their versions."""

from agentops.engine.core.json import Json, written


def skill(*, skill_id: str, display_name: str, version_id: str, at: str) -> str:
    """Return the JSON of a new skill. Source: SDK 2.11.0 `types/beta/beta_skill.py`."""
    return written(
        {
            "type": "skill",
            "id": skill_id,
            "display_name": display_name,
            "latest_version_id": version_id,
            "source": {"type": "custom"},
            "created_at": at,
            "updated_at": at,
        }
    )


def moved(skill: Json, version_id: str, at: str) -> str:
    """Return the JSON of a skill whose newest version is another one now."""
    return written({**skill, "latest_version_id": version_id, "updated_at": at})


def version(*, version_id: str, skill_id: str, name: str, description: str, at: str) -> str:
    """Return the JSON of a version. Source: SDK 2.11.0 `types/beta/skills/beta_skill_version.py`."""
    return written(
        {
            "type": "skill_version",
            "id": version_id,
            "skill_id": skill_id,
            "name": name,
            "description": description,
            "created_at": at,
        }
    )
