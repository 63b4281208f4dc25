"""The grader of outcomes: code settles what checks can settle, and a model in a fresh context judges the rest."""

import asyncio
from collections.abc import Sequence

from agentops.engine.core.conversation import Ask, Usage
from agentops.engine.core.json import Json, written
from agentops.engine.core.outcomes.explaining import Line, explained_freely, failed
from agentops.engine.core.outcomes.rubric import Rubric, Unreadable, rubric
from agentops.engine.core.outcomes.scoring import judged
from agentops.engine.core.outcomes.verdict import Degree, Finding, Verdict
from agentops.engine.grading import prompt
from agentops.engine.grading.checks import settled
from agentops.engine.grading.port import Assignment, Grade
from agentops.engine.grading.submission import Submission
from agentops.engine.grading.talk import Bench, NoVerdict, Sleep, Talk, total
from agentops.engine.models.port import Model
from agentops.engine.tools.port import Inspection, Toolbox, ToolsUnavailable

AGENT_NAME = "grader"
"""How its requests are told from the agents'."""

_TALKS = 2
"""How often a grader that cannot be understood is asked from the beginning."""


class ModelGrader:
    """Grades by a rubric's checks and by a model; it knows nothing of the session but what lies in its folder."""

    def __init__(self, model: Model, sleep: Sleep = asyncio.sleep) -> None:
        """Take the model that is asked, under the name that the assignment or the rubric says, and how to wait."""
        self._model = model
        self._sleep = sleep

    async def grade(self, assignment: Assignment, tools: Toolbox) -> Grade:
        """Return the grade; cancelling stops it.

        Raises:
            ModelError: the model did not answer at all; the same evaluation can be tried again.
        """
        usage: list[Usage] = []
        try:
            verdict = await self._judged(assignment, tools.inspection(), usage)
        except Unreadable as error:
            verdict = _failed(f"{error}")
        except ToolsUnavailable as error:
            verdict = _failed(f"The files could not be looked at, and no check could run. {error}")
        except NoVerdict as error:
            verdict = _failed(str(error))
        return Grade(verdict, total(usage), _model(assignment))

    async def _judged(self, assignment: Assignment, inspection: Inspection, usage: list[Usage]) -> Verdict:
        found = rubric(assignment.rubric)
        by_checks = await settled(found.criteria, inspection)
        if found.criteria and not prompt.open_ids(found):
            return judged(found, by_checks)
        files = await inspection.files(prompt.OUTPUTS)
        bench = Bench(self._model, inspection, self._sleep)
        for number in range(_TALKS):
            first = prompt.first_message(assignment, found, by_checks, files, is_again=number > 0)
            talk = Talk(bench, _ask(assignment, found, written(first).encode()), prompt.open_ids(found))
            try:
                return _verdict(found, by_checks, await talk.held())
            except NoVerdict:
                if number == _TALKS - 1:
                    raise
            finally:
                usage += talk.usage
        raise AssertionError("every talk ends in a verdict or without one")


def _model(assignment: Assignment) -> Json:
    try:
        return _model_of(assignment, rubric(assignment.rubric))
    except Unreadable:
        return assignment.model


def _model_of(assignment: Assignment, found: Rubric) -> Json:
    return {"id": found.model} if found.model else assignment.model


def _ask(assignment: Assignment, found: Rubric, first: bytes) -> Ask:
    return Ask(
        model=_model_of(assignment, found),
        system=prompt.system(found),
        tools=b"[]",
        messages=(first,),
        session_id=assignment.session_id,
        thread_id=f"grader_{assignment.outcome_id}_{assignment.iteration}",
        agent_name=AGENT_NAME,
    )


def _verdict(found: Rubric, by_checks: Sequence[Finding], submission: Submission) -> Verdict:
    if not submission.does_fit:
        return _failed(f"The rubric does not fit the task. {submission.summary}".strip())
    if found.criteria:
        opinions = (Finding(each.criterion, each.degree, each.reason, "grader") for each in submission.opinions)
        return judged(found, (*by_checks, *opinions))
    is_satisfied = submission.is_satisfied and all(each.degree is Degree.MET for each in submission.opinions)
    lines = [Line(each.criterion, each.degree, each.reason) for each in submission.opinions]
    words = explained_freely(lines, submission.summary, is_satisfied=is_satisfied)
    return Verdict("satisfied" if is_satisfied else "needs_revision", words)


def _failed(why: str) -> Verdict:
    return Verdict("failed", failed(why))
