"""What a happening leads to: the rules of a workflow run, in the order in which the API documents its events.

Source: platform.claude.com/docs/en/managed-agents, pages workflow-runs and session-threads.
"""

import hashlib
from dataclasses import asdict, dataclass, replace

from agentops.base.ids import IdSource
from agentops.engine.core.entries import Entry
from agentops.engine.core.json import written
from agentops.engine.core.rosters import ADVISOR_NAME
from agentops.engine.core.workflows import ends, events
from agentops.engine.core.workflows.draft import Draft
from agentops.engine.core.workflows.effects import Effect, StartProgram
from agentops.engine.core.workflows.happenings import (
    AgentEnded,
    Asked,
    Cause,
    Choice,
    Continued,
    Failed,
    Finished,
    Happening,
    Logged,
    Lost,
    Paused,
    PhaseBegun,
    PhaseLeft,
    Request,
    Stopped,
    TakenUp,
    TimeUp,
    Waits,
)
from agentops.engine.core.workflows.state import Answer, Attempt, Course, Setting

LOGS_KEPT = 50
ANSWER_MAX = 100_000
"""Longer ones are cut. Units: characters."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be logged, all or nothing, and what is to be done once that is on disk."""

    course: Course
    entries: tuple[Entry, ...] = ()
    effects: tuple[Effect, ...] = ()


def decide(course: Course, happening: Happening, setting: Setting, ids: IdSource, at: str) -> Decision:
    """Return what the happening leads to; nothing happens to a run that has ended."""
    draft = Draft(course, setting, ids, at)
    if draft.run.is_open:
        _react(draft, happening)
    return Decision(draft.course, tuple(draft.entries), tuple(draft.effects))


def _react(draft: Draft, happening: Happening) -> None:
    match happening:
        case AgentEnded():
            _answered(draft, happening)
        case Stopped():
            draft.close(ends.STOPPED)
        case TimeUp():
            draft.fail(ends.timeout_error(draft.setting.bounds))
        case Paused():
            if draft.run.pause is None:
                draft.say(events.STATUS_IDLE, kept={"why": happening.why})
        case Continued():
            if draft.run.pause == happening.why:
                draft.say(events.STATUS_RUNNING)
                _fill(draft)
        case TakenUp():
            draft.attempt = Attempt()
            draft.do(started(draft.course, draft.setting))
        case _:
            _serve(draft, happening)


def started(course: Course, setting: Setting) -> StartProgram:
    """Return the order to run the plan from its beginning."""
    plan = course.run.plan
    return StartProgram(course.run.id, plan.program, tuple(each.name for each in plan.phases), setting.facts)


def _serve(draft: Draft, request: Request) -> None:
    """Do what the plan asks for."""
    draft.attempt = replace(draft.attempt, requests=draft.attempt.requests + 1)
    if draft.attempt.requests > draft.setting.bounds.requests:
        draft.fail(ends.ENDLESS)
        return
    match request:
        case PhaseBegun() | Asked():
            _number(draft, request)
        case PhaseLeft():
            _leave(draft, request.number)
        case Logged():
            draft.attempt = replace(draft.attempt, logs=(*draft.attempt.logs, request.text)[-LOGS_KEPT:])
        case Waits():
            # It took in all that there is and asks for nothing more: what it asked for before, it does not this time.
            if request.heard == draft.attempt.told and draft.attempt.numbers < draft.run.recorded:
                draft.fail(ends.NOT_REPEATED)
        case Finished() | Failed() | Lost():
            _end(draft, request)


def _end(draft: Draft, request: Finished | Failed | Lost) -> None:
    match request:
        case Finished():
            if draft.attempt.numbers < draft.run.recorded:
                draft.fail(ends.NOT_REPEATED)
            else:
                draft.close(ends.COMPLETED, request.report or "")
        case Failed():
            draft.fail(ends.RAISED, request.trace)
        case Lost():
            draft.fail(ends.LOST[request.cause], request.said)


def _number(draft: Draft, request: PhaseBegun | Asked) -> None:
    """Take a request with the next number; any other number was made up."""
    number = request.number
    if number != draft.attempt.numbers + 1:
        draft.fail(ends.LOST[Cause.GARBLED])
        return
    draft.attempt = replace(draft.attempt, numbers=number)
    if isinstance(request, PhaseBegun):
        _enter(draft, request)
    else:
        _ask(draft, request)


def _enter(draft: Draft, begun: PhaseBegun) -> None:
    phase_id = next((each.id for each in draft.run.plan.phases if each.name == begun.name), None)
    visit = draft.run.visits.get(begun.number)
    if begun.number in draft.run.agents or (visit is not None and visit.phase_id != phase_id):
        draft.fail(ends.NOT_REPEATED)
    elif phase_id is None:
        draft.fail(ends.NO_SUCH_PHASE)
    elif visit is None and len(draft.run.visits) >= draft.setting.bounds.visits:
        draft.fail(ends.ENDLESS)
    elif visit is None:
        draft.enter(begun.number, phase_id)


def _leave(draft: Draft, number: int) -> None:
    if number > draft.attempt.numbers or number not in draft.run.visits:
        draft.fail(ends.LOST[Cause.GARBLED])
    else:
        draft.leave(number)


def _ask(draft: Draft, asked: Asked) -> None:
    run, bounds = draft.run, draft.setting.bounds
    known = run.agents.get(asked.number)
    if asked.number in run.visits or (known is not None and known.digest != digest(asked)):
        draft.fail(ends.NOT_REPEATED)
    elif known is not None:
        draft.tell()
    elif not _is_allowed(asked, draft.setting):
        draft.fail(ends.NO_SUCH_AGENT)
    elif len(run.agents) + len(draft.attempt.queue) >= bounds.agents:
        draft.fail(ends.thread_limit_error(bounds))
    elif len(draft.attempt.queue) >= bounds.waiting:
        draft.fail(ends.ENDLESS)
    else:
        draft.attempt = replace(draft.attempt, queue=(*draft.attempt.queue, asked))
        _fill(draft)


def _is_allowed(asked: Asked, setting: Setting) -> bool:
    choice, facts = asked.choice, setting.facts
    if choice.agent is not None:
        return choice == Choice(choice.agent) and choice.agent in facts.agents
    return facts.has_inline and choice.name != ADVISOR_NAME and set(choice.tools or ()) <= set(facts.tools)


def _answered(draft: Draft, ended: AgentEnded) -> None:
    """Hand on what came of a piece of work; of a thread that is over, or another's, nothing more is heard."""
    number = next((each for each in draft.run.running if draft.run.agents[each].thread_id == ended.thread_id), None)
    if number is not None:
        draft.end_thread(number, Answer(ended.text[:ANSWER_MAX], ended.is_error))
        draft.tell()
        _fill(draft)


def _fill(draft: Draft) -> None:
    """Begin what waits, as far as there is room."""
    room = draft.setting.bounds.threads_at_once - len(draft.run.running)
    if draft.run.pause is not None or room <= 0:
        return
    first, rest = draft.attempt.queue[:room], draft.attempt.queue[room:]
    draft.attempt = replace(draft.attempt, queue=rest)
    for each in first:
        draft.begin_thread(each, digest(each))


def digest(asked: Asked) -> str:
    """Return what tells two pieces of work apart."""
    return hashlib.sha256(written([asked.prompt, asdict(asked.choice)]).encode()).hexdigest()
