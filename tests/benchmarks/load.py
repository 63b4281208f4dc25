"""Sends requests over kept-alive connections as fast as they are answered; a process of its own, with no HTTP library.

Reads one JSON object from standard input: `port`, `connections`, `requests` (whole HTTP messages). Writes one:
`wall_s`, `cpu_s` (its own: near `wall_s` means that this process was the bottleneck), `latencies_s`.
"""

import json
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = b"\r\ncontent-length: "
_PIECE_BYTES = 1 << 20


@dataclass(slots=True)
class _Connection:
    """One request at a time."""

    line: socket.socket
    received: bytearray = field(default_factory=bytearray)
    sent_at: float = 0.0

    def send(self, request: bytes) -> None:
        self.received.clear()
        self.sent_at = time.perf_counter()
        self.line.sendall(request)

    def is_answered(self) -> bool:
        """Take what has come in; tell whether the answer is whole."""
        piece = self.line.recv(_PIECE_BYTES)
        self.received += piece
        head = self.received.find(_END_OF_HEAD)
        if not piece or (head > 0 and not self.received.startswith(b"HTTP/1.1 200 ")):
            raise SystemExit(f"not answered with 200: {bytes(self.received[:1000])!r}")
        if head < 0:
            return False
        start = self.received.index(_LENGTH) + len(_LENGTH)
        length = int(self.received[start : self.received.index(b"\r\n", start)])
        return len(self.received) >= head + len(_END_OF_HEAD) + length


def _latencies(connections: list[_Connection], requests: Iterator[bytes]) -> Iterator[float]:
    """Yield how long each request took; a connection that was answered sends the next one."""
    with selectors.DefaultSelector() as selector:
        for connection, request in zip(connections, requests, strict=False):
            selector.register(connection.line, selectors.EVENT_READ, connection)
            connection.send(request)
        while selector.get_map():
            for key, _ in selector.select():
                connection = key.data
                if connection.is_answered():
                    yield time.perf_counter() - connection.sent_at
                    if (request := next(requests, None)) is None:
                        selector.unregister(connection.line)
                    else:
                        connection.send(request)


def main() -> None:
    """Do what standard input asks for."""
    asked = json.load(sys.stdin)
    lines = [socket.create_connection(("127.0.0.1", asked["port"])) for _ in range(asked["connections"])]
    for line in lines:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    requests = [each.encode() for each in asked["requests"]]
    wall, cpu = time.perf_counter(), time.process_time()
    # The first requests come before the iterator is asked again, so each connection has its own.
    latencies = list(_latencies([_Connection(each) for each in lines], iter(requests)))
    said = {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu, "latencies_s": latencies}
    for line in lines:
        line.close()
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main()
