"""JSON values that still name other resources, and how the names become ids and versions."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agentops.base.names import Address

ANY: Mapping[str, bool] = {"$any": True}
"""A place where the server chooses and we have no opinion: equal to whatever stands there."""

NULL: Mapping[str, bool] = {"$null": True}
"""A null that says something: in a JSON Schema `default: null` is not the same as no default."""


@dataclass(frozen=True, slots=True)
class IdOf:
    """The server id of another resource, wherever the API wants an id."""

    address: Address


@dataclass(frozen=True, slots=True)
class VersionOf:
    """The newest version of another resource, wherever the API pins one."""

    address: Address


@dataclass(frozen=True, slots=True)
class Known:
    """What a name stands for on the target, or will after this run."""

    id: Any
    """The server id, or `{"$id": "Agent/x"}` while the object is still to be created."""

    version: Any
    """What is pinned of it: a number, an id, or `{"$version": "Skill/x"}` while it is still to be made."""


Lookup = Callable[[Address], Known | None]


def resolved(value: Any, lookup: Lookup) -> Any:
    """Return the value with every name replaced by its id or version.

    A name that has no id yet stays readable as `{"$id": "Agent/x"}`: never sent, only compared and shown.
    """
    match value:
        case IdOf(address):
            known = lookup(address)
            return known.id if known else {"$id": str(address)}
        case VersionOf(address):
            known = lookup(address)
            return known.version if known else {"$version": str(address)}
        case dict():
            return {key: resolved(each, lookup) for key, each in value.items()}
        case list():
            return [resolved(each, lookup) for each in value]
    return value


def nested(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields as a request body: `auth.token` is a place inside `auth`."""
    body: dict[str, Any] = {}
    for name, value in fields.items():
        *above, last = name.split(".")
        place = body
        for step in above:
            place = place.setdefault(step, {})
        place[last] = value
    return body


def at(body: Mapping[str, Any], name: str) -> Any:
    """Return what stands in a body under a field's name, or None where nothing does."""
    found: Any = body
    for step in name.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def names_in(value: Any) -> Iterator[Address]:
    """Yield the address of every resource that the value names."""
    match value:
        case IdOf(address) | VersionOf(address):
            yield address
        case dict():
            for each in value.values():
                yield from names_in(each)
        case list():
            for each in value:
                yield from names_in(each)
