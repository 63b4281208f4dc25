"""Grading as the runner sees it: an assignment in, a grade out."""

from dataclasses import dataclass
from typing import Protocol

from agentops.engine.core.conversation import Usage
from agentops.engine.core.json import Json
from agentops.engine.core.outcomes.verdict import Verdict
from agentops.engine.tools.port import Toolbox


@dataclass(frozen=True, slots=True)
class Assignment:
    """One evaluation. It holds nothing that the agent said or thought."""

    session_id: str
    outcome_id: str
    iteration: int
    """From 0."""

    task: str
    """The outcome's description."""

    rubric: str
    """The outcome's rubric as text; may hold criteria that code can read."""

    model: Json
    """The agent's resolved `model`; a rubric may name another."""


@dataclass(frozen=True, slots=True)
class Grade:
    """What a grader found, and what its requests took."""

    verdict: Verdict
    usage: Usage
    model: Json
    """The model that was asked, which says what it cost."""


class Grader(Protocol):
    """Grades. A grader that cannot be understood, or that is not there, gives `failed`, never a pass."""

    async def grade(self, assignment: Assignment, tools: Toolbox) -> Grade:
        """Return the grade; cancelling stops it.

        Raises:
            ModelError: the model did not answer at all; the same evaluation can be tried again.
        """
