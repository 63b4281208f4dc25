"""The least that such a server can be: Starlette, uvicorn and sqlite3, one table; nobody is asked for a key or a rule.

`python -m tests.benchmarks.floor FILE` says its port. The listener is set as ours is, a commit is as durable, and
SQLite is called on the event loop, which is the quickest way for one client after the other.
"""

import asyncio
import json
import secrets
import sqlite3
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agentops.engine import listener


def application(file: str) -> Starlette:
    """Return an application that keeps JSON objects in the file."""
    database = sqlite3.connect(file, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE agents (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL)")

    async def create(request: Request) -> Response:
        agent_id = secrets.token_hex(12)
        body = json.dumps({"id": agent_id, **await request.json()})
        database.execute("INSERT INTO agents (id, body) VALUES (?, ?)", (agent_id, body))
        return _json(body)

    async def retrieve(request: Request) -> Response:
        wanted = (request.path_params["agent_id"],)
        return _json(database.execute("SELECT body FROM agents WHERE id = ?", wanted).fetchone()[0])

    async def page(request: Request) -> Response:
        limit = (int(request.query_params["limit"]),)
        rows = database.execute("SELECT body FROM agents ORDER BY seq DESC LIMIT ?", limit)
        return _json(f'{{"data":[{",".join(body for (body,) in rows)}]}}')

    return Starlette(
        routes=[
            Route("/v1/agents", create, methods=["POST"]),
            Route("/v1/agents", page, methods=["GET"]),
            Route("/v1/agents/{agent_id}", retrieve),
        ]
    )


def _json(body: str) -> Response:
    return Response(body, media_type="application/json")


async def _serve(file: str) -> None:
    listening = listener.bound("127.0.0.1", 0)
    print(listening.getsockname()[1], flush=True)
    await uvicorn.Server(listener.configured(application(file))).serve([listening])


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
