"""The work queue: what sessions put in, and what workers and operators do with it."""

from agentops.engine.core import work as core
from agentops.engine.core.work import State, Work
from agentops.engine.operations.call import Call
from agentops.engine.store.work import Works


def enqueue(call: Call, environment_id: str, session_id: str) -> None:
    """Give a session to the workers of its environment, unless it is in the queue or a worker holds it.

    A worker that was told to stop does not count: what the session needs now, the next one does.
    """
    works = Works(call.tx, call.workspace)
    states = {core.settled(each, call.at).state for each in works.unfinished(session_id)}
    if states & {State.QUEUED, State.STARTING, State.ACTIVE}:
        return
    works.insert(Work(call.ids.new("work"), environment_id, session_id, State.QUEUED, "{}", call.at, call.at))
    call.announce(topic(environment_id))


def withdraw(call: Call, session_id: str) -> None:
    """Stop what workers do for a session that is archived or deleted."""
    works = Works(call.tx, call.workspace)
    for each in works.unfinished(session_id):
        if core.settled(each, call.at).state is not State.STOPPED:
            works.replace(core.stopped(each, call.at, force=True))


def topic(environment_id: str) -> str:
    """Return what workers of the environment listen for."""
    return f"work {environment_id}"
