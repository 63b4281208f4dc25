"""What should exist on a target: one resource for each manifest that has a live object."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from agentops.base.diagnostics import Span
from agentops.base.names import Address
from agentops.base.paths import Path
from agentops.reconcile.brakes import Brakes
from agentops.reconcile.identities import Identities
from agentops.reconcile.objects import OBJECTS, ObjectKind
from agentops.reconcile.values import names_in, nested

GRACE = timedelta(days=7)


class SeedMode(StrEnum):
    """Who has the last word on a memory: the tree, the agents, or both (a three-way merge)."""

    GIT = "git"
    LIVE = "live"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Seed:
    """A memory that the tree brings along."""

    text: str
    sha256: str
    """Of the raw UTF-8 bytes, as the API computes it."""

    mode: SeedMode


Place = Span | Callable[..., Span]
"""Where something was written; worked out only when somebody asks, for most fields of most plans never are.

That of a field takes the path of what is meant inside the value; without one it is the whole value's.
"""


@dataclass(frozen=True, slots=True)
class Field:
    """A wanted value, in the API's request form with names for ids, and where it was written."""

    value: Any
    place: Place
    is_plain: bool = False
    """Whether the value is known to name no other resource."""

    @property
    def span(self) -> Span:
        """Return the place of the value."""
        return self.place() if callable(self.place) else self.place

    def span_at(self, path: Path) -> Span:
        """Return the place of what is at a path in the value, or of the nearest value around it."""
        return self.place(path) if callable(self.place) else self.place


@dataclass(frozen=True, slots=True)
class Resource:
    """One object that should exist."""

    address: Address
    object: ObjectKind
    fields: Mapping[str, Field]
    """Only what was declared: what is not here is not ours."""

    source: str
    """The file that declares it."""

    place: Place
    protect: bool = False
    seeds: Mapping[str, Seed] = field(default_factory=dict)
    """Memories by path."""

    parent: Address | None = None
    """The resource whose object holds this one's."""

    def names(self) -> Iterator[Address]:
        """Yield the resources that this one needs first, in the order of their mention."""
        naming = (each.value for each in self.fields.values() if not each.is_plain)
        named = (each for value in naming for each in names_in(value))
        yield from dict.fromkeys((self.parent, *named) if self.parent else named)

    @property
    def alike(self) -> Any:
        """Return what makes an unmarked object look like this one."""
        return OBJECTS[self.object].alike(nested({name: each.value for name, each in self.fields.items()}))

    @property
    def span(self) -> Span:
        """Return the place of the declaration."""
        return self.place() if callable(self.place) else self.place


@dataclass(frozen=True, slots=True)
class Rendered:
    """A manifest that became text for others to use, not an object: a Rubric."""

    address: Address
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Desired:
    """Everything a tree asks for."""

    owner: str
    """The project's name: the boundary of what we touch."""

    resources: tuple[Resource, ...]
    """In an order in which each comes after what it names."""

    rendered: tuple[Rendered, ...] = ()
    by_address: Mapping[Address, Resource] = field(default_factory=dict)
    brakes: Brakes = field(default_factory=Brakes)
    grace: timedelta = GRACE
    """How long what is retired waits until pruning archives it."""

    identities: Identities = field(default_factory=Identities)

    @classmethod
    def of(cls, owner: str, resources: tuple[Resource, ...], rendered: tuple[Rendered, ...] = ()) -> "Desired":
        """Return the resources in the order of their references; equal sets give equal orders."""
        by_address = {each.address: each for each in sorted(resources, key=lambda each: each.address)}
        return cls(owner, tuple(_ordered(by_address)), rendered, by_address)


def _ordered(by_address: Mapping[Address, Resource]) -> Iterator[Resource]:
    """Yield depth first, what is named before what names it; the loader has refused cycles."""
    done: set[Address] = set()
    for start in by_address:
        stack = [start]
        while stack:
            address = stack[-1]
            waiting = [each for each in by_address[address].names() if each in by_address and each not in done]
            waiting = [each for each in waiting if each not in stack]
            if waiting:
                stack.append(waiting[0])
                continue
            stack.pop()
            if address not in done:
                done.add(address)
                yield by_address[address]
