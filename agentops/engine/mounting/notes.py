"""What the system prompt says of the places that an agent finds.

Source: platform.claude.com/docs/en/managed-agents, memory, skills and self-hosted sandboxes: what is said, not how.
"""

from collections.abc import Iterator, Sequence

from agentops.engine.core.json import Json, parsed
from agentops.engine.core.sessions import Session
from agentops.engine.core.skills import ANTHROPIC_SKILLS
from agentops.engine.mounting.layout import OUTPUTS
from agentops.engine.mounting.skills import Skill

_DESCRIPTION_MAX = 2000
_OUTPUTS = (
    f"# Results\n\nPut every file that is meant for the user into {OUTPUTS}. Files elsewhere stay in this session, and "
    "the user does not see them."
)
_ACCESS = {
    "read_write": "you may read and write",
    "read_only": "you may read, and cannot write",
}


def notes(session: Session, resources: Sequence[Json], skills: Sequence[Skill] = ()) -> str:
    """Return what to say of memory, files, repositories, skills and results; empty for nothing.

    A worker of the user's own keeps memory at the same paths, and skills in `skills` of the folder it works in.
    """
    is_self_hosted = parsed(session.config)["type"] == "self_hosted"
    parts = (
        _memory([each for each in resources if each["type"] == "memory_store"]),
        _given([each for each in resources if each["type"] != "memory_store"]),
        _skills(skills, is_self_hosted=is_self_hosted),
        "" if is_self_hosted else _OUTPUTS,
    )
    return "\n\n".join(filter(None, parts))


def _memory(stores: Sequence[Json]) -> str:
    if not stores:
        return ""
    head = (
        "# Memory\n\nThese folders outlive this session, and other sessions may share them. Each file in them is one "
        "memory: text in UTF-8 of at most 100 kB. Read what bears on the task before you begin. Keep what will be "
        "worth knowing later in folders that you may write."
    )
    return "\n\n".join((head, *("\n".join(_store(each)) for each in stores)))


def _store(store: Json) -> Iterator[str]:
    yield f"## {store['mount_path']}: {_line(store['name'])}\n"
    yield f"Access: {_ACCESS[store['access']]}."
    if store["description"]:
        yield f"Description: {store['description']}"
    if store["instructions"]:
        yield f"Instructions: {store['instructions']}"


def _given(resources: Sequence[Json]) -> str:
    files = [each["mount_path"] for each in resources if each["type"] == "file"]
    repositories = [each for each in resources if each["type"] == "github_repository"]
    lines = [
        *(f"- {path} (cannot be written)" for path in files),
        *(f"- {each['mount_path']}: a clone of {each['url']}" for each in repositories),
    ]
    return "\n".join(("# What you were given\n", *lines)) if lines else ""


def _skills(skills: Sequence[Skill], *, is_self_hosted: bool) -> str:
    if not skills:
        return ""
    there = [each for each in skills if each.folder]
    gone = [each for each in skills if not each.folder]
    parts: list[str] = ["# Skills"]
    if there:
        parts.append("Before you do what a skill is for, read its SKILL.md and follow it.")
        parts.append("\n".join(_skill(each, is_self_hosted=is_self_hosted) for each in there))
    if gone:
        parts.append("\n".join(map(_missing, gone)))
    return "\n\n".join(parts)


def _skill(skill: Skill, *, is_self_hosted: bool) -> str:
    path = f"skills/{skill.name}" if is_self_hosted else skill.path
    return f"- {skill.name} ({path}/SKILL.md): {_line(skill.description)[:_DESCRIPTION_MAX]}"


def _missing(skill: Skill) -> str:
    if skill.skill_id in ANTHROPIC_SKILLS:
        return f"- {skill.name} is a skill of the Claude Platform whose files this server has not got: do without it."
    return f"- {skill.name} was deleted: do without it."


def _line(text: str) -> str:
    return " ".join(text.split())
