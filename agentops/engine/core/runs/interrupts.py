"""An interrupt stops what is under way: in one thread, or in all; what was sent before it is read in the next turn.

Source: documented, platform.claude.com/docs/en/managed-agents, pages events-and-streaming and session-threads.
"""

from agentops.engine.core.entries import Entry
from agentops.engine.core.json import Json
from agentops.engine.core.runs import evaluations, reports
from agentops.engine.core.runs.altered import altered
from agentops.engine.core.runs.draft import Draft
from agentops.engine.core.runs.effects import Cancel
from agentops.engine.core.runs.evolve import INTERRUPT, INTERRUPTED
from agentops.engine.core.runs.failures import close_request
from agentops.engine.core.runs.rests import settle
from agentops.engine.core.runs.results import broken_off
from agentops.engine.core.runs.session_state import Thread
from agentops.engine.core.runs.state import END_TURN, Phase
from agentops.engine.core.runs.turns import is_due

_TOLD: Json = {"type": "text", "text": INTERRUPTED}


def interrupt(draft: Draft, sent: Entry) -> None:
    """Stop what the interrupt is for; an outcome that was defined behind it is not, as a message there is not."""
    earlier = _before(draft.state.queue, sent)
    concerned = _concerned(draft, sent)
    outcome = draft.session.outcome
    is_spared = outcome is None or sent.id in outcome.outlives
    halted = [key for key in concerned if is_at_work(draft.session.threads[key])]
    meant = altered(draft.state, task=None) if is_spared else draft.state
    is_awaited = draft.thread_id in halted or not is_due(meant, earlier)
    if not halted and is_awaited and (is_spared or None not in concerned):
        draft.take(sent)
        return
    for key in halted:
        with draft.within(key):
            halt(draft)
    for each in earlier:
        draft.take(each)
    if not is_awaited:
        draft.run()
        halted.append(draft.thread_id)
    draft.take(sent)
    if None in concerned and not is_spared:
        evaluations.interrupted(draft)
    for key in sorted(halted, key=lambda each: each is None):
        with draft.within(key):
            _end(draft)
    settle(draft)


def _concerned(draft: Draft, sent: Entry) -> list[str | None]:
    """Return the threads that are stopped. Documented: without an id all, and a workflow run's never."""
    if draft.thread_id is not None or sent.body.get("session_thread_id") is not None:
        return [draft.thread_id]
    return [key for key, each in draft.session.threads.items() if not each.is_over and each.workflow_run_id is None]


def is_at_work(thread: Thread) -> bool:
    """Tell whether the thread has a turn to be stopped: it may be held up, or have been answered just now."""
    state = thread.state
    return state.phase is not Phase.TERMINATED and (state.is_unfinished or bool(state.open_calls))


def halt(draft: Draft) -> None:
    """Stop what the thread does, and say so of all that was begun."""
    draft.do(Cancel())
    close_request(draft)
    for call in draft.state.open_calls:
        broken_off(draft, call, (_TOLD,))


def _end(draft: Draft) -> None:
    """Have the thread rest; who waits for its report hears nothing of it. An advisor is done with that."""
    if draft.here.advises is not None:
        reports.unadvised(draft)
        return
    draft.stop(END_TURN)
    if draft.here.workflow_run_id is not None:
        reports.tell_run(draft, "The agent was interrupted before it had ended its work.", is_error=True)


def _before(queue: tuple[Entry, ...], entry: Entry) -> list[Entry]:
    ids = [each.id for each in queue]
    return [each for each in queue[: ids.index(entry.id)] if each.type != INTERRUPT]
