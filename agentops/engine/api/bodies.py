"""Request bodies: bytes of a bounded number to a JSON object that a shape accepts, or an error that names the place."""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from starlette.requests import ClientDisconnect, Request

from agentops.base.errors import InvalidRequest, RequestTooLarge
from agentops.base.threads import in_thread
from agentops.engine.core.json import Json
from agentops.engine.core.refusals import invalid
from agentops.wire.problems import check
from agentops.wire.shape import Shape

_DEPTH_MAX = 100
"""Deeper than any tool schema a person writes, and far from what a recursive reader dies of."""

_VALUES_MAX = 50_000
"""Keys and values: twice what 256 tools with large schemas hold. Each could be wrong, and saying so takes time."""

_INLINE_BYTES = 64 * 1024
"""Larger bodies are parsed in a thread: 32 MB take half a second, in which others want answers."""


async def read(request: Request, shape: type[Shape], limit_bytes: int, *, optional: bool = False) -> Json:
    """Return the body as the plain data that was sent, after the shape accepted it; an empty one may stand for `{}`.

    Raises:
        RequestTooLarge: it has more bytes than the limit.
        InvalidRequest: it is not JSON, not UTF-8, or not what the shape wants.
    """
    _refuse_other_content(request)
    raw = await _received(request, limit_bytes)
    if optional and not raw:
        return {}
    if len(raw) <= _INLINE_BYTES:
        return parsed(raw, shape)
    return await in_thread(parsed, raw, shape)


def parsed(raw: bytes, shape: type[Shape]) -> Json:
    """Return the bytes as a JSON object that the shape accepts.

    Raises:
        InvalidRequest: they are not one.
    """
    data = _json(raw)
    _, problems = check(shape, data)
    if problems:
        raise invalid(problems)
    assert isinstance(data, dict)
    return data


def _refuse_other_content(request: Request) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise InvalidRequest(f"content-type: must be application/json, is {media_type[:100] or 'missing'}.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise InvalidRequest("content-encoding: the body must be sent as it is, not compressed.")


async def _received(request: Request, limit_bytes: int) -> bytes:
    """Collect the body, and stop as soon as it is too long; a length that is announced is believed only so far."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and len(announced) < 20 and int(announced) > limit_bytes:
        _too_large(limit_bytes)
    chunks: list[bytes] = []
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit_bytes:
                _too_large(limit_bytes)
            chunks.append(chunk)
    except ClientDisconnect:
        raise InvalidRequest("The connection ended before the body did.") from None
    return b"".join(chunks) if size <= _INLINE_BYTES else await in_thread(b"".join, chunks)


def _too_large(limit_bytes: int) -> NoReturn:
    raise RequestTooLarge(f"The body must have at most {limit_bytes} bytes.")


def _json(raw: bytes) -> Any:
    if not raw.strip():
        raise InvalidRequest("The body is empty; it must be a JSON object.")
    _refuse_flood(raw)
    try:
        data = json.loads(raw.decode(), object_pairs_hook=_object, parse_constant=_refuse_constant, parse_float=_finite)
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"The body is not UTF-8: byte {error.start} fits no character.") from None
    except json.JSONDecodeError as error:
        raise InvalidRequest(
            f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from None
    except RecursionError:
        raise InvalidRequest(_TOO_DEEP) from None
    except ValueError as error:  # an integer of more digits than Python converts
        raise InvalidRequest(f"The body holds a number that cannot be used: {str(error)[:100]}.") from None
    if _could_be_strange(raw):
        _refuse_strange(data)
    return data


_TOO_MANY = f"The body holds more than {_VALUES_MAX} keys and values."
_TOO_DEEP = f"The body is nested deeper than {_DEPTH_MAX} levels."


_TEXT = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
"""A string, to its end or to that of the body: what has no end is looked at once."""

_SIGNS = (b",", b":", b"[", b"{")
_SIGNS_MAX = 2 * _VALUES_MAX + 1
"""A value or a key has at most two signs, such as the comma before it and the bracket it begins with."""


def _refuse_flood(raw: bytes) -> None:
    """Refuse what is certainly too much before it is read: three bytes, `[],`, make a list of thirty times that."""
    signs = sum(map(raw.count, _SIGNS))
    if signs <= _SIGNS_MAX:
        return
    for number, text in enumerate(_TEXT.finditer(raw)):
        if number > _VALUES_MAX:
            raise InvalidRequest(_TOO_MANY)
        signs -= sum(raw.count(sign, *text.span()) for sign in _SIGNS)
    if signs > _SIGNS_MAX:
        raise InvalidRequest(_TOO_MANY)


def _object(pairs: list[tuple[str, Any]]) -> Json:
    """Make an object; two values under one key could mean one thing to a proxy and another to us."""
    made = dict(pairs)
    if len(made) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise InvalidRequest(f"The body has the key {twice[:100]!r} twice in one object.")
    return made


def _refuse_constant(name: str) -> NoReturn:
    raise InvalidRequest(f"The body is not JSON: {name} is not a JSON value.")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise InvalidRequest(f"The body holds a number that is too large: {text[:40]}.")
    return number


def _could_be_strange(raw: bytes) -> bool:
    """Tell whether a walk could refuse anything: most bodies have too few bytes and brackets, and no escapes."""
    return len(raw) > _VALUES_MAX or raw.count(b"[") + raw.count(b"{") >= _DEPTH_MAX or b"\\u" in raw


def _refuse_strange(data: Any) -> None:
    """Walk the data without recursion; refuse what is too deep or too much, and text that UTF-8 cannot hold."""
    level, count = [data], 1
    for _ in range(_DEPTH_MAX):
        level = [inner for each in level for inner in _inside(each)]
        count += len(level)
        if not level:
            return
        if count > _VALUES_MAX:
            raise InvalidRequest(_TOO_MANY)
    raise InvalidRequest(_TOO_DEEP)


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    if isinstance(value, list):
        return value
    if isinstance(value, str) and not value.isascii():
        _refuse_surrogates(value)
    return ()


_encodes: Callable[[str], bytes] = str.encode


def _refuse_surrogates(text: str) -> None:
    try:
        _encodes(text)
    except UnicodeEncodeError as error:
        raise InvalidRequest(
            f"The body holds half of a surrogate pair, \\u{ord(text[error.start]):04x}, which is no character."
        ) from None
