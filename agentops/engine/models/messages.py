"""Models behind the Messages API, wherever it is spoken. Decision: 0011.

One pool of connections for all sessions. What a server sends is bounded in time and in bytes, and what it says of a
failure is shown without any credential.
"""

import asyncio
import io
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

import aiohttp

from agentops import __version__
from agentops.base.clock import Clock
from agentops.engine.core import model_table
from agentops.engine.core.conversation import Ask, Reply
from agentops.engine.core.json import Json
from agentops.engine.models import failures, request
from agentops.engine.models.endpoints import Endpoint, Endpoints
from agentops.engine.models.failures import Place
from agentops.engine.models.folding import Fold, Malformed, read
from agentops.engine.models.port import Hear, ModelRefusedRequest, ModelUnreachable
from agentops.engine.models.sse import EventStream

_REPLY_MAX = 32 * 1024 * 1024
"""More than any model writes, and as much as a request may hold. Units: bytes."""

_TIMEOUT = aiohttp.ClientTimeout(total=600, connect=10, sock_read=120)
"""The total is the SDK's. Servers send pings, so that silence for two minutes means nobody is there. Units: seconds."""

_CONNECTIONS = 1000
"""Source: SDK 2.11.0 `_constants.py`, `DEFAULT_CONNECTION_LIMITS`."""

_LARGE = 1024 * 1024
"""A body above this is sent piece by piece, so that other sessions go on meanwhile. Units: bytes."""

_END_S = 1.0
"""How long the last bytes may take once the reply is whole."""

_TRIES = 2
"""A server may close an idle connection just when it is used again; then nobody has read the request."""


class Messages:
    """Asks the endpoint of each model, over connections that stay open; closed by `close`."""

    def __init__(self, endpoints: Endpoints, clock: Clock, models: Sequence[model_table.Model]) -> None:
        """Connect nowhere yet."""
        self._endpoints = endpoints
        self._clock = clock
        self._models = models
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close the connections; requests that run end with an error."""
        if self._session is not None:
            await self._session.close()

    async def ask(self, ask: Ask, hear: Hear) -> Reply:
        """Return the whole reply; its pieces are heard before.

        Raises:
            ModelError: there is none.
        """
        model = str(ask.model["id"])
        endpoint = self._endpoints.of(model)
        if endpoint is None:
            raise ModelRefusedRequest(
                f"There is no server for the model {model}. "
                "Set AGENTOPS_MODEL_BASE_URL and AGENTOPS_MODEL_API_KEY, then restart the server."
            )
        place = Place(model, endpoint.origin, endpoint.secrets)
        try:
            async with await self._answered(ask, endpoint) as answer:
                return await self._heard(answer, place, hear)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise ModelUnreachable(f"{place} {_reason(error)}") from None

    async def _answered(self, ask: Ask, endpoint: Endpoint) -> aiohttp.ClientResponse:
        """Return the answer, whose body is still to come."""
        body = request.body(ask, endpoint, self._max_tokens(ask, endpoint))
        headers = {**request.headers(ask), **dict(endpoint.credential)}
        for tries_left in reversed(range(_TRIES)):
            data = body if len(body) <= _LARGE else io.BytesIO(body)
            try:
                return await self._open().post(endpoint.url, data=data, headers=headers, allow_redirects=False)
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, ConnectionResetError) as error:
                if not tries_left or isinstance(error, aiohttp.ClientConnectorError):
                    raise
        raise AssertionError("the last try returns or raises")

    async def _heard(self, answer: aiohttp.ClientResponse, place: Place, hear: Hear) -> Reply:
        """Return the reply out of the stream.

        Raises:
            ModelError: the answer is an error, or no reply of the Messages API.
        """
        if answer.status != 200:
            said = await _beginning(answer)
            raise failures.refused(place, answer.status, said, failures.advice(answer.headers, self._clock.now()))
        if answer.content_type != "text/event-stream":
            raise ModelUnreachable(f"{place} answered 200, but not with the event stream of the Messages API.")
        fold = Fold()
        try:
            await _read(answer, partial(_taken, fold, place, hear))
            reply = fold.reply()
        except Malformed as error:
            raise ModelUnreachable(f"{place} sent {error}.") from None
        if reply is None:
            raise ModelUnreachable(f"{place} ended its reply before it was whole.")
        return reply

    def _max_tokens(self, ask: Ask, endpoint: Endpoint) -> int:
        known = model_table.found(self._models, str(ask.model["id"]))
        return endpoint.max_tokens or (known.max_tokens if known else None) or request.MAX_TOKENS

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=_CONNECTIONS),
                timeout=_TIMEOUT,
                cookie_jar=aiohttp.DummyCookieJar(),
                # Compressed, a few bytes could become many, and pieces would wait for each other.
                headers={"user-agent": f"agentops/{__version__}", "accept-encoding": "identity"},
                skip_auto_headers=("content-type",),
            )
        return self._session


async def _read(answer: aiohttp.ClientResponse, take: Callable[[Json], bool]) -> None:
    """Hand the events of the stream over until one is the last.

    Raises:
        Malformed: one is not an event, or there is no end of them.
    """
    events, size = EventStream(), 0
    async for chunk in answer.content.iter_any():
        size += len(chunk)
        if size > _REPLY_MAX:
            raise Malformed(f"a reply of more than {_REPLY_MAX} bytes")
        for data in events.fed(chunk):
            if take(read(data)):
                await _finished(answer)
                return


def _taken(fold: Fold, place: Place, hear: Hear, event: Json) -> bool:
    """Take an event, let its pieces be heard, and tell whether it was the last.

    Raises:
        ModelError: the server broke off.
    """
    kind = event.get("type")
    if kind == "error":
        raise failures.broke_off(place, event)
    for piece in fold.taken(event):
        hear(piece)
    return kind == "message_stop"


async def _finished(answer: aiohttp.ClientResponse) -> None:
    """Read the end of the body, which lets the connection be used again; a server that leaves it out is left."""
    if answer.content.at_eof():
        return
    with suppress(aiohttp.ClientError, OSError, TimeoutError):
        async with asyncio.timeout(_END_S):
            while not answer.content.at_eof() and not await answer.content.readany():
                pass


async def _beginning(answer: aiohttp.ClientResponse) -> bytes:
    """Return as much of an error's body as is worth reading; its status counts even when the body is cut off."""
    found = b""
    with suppress(aiohttp.ClientError, OSError, TimeoutError):
        async for chunk in answer.content.iter_any():
            found += chunk
            if len(found) >= failures.BODY_MAX:
                break
    return found


def _reason(error: Exception) -> str:
    match error:
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError():
            return "cannot be trusted: its certificate is not valid here."
        case aiohttp.ClientConnectorError():
            return f"cannot be reached: {error.os_error.strerror or type(error.os_error).__name__}."
        case TimeoutError():
            return "did not answer in time."
        case aiohttp.ClientPayloadError():
            return "ended its reply before it was whole."
        case _:
            return f"broke off the connection ({type(error).__name__})."
