"""Threads that wait for others: until all of those have come to rest."""

from collections.abc import Iterator

from agentops.engine.core.json import Json, written
from agentops.engine.core.runs.draft import Draft
from agentops.engine.core.runs.results import result
from agentops.engine.core.runs.session_state import Thread
from agentops.engine.core.runs.state import Call, Phase, Standing, State
from agentops.engine.core.runs.team import WAIT


def dozes(state: State) -> bool:
    """Tell whether all that a thread does is to wait for others."""
    if state.phase is not Phase.RUNNING or state.request_id is not None:
        return False
    still = state.open_calls
    return bool(still) and all(map(is_wait, still))


def is_wait(call: Call) -> bool:
    """Tell whether a call that was started waits for threads: nothing has to be done for it."""
    return call.name == WAIT and call.type == "agent.tool_use" and call.standing is Standing.STARTED


def relieve(draft: Draft) -> bool:
    """End the waits whose threads have come to rest, and tell whether that calls the lead: nobody else delegates."""
    waiting = [each for each in draft.session.primary.calls.values() if is_wait(each) and is_over(draft, each)]
    if not waiting:
        return False
    with draft.within(None):
        for call in waiting:
            answer(draft, call)
            draft.stir(None)
    return True


def has_fewer(draft: Draft) -> bool:
    """Tell whether the session says that it waits for calls which nobody can answer any more: their thread is over."""
    session = draft.session
    if session.phase is not Phase.IDLE or session.stop["type"] != "requires_action":
        return False
    return not set(session.stop["event_ids"]) <= {call.id for _, call in session.waits_for}


def is_over(draft: Draft, call: Call) -> bool:
    """Tell whether no report is to come any more of those that are awaited."""
    return not any(each.state.is_unfinished for _, each in _awaited(draft, call))


def answer(draft: Draft, call: Call) -> None:
    """Tell the one who waited how the others stand; what they said reaches it as messages."""
    told = [{"thread_id": key, **standing(each)} for key, each in _awaited(draft, call)]
    result(draft, call, ({"type": "text", "text": written({"threads": told})},), is_error=False)


def standing(thread: Thread) -> Json:
    """Return how a thread stands, for the agent that began it."""
    state = thread.state
    if thread.is_over:
        return {"agent": thread.name, "status": "terminated"}
    if state.waits_for:
        return {"agent": thread.name, "status": "waits for a person"}
    return {"agent": thread.name, "status": "working" if state.is_active else "idle"}


def _awaited(draft: Draft, call: Call) -> Iterator[tuple[str, Thread]]:
    asked = call.input.get("threads")
    named = {each for each in asked if isinstance(each, str)} if isinstance(asked, list) else set()
    # Who waits for all is told of those too that have ended for good meanwhile.
    return (
        (key, each)
        for key, each in draft.session.threads.items()
        if key is not None and (key in named if named else not (each.advises or each.workflow_run_id))
    )
