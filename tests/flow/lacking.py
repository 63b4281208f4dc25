"""A server that lacks a part of the API: everything else goes to a real one behind it."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.request import Request, urlopen

from .server import Server


class _Without(BaseHTTPRequestHandler):
    """A server that has everything but memory stores."""

    behind: str

    def do_GET(self) -> None:
        if self.path.startswith("/v1/memory_stores"):
            self._answer(404, b'{"type": "error", "error": {"type": "not_found_error", "message": "There is none."}}')
            return
        length = int(self.headers.get("content-length") or 0)
        headers = {key: value for key, value in self.headers.items() if key.lower() not in {"host", "accept-encoding"}}
        body = self.rfile.read(length) if length else None
        with urlopen(Request(self.behind + self.path, body, headers, method=self.command)) as answer:
            self._answer(answer.status, answer.read())

    do_POST = do_GET  # noqa: N815 - likewise

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def without_memory_stores(server: Server) -> Iterator[str]:
    """Return the address of a server that is like this one, but for memory stores."""
    handler = type("Handler", (_Without,), {"behind": server.url})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = Thread(target=running.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{running.server_port}"
        finally:
            running.shutdown()
            thread.join()
