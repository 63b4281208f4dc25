"""How a run begins: the agent's tool call becomes a run, or words for the agent about why it does not."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from agentops.base.clock import timestamp
from agentops.base.ids import IdSource
from agentops.engine.core.entries import Entry
from agentops.engine.core.workflows import events
from agentops.engine.core.workflows.decide import Decision, started
from agentops.engine.core.workflows.draft import Draft
from agentops.engine.core.workflows.ends import max_workflow_runs_error
from agentops.engine.core.workflows.plan import Plan, Unfit, planned
from agentops.engine.core.workflows.state import Course, Run, Setting


@dataclass(frozen=True, slots=True)
class Begun:
    """There is a run."""

    decision: Decision
    words: str
    """The result of the tool call."""


@dataclass(frozen=True, slots=True)
class Refused:
    """There is none."""

    words: str
    """The result of the tool call, an error."""

    entries: tuple[Entry, ...] = ()


def begin(sent: object, open_runs: int, setting: Setting, ids: IdSource, at: str) -> Begun | Refused:
    """Return what a tool call leads to in a session with so many open runs."""
    try:
        plan = planned(sent, ids)
    except Unfit as unfit:
        return Refused(f"No workflow was started. {unfit}")
    if open_runs >= setting.bounds.open_runs:
        error = max_workflow_runs_error(setting.bounds)
        entry = Entry(ids.new("sevt"), events.ERROR, at, {"workflow_run_id": None, "error": error})
        return Refused(f"No workflow was started. {error['message']} Wait for one to end, or stop one.", (entry,))
    return _begun(plan, setting, ids, at)


def _begun(plan: Plan, setting: Setting, ids: IdSource, at: str) -> Begun:
    expires_at = timestamp(datetime.fromisoformat(at) + timedelta(seconds=setting.bounds.lifetime_s))
    course = Course(Run(ids.new("wrun"), plan, expires_at))
    body = {"name": plan.name, "description": plan.description, "phases": [each.shown for each in plan.phases]}
    draft = Draft(course, setting, ids, at)
    draft.say(events.CREATED, body, {"program": plan.program, "expires_at": expires_at})
    draft.say(events.STATUS_RUNNING)
    draft.do(started(draft.course, setting))
    words = (
        f"The workflow run {course.run.id} has started. It works in the background: go on or end your turn, you are "
        "told when it has ended and what it reports."
    )
    return Begun(Decision(draft.course, tuple(draft.entries), tuple(draft.effects)), words)


def unknown_run(run_id: str) -> str:
    """Return what the agent is told that wants to stop a run that is not open."""
    return f"There is no open workflow run {run_id[:64]!r}."
