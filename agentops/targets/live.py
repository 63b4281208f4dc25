"""The target of a plan: reads by raw pages, writes through the official SDK, which is loaded at the first write."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

import httpx2

from agentops.base.certificates import trust
from agentops.base.clock import Clock
from agentops.base.errors import TargetError, TargetRejected
from agentops.base.secrets import Secret
from agentops.reconcile.objects import OBJECTS, ObjectKind
from agentops.reconcile.target import MADE, Body, Write
from agentops.targets import errors
from agentops.targets.endpoint import Endpoint
from agentops.targets.pages import Pages, Sleep, parsed
from agentops.targets.resources import RESOURCES
from agentops.targets.secrecy import repeatable, revealed, secrets_in, unlogged

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic
    from anthropic.resources.beta import AsyncBeta

_MEMORY_BETA = OBJECTS[ObjectKind.MEMORY_STORE].betas


class LiveTarget:
    """A server that speaks the API."""

    def __init__(
        self,
        endpoint: Endpoint,
        transport: httpx2.AsyncBaseTransport | None = None,
        *,
        sleep: Sleep = asyncio.sleep,
        clock: Clock | None = None,
    ) -> None:
        """Take the endpoint, a transport where the server is inside this process, and what waits and measures time."""
        self.label = endpoint.label
        self.url = endpoint.url
        self._endpoint = endpoint
        self._http = httpx2.AsyncClient(base_url=endpoint.url, transport=transport, verify=trust(endpoint.url))
        self.pages = Pages(endpoint, self._http, sleep, clock)
        """Reads what no method here does."""

        self._loaded: AsyncAnthropic | None = None

    async def __aenter__(self) -> Self:
        """Open nothing: connections open when they are needed."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def list(self, kind: ObjectKind, parent: str = "") -> Sequence[Body] | None:
        """Return every live object of the kind, newest first."""
        return await RESOURCES[kind].list(self.pages, parent)

    async def list_memories(self, store_id: str) -> Sequence[Body]:
        """Return every memory of the store, without content."""
        found = await self.pages.every(f"memory_stores/{store_id}/memories", _MEMORY_BETA)
        return [each for each in found or () if each["type"] == "memory"]

    async def memory_versions(self, store_id: str, only: Mapping[str, str]) -> Sequence[Body]:
        """Return the versions of a store's memories, newest first."""
        return await self.pages.every(f"memory_stores/{store_id}/memory_versions", _MEMORY_BETA, only) or ()

    async def agent_version(self, agent_id: str, version: int) -> Body | None:
        """Return the agent as it was at a version."""
        rule = OBJECTS[ObjectKind.AGENT]
        return await self.pages.one(f"agents/{agent_id}", rule.betas, {"version": str(version)})

    async def read(self, kind: ObjectKind, object_id: str, parent: str = "") -> Body:
        """Return one object as it is now."""
        found = await RESOURCES[kind].read(self.pages, object_id, parent)
        if found is None:
            raise TargetRejected(
                f"{self.label} has no {kind} {object_id} any more", hint="run the command again", status=404
            )
        return found

    async def newest_sessions(self, agent_id: str) -> tuple[Sequence[Body], bool]:
        """Return the newest sessions of an agent, one page, and whether there are more."""
        betas = OBJECTS[ObjectKind.AGENT].betas
        page = await self.pages.one("sessions", betas, {"agent_id": agent_id, "limit": "100"}) or {}
        return page.get("data") or [], bool(page.get("next_page"))

    async def some_memories(self, store_id: str) -> tuple[Sequence[Body], bool]:
        """Return memories of a store, one page, and whether there are more."""
        page = await self.pages.one(f"memory_stores/{store_id}/memories", _MEMORY_BETA, {"limit": "100"}) or {}
        return [each for each in page.get("data") or [] if each["type"] == "memory"], bool(page.get("next_page"))

    async def can_hold(self, collection: str, betas: str) -> bool:
        """Tell whether the target has a collection at all."""
        return await self.pages.one(collection, betas, {"limit": "1"}) is not None

    async def capabilities(self) -> Sequence[Body] | None:
        """Return what the target says it does with each field, or None where it says nothing."""
        table = await self.pages.one("x-agentops/capabilities", "")
        data = table.get("data") if table else None
        return data if isinstance(data, list) and all(isinstance(each, dict) for each in data) else None

    async def write(self, write: Write) -> Body:
        """Do it through the SDK and return what the server answered."""
        what = f"{write.verb.replace('_', ' ')} {write.object.replace('_', ' ')} {write.id}".rstrip()
        resource, secrets = RESOURCES[write.object], list(secrets_in(write.body))
        if secrets:
            write = replace(write, body=revealed(dict(write.body)))
        body = await self.answered(what, resource.send(self.sdk(), write), secrets)
        if write.verb not in MADE:
            return body
        try:
            return await resource.completed(self.pages, body)
        except TargetError as error:
            error.was_not_sent = False  # what was not sent is a look at what was written
            raise

    async def every(self, path: str) -> Sequence[Body] | None:
        """Return every object of a list that only our engine has, or None where the target has no such list."""
        return await self.pages.every(path, "")

    async def post(self, what: str, path: str, body: Body) -> Body:
        """Send to an address that only our engine has, and return what the server answered."""
        sending = self.sdk().post(f"/v1/{path}", body=dict(body), cast_to=httpx2.Response)
        return await self.answered(what, sending)

    async def called(self, what: str, call: "Callable[[AsyncBeta], Awaitable[Any]]") -> Body:
        """Return what the server answered to a call of the SDK's `beta`, made `with_raw_response`."""
        return await self.answered(what, _response(call(self.sdk().beta)))

    async def answered(self, what: str, sending: Awaitable[httpx2.Response], secrets: Sequence[Secret] = ()) -> Body:
        """Return what the server answered to a call of the SDK."""
        import anthropic  # noqa: PLC0415 - 1.3 CPU-seconds that a plan without changes must not pay

        try:
            with unlogged(secrets):
                answer = await sending
        except anthropic.APIStatusError as error:
            told = repeatable(error.body, secrets)
            refused = errors.from_status(what, self.label, error.status_code, told, error.request_id or "")
            raise errors.asked_to_wait(refused, error.response.headers) from (None if secrets else error)
        except anthropic.APIConnectionError as error:
            raise errors.from_transport(what, self.label, error) from error
        body = parsed(answer.content)
        if not isinstance(body, dict):
            raise errors.not_the_api(what, self.label)
        return body

    def sdk(self) -> "AsyncAnthropic":
        """Return the SDK's client, made once. Its retries are off: creates are not idempotent."""
        from anthropic import AsyncAnthropic  # noqa: PLC0415 - see `answered`

        if self._loaded is None:
            headers = {"anthropic-workspace-id": self._endpoint.workspace} if self._endpoint.workspace else None
            self._loaded = AsyncAnthropic(
                api_key=self._endpoint.credential.reveal(),
                base_url=self._endpoint.url,
                default_headers=headers,
                max_retries=0,
                http_client=self._http,
            )
        return self._loaded


async def _response(sending: Awaitable[Any]) -> httpx2.Response:
    response: httpx2.Response = (await sending).http_response
    return response


def in_process(endpoint: Endpoint, app: Any) -> LiveTarget:
    """Return the target of an ASGI application inside this process."""
    return LiveTarget(endpoint, httpx2.ASGITransport(app=app))
