"""What a client inside asks of the proxy, read strictly: what two programs could read differently is refused."""

import re
from dataclasses import dataclass

from agentops.engine.sandbox.egress.rules import PORTS, Refused, spelled

HEAD_MAX = 32 * 1024
_HEADERS_MAX = 100
_BODY_MAX = 1 << 40

_LINE = re.compile(r"([A-Z]{1,32}) ([!-~]{1,16384}) HTTP/1\.[01]")
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}):[ \t]*([\t -~\x80-\xff]*)")
_URL = re.compile(r"http://([^/?#]*)([!-~]*)")
_BETWEEN = {"connection", "keep-alive", "proxy-connection", "proxy-authorization", "te", "trailer", "upgrade"}
"""Said from one hop to the next. Source: RFC 9110 7.6.1."""


@dataclass(frozen=True, slots=True)
class Tunnel:
    """Bytes to a host and back."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Forward:
    """One request without TLS, and its answer."""

    host: str
    port: int
    head: bytes
    """As it is sent on."""

    body_size: int


def asked(head: bytes) -> Tunnel | Forward:
    """Return what the head of a request asks for.

    Raises:
        Refused: it cannot be read in one way only, or asks for what the proxy does not do.
    """
    lines = head.removesuffix(b"\r\n\r\n").decode("latin-1").split("\r\n")
    line = _LINE.fullmatch(lines[0])
    if line is None or len(lines) > _HEADERS_MAX:
        raise Refused("this is not a request to a proxy")
    headers = [_header(each) for each in lines[1:]]
    method, target = line.groups()
    return _tunnel(target) if method == "CONNECT" else _forward(method, target, headers)


def _header(line: str) -> tuple[str, str]:
    found = _HEADER.fullmatch(line)
    if found is None:
        raise Refused("a header is not written as one")
    return found[1], found[2].strip(" \t")


def _tunnel(target: str) -> Tunnel:
    host, port = _place(target, None)
    return Tunnel(host, port)


def _forward(method: str, target: str, headers: list[tuple[str, str]]) -> Forward:
    url = _URL.fullmatch(target)
    if url is None:
        raise Refused("the proxy takes CONNECT for https, and whole http:// URLs")
    host, port = _place(url[1], 80)
    if port != 80:
        raise Refused("without TLS only port 80 can be reached")
    named = [value for name, value in headers if name.lower() == "host"]
    if len(named) > 1 or any(_place(each, 80) != (host, port) for each in named):
        raise Refused("the Host header names another host than the URL")
    path = url[2] if url[2].startswith("/") else f"/{url[2]}"
    dropped = {*_BETWEEN, *_named(headers), "host"}
    kept = [f"{name}: {value}" for name, value in headers if name.lower() not in dropped]
    first = [f"{method} {path.partition('#')[0]} HTTP/1.1", f"Host: {f'[{host}]' if ':' in host else host}"]
    head = "\r\n".join([*first, *kept, "Connection: close", "", ""]).encode("latin-1")
    return Forward(host, port, head, _body_size(headers))


def _place(text: str, default: int | None) -> tuple[str, int]:
    """Return host and port of an authority; a name before an @ is none."""
    host, colon, port = text.rpartition(":") if not text.endswith("]") else (text, "", "")
    if not colon:
        host, port = text, "" if default is None else str(default)
    if not (port.isascii() and port.isdigit()) or len(port) > 5 or int(port) not in PORTS:
        raise Refused(f"only the ports {' and '.join(map(str, PORTS))} can be reached")
    return spelled(host), int(port)


def _named(headers: list[tuple[str, str]]) -> set[str]:
    """Return the headers that `Connection` says are for this hop only; the length of a body never is."""
    values = (value for name, value in headers if name.lower() == "connection")
    return {each.strip().lower() for value in values for each in value.split(",")} - {"content-length"}


def _body_size(headers: list[tuple[str, str]]) -> int:
    """Return how many bytes follow: exactly as many are sent on, so that no second request can hide behind them."""
    if any(name.lower() == "transfer-encoding" for name, _ in headers):
        raise Refused("without TLS a body needs a Content-Length")
    sizes = [value for name, value in headers if name.lower() == "content-length"]
    if not sizes:
        return 0
    if len(sizes) > 1 or not re.fullmatch(r"[0-9]{1,13}", sizes[0]) or int(sizes[0]) > _BODY_MAX:
        raise Refused("the Content-Length is not one number")
    return int(sizes[0])
