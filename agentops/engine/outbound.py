"""Requests to servers that callers name: to public addresses alone, each redirect judged again, never for long."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING

from agentops.base.errors import StorageError
from agentops.base.threads import in_thread

if TYPE_CHECKING:
    import httpx2

    from agentops.engine.dialling import Bearer, Dialling
    from agentops.engine.posting import Posting

Network = IPv4Network | IPv6Network

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns every address of a host, or raises OSError."""

_TIMEOUT_S = 10.0
"""For the whole exchange: a server that drips bytes is cut off too."""

_PORTS = {"http": 80, "https": 443}

_BODY_MAX = 64 * 1024
"""More than any token answer. Units: bytes."""

_PAGE_TIMEOUT_S = 20.0
"""For a page with all its redirects."""

_PAGE_MAX = 10 * 1024 * 1024
"""Units: bytes."""

_REDIRECTS_MAX = 5

_TRANSLATED = tuple(
    map(
        ip_network,
        ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "::ffff:0:0:0/96", "fec0::/10"),
    )
)
"""NAT64, 6to4, Teredo, IPv4-compatible and translated ones: they look public and lead to an IPv4 address that need not
be. And the site-local ones of old, which some networks still use inside.

Source: RFC 6052, 3056, 4380, 4291 2.5.5.1, 2765 2.1, 3879.
"""

_OF_CLOUDS = tuple(map(ip_address, ("169.254.169.254", "168.63.129.16", "100.100.100.200", "fd00:ec2::254")))
"""Metadata services, which give out credentials: of most clouds, Azure, Alibaba, AWS. No list makes them allowed."""

_LOOKUPS = 64
"""Threads in which names are looked up: nobody can call a lookup back, and a slow one must hold up nobody else."""

_VERDICTS = 1024
"""Addresses whose verdict is remembered: it depends on nothing else."""


class Unreachable(Exception):
    """There was no answer: a bad address, no connection, or none in time."""


class NotPermitted(Unreachable):
    """The address, or one that it redirects to, is not allowed by whoever asked."""


class NotPublic(Unreachable):
    """The host has an address that is not of the internet, or is asked for without TLS."""


@dataclass(frozen=True, slots=True)
class Page:
    """What was found at an address, or where that led."""

    url: str
    status: int
    content_type: str
    body: bytes
    is_cut: bool
    """Whether there was more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered."""

    status: int
    content_type: str
    body: bytes
    """Its beginning."""

    is_cut: bool
    """Whether there was more."""

    session: str
    """The MCP session that the server opened, or nothing. Source: MCP 2025-06-18, transports, session management."""


