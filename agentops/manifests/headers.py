"""What a skill says of itself: the front matter of its SKILL.md."""

from agentops.manifests import yaml
from agentops.manifests.marks import Text
from agentops.wire.problems import Problem, check
from agentops.wire.skills import SkillHeader


def header_problems(header: Text) -> tuple[Problem, ...]:
    """Return what is wrong with the header of a skill, paths relative to the header."""
    return check(SkillHeader, _front_matter(header))[1]


def skill_name(header: Text) -> str:
    """Return what a skill calls itself in a header that is right."""
    found = _front_matter(header)
    return str(found["name"]) if isinstance(found, dict) else ""


def _front_matter(text: Text) -> object:
    """Return the YAML between the first two lines of dashes; nothing when there is none."""
    lines = text.text.splitlines()
    dashes = [index for index, each in enumerate(lines) if each.strip() == "---"]
    if len(dashes) < 2 or dashes[0] != 0:
        return {}
    documents = yaml.read(Text(text.file, "\n".join(lines[1 : dashes[1]]))).documents
    return documents[0].data if documents else {}
