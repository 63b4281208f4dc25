"""What does exist on a target: live objects with our marks read, and the little that a plan has to look up beside."""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from agentops.base.names import Address
from agentops.reconcile.lease import is_lock, locks_of
from agentops.reconcile.marks import Marks, read
from agentops.reconcile.memories import Memories, look_up
from agentops.reconcile.objects import BECOMES, OBJECTS, PARTS, ObjectKind
from agentops.reconcile.resource import Desired, Resource
from agentops.reconcile.target import Body, Target
from agentops.reconcile.values import Known

_KINDS = {kind.value: each for kind, each in BECOMES.items()}
_PARTS = {kind.value: each for kind, each in PARTS.items()}


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

    parent: str = ""
    """The id of the object that holds it."""

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
    def pin(self) -> Any:
        """Return what others pin of it, of the kinds that are pinned."""
        pinned_by = OBJECTS[self.object].pinned_by
        return self.body[pinned_by] if pinned_by else None

    @property
    def is_running(self) -> bool:
        """Tell whether it begins sessions by itself: a deployment that nobody paused."""
        return self.object is ObjectKind.DEPLOYMENT and self.body.get("status") == "active"

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

    locks: tuple[Body, ...] = ()
    """The stores that hold the owner's lease; like those of others, they are no objects that anybody plans."""

    def owned(self, owner: str) -> dict[str, list[Live]]:
        """Return the owner's objects by the identity in their marks, oldest first; more than one is trouble."""
        ours, taken = self._of(owner)
        found: dict[str, list[Live]] = defaultdict(list)
        for live, marks in ours:
            if not taken or (marks.id, live.id) not in taken:
                found[marks.id].append(live)
        return found

    def left_over(self, owner: str) -> list[Live]:
        """Return the owner's objects whose place another one took, and that are still there."""
        ours, taken = self._of(owner)
        return [live for live, marks in ours if (marks.id, live.id) in taken] if taken else []

    def _of(self, owner: str) -> tuple[list[tuple[Live, Marks]], set[tuple[str, str]]]:
        """Return what bears the owner's marks, oldest first, and which of it another one took the place of."""
        ours = [
            (live, live.marks)
            for live in reversed(self.lives)
            if live.marks and live.marks.owner == owner and _can_be(live.marks.id, live.object)
        ]
        return ours, {(marks.id, marks.replaces) for _, marks in ours if marks.replaces}

    def unmarked(self, resource: Resource, parent: str = "") -> list[Live]:
        """Return the objects that look like the resource and that nobody has marked."""
        alike, key = OBJECTS[resource.object].alike, resource.alike
        nobodys = (each for each in self.lives if each.object is resource.object and not each.marks)
        return [each for each in nobodys if each.parent == parent and alike(each.body) == key]

    def nobodys(self, kind: ObjectKind, object_id: str) -> Live | None:
        """Return the object with this id, if nobody has marked it."""
        found = (each for each in self.lives if each.object is kind and each.id == object_id and not each.marks)
        return next(found, None)


def _can_be(identity: str, kind: ObjectKind) -> bool:
    """Tell whether the identity fits the object; marks that were copied to another kind of object claim nothing."""
    name, _, rest = identity.partition("/")
    return (_PARTS if "/" in rest else _KINDS).get(name, kind) is kind


async def observe(target: Target, desired: Desired, *, removes: bool = False) -> World:
    """Return the world: one list per collection, then only what those lists call for.

    What is listed on demand is left out, unless the tree declares one or the plan `removes`.

    Raises:
        TargetError: the target could not be read; nothing is planned on a world half seen.
    """
    declared = {each.object for each in desired.resources}
    declared |= {BECOMES[each.kind] for each in desired.identities.let_go}
    kinds = [
        kind
        for kind, rule in OBJECTS.items()
        if rule.parent is None and (removes or kind in declared or not rule.lists_on_demand)
    ]
    pages = await asyncio.gather(*(target.list(kind) for kind in kinds))
    found = [(kind, body) for kind, page in zip(kinds, pages, strict=True) for body in page or ()]
    stores = [body for kind, body in found if kind is ObjectKind.MEMORY_STORE]
    lives = [_live(kind, body) for kind, body in found if kind is not ObjectKind.MEMORY_STORE or not is_lock(body)]
    wanted = {str(old): each for each in desired.resources for old in desired.identities.formers(each.address)}
    wanted |= {str(each.address): each for each in desired.resources}
    lives += await _inside(target, lives, desired)
    questions = {
        place: each for place, live in enumerate(lives) if (each := _question(target, live, desired.owner, wanted))
    }
    answers = dict(zip(questions, await asyncio.gather(*questions.values()), strict=True))
    lives = [answers.get(place, live) for place, live in enumerate(lives)]
    unsupported = frozenset(kind for kind, page in zip(kinds, pages, strict=True) if page is None)
    return World(tuple(lives), unsupported, tuple(locks_of(stores, desired.owner)))


def _live(kind: ObjectKind, body: Body, parent: str = "") -> Live:
    return Live(kind, body, read(body["metadata"]), parent=parent)


async def _inside(target: Target, lives: Sequence[Live], desired: Desired) -> list[Live]:
    """Return what is inside the objects that are ours, or that a declared one may turn out to be."""
    inner = [(kind, rule.parent) for kind, rule in OBJECTS.items() if rule.parent]
    parents = {parent for _, parent in inner}
    alike = {(each.object, each.alike) for each in desired.resources if each.object in parents}
    asked = [
        (kind, live.id)
        for kind, parent in inner
        for live in lives
        if live.object is parent
        and (live.marks.owner == desired.owner if live.marks else (parent, OBJECTS[parent].alike(live.body)) in alike)
    ]
    pages = await asyncio.gather(*(target.list(kind, parent_id) for kind, parent_id in asked))
    return [
        _live(kind, body, parent_id)
        for (kind, parent_id), page in zip(asked, pages, strict=True)
        for body in page or ()
    ]


def _question(
    target: Target, live: Live, owner: str, wanted: Mapping[str, Resource]
) -> Coroutine[Any, Any, Live] | None:
    """Return what completes an object with what its own comparison needs; most need nothing."""
    if live.marks is None or live.marks.owner != owner:
        return None
    resource = wanted.get(live.marks.id)
    if resource and live.object is ObjectKind.MEMORY_STORE and resource.seeds:
        return _with_memories(target, live, resource)
    if live.version is None or live.is_untouched or live.marks.version is None:
        return None
    return _with_base(target, live, live.marks.version)


async def _with_memories(target: Target, live: Live, resource: Resource) -> Live:
    return replace(live, memories=await look_up(target, live.id, resource, live.marks))


async def _with_base(target: Target, live: Live, version: int) -> Live:
    return replace(live, base=await target.agent_version(live.id, version))


def claimants(lives: Sequence[Live]) -> str:
    """Return the ids of objects that claim one identity, with their times, for a message."""
    return ", ".join(f"{each.id} ({_times(each.body)})" for each in lives)


def _times(body: Body) -> str:
    made, changed = (body.get(key) or "at an unknown time" for key in ("created_at", "updated_at"))
    return f"created {made}, updated {changed}"


def known(world: World, owner: str) -> dict[Address, Known]:
    """Return what the names of the owner's existing objects stand for."""
    found = ((Address.parse(identity), lives[0]) for identity, lives in world.owned(owner).items())
    return {address: Known(live.id, live.pin) for address, live in found if address}
