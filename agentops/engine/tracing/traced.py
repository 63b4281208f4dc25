"""The ports of models and of tools with spans around them: made where something is done, never where it is replayed."""

import asyncio
from collections.abc import Mapping, Sequence

from agentops.engine.core.conversation import Ask, Reply
from agentops.engine.core.json import Json
from agentops.engine.core.sessions import Session
from agentops.engine.models.port import Hear, Model, ModelError
from agentops.engine.mounting.desk import Backing, Desk
from agentops.engine.runner.outfit import Toolboxes
from agentops.engine.tools.port import Inspection, Invocation, Offer, Outcome, Toolbox, ToolsUnavailable
from agentops.engine.tracing import conventions
from agentops.engine.tracing.port import Span, Tracer
from agentops.engine.tracing.turns import Turns


class TracedModel:
    """Asks another, in a span for each request."""

    def __init__(self, inner: Model, tracer: Tracer, turns: Turns) -> None:
        """Stand before the model."""
        self._inner = inner
        self._tracer = tracer
        self._turns = turns

    async def ask(self, ask: Ask, hear: Hear) -> Reply:
        """Return the whole reply; its pieces are heard before.

        Raises:
            ModelError: there is none.
        """
        turn = await self._turns.of(ask.session_id)
        span = self._tracer.begin("client", conventions.chat_name(ask), conventions.chat_begun(ask), turn)
        try:
            reply = await self._inner.ask(ask, hear)
        except BaseException as error:
            _failed(span, error)
            raise
        self._turns.asked(ask.session_id, ask.agent_name, reply.usage)
        span.end(conventions.chat_ended(reply, with_content=self._tracer.with_content))
        return reply


class TracedToolboxes:
    """Makes the tools that another makes, with a span around each call."""

    def __init__(self, inner: Toolboxes, tracer: Tracer, turns: Turns) -> None:
        """Stand before the maker."""
        self._inner = inner
        self._tracer = tracer
        self._turns = turns

    def definitions(self, agent: Json, of_servers: Mapping[str, Sequence[Json]]) -> bytes:
        """Return what a model is told of an agent's tools, those of its MCP servers too, as a JSON array."""
        return self._inner.definitions(agent, of_servers)

    async def notes(self, desk: Desk, session: Session, resources: Sequence[Json]) -> str:
        """Return what the system prompt says of the places that the agent finds; empty for nothing."""
        self._turns.met(desk.place)
        return await self._inner.notes(desk, session, resources)

    async def begin(self, backing: Backing) -> None:
        """Remove what is left of sessions that are gone."""
        await self._inner.begin(backing)

    async def discard(self, session_id: str) -> None:
        """Remove what is left of a session that is gone; its tools are closed."""
        await self._inner.discard(session_id)

    async def open(self, desk: Desk, session: Session, resources: Sequence[Json]) -> Toolbox:
        """Return the tools of a session; nothing is started before it is needed."""
        opened = await self._inner.open(desk, session, resources)
        return _TracedToolbox(opened, session.id, self._tracer, self._turns)


class _TracedToolbox:
    def __init__(self, inner: Toolbox, session_id: str, tracer: Tracer, turns: Turns) -> None:
        self._inner = inner
        self._session_id = session_id
        self._tracer = tracer
        self._turns = turns

    async def offer(self, agent: Json, thread_id: str) -> Offer:
        return await self._inner.offer(agent, thread_id)

    async def run(self, invocation: Invocation) -> Outcome:
        content, session_id = self._tracer.with_content, self._session_id
        turn = await self._turns.of(session_id)
        begun = conventions.tool_begun(session_id, invocation, with_content=content)
        span = self._tracer.begin("internal", conventions.tool_name(invocation), begun, turn)
        try:
            outcome = await self._inner.run(invocation)
        except BaseException as error:
            _failed(span, error)
            raise
        span.end(conventions.tool_ended(outcome, with_content=content), "tool_error" if outcome.is_error else None)
        return outcome

    def inspection(self) -> Inspection:
        return self._inner.inspection()

    async def close(self) -> None:
        await self._inner.close()


def _failed(span: Span, error: BaseException) -> None:
    match error:
        case ModelError():
            kind = error.kind
        case asyncio.CancelledError():
            kind = "cancelled"
        case ToolsUnavailable():
            kind = "tools_unavailable"
        case _:
            kind = type(error).__qualname__
    span.end({conventions.ERROR: kind}, kind)
