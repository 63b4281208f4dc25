"""Requests to the proxy: one reading each, or none."""

import pytest

from agentops.engine.sandbox.egress.asked import Forward, Tunnel, asked
from agentops.engine.sandbox.egress.rules import Refused


def head(*lines: str) -> bytes:
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def forwarded(*lines: str) -> Forward:
    found = asked(head(*lines))
    assert isinstance(found, Forward)
    return found


def test_connect_names_a_host_and_a_port() -> None:
    assert asked(head("CONNECT API.Test.:443 HTTP/1.1", "Host: whatever")) == Tunnel("api.test", 443)
    assert asked(head("CONNECT [2606:4700::1]:443 HTTP/1.0")) == Tunnel("2606:4700::1", 443)


def test_a_request_is_sent_on_as_one_to_the_host_and_no_other() -> None:
    found = forwarded("GET http://API.test/a?b=c#d HTTP/1.1", "Host: api.test", "Accept: */*", "Proxy-Authorization: x")
    assert (found.host, found.port, found.body_size) == ("api.test", 80, 0)
    assert found.head == b"GET /a?b=c HTTP/1.1\r\nHost: api.test\r\nAccept: */*\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize("url", ["http://api.test", "http://api.test:80", "http://api.test?x"])
def test_a_url_without_a_path_has_one(url: str) -> None:
    assert forwarded(f"GET {url} HTTP/1.1").head.startswith(b"GET /")


@pytest.mark.parametrize(
    "line",
    [
        "Connection: x-secret, close",
        "Keep-Alive: 5",
        "Upgrade: websocket",
        "TE: trailers",
        "Proxy-Connection: keep-alive",
    ],
)
def test_what_is_for_this_hop_stays_on_it(line: str) -> None:
    found = forwarded("GET http://api.test/ HTTP/1.1", line, "X-Secret: 1" if "secret" in line else "X: 1")
    assert b"secret" not in found.head.lower()
    assert b"Connection: close\r\n" in found.head
    assert line.partition(":")[0].encode() + b": " not in found.head.replace(b"Connection: close", b"")


def test_a_body_is_as_long_as_it_says() -> None:
    assert forwarded("POST http://api.test/ HTTP/1.1", "Content-Length: 12").body_size == 12


SMUGGLED = [
    ("GET http://api.test/ HTTP/1.1", "Host: evil.test"),
    ("GET http://api.test/ HTTP/1.1", "Host: api.test", "Host: api.test"),
    ("GET http://api.test/ HTTP/1.1", "Host: api.test, evil.test"),
    ("GET http://api.test/ HTTP/1.1", "Host: api.test:8080"),
    ("POST http://api.test/ HTTP/1.1", "Transfer-Encoding: chunked"),
    ("POST http://api.test/ HTTP/1.1", "Transfer-Encoding : chunked", "Content-Length: 1"),
    ("POST http://api.test/ HTTP/1.1", "Content-Length: 1", "Content-Length: 2"),
    ("POST http://api.test/ HTTP/1.1", "Content-Length: 1, 2"),
    ("POST http://api.test/ HTTP/1.1", "Content-Length: +1"),
    ("POST http://api.test/ HTTP/1.1", "Content-Length: -1"),
    ("POST http://api.test/ HTTP/1.1", "Content-Length: 0x10"),
    ("POST http://api.test/ HTTP/1.1", "Content-Length: 99999999999999999999"),
    ("GET http://api.test/ HTTP/1.1", " folded: 1"),
    ("GET http://api.test/ HTTP/1.1", "No colon"),
    ("GET http://api.test/ HTTP/1.1", "Bad\0name: 1"),
    ("GET http://api.test/ HTTP/1.1", "X: a\nHost: evil.test"),
    ("GET http://api.test/ HTTP/1.1", "X: a\rb"),
    ("GET http://api.test/ HTTP/1.1", *(f"X-{number}: 1" for number in range(101))),
    ("GET http://user@api.test/ HTTP/1.1",),
    ("GET http://user:pw@api.test/ HTTP/1.1",),
    ("GET http://api.test\\@evil.test/ HTTP/1.1",),
    ("GET http://api.test:22/ HTTP/1.1",),
    ("GET http://api.test:443/ HTTP/1.1",),
    ("GET http://api.test:0x50/ HTTP/1.1",),
    ("GET http://api.test:\u0668\u0660/ HTTP/1.1".encode().decode("latin-1"),),
    ("GET https://api.test/ HTTP/1.1",),
    ("GET ftp://api.test/ HTTP/1.1",),
    ("GET /relative HTTP/1.1", "Host: api.test"),
    ("GET http:///x HTTP/1.1",),
    ("GET http://0x7f.1/ HTTP/1.1",),
    ("GET  http://api.test/ HTTP/1.1",),
    ("GET http://api.test/ HTTP/2.0",),
    ("GET http://api.test/ x HTTP/1.1",),
    ("get http://api.test/ HTTP/1.1",),
    ("CONNECT api.test HTTP/1.1",),
    ("CONNECT api.test: HTTP/1.1",),
    ("CONNECT api.test:8443 HTTP/1.1",),
    ("CONNECT api.test:443:443 HTTP/1.1",),
    ("CONNECT api.test\0:443 HTTP/1.1",),
    ("CONNECT evil.test\0.api.test:443 HTTP/1.1",),
    ("CONNECT user@api.test:443 HTTP/1.1",),
    ("CONNECT ::1:443 HTTP/1.1",),
    ("CONNECT [::1%lo]:443 HTTP/1.1",),
    ("CONNECT 2130706433:443 HTTP/1.1",),
    ("",),
    ("\x16\x03\x01",),
]


@pytest.mark.parametrize("lines", SMUGGLED)
def test_what_could_be_read_in_two_ways_is_refused(lines: tuple[str, ...]) -> None:
    with pytest.raises(Refused):
        asked(head(*lines))
