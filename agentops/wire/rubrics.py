"""Rubrics as an outcome carries them: text, or a file."""

from typing import Annotated, Final, Literal

from pydantic import Field

from agentops.wire.fields import Id
from agentops.wire.shape import LongText, Shape

RUBRIC_MAX: Final = 262_144
"""Units: characters. Source: SDK 2.11.0 `…/sessions/beta_managed_agents_text_rubric_params.py`."""

RubricContent = Annotated[str, Field(min_length=1, max_length=RUBRIC_MAX), LongText()]


class TextRubric(Shape):
    """A rubric in the request. Source: SDK 2.11.0 `…/sessions/beta_managed_agents_text_rubric_params.py`."""

    type: Literal["text"]
    content: RubricContent


class FileRubric(Shape):
    """A rubric that was uploaded. Source: SDK 2.11.0 `…/sessions/beta_managed_agents_file_rubric_params.py`."""

    type: Literal["file"]
    file_id: Id


Rubric = Annotated[TextRubric | FileRubric, Field(discriminator="type")]
