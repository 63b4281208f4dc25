"""What a dream reads, from the database: sessions from their logs, memory from its store."""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from agentops.dreaming.readers import managed_agents
from agentops.dreaming.redacting import redacted
from agentops.engine.core import session_events
from agentops.engine.core.json import Json, parsed
from agentops.engine.core.memories import Memory as Stored
from agentops.engine.core.session_events import Event
from agentops.engine.dreams.apart import computed
from agentops.engine.store.port import Database, Transaction
from agentops.engine.store.session_log import SessionLog
from agentops.engine.store.sessions import Sessions
from agentops.memory import ledger_text
from agentops.memory.notes import Memory
from agentops.memory.transcripts import Transcript

_BATCH = 5_000
"""Rows of a log that are read at once."""


@dataclass(frozen=True, slots=True)
class Log:
    """A session as it lies in the database."""

    id: str
    agent: Json
    metadata: Json
    events: Sequence[Event]


async def transcripts(
    database: Database, threads: Executor, workspace: str, session_ids: Sequence[str]
) -> tuple[Transcript, ...]:
    """Return the sessions as dreams read them, secrets and personal data replaced; one at a time is held whole."""
    found: list[Transcript] = []
    for session_id in session_ids:
        log = await database.read(partial(_log, workspace=workspace, session_id=session_id))
        if log is not None:
            found += await computed(_told, threads, log)
    return tuple(found)


def memory(stored: Sequence[Stored], ledger: Mapping[str, str]) -> Memory:
    """Return what a store holds as dreams read it, with what earlier dreams knew of their notes."""
    texts = {each.path: json.loads(each.content or '""') for each in stored}
    return Memory(texts, ledger_text.read(ledger))


def digests(stored: Sequence[Stored]) -> Mapping[str, str]:
    """Return what a store holds, so that a change of it can be told."""
    return {each.path: each.content_sha256 for each in stored}


def _log(tx: Transaction, workspace: str, session_id: str) -> Log | None:
    session = Sessions(tx, workspace).get(session_id)
    if session is None:
        return None
    log, events = SessionLog(tx, workspace, session_id), list[Event]()
    while rows := log.after(events[-1].seq if events else 0, _BATCH):
        events += [each.event for each in rows]
    agent, fields = parsed(session.agent), parsed(session.fields)
    return Log(session.id, agent, fields["metadata"], [each for each in events if each.processed_at is not None])


def _told(log: Log) -> list[Transcript]:
    """Return the session as its event lists show it, which is what the reader of the API's sessions reads."""
    shown = [_shown(each, None) for each in log.events if session_events.is_shown(each, None)]
    of_threads = sorted((each for each in log.events if each.thread_id), key=lambda each: (each.thread_id, each.seq))
    threads = {
        thread_id or "": [_shown(each, thread_id) for each in events]
        for thread_id, events in groupby(of_threads, lambda each: each.thread_id)
    }
    body = {"id": log.id, "agent": {"name": log.agent["name"]}, "metadata": log.metadata}
    session = managed_agents.Session(body, shown, threads)
    return [redacted(each) for each in managed_agents.told([session])]


def _shown(event: Event, thread_id: str | None) -> Json:
    return parsed(session_events.answered(event, thread_id))
