"""Cursors and pages: opaque, bound to the list they came from, and cheap on every page."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from hashlib import blake2b
from typing import Protocol

from agentops.base.errors import InvalidRequest
from agentops.engine.api import queries
from agentops.engine.core.json import written
from agentops.engine.operations.call import Page
from agentops.engine.store.port import Window

_PREFIX = "page_"
_SEAL_BYTES = 9
_LATEST = "9999-12-31T23:59:59.999999Z"
_SEQ_MAX = 2**62

Position = list[str | int]


class Pageable(Protocol):
    """A query of a list."""

    @property
    def limit(self) -> int:
        """Return how many items a page holds."""

    @property
    def page(self) -> str | None:
        """Return the cursor."""


def window(query: Pageable, scope: str, *, limit: int | None = None) -> Window:
    """Return the part of a list newest first that the query asks for.

    Raises:
        InvalidRequest: the cursor is not one of this list, or its place lies outside of the query's times.
    """
    lower = (_bound(query, "gte"), _bound(query, "gt", ticks=1))
    upper = (_bound(query, "lte"), _bound(query, "lt", ticks=-1))
    since = max(filter(None, lower), default="")
    latest = min(filter(None, upper), default=_LATEST)
    until = (latest, _SEQ_MAX)
    if (position := cursor(query.page, scope, (str, int))) is not None:
        until = (str(position[0]), int(position[1]))
        if not since <= until[0] <= latest:
            raise InvalidRequest("page: the cursor's place lies outside of created_at; start at the first page.")
    return Window(since, until, limit or query.limit, archived=bool(getattr(query, "include_archived", None)))


def _bound(query: Pageable, side: str, *, ticks: int = 0) -> str | None:
    return queries.moment(getattr(query, f"created_at_{side}", None), ticks=ticks)


def cursor(text: str | None, scope: str, form: tuple[type, ...]) -> Position | None:
    """Return the place that a cursor names, or None for the first page.

    Raises:
        InvalidRequest: no list gave out this cursor, or another one did.
    """
    if text is None:
        return None
    position = _opened(text, scope)
    if position is None or tuple(map(type, position)) != form:
        raise InvalidRequest("page: not a cursor of this list; send next_page of its previous page unchanged.")
    return position


def answered(page: Page, scope: str) -> str:
    """Return the page's JSON; its items are joined as they lie in the database, not encoded again."""
    next_page = None if page.position is None else sealed(page.position, scope)
    return f'{{"data":[{",".join(page.items)}],"next_page":{written(next_page)}}}'


def sealed(position: Position, scope: str) -> str:
    """Return the cursor of a place in a list.

    The seal catches mix-ups and typing errors, not forgers: it needs no secret, because a place that somebody
    makes up shows nothing that the list would not show anyway.
    """
    text = written(position).encode()
    return _PREFIX + urlsafe_b64encode(_seal(text, scope) + text).rstrip(b"=").decode()


def _opened(text: str, scope: str) -> Position | None:
    encoded = text.removeprefix(_PREFIX)
    try:
        data = urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        position = json.loads(data[_SEAL_BYTES:])
    except (Base64Error, ValueError, RecursionError):
        return None
    if not isinstance(position, list) or not all(map(_is_storable, position)):
        return None
    # Sealing again also refuses other spellings of the same bytes.
    return position if sealed(position, scope) == text else None


def _seal(text: bytes, scope: str) -> bytes:
    return blake2b(text + b"\0" + scope.encode(), digest_size=_SEAL_BYTES).digest()


def _is_storable(value: object) -> bool:
    """Tell whether every database takes the value: no huge number, no NUL, no half of a surrogate pair."""
    if isinstance(value, str):
        return not any(each == "\0" or "\ud800" <= each <= "\udfff" for each in value)
    return isinstance(value, int) and abs(value) <= _SEQ_MAX
