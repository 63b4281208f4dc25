"""Skills: what their SKILL.md says of them, and the label they are uploaded with."""

from typing import Annotated, Final

from pydantic import ConfigDict, Field

from agentops.wire.shape import Form, Shape

LARGEST_UPLOAD_BYTES: Final = 30 * 1000 * 1000
"""Documented limit of a skill's upload: less than 30 MB."""

Slug = Annotated[
    str,
    Field(min_length=1, max_length=64, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$"),
    Form("lower-case letters and digits, with single hyphens between them"),
]
"""Source: agentskills.io, `name` in the specification of SKILL.md."""

DisplayName = Annotated[
    str, Field(min_length=1, max_length=255, pattern=r"^[^\r\n]*$"), Form("a single line of at most 255 characters")
]


class SkillHeader(Shape):
    """The front matter of SKILL.md; further keys are the author's. Source: SDK 2.11.0 `beta_skill_version.py`."""

    model_config = ConfigDict(extra="ignore")

    name: Slug
    description: Annotated[str, Field(min_length=1, max_length=1024)]


class SkillCreate(Shape):
    """What creates a skill, beside its files. Source: SDK 2.11.0 `types/beta/skill_create_params.py`."""

    display_name: DisplayName | None = None


class SkillVersionCreate(Shape):
    """What creates a version of a skill beside its files: nothing.

    Source: SDK 2.11.0 `types/beta/skills/version_create_params.py`.
    """
