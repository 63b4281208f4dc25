"""`/v1/files`. Source: SDK 2.11.0 `resources/beta/files.py`."""

from starlette.responses import Response

from agentops.base.errors import InvalidRequest
from agentops.engine.api import betas, paging, uploads
from agentops.engine.api.exchange import Exchange
from agentops.engine.core.ids import is_id
from agentops.engine.operations import files
from agentops.wire.lists import FileQuery


async def upload(exchange: Exchange) -> str:
    """Upload a file."""
    async with exchange.draft() as draft:
        sent = await uploads.file(exchange, draft)
        answer = await exchange.keep(draft, "file", files.create, sent)
    await exchange.tidy()
    return answer


async def retrieve(exchange: Exchange) -> str:
    """Return what is said of a file."""
    return await exchange.glance(files.retrieve, exchange.id("file_id"))


async def content(exchange: Exchange) -> Response:
    """Return the bytes of a file."""
    found = await exchange.glance(files.content, exchange.id("file_id"))
    return await uploads.given_out(exchange, found)


async def delete(exchange: Exchange) -> str:
    """Delete a file with its bytes."""
    answer = await exchange.write(files.delete, exchange.id("file_id"))
    await exchange.tidy()
    return answer


async def page(exchange: Exchange) -> str:
    """List files: all of them, those of a session, or those with the given ids."""
    query = exchange.query(FileQuery)
    if query.scope_id is not None and betas.MANAGED_AGENTS not in exchange.betas:
        raise InvalidRequest(f"scope_id: this filter asks for the header anthropic-beta: {betas.MANAGED_AGENTS}.")
    if query.ids is not None:
        wanted = [each for each in dict.fromkeys(query.ids) if is_id(each)]
        return exchange.page(await exchange.glance(files.among, wanted, query.scope_id))
    window = paging.window(query, exchange.list_name)
    return exchange.page(await exchange.glance(files.page, window, query.scope_id))
