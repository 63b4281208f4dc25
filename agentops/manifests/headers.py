"""What a skill says of itself: the front matter of its SKILL.md."""

from agentops.manifests.marks import Text
from agentops.wire.front_matter import front_matter
from agentops.wire.problems import Problem, check
from agentops.wire.skills import SkillHeader


def header_problems(header: Text) -> tuple[Problem, ...]:
    """Return what is wrong with the header of a skill, paths relative to the header."""
    found = front_matter(header.text.encode())
    return (found,) if isinstance(found, Problem) else check(SkillHeader, found)[1]


def skill_name(header: Text) -> str:
    """Return what a skill calls itself in a header that is right."""
    found = front_matter(header.text.encode())
    return "" if isinstance(found, Problem) else str(found["name"])
