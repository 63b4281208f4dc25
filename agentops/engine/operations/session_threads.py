"""The threads of a session, read."""

from datetime import datetime

from agentops.base.errors import InvalidRequest, NotFound
from agentops.engine.core import threads as core
from agentops.engine.core.sessions import Session
from agentops.engine.operations import sessions
from agentops.engine.operations.call import Call, Page


def page(call: Call, session_id: str) -> Page:
    """Return the list of threads.

    Raises:
        NotFound: there is no such session.
    """
    return Page([_answered(call, sessions.existing(call, session_id))])


def retrieve(call: Call, session_id: str, thread_id: str) -> str:
    """Return a thread.

    Raises:
        NotFound: there is no such session, or no such thread in it.
    """
    return _answered(call, existing(call, session_id, thread_id))


def archive(call: Call, session_id: str, thread_id: str) -> str:
    """Refuse to archive the primary thread.

    Raises:
        NotFound: there is no such session, or no such thread in it.
        InvalidRequest: always.
    """
    existing(call, session_id, thread_id)
    raise InvalidRequest(f"Thread {thread_id} is the primary thread: it is archived with its session {session_id}.")


def existing(call: Call, session_id: str, thread_id: str) -> Session:
    """Return the session of a thread that exists.

    Raises:
        NotFound: there is no such session, or no such thread in it.
    """
    session = sessions.existing(call, session_id)
    if thread_id != core.primary_id(session_id):
        raise NotFound(f"There is no thread {thread_id} in session {session_id}.")
    return session


def _answered(call: Call, session: Session) -> str:
    seconds = (datetime.fromisoformat(call.at) - datetime.fromisoformat(session.created_at)).total_seconds()
    return core.answered(session, seconds)
