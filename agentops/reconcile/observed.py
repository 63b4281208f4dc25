"""What does exist on a target: live objects with our marks read, and the little that a plan has to look up beside."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from agentops.base.names import Address
from agentops.reconcile.marks import Marks, read
from agentops.reconcile.memories import Memories, look_up
from agentops.reconcile.objects import BECOMES, OBJECTS, ObjectKind
from agentops.reconcile.resource import Desired, Resource
from agentops.reconcile.target import Body, Target
from agentops.reconcile.values import Known

_OBJECTS: Mapping[str, ObjectKind] = {kind.value: becomes for kind, becomes in BECOMES.items()}


@dataclass(frozen=True, slots=True)
class Live:
    """One live object."""

    object: ObjectKind
    body: Body
    marks: Marks | None
    base: Body | None = None
    """The object as our last write left it, where the server keeps versions and somebody has changed it since."""

    memories: Memories = field(default_factory=Memories)
    """What became of the seeds of a memory store."""

    @property
    def id(self) -> str:
        """Return the server's id."""
        return str(self.body["id"])

    @property
    def version(self) -> int | None:
        """Return the version, on objects that have one."""
        version = self.body.get("version")
        return version if isinstance(version, int) else None

    @property
    def is_untouched(self) -> bool:
        """Tell whether the object is at the very version that our last write made."""
        return self.marks is not None and self.version is not None and self.marks.version == self.version


@dataclass(frozen=True, slots=True)
class World:
    """Everything of the planned kinds on the target."""

    lives: tuple[Live, ...]
    unsupported: frozenset[ObjectKind] = frozenset()
    """Collections that the target does not have."""

    def owned(self, owner: str) -> dict[str, list[Live]]:
        """Return the owner's objects by the identity in their marks, oldest first; more than one is trouble."""
        found: dict[str, list[Live]] = defaultdict(list)
        for live in reversed(self.lives):
            if live.marks and live.marks.owner == owner and _can_be(live.marks.id, live.object):
                found[live.marks.id].append(live)
        return found

    def unmarked(self, kind: ObjectKind, name: str) -> list[Live]:
        """Return the objects of that kind and display name that nobody has marked."""
        return [each for each in self.lives if each.object is kind and not each.marks and each.body["name"] == name]


def _can_be(identity: str, kind: ObjectKind) -> bool:
    """Tell whether the identity fits the object; marks that were copied to another kind of object claim nothing."""
    name = identity.partition("/")[0]
    return name not in _OBJECTS or _OBJECTS[name] is kind


async def observe(target: Target, desired: Desired) -> World:
    """Return the world: one list per collection, then only what those lists call for.

    Raises:
        TargetError: the target could not be read; nothing is planned on a world half seen.
    """
    pages = await asyncio.gather(*(target.list(kind) for kind in OBJECTS))
    lives = [
        Live(kind, body, read(body["metadata"]))
        for kind, page in zip(OBJECTS, pages, strict=True)
        for body in page or ()
    ]
    wanted = {str(each.address): each for each in desired.resources}
    lives = await asyncio.gather(*(_completed(target, live, desired.owner, wanted) for live in lives))
    return World(tuple(lives), frozenset(kind for kind, page in zip(OBJECTS, pages, strict=True) if page is None))


async def _completed(target: Target, live: Live, owner: str, wanted: Mapping[str, Resource]) -> Live:
    """Return the object with what its own comparison needs; most need nothing."""
    if live.marks is None or live.marks.owner != owner:
        return live
    resource = wanted.get(live.marks.id)
    if resource and live.object is ObjectKind.MEMORY_STORE and resource.seeds:
        return replace(live, memories=await look_up(target, live.id, resource, live.marks))
    if live.version is None or live.is_untouched or live.marks.version is None:
        return live
    return replace(live, base=await target.agent_version(live.id, live.marks.version))


def claimants(lives: Sequence[Live]) -> str:
    """Return the ids of objects that claim one identity, for a message."""
    return ", ".join(f"{each.id} (created {each.body.get('created_at', 'at an unknown time')})" for each in lives)


def known(world: World, owner: str) -> dict[Address, Known]:
    """Return what the names of the owner's existing objects stand for."""
    found = ((Address.parse(identity), lives[0]) for identity, lives in world.owned(owner).items())
    return {address: Known(live.id, live.version) for address, live in found if address}