class Outbound:
    """The one way out."""

    def __init__(
        self,
        *,
        allow_loopback: bool = False,
        private: Sequence[Network] = (),
        resolve: Resolve | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Allow this machine, and plain HTTP to it, and private networks, when told so.

        Without `resolve` the machine looks names up; without `tls` certificates are those that browsers trust.
        """
        loopback = map(ip_network, ("127.0.0.0/8", "::1/128")) if allow_loopback else ()
        self._allow_loopback = allow_loopback
        self._private = (*private, *loopback)
        self._resolve = resolve
        self._asked: dict[tuple[object, str, int], asyncio.Future[Sequence[str]]] = {}
        """Names that are being looked up, by the loop that waits for them."""

        self._is_allowed = lru_cache(maxsize=_VERDICTS)(self._allows)
        self._names = ThreadPoolExecutor(_LOOKUPS, "agentops-names")
        self._tls = tls

    async def post(self, url: str, headers: Mapping[str, str], content: bytes, *, wants_body: bool = True) -> Answer:
        """Return the answer to the request.

        A success is not read to its end when nobody wants it: it may be a stream that never ends.

        Raises:
            Unreachable: there is none.
        """
        import httpx2  # noqa: PLC0415 - most engines never call out and need not wait for the library

        client = self._client(_TIMEOUT_S)
        try:
            async with asyncio.timeout(_TIMEOUT_S), client:
                request = await self._request(client, "POST", httpx2.URL(url), headers, content)
                response = await client.send(request, stream=True)
                body = await _beginning(response, _BODY_MAX) if wants_body or not response.is_success else b""
                return _answer(response, body)
        # Whatever a foreign server or its name does, the caller learns the same: it cannot be reached.
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError, TimeoutError) as error:
            raise Unreachable(type(error).__name__) from None

    async def get(self, url: str, headers: Mapping[str, str], is_permitted: Callable[[str], bool]) -> Page:
        """Return what is at the URL, or where up to five redirects lead; each address is asked about and judged.

        Raises:
            NotPermitted: the URL or a redirect's is not permitted.
            Unreachable: there is no answer.
        """
        import httpx2  # noqa: PLC0415 - most engines never call out and need not wait for the library

        try:
            async with asyncio.timeout(_PAGE_TIMEOUT_S):
                here = httpx2.URL(url)
                for _ in range(_REDIRECTS_MAX + 1):
                    here = self._secured(here)
                    if not is_permitted(str(here)):
                        raise NotPermitted(str(here))
                    found = await self._page(here, headers)
                    if isinstance(found, Page):
                        return found
                    here = here.join(found)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError, TimeoutError) as error:
            raise Unreachable(type(error).__name__) from None
        raise Unreachable(f"more than {_REDIRECTS_MAX} redirects")

    def dialling(self, bearer: "Bearer") -> "Dialling":
        """Return what carries the requests of somebody else's client, to the addresses that are allowed here."""
        from agentops.engine.dialling import Dialling  # noqa: PLC0415 - as above

        return Dialling(self._place, bearer, self._secrecy())

    def posting(self) -> "Posting":
        """Return what takes messages to one receiver, to the addresses that are allowed here."""
        from agentops.engine.posting import Posting  # noqa: PLC0415 - as above

        return Posting(self._judged, self._secrecy())

    async def _place(self, url: "httpx2.URL") -> str:
        async with asyncio.timeout(_TIMEOUT_S):
            return await self._judged(url.raw_host.decode(), url.port or _PORTS.get(url.scheme, 0), url.scheme)

    async def _page(self, url: "httpx2.URL", headers: Mapping[str, str]) -> "Page | str":
        """Return the page, or where it redirects to."""
        # A client of its own for each: it would keep cookies, and these would go by address, not by name.
        async with self._client(_PAGE_TIMEOUT_S) as client:
            response = await client.send(await self._request(client, "GET", url, headers, b""), stream=True)
            if response.is_redirect and "location" in response.headers:
                return str(response.headers["location"])
            body = await _beginning(response, _PAGE_MAX)
            content_type = response.headers.get("content-type", "")[:256]
            if response.headers.get("content-encoding", "identity") != "identity":
                raise Unreachable("compressed although it was asked not to be")
            return Page(str(url), response.status_code, content_type, body[:_PAGE_MAX], len(body) > _PAGE_MAX)

    def _secured(self, url: "httpx2.URL") -> "httpx2.URL":
        """Return the URL with HTTPS in place of HTTP, as browsers try it first; nobody is asked without."""
        if url.userinfo:
            raise Unreachable("names a user")
        if url.scheme != "http" or self._allow_loopback:
            return url
        return url.copy_with(scheme="https", port=None if url.port in (None, 80) else url.port)

    def _client(self, timeout_s: float) -> "httpx2.AsyncClient":
        import httpx2  # noqa: PLC0415 - as above

        return httpx2.AsyncClient(trust_env=False, follow_redirects=False, timeout=timeout_s, verify=self._secrecy())

    def _secrecy(self) -> ssl.SSLContext:
        """Return how TLS is spoken; reading the certificates takes longer than a request, they are read once."""
        import httpx2  # noqa: PLC0415 - as above

        self._tls = self._tls or httpx2.create_ssl_context(trust_env=False)
        return self._tls

    async def _request(
        self, client: "httpx2.AsyncClient", method: str, url: "httpx2.URL", headers: Mapping[str, str], content: bytes
    ) -> "httpx2.Request":
        """Return the request to the judged address, under the name: asking for the name again could give another."""
        host = url.raw_host.decode()
        address = await self._judged(host, url.port or _PORTS.get(url.scheme, 0), url.scheme)
        return client.build_request(
            method,
            url.copy_with(host=address),
            headers={**headers, "host": url.netloc.decode(), "accept-encoding": "identity"},
            content=content,
            extensions={"sni_hostname": host},
        )

    async def _judged(self, host: str, port: int, scheme: str) -> str:
        """Return an address of the host, once all of them were found acceptable."""
        addresses = await self._addresses(host, port)
        if not addresses or not all(self._is_allowed(each, scheme) for each in addresses):
            raise NotPublic("it is not a public address, or not one that is asked by https")
        return addresses[0]

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        """Return every address of the host; one that is an address is not asked about.

        Who asks while another's question is under way gets the same answer: a name that is never answered holds one
        thread, however often it is tried.
        """
        if self._resolve is None and (spelled := _spelled(host)) is not None:
            return [spelled]
        key = (asyncio.get_running_loop(), host, port)
        if (asked := self._asked.get(key)) is None:
            asked = self._asked[key] = asyncio.ensure_future(self._looked_up(host, port))
            asked.add_done_callback(lambda done: self._answered(key, done))
        return await asyncio.shield(asked)

    async def _looked_up(self, host: str, port: int) -> Sequence[str]:
        if self._resolve is not None:
            return await self._resolve(host, port)
        return await in_thread(_looked_up, host, port, executor=self._names)

    def _answered(self, key: tuple[object, str, int], done: "asyncio.Future[Sequence[str]]") -> None:
        del self._asked[key]
        if not done.cancelled():
            # Read, as nobody may wait for it any more.
            done.exception()

    def _allows(self, text: str, scheme: str) -> bool:
        address = _address(text)
        if address is None or address in _OF_CLOUDS:
            return False
        is_listed = any(address in each for each in self._private if each.version == address.version)
        return (is_listed and (scheme == "https" or address.is_loopback)) or (scheme == "https" and is_public(text))


def trusting(authorities: Path) -> ssl.SSLContext:
    """Return how TLS is spoken where the authorities of a PEM file are trusted beside the public ones.

    Raises:
        StorageError: the file cannot be read, or holds no certificate.
    """
    import httpx2  # noqa: PLC0415 - most engines never call out and need not wait for the library

    tls = httpx2.create_ssl_context(trust_env=False)
    try:
        tls.load_verify_locations(cafile=authorities)
    except (OSError, ssl.SSLError):
        raise StorageError(
            f"{authorities} cannot be read as certificates of authorities.",
            hint="Name a file in PEM, with -----BEGIN CERTIFICATE----- in it, that this process may read.",
        ) from None
    return tls


@lru_cache(maxsize=_VERDICTS)
def _spelled(host: str) -> str | None:
    """Return the address that a host is; None where it is a name."""
    try:
        return str(ip_address(host))
    except ValueError:
        return None


def _looked_up(host: str, port: int) -> list[str]:
    return [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def is_public(text: str) -> bool:
    """Tell whether the address belongs to the internet, whatever spelling or tunnel it hides in."""
    address = _address(text)
    if address is None:
        return False
    if address in _OF_CLOUDS or any(address in each for each in _TRANSLATED if each.version == address.version):
        return False
    return address.is_global and not address.is_multicast


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address that the text spells, the IPv4 one that an IPv6 one stands for, or None.

    One with a zone is none: it is of one link, and equals no address that is listed.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return None
    return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address


async def _beginning(response: "httpx2.Response", most: int) -> bytes:
    """Return the first bytes of the body, one more than the limit when there are more."""
    body = bytearray()
    # As they come over the wire: decompressing would let a few bytes become many.
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > most:
            break
    return bytes(body[: most + 1])


def _answer(response: "httpx2.Response", body: bytes) -> Answer:
    said = response.headers
    return Answer(
        status=response.status_code,
        content_type=said.get("content-type", "")[:256],
        body=body[:_BODY_MAX],
        is_cut=len(body) > _BODY_MAX,
        session=said.get("mcp-session-id", "")[:256],
    )
