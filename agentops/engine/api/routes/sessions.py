"""`/v1/sessions`. Source: SDK 2.11.0 `resources/beta/sessions/sessions.py`."""

from agentops.engine.api import rubrics, two_way
from agentops.engine.api.exchange import Exchange
from agentops.engine.core.ids import VERSION_MAX
from agentops.engine.operations import sessions
from agentops.engine.store.sessions import SessionFilter, Stretch
from agentops.wire.lists import SessionQuery
from agentops.wire.sessions import SessionCreate, SessionUpdate


async def create(exchange: Exchange) -> str:
    """Create a session."""
    request = await rubrics.resolved(exchange, await exchange.body(SessionCreate), "initial_events")
    return await exchange.write(sessions.create, request)


async def update(exchange: Exchange) -> str:
    """Update a session."""
    return await exchange.write(sessions.update, exchange.id("session_id"), await exchange.body(SessionUpdate))


async def retrieve(exchange: Exchange) -> str:
    """Return a session."""
    return await exchange.glance(sessions.retrieve, exchange.id("session_id"))


async def archive(exchange: Exchange) -> str:
    """Archive a session."""
    return await exchange.write(sessions.archive, exchange.id("session_id"))


async def delete(exchange: Exchange) -> str:
    """Delete a session with its files."""
    answer = await exchange.write(sessions.delete, exchange.id("session_id"))
    await exchange.tidy()
    return answer


async def page(exchange: Exchange) -> str:
    """List sessions."""
    query = exchange.query(SessionQuery)
    start = two_way.start(query, exchange.list_name)
    times = two_way.bounds(query)
    two_way.refuse_outside(start, times)
    wanted = SessionFilter(
        agent_id=query.agent_id,
        agent_version=min(query.agent_version, VERSION_MAX) if query.agent_id and query.agent_version else None,
        deployment_id=query.deployment_id,
        memory_store_id=query.memory_store_id,
        statuses=tuple(query.statuses or ()),
        archived=bool(query.include_archived),
        **times,
    )
    read = await exchange.read(sessions.page, Stretch(start.place, query.limit, start.is_descending), wanted)
    return two_way.answered(start, read, exchange.list_name)
