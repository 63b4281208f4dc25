"""The threads of a session: read, and ended one by one."""

from dataclasses import replace

from agentops.base.errors import InvalidRequest, NotFound
from agentops.engine.core import threads as core
from agentops.engine.core.happenings import Happening
from agentops.engine.core.json import parsed, written
from agentops.engine.core.sessions import TERMINATED, Session
from agentops.engine.core.threads import Thread
from agentops.engine.operations import sessions
from agentops.engine.operations.call import Call, Page
from agentops.engine.operations.happenings import record
from agentops.engine.store.session_events import SessionEvents
from agentops.engine.store.session_threads import SessionThreads
from agentops.engine.store.sessions import Sessions


def page(call: Call, session_id: str, after: int, limit: int, statuses: tuple[str, ...]) -> Page:
    """Return threads behind a position, the primary one before all others; no status is any status.

    Raises:
        NotFound: there is no such session.
    """
    session = sessions.existing(call, session_id)
    if session.archived_at:
        # All threads have ended with it, whatever their rows say.
        if statuses and TERMINATED not in statuses:
            return Page([])
        statuses = ()
    primary = core.primary(session)
    is_first = after < 0 and (not statuses or primary.status in statuses)
    children = SessionThreads(call.tx, call.workspace, session_id).page(max(after, 0), limit, statuses)
    found = [*([primary] if is_first else []), *(core.within(session, each) for each in children)]
    items = [core.answered(each, call.at) for each in found[:limit]]
    return Page(items, [found[limit - 1].seq] if len(found) > limit else None)


def retrieve(call: Call, session_id: str, thread_id: str) -> str:
    """Return a thread.

    Raises:
        NotFound: there is no such session, or no such thread in it.
    """
    return core.answered(_existing(call, sessions.existing(call, session_id), thread_id), call.at)


def archive(call: Call, session_id: str, thread_id: str) -> str:
    """End a thread that rests for good, keep its history, and return it; an archived one is left as it is.

    The calls that it waits with are waited for no more.

    Raises:
        NotFound: there is no such session, or no such thread in it.
        InvalidRequest: it is the primary thread, or runs, or a workflow run has use for it.
    """
    session = sessions.existing(call, session_id)
    stored = _existing(call, session, thread_id)
    if (why := core.obstacle(stored)) is not None:
        raise InvalidRequest(f"Thread {thread_id} {why}.")
    if stored.archived_at:
        return core.answered(stored, call.at)
    ended = replace(stored, status=TERMINATED, updated_at=call.at, archived_at=call.at)
    SessionThreads(call.tx, call.workspace, session_id).archive(thread_id, ended.status, call.at)
    if stored.status != TERMINATED:
        _say(call, session, ended)
    return core.answered(ended, call.at)


def feed(call: Call, session_id: str, thread_id: str) -> str | None:
    """Return the thread whose own events its feed shows; None where that is the session's feed.

    Raises:
        NotFound: there is no such session, or no such thread in it.
    """
    thread = _existing(call, sessions.existing(call, session_id), thread_id)
    return None if thread.parent_id is None else thread.id


def _existing(call: Call, session: Session, thread_id: str) -> Thread:
    if thread_id == core.primary_id(session.id):
        return core.primary(session)
    found = SessionThreads(call.tx, call.workspace, session.id).get(thread_id)
    if found is None:
        raise NotFound(f"There is no thread {thread_id} in session {session.id}.")
    return core.within(session, found)


def _say(call: Call, session: Session, thread: Thread) -> None:
    """Tell those who run and who watch the session that a thread of it has ended."""
    SessionEvents(call.tx, call.workspace, session.id).append([core.end(thread, call.ids, call.at)])
    record(call, Happening("session.thread_terminated", session.id, thread.id))
    stored = Sessions(call.tx, call.workspace)
    progress = core.forgotten(parsed(session.progress), thread.id)
    stored.advance(session.id, session.status, written(progress), call.at)
    stored.stir(session.id, is_stirred=True)
    sessions.tell(call, session.id)
