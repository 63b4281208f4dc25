"""Reading a target: raw JSON pages over the SDK's own HTTP library, without the SDK.

Loading the SDK costs more than a whole plan, and its typed objects cost seven times the parsing of the JSON;
a plan needs neither. What is read here, the SDK reads the same way.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import urlencode

import httpx2

from agentops.base.clock import Clock, SystemClock
from agentops.base.errors import TargetError
from agentops.targets import errors
from agentops.targets.endpoint import Endpoint
from agentops.targets.server_time import ServerTime

LARGEST_PAGE = 100
"""The largest page that every list takes. Source: SDK 2.11.0 docstrings of the list params."""
_EXTENSIONS = {"timeout": httpx2.Timeout(60.0).as_dict()}
_PAUSES_S = (0.5, 2.0)
"""Between the tries of one read, unless the target asks for more."""
_PAUSE_LIMIT_S = 60.0
"""The longest wait that a target may ask for: a minute is the window of the API's rate limits."""

Sleep = Callable[[float], Awaitable[None]]
Params = Mapping[str, str | Sequence[str]]
"""A query string; several values stand under one key again and again."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose objects a credential reaches, as every answer tells; empty where the target does not say.

    Source: response headers in the docs' page on API errors.
    """

    organization: str = ""
    workspace: str = ""


class Pages:
    """Reads lists and single objects."""

    def __init__(self, endpoint: Endpoint, http: httpx2.AsyncClient, sleep: Sleep, clock: Clock | None = None) -> None:
        """Take the endpoint, the connection, what waits between tries, and what measures time between answers."""
        self._endpoint = endpoint
        self._http = http
        self._sleep = sleep
        self._root = str(http.base_url).rstrip("/")
        self._headers: dict[str, httpx2.Headers] = {}
        self.time = ServerTime(clock or SystemClock())
        self.identity = Identity()
        """What the newest answer said; nothing before the first."""

    async def every(self, path: str, betas: str, params: Params | None = None) -> list[dict[str, Any]] | None:
        """Return every object of a list, or None where the target has no such list.

        Raises:
            TargetError: a page could not be read; a part is never taken for the whole.
        """
        found: list[dict[str, Any]] = []
        query: dict[str, str | Sequence[str]] = {"limit": str(LARGEST_PAGE), **(params or {})}
        seen: set[str] = set()
        while True:
            page = await self.one(path, betas, query)
            if page is None:
                if seen:
                    raise _broken(self._endpoint.label, path, "answered 404 in the middle of")
                return None
            if not _is_page(page):
                raise errors.not_the_api(f"GET /v1/{path}", self._endpoint.label)
            found += page["data"]
            cursor = page.get("next_page")
            if not cursor:
                return found
            if cursor in seen:
                raise _broken(self._endpoint.label, path, "goes round in a circle in")
            seen.add(cursor)
            query["page"] = cursor

    async def pause(self, seconds: float) -> None:
        """Wait before something is looked at again."""
        await self._sleep(seconds)

    async def one(self, path: str, betas: str, params: Params | None = None) -> dict[str, Any] | None:
        """Return one JSON answer, or None for a 404. Reading is repeated when the target cannot answer at once."""
        return await self._asked(path, betas, params or {}, _object)

    async def content(self, path: str, betas: str) -> bytes | None:
        """Return the bytes of a file, or None for a 404."""
        return await self._asked(path, betas, {}, lambda content: content)

    async def _asked(self, path: str, betas: str, params: Params, understood: Callable[[bytes], T | None]) -> T | None:
        for pause in (*_PAUSES_S, None):
            try:
                return await self._get(path, betas, params, understood)
            except TargetError as error:
                if pause is None or error.retry == "permanent" or error.was_not_sent:
                    raise
                asked = error.retry_after_s or 0.0
            await self._sleep(max(pause, min(asked, _PAUSE_LIMIT_S)))
        raise AssertionError("the last try returns or raises")

    async def _get(self, path: str, betas: str, params: Params, understood: Callable[[bytes], T | None]) -> T | None:
        label, what = self._endpoint.label, f"GET /v1/{path}"
        request = self._request(path, betas, params)
        asked_at = self.time.asking()
        try:
            answer = await self._http.send(request)
        except httpx2.RequestError as error:
            raise errors.from_transport(what, label, error) from error
        self.time.heard(asked_at, answer.headers)
        self._met(answer.headers)
        if answer.status_code == httpx2.codes.NOT_FOUND:
            return None
        if not answer.is_success:
            request_id = answer.headers.get("request-id", "")
            refused = errors.from_status(what, label, answer.status_code, parsed(answer.content), request_id)
            raise errors.asked_to_wait(refused, answer.headers)
        found = understood(answer.content)
        if found is None:
            raise errors.not_the_api(what, label)
        return found

    def _request(self, path: str, betas: str, params: Params) -> httpx2.Request:
        """Return the request that the connection would build, of parts that are not made anew for each."""
        query = f"?{urlencode(params, doseq=True)}" if params else ""
        url = _url(f"{self._root}/v1/{path}{query}")
        headers = self._headers.get(betas)
        if headers is None:
            headers = self._headers[betas] = httpx2.Headers(self._http.headers)
            headers.update({**self._endpoint.headers(), **({"anthropic-beta": betas} if betas else {})})
        return httpx2.Request("GET", url, headers=headers, cookies=self._http.cookies, extensions=_EXTENSIONS)

    def _met(self, headers: Mapping[str, str]) -> None:
        """Remember whose objects these are, before anything is made of them.

        Raises:
            TargetDenied: the credential is of another workspace than the one that was named for this target.
        """
        told = Identity(headers.get("anthropic-organization-id", ""), headers.get("anthropic-workspace-id", ""))
        self.identity = told if told.workspace or told.organization else self.identity
        named = self._endpoint.workspace
        if named and told.workspace and told.workspace != named:
            raise errors.another_workspace(self._endpoint.label, named, told.workspace)


_url = lru_cache(maxsize=256)(httpx2.URL)
"""To take an address apart costs as much as the rest of a request, and lists are read again and again."""


def _object(content: bytes) -> dict[str, Any] | None:
    found = parsed(content)
    return found if isinstance(found, dict) else None


def parsed(content: bytes) -> Any:
    """Return what the JSON says, or None when it is no JSON."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _is_page(body: Mapping[str, Any]) -> bool:
    """Tell whether the body is a page of objects."""
    data = body.get("data")
    return isinstance(data, list) and all(isinstance(each, dict) for each in data)


def _broken(label: str, path: str, fault: str) -> TargetError:
    return TargetError(f"{label} {fault} the list /v1/{path}", hint="run the command again")
