"""The sessions of a target as transcripts: which there are to read, and what was said in each, by the API alone.

A list of sessions holds them whole, so each costs one list of its events, and one for each thread that it began.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain

from agentops.dreaming.origins import DEFAULT, Origins
from agentops.dreaming.readers import managed_agents
from agentops.dreaming.readers.reading import Read
from agentops.reconcile.target import Body
from agentops.targets.sessions import Sessions

MOST = 100
"""How many sessions a dream may read. Source: SDK 2.11.0 `types/beta/beta_dream_sessions_input_param.py`."""

_AT_ONCE = 8
"""How many lists are read at a time: enough to hide the way to a server, too few to trouble it."""

_AT_REST = ("idle", "terminated")
"""What a session that is not at work right now is: of others, half would be read."""

_DREAMER = "agent_dreamer"
"""Who runs the sessions of dreams on our engine: a dream that read another's would learn from itself."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sessions to read."""

    agents: tuple[str, ...] = ()
    """Ids; none: those of every agent."""

    store: str = ""
    """The id of a memory store that they had at hand."""

    since: datetime | None = None
    """Those that began at this time or later."""

    most: int = MOST
    with_archived: bool = False


async def listed(sessions: Sessions, wanted: Wanted) -> tuple[Body, ...]:
    """Return the sessions at rest that are wanted, newest first.

    Raises:
        TargetError: the target cannot be read.
    """
    pages = await asyncio.gather(
        *(sessions.first(wanted.most, _params(wanted, each), _is_no_dream) for each in wanted.agents or ("",))
    )
    found = {str(each["id"]): each for each in chain.from_iterable(pages)}
    newest = sorted(found.values(), key=lambda each: (str(each.get("created_at")), str(each["id"])), reverse=True)
    return tuple(newest[: wanted.most])


async def fetched(sessions: Sessions, found: Iterable[str | Body], *, origins: Origins = DEFAULT) -> Read:
    """Return the transcripts of sessions, in their order; those that are gone are counted.

    A session that was listed need not be read again; of one that is known by its id alone, it is.

    Raises:
        TargetError: something of them cannot be read; a part is never taken for the whole.
    """
    turns = asyncio.Semaphore(_AT_ONCE)
    read = await asyncio.gather(*(_session(sessions, each, turns) for each in found))
    gone = sum(each is None for each in read)
    skipped = {"a session that is not there any more": gone} if gone else {}
    return managed_agents.told(filter(None, read), origins=origins, skipped=skipped)


def _params(wanted: Wanted, agent: str) -> Mapping[str, str | Sequence[str]]:
    since = wanted.since.astimezone(UTC).isoformat().replace("+00:00", "Z") if wanted.since else ""
    archived = "true" if wanted.with_archived else ""
    asked = {"agent_id": agent, "memory_store_id": wanted.store, "created_at[gte]": since, "include_archived": archived}
    return {"statuses[]": _AT_REST, "order": "desc", **{key: each for key, each in asked.items() if each}}


def _is_no_dream(session: Body) -> bool:
    agent = session.get("agent")
    return not (isinstance(agent, Mapping) and agent.get("id") == _DREAMER)


async def _session(sessions: Sessions, found: str | Body, turns: asyncio.Semaphore) -> managed_agents.Session | None:
    async with turns:
        body = await sessions.find(found) if isinstance(found, str) else found
        if body is None:
            return None
        events = await sessions.events(str(body["id"]), {"limit": "1000"})
    threads = dict.fromkeys(str(each["session_thread_id"]) for each in events if _begins_a_thread(each))
    told = await asyncio.gather(*(_thread(sessions, str(body["id"]), each, turns) for each in threads))
    return managed_agents.Session(body, events, dict(zip(threads, told, strict=True)))


async def _thread(sessions: Sessions, session: str, thread: str, turns: asyncio.Semaphore) -> Sequence[Body]:
    async with turns:
        return await sessions.thread_events(session, thread)


def _begins_a_thread(event: Body) -> bool:
    return event.get("type") == "session.thread_created" and isinstance(event.get("session_thread_id"), str)
