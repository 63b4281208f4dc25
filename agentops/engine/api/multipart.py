"""Bodies of several parts, `multipart/form-data`: heads and bytes as they arrive, so that no part has to fit in memory.

Source: RFC 7578; what SDK 2.11.0 puts on the wire for files and skills.
"""

import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, MultipartState, parse_options_header
from starlette.requests import ClientDisconnect, Request

from agentops.base.errors import InvalidRequest, RequestTooLarge

_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]{1,127}/[\w!#$&^.+-]{1,127}", re.ASCII)
_PARTS_MAX = 1000
"""Twice the files of a skill; a head takes far longer to read than the bytes it is made of."""

_FIELD_BYTES_MAX = 64 * 1024
"""A field that is no file is a number or a name."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The head of a part; its bytes follow."""

    name: str
    filename: str
    """As it was sent; empty when there was none."""

    media_type: str | None
    """Without parameters, in lower case."""


Piece = tuple[Part, bytes]
"""Bytes of a part. Every part has at least one piece, which may hold no bytes."""


async def pieces(request: Request, limit_bytes: int) -> AsyncGenerator[Piece, None]:
    """Yield the bytes of every part as they come in, each time with the head of the part.

    Raises:
        RequestTooLarge: the body has more bytes than the limit.
        InvalidRequest: the body is not multipart/form-data, or ends too early.
    """
    _refuse_announced(request, limit_bytes)
    reader = _Reader(_boundary(request))
    size_bytes = 0
    try:
        async for chunk in request.stream():
            size_bytes += len(chunk)
            if size_bytes > limit_bytes:
                raise _too_large(limit_bytes)
            for piece in reader.read(chunk):
                yield piece
    except ClientDisconnect:
        raise InvalidRequest("The connection ended before the body did.") from None
    reader.finish()


class Fields:
    """The parts of a form that are no files, gathered as they come in."""

    def __init__(self) -> None:
        """Start with none."""
        self._fields: dict[str, tuple[Part, bytes]] = {}

    def add(self, part: Part, data: bytes) -> None:
        """Add bytes to a field.

        Raises:
            InvalidRequest: it gets too long, or another part had its name before.
        """
        before, gathered = self._fields.get(part.name, (part, b""))
        if before is not part:
            raise InvalidRequest(f"{part.name[:100]}: must be sent once.")
        if len(gathered) + len(data) > _FIELD_BYTES_MAX:
            raise InvalidRequest(f"{part.name[:100]}: must have at most {_FIELD_BYTES_MAX} bytes.")
        self._fields[part.name] = (part, gathered + data)

    def texts(self) -> dict[str, str]:
        """Return every field's text.

        Raises:
            InvalidRequest: one is not UTF-8.
        """
        return {name: _text(data) for name, (_, data) in self._fields.items()}


class _Reader:
    """Turns the parser's callbacks into a list for each chunk."""

    def __init__(self, boundary: bytes) -> None:
        self._found: list[Piece] = []
        self._part: Part | None = None
        self._parts = 0
        self._headers: dict[bytes, bytes] = {}
        self._field = b""
        self._value = b""
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_part_data": self._on_data,
                "on_header_field": self._on_field,
                "on_header_value": self._on_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._end_head,
            },
        )

    def read(self, chunk: bytes) -> list[Piece]:
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise InvalidRequest(f"The body is not multipart/form-data: {str(error)[:200]}.") from None
        found, self._found = self._found, []
        return found

    def finish(self) -> None:
        if self._parser.state != MultipartState.END:
            raise InvalidRequest("The body is not multipart/form-data: it ends before its last boundary.")

    def _begin(self) -> None:
        self._headers = {}
        self._parts += 1
        if self._parts > _PARTS_MAX:
            raise InvalidRequest(f"The body has more than {_PARTS_MAX} parts.")

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        assert self._part is not None
        self._found.append((self._part, data[start:end]))

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        self._headers[self._field.lower()] = self._value
        self._field = self._value = b""

    def _end_head(self) -> None:
        disposition, options = parse_options_header(self._headers.get(b"content-disposition"))
        if disposition != b"form-data" or b"name" not in options:
            raise InvalidRequest("Every part must have the header content-disposition: form-data with a name.")
        self._part = Part(
            name=_text(options[b"name"]),
            filename=_text(options.get(b"filename", b"")),
            media_type=_media_type(self._headers.get(b"content-type")),
        )
        self._found.append((self._part, b""))


def _boundary(request: Request) -> bytes:
    media_type, options = parse_options_header(request.headers.get("content-type"))
    if media_type != b"multipart/form-data" or not options.get(b"boundary"):
        shown = media_type.decode("latin-1")[:100] or "missing"
        raise InvalidRequest(f"content-type: must be multipart/form-data with a boundary, is {shown}.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise InvalidRequest("content-encoding: the body must be sent as it is, not compressed.")
    boundary = options[b"boundary"]
    if len(boundary) > 70:
        raise InvalidRequest("content-type: the boundary must have at most 70 characters.")
    return boundary


def _refuse_announced(request: Request, limit_bytes: int) -> None:
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and len(announced) < 20 and int(announced) > limit_bytes:
        raise _too_large(limit_bytes)


def _too_large(limit_bytes: int) -> RequestTooLarge:
    return RequestTooLarge(f"The body must have at most {limit_bytes} bytes.")


def _media_type(header: bytes | None) -> str | None:
    if header is None:
        return None
    media_type = header.decode("latin-1").partition(";")[0].strip().lower()
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise InvalidRequest("A part's content-type must be a media type such as text/plain.")
    return media_type


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise InvalidRequest("The body holds a name or a field that is not UTF-8.") from None
