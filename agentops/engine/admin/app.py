"""The three addresses of the admin port. They need no key and tell no secret: whoever may connect may read them."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, Router

from agentops.engine.admin.health import health
from agentops.engine.core.json import written
from agentops.engine.metrics.exposition import Exposition
from agentops.engine.server import Engine

_FRESH = {"cache-control": "no-store"}


def application(engine: Engine, exposition: Exposition) -> Router:
    """Return what the admin port answers with."""

    async def live(_request: Request) -> Response:
        return PlainTextResponse("ok\n", headers=_FRESH)

    async def ready(_request: Request) -> Response:
        found = await health(engine)
        body = written({"status": found.status, "checks": found.checks})
        status = 200 if found.is_ready else 503
        return Response(body + "\n", status, _FRESH, "application/json")

    async def metrics(request: Request) -> Response:
        if engine.is_open:
            await exposition.look()
        else:
            exposition.forget()
        kind, body = await exposition.told(request.headers.get("accept", ""))
        return Response(body, headers={**_FRESH, "content-type": kind})

    return Router([Route("/livez", live), Route("/readyz", ready), Route("/metrics", metrics)])
