"""Workflow runs in the midst of a session: their events go into its log, their agents become threads of it.

Source: documented, platform.claude.com/docs/en/managed-agents/workflow-runs.
"""

from collections.abc import Mapping
from dataclasses import replace

from agentops.engine.core.entries import Entry
from agentops.engine.core.json import Json, parsed, written
from agentops.engine.core.runs.draft import Draft
from agentops.engine.core.runs.happenings import OfRun
from agentops.engine.core.runs.interrupts import halt, is_at_work
from agentops.engine.core.runs.reports import RECEIVED
from agentops.engine.core.runs.results import result
from agentops.engine.core.runs.state import Call
from agentops.engine.core.runs.team import OF_RUN
from agentops.engine.core.workflows import begin, decide, events, tool
from agentops.engine.core.workflows.cast import Planner, cast
from agentops.engine.core.workflows.effects import AnswerProgram, EndProgram, StartProgram, StartThread
from agentops.engine.core.workflows.happenings import Continued, Happening, Stopped, TakenUp, TimeUp
from agentops.engine.core.workflows.plan import Unfit, run_to_stop
from agentops.engine.core.workflows.state import Attempt, Course, Setting

TOOLS = (tool.RUN, tool.STOP)


def carry_out(draft: Draft, call: Call) -> None:
    """Do what a call asks for that begins a run or stops one."""
    words, is_error = _begin(draft, call.input) if call.name == tool.RUN else _stop(draft, call.input)
    result(draft, call, ({"type": "text", "text": words},), is_error=is_error)


def _begin(draft: Draft, given: Json) -> tuple[str, bool]:
    begun = begin.begin(given, len(draft.session.runs), _setting(draft), draft.ids, draft.at)
    if isinstance(begun, begin.Refused):
        for entry in begun.entries:
            draft.add(entry)
        return begun.words, True
    _take(draft, begun.decision)
    return begun.words, False


def _stop(draft: Draft, given: Json) -> tuple[str, bool]:
    try:
        run_id = run_to_stop(given)
    except Unfit as unfit:
        return f"No workflow was stopped. {unfit}", True
    if run_id not in draft.session.runs:
        return begin.unknown_run(run_id), True
    _decide(draft, run_id, Stopped())
    return "stopped", False


def hear(draft: Draft, heard: OfRun) -> None:
    """Take something that happened to a run; nothing happens to one that has ended."""
    draft.untold.append((heard.run_id, heard.happening))


def catch_up(draft: Draft) -> None:
    """Let runs hear what they are to hear, and what follows from that."""
    while draft.untold:
        run_id, happening = draft.untold.pop(0)
        if run_id in draft.session.runs:
            _decide(draft, run_id, happening)


def take_up(draft: Draft) -> None:
    """Go on with the runs after whoever ran their programs is gone; those that are paused go on when they may."""
    for run_id, run in draft.session.runs.items():
        if run.expires_at <= draft.at:
            draft.untold.append((run_id, TimeUp()))
        elif run.pause is None:
            draft.untold.append((run_id, TakenUp()))


def reconsider(draft: Draft) -> None:
    """Go on with what a budget paused, and no longer does."""
    paused = [run_id for run_id, run in draft.session.runs.items() if run.pause == "budget"]
    if not paused or draft.is_spent:
        return
    for run_id in paused:
        draft.run_session()
        if run_id not in draft.session.attempts:
            draft.untold.append((run_id, TakenUp()))
        draft.untold.append((run_id, Continued("budget")))


def _decide(draft: Draft, run_id: str, happening: Happening) -> None:
    course = Course(draft.session.runs[run_id], draft.session.attempts.get(run_id, Attempt()))
    _take(draft, decide.decide(course, happening, _setting(draft), draft.ids, draft.at))


def _planner(draft: Draft) -> Planner:
    """Return whose plans they are: of an agent that may have none there are none, and it stays while they are open."""
    planner = draft.lead.planner
    assert planner is not None
    return planner


def _setting(draft: Draft) -> Setting:
    return Setting(_planner(draft).facts, draft.lead.bounds.plans)


def _take(draft: Draft, decision: decide.Decision) -> None:
    """Log what was decided on a run, and begin and end its threads."""
    starts = {each.thread_id: each for each in decision.effects if isinstance(each, StartThread)}
    for entry in decision.entries:
        if entry.thread_id is not None:
            _end(draft, entry.thread_id)
        draft.add(_with_agent(draft, entry, starts) if entry.type == events.THREAD_CREATED else entry)
    draft.go_on(decision.course, has_begun=any(isinstance(each, StartProgram) for each in decision.effects))
    with draft.within(None):
        for effect in decision.effects:
            if isinstance(effect, StartProgram | AnswerProgram | EndProgram):
                draft.do(effect)
    for start in starts.values():
        _instruct(draft, start)
    if decision.entries:
        draft.is_unsettled = True
    # The agent reads how it ended in a turn of its own.
    if not decision.course.run.is_open:
        draft.stir(None)


def _end(draft: Draft, thread_id: str) -> None:
    """Stop what a thread does, before it is said that it was terminated."""
    with draft.within(thread_id):
        if is_at_work(draft.here):
            halt(draft)
        for each in draft.state.queue:
            draft.take(each)


def _with_agent(draft: Draft, entry: Entry, starts: Mapping[str, StartThread]) -> Entry:
    """Return the entry with the agent of the thread beside what the run keeps of it."""
    start = starts[entry.body["session_thread_id"]]
    agent = {**cast(start.choice, start.agent_name, _planner(draft).agent), OF_RUN: start.run_id}
    return replace(entry, kept=written({"agent": agent, **parsed(entry.kept or "{}")}))


def _instruct(draft: Draft, start: StartThread) -> None:
    """Tell an agent its task. Documented: its first event comes from the primary thread and names no agent."""
    content = [{"type": "text", "text": start.prompt}]
    with draft.within(start.thread_id):
        draft.say(RECEIVED, {"from_session_thread_id": draft.primary_id, "content": content})
    draft.stir(start.thread_id)
