"""The model that a dream asks, over the SDK: one by one, or many together where the server has batches."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import httpx2

from agentops.base.errors import TargetError
from agentops.base.secrets import Secret
from agentops.dreaming.messages.port import Answer, Request, Unanswered
from agentops.targets import errors
from agentops.targets.pages import Sleep, parsed
from agentops.targets.secrecy import repeatable

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

_AT_ONCE = 8
"""How many requests are under way where there are no batches."""

_PAUSES_S = (2.0, 5.0, 10.0, 20.0, 40.0, 60.0)
"""Between looks at a batch; the last one again and again. Most end within an hour, all within a day."""

_ID = "q{}"
"""How a batch names its requests, by their place."""

_NO_KEY = "none"
"""Sent to a server that wants no key: without one the SDK would look for the user's, which is not meant for it."""

_ANSWER_MAX = 8 * 1024 * 1024
"""More than any answer to a dream's question. Units: bytes of one message."""


@dataclass(frozen=True, slots=True)
class ModelServer:
    """Where models are asked: the settings of the command line's models."""

    base_url: str
    """What `/v1/messages` is appended to."""

    api_key: Secret | None = None
    auth_token: Secret | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    """What the server calls a model; `*` stands for every other one."""

    @property
    def credentials(self) -> list[Secret]:
        """Return what no message may hold."""
        return [each for each in (self.api_key, self.auth_token) if each]

    def name_of(self, model: str) -> str:
        """Return what to ask the server for."""
        return self.names.get(model) or self.names.get("*") or model


class DreamModel:
    """Answers questions; a `BatchSpeaker`. The SDK repeats what can be repeated."""

    def __init__(
        self,
        server: ModelServer,
        transport: httpx2.AsyncBaseTransport | None = None,
        *,
        sleep: Sleep = asyncio.sleep,
        has_batches: bool = True,
    ) -> None:
        """Take the server, a transport where it is inside this process, what waits, and whether to try batches."""
        self._server = server
        self._sleep = sleep
        self._has_batches = has_batches
        self._http = httpx2.AsyncClient(base_url=server.base_url, transport=transport)
        self._loaded: AsyncAnthropic | None = None

    async def __aenter__(self) -> Self:
        """Open nothing: connections open when they are needed."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def say(self, request: Request) -> Answer:
        """Return the answer.

        Raises:
            Unanswered: there is none.
        """
        try:
            return await self._post("/v1/messages", self._named(request))
        except TargetError as error:
            raise Unanswered(error.message, retry=error.retry) from error

    async def say_all(self, requests: Sequence[Request]) -> Sequence[Answer | Unanswered]:
        """Return what became of each request, in their order: by a batch, or one by one where there are none."""
        if self._has_batches:
            try:
                return await self._batched(requests)
            except TargetError as error:
                if error.status not in {400, 404, 405, 501}:
                    return [Unanswered(error.message, retry=error.retry) for _ in requests]
                self._has_batches = False  # a server without them answers so every time
        room = asyncio.Semaphore(_AT_ONCE)
        return await asyncio.gather(*(self._said(each, room) for each in requests))

    async def _said(self, request: Request, room: asyncio.Semaphore) -> Answer | Unanswered:
        async with room:
            try:
                return await self.say(request)
            except Unanswered as error:
                return error

    async def _batched(self, requests: Sequence[Request]) -> Sequence[Answer | Unanswered]:
        told = [{"custom_id": _ID.format(at), "params": self._named(each)} for at, each in enumerate(requests)]
        batch = await self._post("/v1/messages/batches", {"requests": told})
        path = f"/v1/messages/batches/{batch.get('id')}"
        try:
            await self._until_ended(path)
            content = await self._sent("read a batch", self._sdk().get(f"{path}/results", cast_to=httpx2.Response))
        except asyncio.CancelledError:
            with suppress(TargetError):
                await asyncio.shield(self._post(f"{path}/cancel", {}))
            raise
        return _in_order(content, len(requests))

    async def _until_ended(self, path: str) -> None:
        for pause in _growing():
            content = await self._sent("look at a batch", self._sdk().get(path, cast_to=httpx2.Response))
            if _object(content, "look at a batch").get("processing_status") == "ended":
                return
            await self._sleep(pause)

    async def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        sending = self._sdk().post(path, body=dict(body), cast_to=httpx2.Response)
        return _object(await self._sent("answer a dream's question", sending), "answer a dream's question")

    async def _sent(self, what: str, sending: Any) -> bytes:
        """Return the body of the answer to a call of the SDK."""
        import anthropic  # noqa: PLC0415 - 1.3 CPU-seconds that only a dream with a model pays

        try:
            answer: httpx2.Response = await sending
        except anthropic.APIStatusError as error:
            said = repeatable(error.body, self._server.credentials)
            raise errors.from_status(
                what, "the model server", error.status_code, said, error.request_id or ""
            ) from None
        except anthropic.APIConnectionError as error:
            raise errors.from_transport(what, "the model server", error) from None
        return answer.content

    def _named(self, request: Request) -> dict[str, Any]:
        return {**request, "model": self._server.name_of(str(request["model"]))}

    def _sdk(self) -> "AsyncAnthropic":
        from anthropic import AsyncAnthropic  # noqa: PLC0415 - see `_sent`

        if self._loaded is None:
            key, token = self._server.api_key, self._server.auth_token
            self._loaded = AsyncAnthropic(
                api_key=key.reveal() if key else None if token else _NO_KEY,
                auth_token=token.reveal() if token else None,
                base_url=self._server.base_url,
                http_client=self._http,
            )
        return self._loaded


def _object(content: bytes, what: str) -> dict[str, Any]:
    found = parsed(content) if len(content) <= _ANSWER_MAX else None
    if not isinstance(found, dict):
        raise errors.not_the_api(what, "the model server")
    return found


def _in_order(content: bytes, count: int) -> list[Answer | Unanswered]:
    """Return the results of a batch by the places of their requests; what is not told was not answered."""
    results: dict[str, Any] = {}
    for line in content.splitlines():
        with suppress(ValueError, RecursionError):
            told = json.loads(line)
            if isinstance(told, dict) and isinstance(told.get("custom_id"), str):
                results[told["custom_id"]] = told.get("result")
    return [_result(results.get(_ID.format(at))) for at in range(count)]


def _result(told: Any) -> Answer | Unanswered:
    """Return one result. Source: SDK 2.11.0 `types/messages/message_batch_result.py`."""
    kind = told.get("type") if isinstance(told, dict) else None
    if kind == "succeeded" and isinstance(message := told.get("message"), dict):
        return message
    if kind == "errored":
        return Unanswered("the model server refused the request in its batch", retry="permanent")
    return Unanswered(f"the batch has no answer to it ({kind})" if kind else "the batch has no answer to it")


def _growing() -> Iterator[float]:
    yield from _PAUSES_S
    while True:
        yield _PAUSES_S[-1]
