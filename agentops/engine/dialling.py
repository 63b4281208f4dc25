"""A connection to one foreign server that others drive: each of its requests is judged, authorized and bounded here.

Loaded only where somebody talks to such a server: it needs the HTTP library at once.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from ssl import SSLContext
from typing import Protocol

import httpx2

from agentops.base.secrets import Secret

_CONNECT_S = 10.0
_BODY_MAX = 8 * 1024 * 1024
"""Of an answer that is not a stream. Units: bytes."""

Judge = Callable[[httpx2.URL], Awaitable[str]]
"""Returns the address to dial for a URL, or raises Unreachable."""


class Bearer(Protocol):
    """Whatever knows the credential of a server, as it is at the moment."""

    async def token(self) -> Secret | None:
        """Return what to send; None for nothing."""

    async def renewed(self, refused: Secret) -> Secret | None:
        """Return another one in place of one that the server refused; None when there is none."""


class Dialling(httpx2.AsyncBaseTransport):
    """Sends requests to judged addresses. Credentials are added here: no client, log or error ever holds them."""

    def __init__(self, judge: Judge, bearer: Bearer, tls: SSLContext) -> None:
        """Connect nowhere yet."""
        self._judge = judge
        self._bearer = bearer
        self._inner = httpx2.AsyncHTTPTransport(verify=tls, trust_env=False)
        self.status = 0
        """Of the last answer; 0 before the first, and after a request without one."""

        self.problem = ""
        """Why the last request had no answer."""

        self.sent: set[Secret] = set()
        """Every credential that the server was shown."""

    def client(self, patience_s: float) -> httpx2.AsyncClient:
        """Return a client that waits so long for anything to come back, once it is connected."""
        timeout = httpx2.Timeout(_CONNECT_S, read=patience_s)
        return httpx2.AsyncClient(transport=self, trust_env=False, follow_redirects=False, timeout=timeout)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return the answer, the second one where the first refused the credential and there is another."""
        self.status = 0
        try:
            token = await self._bearer.token()
            response = await self._sent(request, token)
            if response.status_code == 401 and token and (fresh := await self._bearer.renewed(token)):
                await response.aclose()
                response = await self._sent(request, fresh)
        except httpx2.HTTPError as error:
            # By its name alone: some texts show the header that could not be sent.
            self.problem = type(error).__name__
            raise
        self.status = response.status_code
        return response

    async def aclose(self) -> None:
        """Hang up."""
        await self._inner.aclose()

    async def _sent(self, request: httpx2.Request, token: Secret | None) -> httpx2.Response:
        url = request.url
        address = await self._judged(url)
        headers = request.headers.copy()
        headers["host"] = url.netloc.decode()
        headers["accept-encoding"] = "identity"
        if token is not None:
            self.sent.add(token)
            headers["authorization"] = f"Bearer {token.reveal()}"
        judged = httpx2.Request(
            request.method,
            url.copy_with(host=address),
            headers=headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": url.raw_host.decode()},
        )
        response = await self._inner.handle_async_request(judged)
        if response.headers.get("content-encoding", "identity") != "identity":
            await response.aclose()
            raise httpx2.DecodingError("compressed although it was asked not to be")
        if not response.headers.get("content-type", "").startswith("text/event-stream"):
            response.stream = _Bounded(response.stream)
        return response

    async def _judged(self, url: httpx2.URL) -> str:
        try:
            return await self._judge(url)
        except Exception as error:
            self.problem = str(error) or type(error).__name__
            raise


class _Bounded(httpx2.AsyncByteStream):
    """A body of which only so much is read."""

    def __init__(self, stream: httpx2.SyncByteStream | httpx2.AsyncByteStream) -> None:
        assert isinstance(stream, httpx2.AsyncByteStream), "the transport is not a synchronous one"
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = _BODY_MAX
        async for chunk in self._stream:
            left -= len(chunk)
            if left < 0:
                raise httpx2.StreamError(f"the answer is longer than {_BODY_MAX} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()
