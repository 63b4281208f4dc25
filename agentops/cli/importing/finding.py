"""What is on a target, and whose it is: what can be imported, what is left alone and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from agentops.base.names import Address, Kind
from agentops.reconcile.objects import BECOMES, OBJECTS, ObjectKind
from agentops.reconcile.observed import Live, World
from agentops.reconcile.raising.spec import is_team
from agentops.reconcile.resource import Desired

KINDS: Mapping[ObjectKind, Kind] = {each: kind for kind, each in reversed([*BECOMES.items()])}
"""What each object is declared as; a coordinator may become a Team."""

Key = tuple[ObjectKind, str]


class Standing(StrEnum):
    """Whose an object is."""

    FREE = "free"
    """Nobody's: it can be taken over."""

    LOST = "lost"
    """Ours by its marks, and no manifest declares it any more."""

    DECLARED = "declared"
    UNBOUND = "unbound"
    """Nobody's, and a manifest that has no object yet looks the same."""

    FOREIGN = "foreign"
    TWIN = "twin"
    """It bears the identity of another object of ours."""


@dataclass(frozen=True, slots=True)
class Found:
    """One live object."""

    live: Live
    standing: Standing
    kind: Kind
    identity: Address | None = None
    """What it is declared as, was declared as, or looks like."""

    @property
    def reason(self) -> str:
        """Return why it is not imported; nothing where it can be."""
        match self.standing:
            case Standing.DECLARED:
                return f"declared already as {self.identity}"
            case Standing.UNBOUND:
                return f"looks like {self.identity}, which is declared: `agentops apply --adopt {self.identity}`"
            case Standing.FOREIGN:
                owner = self.live.marks.owner if self.live.marks else "somebody"
                return f"belongs to {owner}"
            case Standing.TWIN:
                return f"bears the marks of {self.live.marks.id if self.live.marks else ''}, which another object has"
        return ""


def surveyed(world: World, desired: Desired) -> list[Found]:
    """Return every object that a manifest could declare, oldest first, kind by kind."""
    owned = world.owned(desired.owner)
    first = {identity: lives[0].id for identity, lives in owned.items()}
    unbound = {
        (each.object, _spelled(each.alike)): each.address
        for each in desired.resources
        if str(each.address) not in owned and each.parent is None
    }
    rostered = {entry for live in world.lives if live.object is ObjectKind.AGENT for entry in _members(live)}
    return [
        _found(live, desired, first, unbound, is_member=live.id in rostered)
        for kind in KINDS
        for live in reversed(world.lives)
        if live.object is kind
    ]


def _found(
    live: Live, desired: Desired, first: Mapping[str, str], unbound: Mapping[Key, Address], *, is_member: bool
) -> Found:
    kind = KINDS[live.object]
    if live.object is ObjectKind.AGENT:
        kind = Kind.TEAM if is_team(live) and not is_member else Kind.AGENT
    if live.marks is None:
        alike = unbound.get((live.object, _spelled(OBJECTS[live.object].alike(live.body))))
        return Found(live, Standing.UNBOUND if alike else Standing.FREE, kind, alike)
    identity = Address.parse(live.marks.id)
    if live.marks.owner != desired.owner or identity is None or BECOMES.get(identity.kind) is not live.object:
        return Found(live, Standing.FOREIGN, kind, identity)
    if first.get(live.marks.id) != live.id:
        return Found(live, Standing.TWIN, kind, identity)
    standing = Standing.DECLARED if identity in desired.by_address else Standing.LOST
    return Found(live, standing, identity.kind, identity)


def _members(live: Live) -> Iterator[str]:
    """Yield the ids of those who are in an agent's roster, without itself."""
    waiting = [live.body.get("multiagent")]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Mapping):
            waiting.extend(each.values())
            if each.get("type") == "agent" and each.get("id") != live.id:
                yield str(each.get("id"))
        elif isinstance(each, list):
            waiting.extend(each)


def _spelled(value: object) -> str:
    return repr(value)
