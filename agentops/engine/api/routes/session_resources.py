"""`/v1/sessions/{session_id}/resources`. Source: SDK 2.11.0 `resources/beta/sessions/resources.py`."""

from agentops.base.secrets import Secret
from agentops.engine.api import paging
from agentops.engine.api.exchange import Exchange
from agentops.engine.operations import session_resources
from agentops.wire.lists import SessionResourceQuery
from agentops.wire.session_resources import SessionResourceAdd, SessionResourceUpdate


async def add(exchange: Exchange) -> str:
    """Mount a file into a session."""
    return await exchange.write(
        session_resources.add, exchange.id("session_id"), await exchange.body(SessionResourceAdd)
    )


async def update(exchange: Exchange) -> str:
    """Give a repository another token."""
    ids = (exchange.id("session_id"), exchange.id("resource_id"))
    request = await exchange.body(SessionResourceUpdate)
    return await exchange.write(session_resources.rotate, *ids, Secret(request["authorization_token"]))


async def retrieve(exchange: Exchange) -> str:
    """Return a resource."""
    return await exchange.glance(session_resources.retrieve, exchange.id("session_id"), exchange.id("resource_id"))


async def delete(exchange: Exchange) -> str:
    """Take a file away from a session."""
    answer = await exchange.write(session_resources.delete, exchange.id("session_id"), exchange.id("resource_id"))
    await exchange.tidy()
    return answer


async def page(exchange: Exchange) -> str:
    """List what is mounted into a session."""
    query = exchange.query(SessionResourceQuery)
    position = paging.cursor(query.page, exchange.list_name, (int,))
    after = int(position[0]) if position else 0
    return exchange.page(await exchange.glance(session_resources.page, exchange.id("session_id"), after, query.limit))
