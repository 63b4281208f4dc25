"""Skill: a folder of the tree with a SKILL.md, uploaded as one version after the other."""

from typing import Annotated

from pydantic import Field

from agentops.wire.shape import Omissible, Shape

FolderPath = Annotated[str, Field(min_length=1, max_length=1024)]
"""Relative to the manifest, inside the tree."""


class SkillSpec(Shape):
    """What a Skill is made of. Source: SDK 2.11.0 `types/beta/skill_create_params.py`."""

    folder: FolderPath
    display_name: Omissible[Annotated[str, Field(min_length=1, max_length=255)]] = None
