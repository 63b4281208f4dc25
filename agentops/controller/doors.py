"""Where push webhooks arrive: verified by the repository's own secret, answered at once, and they cause a look at git.

What a push says is not believed beyond that: which commit there is, git tells.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from agentops.base.errors import AgentopsError
from agentops.controller.config import Repository
from agentops.controller.pushes import MOST_BYTES, verified
from agentops.controller.reading import Secrets

_BODY_S = 30.0
"""How long a push may take to arrive: whoever sends a byte a minute holds memory as long."""

PREFIX = "/v1/x-agentops/pushes/"

Push = Callable[[str], Awaitable[None]]


class Doors:
    """Takes pushes, and lets every other request through to what is behind."""

    def __init__(
        self, repositories: Mapping[str, Repository], secrets: Secrets, push: Push, inner: ASGIApp | None = None
    ) -> None:
        """Stand before an application, or alone."""
        self._repositories = repositories
        self._secrets = secrets
        self._push = push
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            answer = await self._answer(Request(scope, receive), scope["path"].removeprefix(PREFIX))
            await answer(scope, receive, send)
        elif self._inner is not None:
            await self._inner(scope, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse("nothing is here\n", 404)(scope, receive, send)

    async def _answer(self, request: Request, name: str) -> Response:
        if request.method != "POST":
            return PlainTextResponse("POST a push\n", 405, {"allow": "POST"})
        try:
            async with asyncio.timeout(_BODY_S):
                body = await _body(request)
        except TimeoutError:
            return PlainTextResponse("the push did not arrive in time\n", 408, {"connection": "close"})
        except ClientDisconnect:
            # Nobody is there to hear it.
            return Response(status_code=400)
        if body is None:
            return PlainTextResponse(f"a push has at most {MOST_BYTES:,} bytes\n", 413)
        repository = self._repositories.get(name)
        secret = repository.push_secret if repository else None
        try:
            push = verified(request.headers, body, self._secrets.get(secret)) if secret else None
            # Who has no secret is not told which repositories there are.
            if push is None or repository is None:
                return PlainTextResponse("the push is not signed with the secret of this repository\n", 401)
            if push.ref not in {"", f"refs/heads/{repository.branch}"}:
                return PlainTextResponse("another branch is followed\n", 200)
            await self._push(name)
        except AgentopsError:
            return PlainTextResponse("it cannot be taken now; the next poll finds it\n", 503)
        return PlainTextResponse("it is looked at\n", 202)


async def _body(request: Request) -> bytes | None:
    """Return the body, or None when it is too long."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)
