"""The ids behind the names, for programs that call the API: JSON, lines, and lines for an environment file."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agentops.base.names import Address
from agentops.reconcile.observed import World

_NO_NAME = re.compile(r"[^A-Z0-9]+")
_ID = re.compile(r"[\w.:-]+", re.ASCII)
_WORD_END = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Named:
    """One object of a project on a target."""

    address: Address
    id: str
    version: int | None = None


def named(world: World, owner: str) -> tuple[tuple[Named, ...], Mapping[str, Sequence[str]]]:
    """Return the owner's objects in the order of their names, and the names that several of them claim."""
    found: list[Named] = []
    claimed: dict[str, list[str]] = {}
    for identity, lives in sorted(world.owned(owner).items()):
        address = Address.parse(identity)
        if len(lives) > 1:
            claimed[identity] = [each.id for each in lives]
        elif address:
            found.append(Named(address, lives[0].id, lives[0].version))
    return tuple(found), claimed


def ids_json(found: Sequence[Named]) -> dict[str, Any]:
    """Return the ids by address."""
    objects = {str(each.address): {"id": each.id, "version": each.version} for each in found}
    return {"format_version": 1, "ids": objects}


def ids_text(found: Sequence[Named]) -> Iterator[str]:
    """Yield a line for each object."""
    width = max((len(str(each.address)) for each in found), default=0)
    yield from (f"{each.address!s:<{width}}  {each.id}" for each in found)


def ids_env(found: Sequence[Named]) -> Iterator[str]:
    """Yield `AGENT_REVIEWER_ID=agent_01…` for each object.

    An id that is not of letters, digits and `_.:-` is none of this API's: a shell might take it for more, so it is
    left out.
    """
    yield from (f"{variable_of(each.address)}={each.id}" for each in found if _ID.fullmatch(each.id))


def clashes(found: Sequence[Named]) -> Iterator[tuple[str, list[Address]]]:
    """Yield each variable that would stand for several objects, with their names."""
    by_variable: dict[str, list[Address]] = {}
    for each in found:
        by_variable.setdefault(variable_of(each.address), []).append(each.address)
    yield from ((variable, addresses) for variable, addresses in by_variable.items() if len(addresses) > 1)


def variable_of(address: Address) -> str:
    """Return the name of an environment variable: `MEMORY_STORE_LESSONS_ID` for `MemoryStore/lessons`."""
    kind, _, name = str(address).partition("/")
    return _NO_NAME.sub("_", f"{_WORD_END.sub('_', kind)}_{name}_ID".upper())
