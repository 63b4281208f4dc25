"""A man in the middle: passes requests on, and at one of them strikes before or after the server had it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_PER_CONNECTION = frozenset({"connection", "content-length", "date", "server", "transfer-encoding"})


class Moment(StrEnum):
    """When to strike."""

    BEFORE = "before the server gets it"
    AFTER = "after the server has answered"


class Proxy(ThreadingHTTPServer):
    """Listens on a loopback port; armed, it strikes once, and the connection of that request is lost."""

    daemon_threads = True

    def __init__(self, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = upstream
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.writes = 0
        self._lock = threading.Lock()
        self._due: tuple[int, Moment] | None = None
        self._strike: Callable[[], None] = lambda: None
        self._cuts = True
        self._counts_reads = False

    def arm(
        self, write: int, moment: Moment, strike: Callable[[], None], *, cuts: bool = True, counts_reads: bool = False
    ) -> None:
        """Strike at the n-th write from now on, and cut its connection unless told otherwise.

        Reads are counted from the first write on, if they are: before it nothing is begun.
        """
        with self._lock:
            self.writes, self._due, self._strike, self._cuts = 0, (write, moment), strike, cuts
            self._counts_reads = counts_reads

    @property
    def has_struck(self) -> bool:
        return self._due is None

    def handle_error(self, *_: object) -> None:
        """Say nothing of a connection whose other end was killed: that is what this is for."""

    def counted(self, method: str) -> int:
        """Return the number of this write; reads have none, unless they are counted."""
        with self._lock:
            counts = method != "GET" or (self._counts_reads and self.writes > 0)
            self.writes += counts
            return self.writes if counts else 0

    def cuts(self, number: int, moment: Moment) -> bool:
        """Strike if it is time; tell whether the connection is cut."""
        with self._lock:
            if self._due != (number, moment):
                return False
            self._due = None
            self._strike()
            return self._cuts


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        number = self.server.counted(self.command)
        if self.server.cuts(number, Moment.BEFORE):
            self.close_connection = True
            return
        status, headers, content = self._answer(body)
        if self.server.cuts(number, Moment.AFTER):
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in _PER_CONNECTION:
                self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_DELETE = _pass_on  # noqa: N815 - the names that http.server looks for

    def _answer(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = HTTPConnection(str(urlsplit(self.server.upstream).netloc))
        headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
        try:
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def log_message(self, *_: object) -> None:
        """Say nothing: the test tells what happened."""


@contextmanager
def proxy_to(upstream: str) -> Iterator[Proxy]:
    """Run a proxy beside the test."""
    with Proxy(upstream) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()
