"""What an object is raised in: what its neighbours are called, and what the newest of each is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from agentops.base.names import Address, Kind
from agentops.reconcile.verdicts import ABSENT

NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Scene:
    """One object's surroundings."""

    names: Mapping[str, Address]
    """What live objects are declared as, by their ids. Whatever is not here stays an id."""

    pins: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    """What the newest version of a named object is; one that is not here is taken to be pinned at its newest."""

    own_id: str = ""

    @property
    def address(self) -> Address | None:
        """Return what the object itself is declared as."""
        return self.names.get(self.own_id)

    def named(self, object_id: str, *, roster: bool = False) -> str:
        """Return the name of an object, or its id where it has none. Rosters name no Team: delegation is one deep."""
        address = self.names.get(object_id)
        return object_id if address is None or (roster and address.kind is Kind.TEAM) else address.name

    def is_newest(self, object_id: str, version: Any) -> bool:
        """Tell whether a pinned version is the one that a bare name stands for."""
        return version is None or self.pins.get(object_id, version) == version


Raise = Callable[[Any, Scene], Any]
"""Returns a live field's value as a manifest says it, or ABSENT."""


def text(value: Any, _scene: Scene) -> Any:
    """Return the text; an empty one says nothing."""
    return value or ABSENT


def plain(value: Any, _scene: Scene) -> Any:
    """Return the value, unless it is nothing at all."""
    return ABSENT if value is None else value


def filled(value: Any, _scene: Scene) -> Any:
    """Return a list or mapping with something in it."""
    return value or ABSENT


def unless(default: Any) -> Raise:
    """Return what leaves out a value that the server fills in by itself."""
    return lambda value, _scene: ABSENT if value is None or value == default else value


def said(pairs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the pairs that say something."""
    return {key: value for key, value in pairs.items() if value is not ABSENT and value is not None}
