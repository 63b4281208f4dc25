"""What the engine's route table says of itself: addresses, methods, and the shapes that each of them reads."""

import dis
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Any, get_args, get_origin

from agentops.engine.api.app import ROUTES
from agentops.engine.api.resource import Resource
from agentops.wire.lists import Query
from agentops.wire.shape import Shape
from agentops.wire.walk import fields, is_shape, is_union, stripped

API = "agentops.engine.api"


@dataclass(frozen=True)
class Operation:
    """One method of one address."""

    method: str
    path: str
    resource: Resource
    body: type[Shape] | None
    """What the body must be; None where there is none, or where it is no JSON and has no fields beside its files."""

    query: type[Query] | None

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def address(self) -> str:
        """Return the path without version and ids, as the capability table writes it: `vaults.credentials`."""
        return ".".join(each for each in self.path.split("/")[2:] if not each.startswith("{"))

    @property
    def parameters(self) -> tuple[str, ...]:
        """Return the names of the ids in the path."""
        return tuple(each[1:-1].partition(":")[0] for each in self.path.split("/") if each.startswith("{"))


@cache
def operations() -> list[Operation]:
    """Return every method of every address."""
    return [
        Operation(method, path, resource, _only(shapes, Shape), _only(shapes, Query))
        for path, resource in ROUTES
        for method, handler in resource.handlers.items()
        for shapes in [set(shapes_of(handler))]
    ]


def _only(shapes: set[type[Shape]], kind: type[Any]) -> Any:
    found = [each for each in shapes if issubclass(each, Query) == (kind is Query)]
    assert len(found) < 2, f"one request, two shapes: {found}"
    return found[0] if found else None


def shapes_of(handler: Callable[..., Any]) -> Iterator[type[Shape]]:
    """Yield the shapes that a handler names, in its own code or in that of the API's functions that it names."""
    waiting, seen = [handler], set()
    while waiting:
        function = waiting.pop()
        if function in seen or not isinstance(function, FunctionType):
            continue
        seen.add(function)
        for value in _named(function.__code__, function.__globals__):
            if is_shape(value):
                yield value
            elif getattr(value, "__module__", "").startswith(API):
                waiting.append(value)


def _named(code: CodeType, names: dict[str, Any]) -> Iterator[Any]:
    """Yield what the code reaches by a name of its module, or by a name of a module that it imports."""
    module = None
    for each in dis.get_instructions(code):
        if each.opname == "LOAD_GLOBAL":
            module = names.get(each.argval)
            yield module
        elif isinstance(module, ModuleType) and each.opname in {"LOAD_ATTR", "LOAD_METHOD"}:
            yield getattr(module, each.argval)
            module = None
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _named(inner, names)


def field_paths(shape: type[Shape]) -> set[str]:
    """Return the dotted path of every field of a shape and of what is in it; lists and maps add no step."""
    return {path for name, hint in fields(shape).items() for path in _below(name, hint, (shape,))}


def _below(path: str, hint: Any, above: tuple[type[Shape], ...]) -> Iterator[str]:
    yield path
    for inner in forms(hint):
        if inner not in above:
            for name, each in fields(inner).items():
                yield from _below(f"{path}.{name}", each, (*above, inner))


def forms(hint: Any) -> Iterator[type[Shape]]:
    """Yield the shapes that a value of the hint can have or hold."""
    form, _ = stripped(hint)
    if is_shape(form):
        yield form
    elif is_union(form) or get_origin(form) in (list, dict):
        for each in get_args(form):
            yield from forms(each)


def request_fields() -> dict[str, set[str]]:
    """Return every field of every request as the capability table writes it, with the operations that take it."""
    found: dict[str, set[str]] = {}
    for each in operations():
        for shape, mark in ((each.body, "."), (each.query, "?")):
            for path in field_paths(shape) if shape else ():
                found.setdefault(f"{each.address}{mark}{path}", set()).add(each.name)
    return found
