"""One address of the API: which methods it takes, and who may knock."""

from collections.abc import Awaitable, Callable

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from agentops.engine.api.betas import Gate
from agentops.engine.api.errors import MethodNotAllowed
from agentops.engine.api.exchange import Exchange

EXCHANGE = "agentops.exchange"
"""Where the edge leaves the exchange in the ASGI scope."""

Handler = Callable[[Exchange], Awaitable[str | Response]]
"""Returns the answer's JSON, or a response of its own where the answer is not JSON."""


class Resource:
    """The ASGI application of one address."""

    def __init__(self, gate: Gate, **handlers: Handler) -> None:
        """Name the handlers by method: `GET=…`."""
        self.gate = gate
        self.handlers = handlers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request with what the handler returns.

        Raises:
            MethodNotAllowed: no handler takes the method.
        """
        exchange: Exchange = scope[EXCHANGE]
        self.gate(exchange.betas)
        handler = self.handlers.get("GET" if scope["method"] == "HEAD" else scope["method"])
        if handler is None:
            allowed = ", ".join(self.handlers)
            raise MethodNotAllowed(f"This address takes {allowed}, not {scope['method'][:20]}.", allowed)
        answer = await handler(exchange)
        response = answer if isinstance(answer, Response) else Response(answer, media_type="application/json")
        await response(scope, receive, send)
