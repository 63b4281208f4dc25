"""Where a place in a request's data is in its shape: what both error paths and markers are found by."""

from collections.abc import Iterator
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import Discriminator, Tag
from pydantic.fields import FieldInfo

from agentops.base.paths import Path
from agentops.wire.shape import Shape

M = TypeVar("M")

NOTHING: Any = None
"""The hint of a place that no shape describes."""


def stripped(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """Return the hint without `Annotated` and `None`, and every marker that stood on it."""
    markers: list[Any] = []
    while True:
        origin = get_origin(hint)
        if origin is Annotated:
            hint, *more = get_args(hint)
            markers += more
        elif origin in (Union, UnionType) and len(members := _members(hint)) == 1:
            hint = members[0]
        else:
            return hint, tuple(markers)


def is_union(hint: Any) -> bool:
    """Tell whether values of the hint come in several forms, told apart by a tag."""
    return get_origin(hint) in (Union, UnionType)


def below(hint: Any, element: str | int) -> Any:
    """Return the hint of the value under a key or an index of a value of the (stripped) hint."""
    origin = get_origin(hint)
    if origin is list:
        return get_args(hint)[0] if isinstance(element, int) else NOTHING
    if origin is dict:
        return get_args(hint)[1]
    if is_shape(hint):
        return fields(hint).get(str(element), NOTHING)
    return NOTHING


def is_shape(hint: Any) -> bool:
    """Tell whether the hint is a shape."""
    return isinstance(hint, type) and issubclass(hint, Shape)


@cache
def fields(shape: type[Shape]) -> dict[str, Any]:
    """Return the hint of each field of a shape, by its name in the data."""
    return {field.alias or name: _hint(field) for name, field in shape.model_fields.items()}


def _hint(field: FieldInfo) -> Any:
    markers = (*field.metadata, field) if field.discriminator else tuple(field.metadata)
    return Annotated[(field.annotation, *markers)] if markers else field.annotation


def member(hint: Any, tag: str) -> Any:
    """Return the form of a (stripped) union that has the tag."""
    return next((each for each in _members(hint) if tag in tags(each)), NOTHING)


def allowed(hint: Any) -> tuple[str, ...]:
    """Return the closed choice of words at a hint: a literal's values, or the tags of a union's forms."""
    form, _ = stripped(hint)
    if is_union(form):
        return tuple(tag for each in _members(form) for tag in tags(each))
    return tuple(each for each in get_args(form) if isinstance(each, str)) if get_origin(form) is Literal else ()


def tags(hint: Any) -> tuple[str, ...]:
    """Return the tags by which one form of a union is known."""
    form, markers = stripped(hint)
    named = tuple(marker.tag for marker in markers if isinstance(marker, Tag))
    if named or not is_shape(form):
        return named
    # A form is known by `type`, or where it has none that is required, by `name` (tool configs).
    literals = (stripped(fields(form).get(key, NOTHING))[0] for key in ("type", "name"))
    return next((get_args(each) for each in literals if get_origin(each) is Literal), ())


def _members(hint: Any) -> list[Any]:
    return [each for each in get_args(hint) if each is not NoneType]


def tag_of(markers: tuple[Any, ...], value: object) -> str | None:
    """Return the tag of a value of a union with these markers, or None when it has none."""
    for marker in markers:
        name = getattr(marker, "discriminator", None)
        if isinstance(marker, Discriminator) and callable(name):
            found = name(value)
            return found if isinstance(found, str) else None
        if isinstance(name, str):
            found = value.get(name) if isinstance(value, dict) else None
            return found if isinstance(found, str) else None
    return None


def marked(shape: type[Shape], data: object, marker: type[M]) -> Iterator[tuple[Path, M, object]]:
    """Yield every value that stands where the shape carries the marker: path, marker, value.

    The data need not be valid: what no shape describes is passed over.
    """
    waiting: list[tuple[Path, Any, object]] = [((), shape, data)]
    while waiting:
        path, hint, value = waiting.pop()
        form, markers = chosen(hint, value)
        yield from ((path, each, value) for each in markers if isinstance(each, marker))
        waiting.extend(reversed([((*path, key), below(form, key), each) for key, each in _children(form, value)]))


def chosen(hint: Any, value: object) -> tuple[Any, tuple[Any, ...]]:
    """Return the stripped hint of the form that the value takes, and the markers on the way to it."""
    form, markers = stripped(hint)
    found = markers
    while is_union(form):
        form, markers = stripped(member(form, tag_of(markers, value) or ""))
        found += markers
    return form, found


def _children(hint: Any, value: object) -> Iterator[tuple[str | int, object]]:
    if isinstance(value, list) and get_origin(hint) is list:
        yield from enumerate(value)
    elif isinstance(value, dict) and (get_origin(hint) is dict or is_shape(hint)):
        yield from ((key, each) for key, each in value.items() if isinstance(key, str))
