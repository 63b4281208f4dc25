"""The log of a session, read."""

from agentops.engine.core import session_events as core
from agentops.engine.operations import sessions
from agentops.engine.operations.call import Call, Listed
from agentops.engine.store.session_events import WAITING, EventWindow, SessionEvents


def page(call: Call, session_id: str, window: EventWindow) -> Listed:
    """Return part of what happened in a session; what waits stands behind everything else.

    Raises:
        NotFound: there is no such session.
    """
    sessions.existing(call, session_id)
    found = SessionEvents(call.tx, call.workspace, session_id).page(window)
    shown = found[: window.limit]
    places = [(each.processed_at or WAITING, each.seq) for each in shown]
    return Listed([core.answered(each) for each in shown], places, len(found) > len(shown))
