"""What `cases.yaml` holds: what was asked for, and which criteria an artifact misses."""

from typing import Annotated

from pydantic import Field

from agentops.wire.rubrics import CriterionId
from agentops.wire.shape import Omissible, Shape


class Labels(Shape):
    """Beside `good` and `bad`; everything in it may be left out."""

    task: Omissible[Annotated[str, Field(min_length=1)]] = None
    """What the artifacts are the answer to."""

    misses: dict[str, list[CriterionId]] = Field(default_factory=dict)
    """By the name of a case, the criteria that it does not meet; it is said to meet all others."""
