"""Requests to a forge: one client, its limits and its patience.

A write whose answer was lost may have been carried out. It is never repeated blindly: whoever writes says how to see
whether it was.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import httpx2

from agentops.base.certificates import trust
from agentops.base.clock import Clock, SystemClock
from agentops.base.errors import ForgeError, ForgeUnavailable, UsageError
from agentops.base.secrets import Secret, masked
from agentops.memory_repo.forges import limits
from agentops.memory_repo.forges.answers import Answer, reason, rows

_TIMEOUT_S = 30.0
_PAUSES_S = (1.0, 4.0, 15.0)
"""Between the tries of one request, unless the forge asks for more."""
_PATIENCE_S = 900.0
"""The longest wait that a forge may ask for; whoever asks for more is asked again by the next run."""
_SIZE_BYTES = 8_000_000
"""A page of a hundred pull requests with the longest bodies that GitHub takes (65,536 characters each) is smaller."""
_HOPS = 3
_PAGES = 20

Sleep = Callable[[float], Awaitable[None]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Site:
    """Where the API of a forge is, and what opens it."""

    label: str
    """The host, as people know it."""

    url: str
    token: Secret | None = None
    asks_for: str = "AGENTOPS_FORGE_TOKEN"
    """Where a person puts the token."""

    scheme: str = "Bearer"
    headers: Mapping[str, str] = field(default_factory=dict)
    write_pause_s: float = 0.0
    """The rest between two writes that the forge wants."""

    def __post_init__(self) -> None:
        """Refuse what would travel unprotected, and a token that no header can hold.

        Raises:
            UsageError: the address is not HTTPS and not on this machine, or the token is not one line of ASCII.
        """
        parts = urlsplit(self.url)
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
            raise UsageError(f"{self.label} is not reached over HTTPS", hint="a token travels only over https://")
        if self.token and not (self.token.reveal().isascii() and self.token.reveal().isprintable()):
            raise UsageError("the forge's token is not one line of ASCII", hint=f"set {self.asks_for} again")


@dataclass(frozen=True, slots=True)
class Call:
    """One request."""

    what: str
    """The deed, for errors: `open the pull request`."""

    method: str
    path: str
    body: Mapping[str, Any] | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    also: frozenset[int] = frozenset()
    """Refusals that the caller wants to see as answers."""


class _NoAnswer(ForgeUnavailable):
    """Nothing that tells whether the request was carried out, or that it was not and may be repeated."""

    def __init__(self, message: str, *, hint: str, wait_s: float = 0.0, was_refused: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.wait_s = wait_s
        self.was_refused = was_refused
        """Whether the forge certainly did nothing."""


class Client:
    """Speaks to the API of one forge."""

    def __init__(
        self,
        site: Site,
        *,
        sleep: Sleep = asyncio.sleep,
        clock: Clock | None = None,
        timeout_s: float = _TIMEOUT_S,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """Take the site, and what tests replace: the waiting, the clock, the patience and the connection."""
        self.site = site
        self.sleep = sleep
        self._clock = clock or SystemClock()
        self._http = httpx2.AsyncClient(timeout=timeout_s, transport=transport, verify=trust(site.url))
        self._writing = asyncio.Lock()
        self._has_written = False

    async def __aenter__(self) -> Self:
        """Open nothing: connections open when they are needed."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def read(self, call: Call, understood: Callable[[Answer], T]) -> T:
        """Return what the answer means. Reading is repeated when the forge cannot answer at once.

        Raises:
            ForgeUnavailable: it did not answer in all our patience.
            ForgeError: it said no.
        """
        for pause in (*_PAUSES_S, None):
            try:
                return (await self._once(call, understood))[0]
            except _NoAnswer as error:
                await self._rest(error, pause)
        raise AssertionError("the last try returns or raises")

    async def write(
        self, call: Call, understood: Callable[[Answer], T], done: Callable[[], Awaitable[T | None]] | None = None
    ) -> T:
        """Do it, one write at a time, and return what the answer means.

        `done` looks whether it was carried out; it is asked before a write is repeated whose answer was lost. There is
        none where it may be repeated without harm.

        Raises:
            ForgeUnavailable: it did not answer in all our patience.
            ForgeError: it said no.
        """
        async with self._writing:
            if self._has_written and self.site.write_pause_s:
                await self.sleep(self.site.write_pause_s)
            self._has_written = True
            for pause in (*_PAUSES_S, None):
                try:
                    return (await self._once(call, understood))[0]
                except _NoAnswer as error:
                    if done and not error.was_refused and (found := await done()) is not None:
                        return found
                    await self._rest(error, pause)
        raise AssertionError("the last try returns or raises")

    async def pages(self, call: Call, understood: Callable[[Any], T]) -> AsyncIterator[T]:
        """Go through the objects of a list, page after page, as long as somebody asks for more.

        After some pages it ends: lists begin with what is newest, and a forge may have no end of what is old.
        Source: RFC 8288; GitHub Docs, "Using pagination in the REST API"; Gitea and GitLab send the same header.

        Raises:
            ForgeError: a page could not be read.
        """
        for _ in range(_PAGES):
            found, following = await self.read(
                call, lambda answer: ([understood(each) for each in rows(answer.data)], _following(answer.headers))
            )
            for each in found:
                yield each
            if not following:
                return
            call = replace(call, path=following, params={})

    async def _rest(self, error: _NoAnswer, pause: float | None) -> None:
        if pause is None:
            raise error
        if error.wait_s > _PATIENCE_S:
            raise ForgeUnavailable(
                f"{error.message}; it wants to be left alone for {error.wait_s / 60:.0f} minutes",
                hint="run the command again then",
            ) from error
        await self.sleep(max(pause, error.wait_s))

    async def _once(self, call: Call, understood: Callable[[Answer], T]) -> tuple[T]:
        """Return the meaning in a tuple of one: it may itself be None."""
        answer = await self._sent(call)
        try:
            return (understood(answer),)
        except (TypeError, KeyError, ValueError) as error:
            raise self._not_the_api(call, f"not what its API says: {error}") from None

    async def _sent(self, call: Call) -> Answer:
        url = httpx2.URL(self.site.url.rstrip("/") + call.path if call.path.startswith("/") else call.path)
        for _ in range(_HOPS):
            self._stays(call, url)
            status, headers, content = await self._exchanged(call, url)
            # 302 and 303 turn every request into a GET, which is a page to log in at. The other three keep it as it is.
            if status not in {301, 307, 308} or "location" not in headers:
                return self._judged(call, status, headers, content)
            url = url.join(headers["location"])
        raise ForgeError(f"{self.site.label} sends us round and round to {call.what}")

    def _stays(self, call: Call, url: httpx2.URL) -> None:
        """Refuse to carry the token to another host, whoever asks for it."""
        home = httpx2.URL(self.site.url)
        if (url.scheme, url.host, url.port) != (home.scheme, home.host, home.port):
            raise ForgeError(
                f"{self.site.label} sends us to {url.host} to {call.what}, and the token does not go there",
                hint="if the repository has moved, give its new address",
            )

    async def _exchanged(self, call: Call, url: httpx2.URL) -> tuple[int, Mapping[str, str], bytes]:
        headers = {"accept": "application/json", "user-agent": "agentops", **self.site.headers}
        if self.site.token:
            headers["authorization"] = f"{self.site.scheme} {self.site.token.reveal()}"
        request = self._http.build_request(
            call.method, url, params=dict(call.params) or None, json=call.body, headers=headers
        )
        try:
            answer = await self._http.send(request, stream=True)
            try:
                return answer.status_code, answer.headers, await self._bounded(call, answer)
            finally:
                await answer.aclose()
        except (httpx2.TransportError, httpx2.StreamError, httpx2.DecodingError) as error:
            words = self.safe(str(error)) or type(error).__name__
            raise _NoAnswer(
                f"{self.site.label} gave no answer to {call.what}: {words}",
                hint="check the address and the network, and run the command again",
                was_refused=isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout),
            ) from None

    async def _bounded(self, call: Call, answer: httpx2.Response) -> bytes:
        content = bytearray()
        async for part in answer.aiter_bytes():
            content += part
            if len(content) > _SIZE_BYTES:
                raise ForgeError(f"{self.site.label} answers with more than {_SIZE_BYTES:,} bytes to {call.what}")
        return bytes(content)

    def _judged(self, call: Call, status: int, headers: Mapping[str, str], content: bytes) -> Answer:
        try:
            data = json.loads(content) if content.strip() else None
        except (ValueError, RecursionError):
            data = _GARBAGE
        is_success = 200 <= status < 300
        if data is _GARBAGE and is_success:
            raise self._not_the_api(call, f"what is no JSON ({_kind(headers)})")
        if is_success or status in call.also:
            return Answer(status, headers, None if data is _GARBAGE else data)
        raise self._refusal(call, status, headers, self.safe(reason(data)))

    def _refusal(self, call: Call, status: int, headers: Mapping[str, str], said: str) -> ForgeError:
        label, words = self.site.label, said or f"status {status} and no reason"
        now = self._clock.now()
        wait_s = limits.wait_s(status, headers, said, now)
        if wait_s is not None:
            sentence = f"{label} limits us, and does not {call.what}: {words}"
            return _NoAnswer(sentence, hint="run the command again later", wait_s=wait_s, was_refused=True)
        if status >= 500:
            sentence, asked = f"{label} failed to {call.what}: {words}", limits.asked_s(headers, now)
            return _NoAnswer(sentence, hint="run the command again", wait_s=asked or 0.0)
        sentence = f"{label} refuses to {call.what}: {words}"
        match status:
            case 401:
                return ForgeError(
                    sentence, hint=f"the token is missing, wrong or no longer valid: set {self.site.asks_for}"
                )
            case 403:
                return ForgeError(sentence, hint="give the token the right to write pull requests and statuses")
            case 404:
                hint = "the address is wrong, or the token may not see it: forges tell both in the same way"
                return ForgeError(sentence, hint=hint)
            case 301 | 302 | 303 | 307 | 308:
                return ForgeError(sentence, hint="it wants us elsewhere: check the address")
        return ForgeError(sentence)

    def _not_the_api(self, call: Call, found: str) -> _NoAnswer:
        return _NoAnswer(
            f"{self.site.label} answers with {self.safe(found)} to {call.what}",
            hint="check the address: a proxy or a page to log in at may stand in between",
        )

    def safe(self, words: str) -> str:
        """Return words that do not hold the token, whoever repeated it."""
        return masked(words, [self.site.token] if self.site.token else [])


_GARBAGE = object()


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine, by its name alone: no name is looked up."""
    return host in {"localhost", "127.0.0.1", "::1"}


def _kind(headers: Mapping[str, str]) -> str:
    kind = headers.get("content-type", "").partition(";")[0].strip()
    return kind if kind.isascii() and kind.isprintable() and 0 < len(kind) < 60 else "of no kind"


def _following(headers: Mapping[str, str]) -> str:
    """Return the address of the next page, or nothing."""
    for link in headers.get("link", "").split(","):
        target, *rest = (part.strip() for part in link.split(";"))
        if any(each.replace('"', "").casefold() == "rel=next" for each in rest) and target.startswith("<"):
            return target.strip("<>")
    return ""
