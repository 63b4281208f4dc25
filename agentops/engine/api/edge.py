"""The outermost layer: every request gets an id, a caller and, whatever happens, an answer in the vendor's shape."""

import logging

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agentops.base.secrets import Secret
from agentops.engine.api import betas, errors
from agentops.engine.api.auth import Door, check_version, check_workspace
from agentops.engine.api.exchange import Backend, Exchange
from agentops.engine.api.resource import EXCHANGE

_log = logging.getLogger("agentops.engine")


class Edge:
    """The application that a server runs."""

    def __init__(self, inner: ASGIApp, backend: Backend, door: Door) -> None:
        """Stand before the router."""
        self._inner = inner
        self._backend = backend
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; anything but HTTP goes straight through."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        marked = _Marked(
            send,
            {
                "request-id": self._backend.ids.new("req"),
                "anthropic-organization-id": self._backend.organization,
            },
        )
        try:
            await self._let_in(scope, receive, marked)
        except Exception as error:  # noqa: BLE001 - the one place where every failure becomes an answer
            await _apologise(error, scope, receive, marked)

    async def _let_in(self, scope: Scope, receive: Receive, send: "_Marked") -> None:
        headers = Headers(scope=scope)
        caller = await self._door.caller(headers)
        send.marks["anthropic-workspace-id"] = caller.workspace
        check_workspace(headers, caller)
        check_version(headers)
        sent = betas.sent(",".join(headers.getlist("anthropic-beta")))
        scope[EXCHANGE] = Exchange(Request(scope, receive), self._backend, caller, sent)
        await self._inner(scope, receive, send)


class _Marked:
    """Sends on, with headers that every answer has."""

    def __init__(self, send: Send, marks: dict[str, str]) -> None:
        self._send = send
        self.marks = marks
        self.has_started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_started = True
            marks = ((name.encode(), value.encode("latin-1")) for name, value in self.marks.items())
            message = {**message, "headers": [*message["headers"], *marks]}
        await self._send(message)


async def _apologise(error: Exception, scope: Scope, receive: Receive, send: _Marked) -> None:
    request_id = send.marks["request-id"]
    credentials = tuple(
        Secret(word)
        for name, value in Headers(scope=scope).items()
        if name in ("authorization", "x-api-key")
        for word in value.split()
    )
    answer = errors.as_api_error(error, request_id=request_id, secrets=credentials)
    if send.has_started:
        _log.error("answer cut off: request_id=%s", request_id)
        raise error
    response = Response(errors.envelope(answer, request_id), answer.status, media_type="application/json")
    response.raw_headers.extend(errors.headers(answer))
    await response(scope, receive, send)
