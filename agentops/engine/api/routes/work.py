"""`/v1/environments/{id}/work`. Source: SDK 2.11.0 `resources/beta/environments/work.py`."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from agentops.base.errors import InvalidRequest
from agentops.engine.api import paging
from agentops.engine.api.exchange import Exchange
from agentops.engine.operations import work
from agentops.engine.operations.work import RECLAIM, Deed, Turn
from agentops.wire.work import WorkHeartbeatQuery, WorkPollQuery, WorkQuery, WorkStop, WorkUpdate

_WORKER_ID_MAX = 256
"""Characters of the name that a worker gives itself; the SDK's are a host name and twelve digits."""


async def poll(exchange: Exchange) -> str:
    """Hand out an item, waiting for one as long as the worker wants; `null` when there is none.

    The wait holds nothing of the database. It ends when this process hears of new work, and at its end looks once
    more: work that came in elsewhere, or whose lease expired, is found then.
    """
    query = exchange.query(WorkPollQuery)
    turn = _turn(exchange, query)
    with exchange.listening(work.topic(turn.environment_id)) as arrived:
        if turn.worker_id is not None:
            await exchange.write(work.note, turn)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + (query.block_ms or 0) / 1000
        while (item := await _handed_out(exchange, turn)) is None and (left := deadline - loop.time()) > 0:
            await woken(arrived, left)
    return item or "null"


async def woken(arrived: asyncio.Event, patience_s: float) -> None:
    """Wait for the event, but no longer than patience lasts."""
    with suppress(TimeoutError):
        async with asyncio.timeout(patience_s):
            await arrived.wait()
    arrived.clear()


async def acknowledge(exchange: Exchange) -> str:
    """Take an item out of the queue."""
    return await exchange.write(work.acknowledge, _deed(exchange))


async def heartbeat(exchange: Exchange) -> str:
    """Keep an item."""
    query = exchange.query(WorkHeartbeatQuery)
    expected, ttl_seconds = query.expected_last_heartbeat, query.desired_ttl_seconds
    return await exchange.write(work.beat, _deed(exchange), expected, ttl_seconds)


async def stop(exchange: Exchange) -> str:
    """Stop an item."""
    request = await exchange.body(WorkStop, optional=True)
    return await exchange.write(work.stop, _deed(exchange), force=request.get("force") is True)


async def retrieve(exchange: Exchange) -> str:
    """Return an item."""
    return await exchange.glance(work.retrieve, _deed(exchange))


async def update(exchange: Exchange) -> str:
    """Update an item's metadata."""
    request = await exchange.body(WorkUpdate)
    return await exchange.write(work.update, _deed(exchange), request)


async def page(exchange: Exchange) -> str:
    """List the items of an environment."""
    window = paging.window(exchange.query(WorkQuery), exchange.list_name)
    return exchange.page(await exchange.glance(work.page, exchange.id("environment_id"), window))


async def stats(exchange: Exchange) -> str:
    """Return the numbers of a queue."""
    return await exchange.glance(work.stats, exchange.id("environment_id"))


async def _handed_out(exchange: Exchange, turn: Turn) -> str | None:
    # Reading first: a poll that finds nothing waits for no other writer and lets none wait.
    return await exchange.write(work.claim, turn) if await exchange.glance(work.has_free, turn) else None


def _turn(exchange: Exchange, query: WorkPollQuery) -> Turn:
    worker_id = exchange.header("anthropic-worker-id") or None
    if worker_id is not None and len(worker_id) > _WORKER_ID_MAX:
        raise InvalidRequest(f"anthropic-worker-id: must have at most {_WORKER_ID_MAX} characters.")
    asked = query.reclaim_older_than_ms
    reclaim_after = RECLAIM if asked is None else timedelta(milliseconds=asked)
    return Turn(exchange.id("environment_id"), worker_id, reclaim_after)


def _deed(exchange: Exchange) -> Deed:
    return Deed(exchange.id("environment_id"), exchange.id("work_id"), exchange.claim)
