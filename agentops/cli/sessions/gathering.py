"""Everything that a target tells of a session's threads: one list of them and the events of each, some at a time."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agentops.targets.sessions import Sessions

_AT_ONCE = 8
"""How many lists are read at a time: enough to hide the way to a server, too few to trouble it."""

Events = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Gathered:
    """A session as the API shows it."""

    session: Mapping[str, Any]
    threads: Sequence[Mapping[str, Any]]
    """The primary one first."""

    feeds: Mapping[str, Events]
    """What happened in each thread, by its id; in the primary one, what the session shows."""


async def gather(sessions: "Sessions", session: Mapping[str, Any]) -> Gathered:
    """Return a session with its threads and their events.

    Raises:
        TargetError: something of it cannot be read.
    """
    turns = asyncio.Semaphore(_AT_ONCE)

    async def feed(thread: Mapping[str, Any]) -> Events:
        async with turns:
            if thread["parent_thread_id"] is None:
                return await sessions.events(session["id"], {"limit": "1000"})
            return await sessions.thread_events(session["id"], thread["id"])

    threads = sorted(await sessions.threads(session["id"]), key=lambda each: each["parent_thread_id"] is not None)
    feeds = await asyncio.gather(*map(feed, threads))
    return Gathered(session, threads, {each["id"]: found for each, found in zip(threads, feeds, strict=True)})
