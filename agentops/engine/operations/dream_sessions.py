"""The session that runs a dream: begun, told what goes on, closed; each within the transaction of the dream's step.

Webhooks tell of it as of any other. Documented, platform.claude.com/docs/en/managed-agents, pages dreams and webhooks:
a dream has no events of its own, it runs as an ordinary session, and endpoints hear of all objects of their workspace.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from agentops.engine.core import dream_sessions as core
from agentops.engine.core import sessions as life
from agentops.engine.core.dreams import Dream
from agentops.engine.core.happenings import Happening
from agentops.engine.core.json import parsed, written
from agentops.engine.core.session_events import Event
from agentops.engine.core.session_happenings import of
from agentops.engine.operations.call import Call
from agentops.engine.operations.happenings import record
from agentops.engine.store.session_events import SessionEvents
from agentops.engine.store.sessions import Sessions


def begin(call: Call, dream: Dream) -> str:
    """Have a new session run the dream, and return its id."""
    session = core.session(dream, call.ids.new("sesn"), call.at)
    Sessions(call.tx, call.workspace).insert(session, core.AGENT_ID, 1)
    begun = core.beginning(session.id, call.ids, call.at)
    SessionEvents(call.tx, call.workspace, session.id).append(begun)
    record(call, Happening("session.created", session.id), *_told(session.id, begun))
    call.announce(life.watchers_topic(session.id))
    return session.id


def say(call: Call, dream: Dream, words: str) -> None:
    """Tell whoever watches what goes on, and what it took so far."""
    if dream.session_id is None or Sessions(call.tx, call.workspace).get(dream.session_id) is None:
        return
    log = SessionEvents(call.tx, call.workspace, dream.session_id)
    log.append([core.message(words, call.ids, call.at)])
    progress = written(core.progress(dream, call.at))
    Sessions(call.tx, call.workspace).advance(dream.session_id, life.RUNNING, progress, call.at)
    call.announce(life.watchers_topic(dream.session_id))


def close(call: Call, dream: Dream, words: str) -> None:
    """Say how the dream ended, let the session rest, and archive it."""
    sessions = Sessions(call.tx, call.workspace)
    session = sessions.get(dream.session_id) if dream.session_id is not None else None
    if session is None or session.archived_at is not None:
        return
    last = core.message(words, call.ids, call.at)
    end = core.end(dream, session.id, call.ids, call.at)
    record(call, *_told(session.id, end), Happening("session.archived", session.id))
    SessionEvents(call.tx, call.workspace, session.id).append([last, *end])
    sessions.advance(session.id, life.TERMINATED, written(core.progress(dream, call.at)), call.at)
    sessions.replace(replace(session, status=life.TERMINATED, updated_at=call.at, archived_at=call.at))
    call.announce(life.watchers_topic(session.id))


def _told(session_id: str, events: Sequence[Event]) -> Iterator[Happening]:
    for each in events:
        yield from of(session_id, each.type, parsed(each.body))
