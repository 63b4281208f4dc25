"""The first words of TLS: the name in them decides which site answers at a shared address, so it is judged too."""

from dataclasses import dataclass

HELLO_MAX = 64 * 1024
_HANDSHAKE, _CLIENT_HELLO, _SERVER_NAME, _HOST_NAME = 22, 1, 0, 0
"""Source: RFC 8446 5.1, 4; RFC 6066 3."""


class NotTls(Exception):
    """These are not the first words of TLS."""


class _Short(Exception):
    pass


@dataclass(slots=True)
class _Bytes:
    data: bytes
    at: int = 0

    def take(self, count: int) -> bytes:
        if self.at + count > len(self.data):
            raise _Short
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size))

    def block(self, size: int) -> "_Bytes":
        return _Bytes(self.take(self.number(size)))

    @property
    def has_more(self) -> bool:
        return self.at < len(self.data)


def server_name(data: bytes) -> str | None:
    """Return the name that the client asks for, an empty text if it names none, or None while more has to come.

    Raises:
        NotTls: it is something else, or names several.
    """
    try:
        hello = _message(_Bytes(data))
    except _Short:
        if len(data) > HELLO_MAX:
            raise NotTls from None
        return None
    try:
        return _name(hello)
    except _Short:
        raise NotTls from None


def _message(stream: _Bytes) -> _Bytes:
    """Return the hello, put together from as many records as it was cut into."""
    body = b""
    while True:
        if stream.number(1) != _HANDSHAKE or stream.number(1) != 3:
            raise NotTls
        stream.take(1)
        body += stream.block(2).data
        if len(body) >= 4:
            if body[0] != _CLIENT_HELLO:
                raise NotTls
            length = int.from_bytes(body[1:4])
            if len(body) >= 4 + length:
                return _Bytes(body[4 : 4 + length])


def _name(hello: _Bytes) -> str:
    hello.take(2 + 32)
    for size in (1, 2, 1):  # the session, the ciphers, the compressions
        hello.block(size)
    extensions = hello.block(2) if hello.has_more else _Bytes(b"")
    names: list[bytes] = []
    while extensions.has_more:
        kind, content = extensions.number(2), extensions.block(2)
        if kind == _SERVER_NAME:
            listed = content.block(2)
            while listed.has_more:
                if listed.number(1) != _HOST_NAME:
                    raise NotTls
                names.append(listed.block(2).data)
    if len(names) > 1:
        raise NotTls
    return names[0].decode("ascii", errors="replace") if names else ""
