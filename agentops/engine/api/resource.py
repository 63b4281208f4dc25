"""One address of the API: which methods it takes, and who may knock."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from agentops.engine.api.betas import Gate
from agentops.engine.api.credentials import OPERATORS, Accepted
from agentops.engine.api.errors import MethodNotAllowed
from agentops.engine.api.exchange import Exchange

EXCHANGE = "agentops.exchange"
"""Where the edge leaves the exchange in the ASGI scope."""

ROUTE = "agentops.route"
"""Where the router leaves the path of the route table, once it has found one."""

Handler = Callable[[Exchange], Awaitable[str | Response]]
"""Returns the answer's JSON, or a response of its own where the answer is not JSON."""


class Resource:
    """The ASGI application of one address."""

    def __init__(self, gate: Gate, accepts: Accepted | Mapping[str, Accepted] = OPERATORS, **handlers: Handler) -> None:
        """Name the handlers by method: `GET=…`; `accepts` is for all methods, or for those that it names."""
        self.gate = gate
        self.handlers = handlers
        self._accepts = accepts

    def accepted(self, method: str) -> Accepted:
        """Return the credentials that the method takes."""
        return self._accepts if isinstance(self._accepts, frozenset) else self._accepts.get(method, OPERATORS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request with what the handler returns.

        Raises:
            MethodNotAllowed: no handler takes the method.
            ApiError: the caller may not knock here.
        """
        exchange: Exchange = scope[EXCHANGE]
        self.gate(exchange.betas)
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        exchange.admit(self.accepted(method))
        handler = self.handlers.get(method)
        if handler is None:
            allowed = ", ".join(self.handlers)
            raise MethodNotAllowed(f"This address takes {allowed}, not {scope['method'][:20]}.", allowed)
        answer = await handler(exchange)
        response = answer if isinstance(answer, Response) else Response(answer, media_type="application/json")
        await response(scope, receive, send)
