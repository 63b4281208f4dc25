"""The official SDK, sync and async, seen through one synchronous face, with every exchange on record."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx2
from anthropic import Anthropic, AsyncAnthropic
from anthropic._base_client import AsyncPaginator
from anthropic.pagination import AsyncBidirectionalPageCursor, AsyncPage, AsyncPageCursor

MANAGED_AGENTS = "managed-agents-2026-04-01"
AGENT_MEMORY = "agent-memory-2026-07-22"

Run = Callable[[Any], Any]
AnyPage = AsyncPageCursor | AsyncBidirectionalPageCursor | AsyncPage


class Blocking:
    """An async SDK resource that waits for its own answers."""

    def __init__(self, target: Any, run: Run) -> None:
        self._target = target
        self._run = run

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._target, name)
        if not callable(value):
            return Blocking(value, self._run)
        return lambda *args, **kwargs: self._settled(value(*args, **kwargs))

    def _settled(self, answer: Any) -> Any:
        result = self._run(_answer_of(answer))
        return BlockingPage(result, self._run) if isinstance(result, AnyPage) else result


class BlockingPage:
    """An async page that walks on to the next one when it is iterated, as a sync page does."""

    def __init__(self, page: Any, run: Run) -> None:
        self._page = page
        self._run = run
        self.data = page.data
        for name in ("next_page", "prev_page", "has_more", "first_id", "last_id"):
            setattr(self, name, getattr(page, name, None))

    def __iter__(self) -> Iterator[Any]:
        items = self._page.__aiter__()
        while (item := self._run(_next_or_none(items))) is not None:
            yield item

    def has_next_page(self) -> bool:
        return self._page.has_next_page()

    def get_next_page(self) -> "BlockingPage":
        return BlockingPage(self._run(self._page.get_next_page()), self._run)


async def _answer_of(answer: Any) -> Any:
    # A list call returns a paginator: awaitable, but no coroutine.
    return await answer if hasattr(answer, "__await__") or isinstance(answer, AsyncPaginator) else answer


async def _next_or_none(items: Any) -> Any:
    return await anext(items, None)


@dataclass(repr=False)
class Api:
    """One way to reach one server: the SDK's `beta` resources and a plain door beside them."""

    agents: Any
    deployment_runs: Any
    deployments: Any
    dreams: Any
    environments: Any
    files: Any
    memory_stores: Any
    models: Any
    organization: Any
    sessions: Any
    vaults: Any
    skills: Any
    client: Any
    """The client itself, whose `get`, `post` and `delete` reach what the SDK has no methods for."""

    with_options: Callable[..., "Api"]
    """Return the same door with other client options, `with_options(api_key="wrong")`."""

    send: Callable[..., httpx2.Response]
    """Send what the SDK would not send: `send(method, path, headers=..., content=...)`, credential included."""

    exchanges: list[httpx2.Response] = field(default_factory=list)
    """Every answer so far, retries included; a request hangs on its answer."""

    @property
    def last(self) -> httpx2.Response:
        """Return the newest answer as it came over the wire."""
        return self.exchanges[-1]

    def requests_of(self, act: Callable[[], object]) -> int:
        """Return how many requests the act sends, retries included."""
        before = len(self.exchanges)
        act()
        return len(self.exchanges) - before


@dataclass(frozen=True)
class Door:
    """Where a server is and what opens it."""

    base_url: str
    key: str
    transport: httpx2.AsyncBaseTransport | None = None
    """In process when given, a real socket otherwise."""


def open_sync(door: Door) -> tuple[Api, Callable[[], None]]:
    """Return the sync SDK over a real socket, and what closes it."""
    exchanges: list[httpx2.Response] = []
    http = httpx2.Client(event_hooks={"response": [exchanges.append]}, timeout=30)
    client = Anthropic(api_key=door.key, base_url=door.base_url, http_client=http, _strict_response_validation=True)

    def send(method: str, path: str, **options: Any) -> httpx2.Response:
        return http.request(method, door.base_url + path, **_with_headers(door, options))

    def api_of(client: Anthropic) -> Api:
        beta = client.beta
        return Api(
            agents=beta.agents,
            deployment_runs=beta.deployment_runs,
            dreams=beta.dreams,
            deployments=beta.deployments,
            environments=beta.environments,
            files=beta.files,
            memory_stores=beta.memory_stores,
            models=beta.models,
            organization=beta.organization,
            sessions=beta.sessions,
            vaults=beta.vaults,
            skills=beta.skills,
            client=client,
            with_options=lambda **options: api_of(client.with_options(**options)),
            send=send,
            exchanges=exchanges,
        )

    return api_of(client), client.close


def open_async(door: Door, run: Run) -> tuple[Api, Callable[[], None]]:
    """Return the async SDK behind a synchronous face, and what closes it; `run` waits for a coroutine."""
    exchanges: list[httpx2.Response] = []

    async def record(response: httpx2.Response) -> None:
        exchanges.append(response)

    http = httpx2.AsyncClient(transport=door.transport, event_hooks={"response": [record]}, timeout=30)
    client = AsyncAnthropic(
        api_key=door.key, base_url=door.base_url, http_client=http, _strict_response_validation=True
    )

    def send(method: str, path: str, **options: Any) -> httpx2.Response:
        response: httpx2.Response = run(http.request(method, door.base_url + path, **_with_headers(door, options)))
        return response

    def api_of(client: AsyncAnthropic) -> Api:
        beta = client.beta
        return Api(
            agents=Blocking(beta.agents, run),
            deployment_runs=Blocking(beta.deployment_runs, run),
            dreams=Blocking(beta.dreams, run),
            deployments=Blocking(beta.deployments, run),
            environments=Blocking(beta.environments, run),
            files=Blocking(beta.files, run),
            memory_stores=Blocking(beta.memory_stores, run),
            models=Blocking(beta.models, run),
            organization=Blocking(beta.organization, run),
            sessions=Blocking(beta.sessions, run),
            vaults=Blocking(beta.vaults, run),
            skills=Blocking(beta.skills, run),
            client=Blocking(client, run),
            with_options=lambda **options: api_of(client.with_options(**options)),
            send=send,
            exchanges=exchanges,
        )

    return api_of(client), lambda: run(client.close())


def _with_headers(door: Door, options: dict[str, Any]) -> dict[str, Any]:
    """Return the options with the headers a plain request needs; a header given as None is left out."""
    headers: dict[str, str | bytes | None] = {
        "authorization": f"Bearer {door.key}",
        "anthropic-beta": MANAGED_AGENTS,
        "content-type": "application/json",
    }
    headers |= options.pop("headers", {})
    return {**options, "headers": {name: value for name, value in headers.items() if value is not None}}
