"""The outermost layer: every request gets an id, a caller and, whatever happens, an answer in the vendor's shape."""

import logging
from time import perf_counter

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agentops.base.logs import request_id
from agentops.base.secrets import Secret
from agentops.engine.api import betas, errors
from agentops.engine.api.auth import Door, check_version, check_workspace
from agentops.engine.api.exchange import Backend, Exchange
from agentops.engine.api.resource import EXCHANGE, ROUTE
from agentops.engine.meter import Meter

_log = logging.getLogger("agentops.engine")


class Edge:
    """The application that a server runs."""

    def __init__(self, inner: ASGIApp, backend: Backend, door: Door, meter: Meter | None = None) -> None:
        """Stand before the router; without a meter nothing is counted."""
        self._inner = inner
        self._backend = backend
        self._door = door
        self._meter = meter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; anything but HTTP goes straight through."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        name = self._backend.ids.new("req")
        request_id.set(name)
        marked = _Marked(
            send,
            {
                "request-id": name,
                "anthropic-organization-id": self._backend.organization,
            },
        )
        if self._meter is None:
            await self._answer(scope, receive, marked)
        else:
            await self._counted(self._meter, scope, receive, marked)

    async def _counted(self, meter: Meter, scope: Scope, receive: Receive, marked: "_Marked") -> None:
        began = perf_counter()
        meter.answering()
        try:
            await self._answer(scope, receive, marked)
        finally:
            # Who was gone before an answer began was answered nothing: the class that proxies use for it is 4xx.
            ended = marked.started_at or perf_counter()
            meter.answered(scope.get(ROUTE), scope["method"], marked.status or 499, ended - began)

    async def _answer(self, scope: Scope, receive: Receive, marked: "_Marked") -> None:
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
        self.started_at = 0.0
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_started, self.status, self.started_at = True, message["status"], perf_counter()
            marks = ((name.encode(), value.encode("latin-1")) for name, value in self.marks.items())
            message = {**message, "headers": [*message["headers"], *marks]}
        await self._send(message)


async def _apologise(error: Exception, scope: Scope, receive: Receive, send: _Marked) -> None:
    name = send.marks["request-id"]
    credentials = tuple(
        Secret(word)
        for name, value in Headers(scope=scope).items()
        if name in ("authorization", "x-api-key")
        for word in value.split()
    )
    answer = errors.as_api_error(error, request_id=name, secrets=credentials)
    if send.has_started:
        _log.error("answer cut off: request_id=%s", name)
        raise error
    response = Response(errors.envelope(answer, name), answer.status, media_type="application/json")
    response.raw_headers.extend(errors.headers(answer))
    await response(scope, receive, send)
