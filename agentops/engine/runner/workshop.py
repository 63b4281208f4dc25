"""What a run is carried out with: the ports, and how one session is equipped."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from agentops.base.clock import Clock
from agentops.base.ids import IdSource
from agentops.engine.core.entries import Entry
from agentops.engine.core.json import Json
from agentops.engine.core.runs.setting import Setting
from agentops.engine.core.sessions import Session
from agentops.engine.grading.port import Grader
from agentops.engine.models.port import Model
from agentops.engine.news import News
from agentops.engine.previews import Previews
from agentops.engine.runner.warm import WarmToolboxes
from agentops.engine.store.port import Database
from agentops.engine.store.runners import Place
from agentops.engine.tools.port import Offer, Toolbox
from agentops.engine.workflows.port import Programs


@dataclass(frozen=True, slots=True)
class Equipment:
    """What one session's requests are made of."""

    setting: Setting
    model: Json
    system: str
    tools: bytes
    """A JSON array."""

    has_servers: bool = False
    """Whether there are MCP servers to be asked for more of them."""


class Outfitter(Protocol):
    """Equips sessions."""

    async def notes(self, place: Place, session: Session, resources: Sequence[Json]) -> str:
        """Return what the system prompt says of the places that the agent finds; empty for nothing."""

    def equipment(
        self, session: Session, notes: str, offer: Offer, thread_id: str | None, agent: Json | None
    ) -> Equipment:
        """Return what a thread works with, its servers' tools as they are offered.

        None and None for the primary one, whose agent is the session's as it is now.
        """

    async def begin(self) -> None:
        """Remove what is left of sessions that are gone."""

    async def forget(self, place: Place) -> None:
        """Remove what is left of a session, if it is gone; its tools are closed."""

    async def toolbox(self, place: Place, session: Session, resources: Sequence[Json]) -> Toolbox:
        """Return the session's tools; whatever they need is started when it is needed."""

    async def attached(self, place: Place, entry: Entry) -> Entry:
        """Return what was sent with the files that it names read into it."""


Sleep = Callable[[float], Awaitable[None]]

Committed = Callable[[Place, Sequence[Entry]], None]
"""Told what a session's log has got, once it is on disk."""


def unwatched(_place: Place, _entries: Sequence[Entry]) -> None:
    """Tell nobody."""


_AT_ONCE = 4
"""Sessions that are taken up at once: each has its log folded, which takes some milliseconds."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """What every run of this process shares."""

    runner_id: str
    organization: str
    database: Database
    clock: Clock
    ids: IdSource
    model: Model
    outfitter: Outfitter
    news: News
    previews: Previews
    warm: WarmToolboxes
    grader: Grader
    programs: Programs | None = None
    """What runs the plans of workflows; None for a server that runs none."""

    committed: Committed = unwatched
    sleep: Sleep = asyncio.sleep
    beat: Sleep = asyncio.sleep
    """Lets the time pass until an evaluation says again that it goes on."""

    heartbeat_s: float = 10.0
    """How often an evaluation says that it goes on; the API states no interval."""

    entrance: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))
    """Passed by sessions that are taken up: a hundred at a start would fold their logs in one round of the loop."""
