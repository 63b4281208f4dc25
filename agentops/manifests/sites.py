"""Where a shape carries a marker, worked out once: the few paths of a spec that hold names, long texts or secrets.

`wire.walk.marked` answers the same for any data; here a thousand documents of one kind are asked, so the fields
that lead nowhere are left out before the first of them is looked at.
"""

from collections.abc import Callable, Iterator
from functools import cache
from types import NoneType
from typing import Any, TypeVar, get_args, get_origin

from agentops.base.paths import Path
from agentops.wire.shape import Shape
from agentops.wire.walk import fields, is_shape, is_union, stripped, tag_of, tags

M = TypeVar("M")

_Found = Iterator[tuple[Path, Any, Any]]
_Visit = Callable[[Path, Any], _Found]


def sites(shape: type[Shape], data: object, marker: Callable[..., M]) -> Iterator[tuple[Path, M, Any]]:
    """Yield every value that stands where the shape carries the marker, in the shape's order: path, marker, value.

    The data need not be valid: what no shape describes is passed over.
    """
    visit = _of_shape(shape, marker)
    return visit((), data) if visit else iter(())


@cache
def _of_shape(shape: Any, marker: Any) -> _Visit | None:
    return _visit(shape, marker)


def _visit(hint: Any, marker: type[Any]) -> _Visit | None:
    """Return what visits the marked values at and below a hint, or None when there can be none."""
    form, markers = stripped(hint)
    below = _below(form, markers, marker)
    own = tuple(each for each in markers if isinstance(each, marker))
    if not own:
        return below

    def here(path: Path, value: Any) -> _Found:
        yield from ((path, each, value) for each in own)
        if below:
            yield from below(path, value)

    return here


def _below(form: Any, markers: tuple[Any, ...], marker: type[Any]) -> _Visit | None:
    if is_union(form):
        members = [each for each in get_args(form) if each is not NoneType]
        return _one_of(
            {tag: visit for each in members if (visit := _visit(each, marker)) for tag in tags(each)}, markers
        )
    if get_origin(form) is list:
        return _each_item(_visit(get_args(form)[0], marker))
    if get_origin(form) is dict:
        return _each_value(_visit(get_args(form)[1], marker))
    if is_shape(form):
        return _some_fields({name: visit for name, each in fields(form).items() if (visit := _visit(each, marker))})
    return None


def _one_of(members: dict[str, _Visit], markers: tuple[Any, ...]) -> _Visit | None:
    def union(path: Path, value: Any) -> _Found:
        if visit := members.get(tag_of(markers, value) or ""):
            yield from visit(path, value)

    return union if members else None


def _each_item(visit: _Visit | None) -> _Visit | None:
    def items(path: Path, value: Any) -> _Found:
        for index, each in enumerate(value if isinstance(value, list) else ()):
            yield from visit((*path, index), each)  # type: ignore[misc] # a visit of nothing is never handed out

    return items if visit else None


def _each_value(visit: _Visit | None) -> _Visit | None:
    def values(path: Path, value: Any) -> _Found:
        for key, each in value.items() if isinstance(value, dict) else ():
            yield from visit((*path, key), each)  # type: ignore[misc] # a visit of nothing is never handed out

    return values if visit else None


def _some_fields(visits: dict[str, _Visit]) -> _Visit | None:
    def some(path: Path, value: Any) -> _Found:
        if isinstance(value, dict):
            for name, visit in visits.items():
                if name in value:
                    yield from visit((*path, name), value[name])

    return some if visits else None
