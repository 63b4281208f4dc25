"""Lists that are read in either order and from any page back to the one before: sessions, and a session's events."""

from dataclasses import dataclass
from typing import Literal, Protocol

from agentops.base.errors import InvalidRequest
from agentops.engine.api import paging, queries
from agentops.engine.core.json import written
from agentops.engine.operations.call import Listed, Page

Order = Literal["asc", "desc"]

_FIRST = ("", -1)
_LAST = ("~~", 0)
"""Before and behind every place."""

_AFTER = "after"
_BEFORE = "before"


class Ordered(paging.Pageable, Protocol):
    """A query of such a list."""

    @property
    def order(self) -> Order:
        """Return the direction of the list."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where a page starts, and which way from there it is read."""

    place: tuple[str, int]
    is_descending: bool
    is_back: bool
    """Whether it is read against the list's order, from the page behind it."""

    is_first: bool
    """Whether no cursor was sent."""

    order: Order


def start(query: Ordered, scope: str) -> Start:
    """Return where the query's page starts.

    Raises:
        InvalidRequest: the cursor is not one of this list, or of the same list in another order.
    """
    cursor = paging.cursor(query.page, scope, (str, int, str, str))
    order = query.order
    if cursor is None:
        return Start(_LAST if order == "desc" else _FIRST, order == "desc", is_back=False, is_first=True, order=order)
    at, seq, cursor_order, side = cursor
    if cursor_order != order:
        raise InvalidRequest(f"page: the cursor belongs to the list in order {cursor_order}; start at the first page.")
    is_back = side == _BEFORE
    return Start((str(at), int(seq)), (order == "desc") != is_back, is_back=is_back, is_first=False, order=order)


def bounds(query: object) -> dict[str, str]:
    """Return the times that a query names: `gt`, `gte`, `lt` and `lte`."""
    named = {name: queries.moment(getattr(query, f"created_at_{name}")) for name in ("gt", "gte", "lt", "lte")}
    return {name: at for name, at in named.items() if at is not None}


def refuse_outside(place: Start, times: dict[str, str]) -> None:
    """Refuse a cursor that the list with these times could not have given out; what waits has no time.

    Raises:
        InvalidRequest: its place lies outside of them.
    """
    at = place.place[0]
    is_inside = times.get("gt", "") < at < times.get("lt", "~") and times.get("gte", "") <= at <= times.get("lte", "~")
    if times and not (place.is_first or is_inside):
        raise InvalidRequest("page: the cursor's place lies outside of created_at; start at the first page.")


def onward(begun: Start, read: Listed) -> Page:
    """Return the page of a list that tells the way on, and not the way back."""
    return Page(read.items, [*read.places[-1], begun.order, _AFTER] if read.has_more else None)


def answered(begun: Start, read: Listed, scope: str) -> str:
    """Return the page's JSON, with the way to the pages on both sides of it; from an empty one, too, the way it came.

    Source: SDK 2.11.0 `pagination.py` `SyncBidirectionalPageCursor`; `prev_page` is null on the first page.
    """
    items, places = (read.items[::-1], read.places[::-1]) if begun.is_back else (read.items, read.places)
    has_next = begun.is_back or read.has_more
    has_previous = read.has_more if begun.is_back else not begun.is_first
    first, last = (places[0], places[-1]) if places else (_beside(begun, 1), _beside(begun, -1))
    following = _cursor(last, begun.order, _AFTER, scope) if has_next else None
    previous = _cursor(first, begun.order, _BEFORE, scope) if has_previous else None
    return f'{{"data":[{",".join(items)}],"next_page":{written(following)},"prev_page":{written(previous)}}}'


def _beside(begun: Start, step: int) -> tuple[str, int]:
    """Return the place one step on in the list's order: what is read from there has the page's own start in it."""
    at, seq = begun.place
    return at, seq + (step if begun.order == "asc" else -step)


def _cursor(place: tuple[str, int], order: Order, side: str, scope: str) -> str:
    return paging.sealed([*place, order, side], scope)
