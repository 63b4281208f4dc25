"""How a session is equipped: its setting, its system prompt, its tools, and the files that it was sent."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from agentops.base.clock import timestamp
from agentops.engine.core import threads, tool_definitions
from agentops.engine.core.blobs import Blob
from agentops.engine.core.entries import Entry
from agentops.engine.core.json import Json, parsed, written
from agentops.engine.core.rosters import ADVISOR_NAME
from agentops.engine.core.runs import prices
from agentops.engine.core.runs import team as team_tools
from agentops.engine.core.runs.grants import Grants
from agentops.engine.core.runs.session_state import ADVISOR
from agentops.engine.core.runs.setting import Bounds, Setting
from agentops.engine.core.runs.team import OF_RUN, Team, team_of
from agentops.engine.core.sessions import Session
from agentops.engine.core.workflows import tool as plan_tools
from agentops.engine.core.workflows.cast import Planner, planner_of
from agentops.engine.mounting.desk import Backing, Desk
from agentops.engine.operations import session_runs
from agentops.engine.runner.workshop import Equipment
from agentops.engine.store.runners import Place
from agentops.engine.tools.port import Offer, Toolbox

_INLINE_MAX = 20 * 1024 * 1024
"""How long a file may be that a message names: it is sent along with every request. Units: bytes."""

_ADVISE = """\
You advise an agent at its work. You are given the record of its conversation so far, with the calls it made and what
came of them, and a question. Answer the question: say what you would do next and why, what you doubt in what was done,
and what must be checked before going on. Be brief and concrete. You have no tools; the agent acts, not you."""

_WITH_FILES = ("user.message", "user.custom_tool_result", "user.tool_result")
"""What a client sends that a model reads: its blocks can name files."""


class Toolboxes(Protocol):
    """Makes the tools of sessions."""

    def definitions(self, agent: Json, of_servers: Mapping[str, Sequence[Json]]) -> bytes:
        """Return what a model is told of an agent's tools, those of its MCP servers too, as a JSON array."""

    async def notes(self, desk: Desk, session: Session, resources: Sequence[Json]) -> str:
        """Return what the system prompt says of the places that the agent finds; empty for nothing."""

    async def begin(self, backing: Backing) -> None:
        """Remove what is left of sessions that are gone."""

    async def discard(self, session_id: str) -> None:
        """Remove what is left of a session that is gone; its tools are closed."""

    async def open(self, desk: Desk, session: Session, resources: Sequence[Json]) -> Toolbox:
        """Return the tools of a session; nothing is started before it is needed."""


class Outfit:
    """Equips sessions."""

    def __init__(self, backing: Backing, toolboxes: Toolboxes, bounds: Bounds) -> None:
        """Take what is needed to read files and to make tools."""
        self._backing = backing
        self._toolboxes = toolboxes
        self._bounds = bounds

    async def notes(self, place: Place, session: Session, resources: Sequence[Json]) -> str:
        """Return what the system prompt says of the places that the agent finds; empty for nothing."""
        return await self._toolboxes.notes(Desk(self._backing, place), session, resources)

    def equipment(
        self, session: Session, notes: str, offer: Offer, thread_id: str | None, agent: Json | None
    ) -> Equipment:
        """Return what a thread works with, its servers' tools as they are offered.

        None and None for the primary one, whose agent is the session's as it is now.
        """
        own, config = parsed(session.agent), parsed(session.config)
        whole = own if agent is None else agent
        if whole["type"] == ADVISOR:
            return self._advisor(session, str(thread_id), whole)
        team, planner = team_of(whole), planner_of(whole) if agent is None else None
        ours = _of_team(team, planner, agent)
        setting = Setting(
            thread_id=thread_id or threads.primary_id(session.id),
            agent_name=whole["name"],
            grants=Grants(
                whole["tools"],
                is_self_hosted=config["type"] == "self_hosted",
                of_servers=offer.tools,
                of_team=[each["name"] for each in ours],
            ),
            cost_cents=prices.costs(whole["model"]),
            budget=parsed(session.fields)["budget"],
            team=team,
            planner=planner,
            bounds=self._bounds,
        )
        system = "\n\n".join(filter(None, (whole["system"] or "", notes)))
        tools = tool_definitions.with_more(self._toolboxes.definitions(whole, offer.tools), ours)
        return Equipment(setting, whole["model"], system, tools, has_servers=bool(whole["mcp_servers"]))

    def _advisor(self, session: Session, thread_id: str, agent: Json) -> Equipment:
        model = {"id": agent["model"]}
        setting = Setting(
            thread_id=thread_id,
            agent_name=ADVISOR_NAME,
            grants=Grants((), is_self_hosted=False),
            cost_cents=prices.costs(model),
            budget=parsed(session.fields)["budget"],
            bounds=self._bounds,
        )
        return Equipment(setting, model, _ADVISE, b"[]")

    async def begin(self) -> None:
        """Remove what is left of sessions that are gone."""
        await self._toolboxes.begin(self._backing)

    async def forget(self, place: Place) -> None:
        """Remove what is left of a session, if it is gone; its tools are closed."""
        if await self._backing.database.read(lambda tx: session_runs.is_gone(tx, place)):
            await self._toolboxes.discard(place.session_id)

    async def toolbox(self, place: Place, session: Session, resources: Sequence[Json]) -> Toolbox:
        """Return the session's tools."""
        return await self._toolboxes.open(Desk(self._backing, place), session, resources)

    async def attached(self, place: Place, entry: Entry) -> Entry:
        """Return what was sent with the files that it names read into it."""
        content = entry.body.get("content") or ()
        if entry.kept is not None or entry.type not in _WITH_FILES or not any(map(_file_id, content)):
            return entry
        blocks = [await self._attached(place, block) for block in content]
        return replace(entry, kept=written(blocks))

    async def _attached(self, place: Place, block: Json) -> Json:
        file_id = _file_id(block)
        if file_id is None:
            return block
        found = await self._backing.database.read(lambda tx: session_runs.file(tx, place, file_id, self._now()))
        if found is None:
            return _instead(f"The file {file_id} is not there any more.")
        blob, media_type = found
        if blob.size_bytes > _INLINE_MAX:
            return _instead(f"The file {file_id} has {blob.size_bytes} bytes; a message can hold {_INLINE_MAX}.")
        return {**block, "source": _source(block, media_type, await self._bytes(blob))}

    def _now(self) -> str:
        return timestamp(self._backing.clock.now())

    async def _bytes(self, blob: Blob) -> bytes:
        return b"".join([piece async for piece in await self._backing.blobs.read(blob)])


def _of_team(team: Team, planner: Planner | None, agent: Json | None) -> list[Json]:
    """Return the tools by which an agent works with others; what works in a workflow run has none."""
    if agent is None:
        return [*team_tools.definitions(team), *(plan_tools.definitions(planner.facts) if planner else ())]
    return [] if OF_RUN in agent else [team_tools.OF_CHILD]


def _file_id(block: Json) -> str | None:
    source: Mapping[str, str] = block.get("source") or {}
    return source["file_id"] if source.get("type") == "file" else None


def _source(block: Json, media_type: str, data: bytes) -> Json:
    """Return the bytes as a source; text has one of its own.

    Source: SDK 2.11.0 `types/beta/beta_plain_text_source.py`.
    """
    if block["type"] == "document" and media_type.startswith("text/"):
        return {"type": "text", "media_type": "text/plain", "data": data.decode(errors="replace")}
    return {"type": "base64", "media_type": media_type, "data": b64encode(data).decode()}


def _instead(words: str) -> Json:
    return {"type": "text", "text": f"({words})"}
