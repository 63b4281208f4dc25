"""Which live object a resource is: by its name, by one that it had, by what it is for, or because somebody said so.

What only looks like it is asked about, never guessed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from agentops.base.diagnostics import Code, Diagnostic
from agentops.base.names import Address, nearest
from agentops.reconcile import codes
from agentops.reconcile.likeness import Likeness, share
from agentops.reconcile.marks import Marks
from agentops.reconcile.objects import OBJECTS
from agentops.reconcile.observed import Live, World
from agentops.reconcile.options import PlanOptions
from agentops.reconcile.resource import Desired, Resource

_SAME = 0.9
"""How like an unmarked object of another name has to be before anybody is asked about it. Units: a share."""
_RENAMED = 0.75
"""How like one of ours that is declared no more: it and the new one appeared and vanished in one commit."""
_EDITED = 0.3
"""The same, when both stood in the same file."""


class Claims:
    """Finds the live objects of resources, each at most once."""

    def __init__(self, desired: Desired, world: World, options: PlanOptions) -> None:
        """Take what is wanted, what is there, and what a person said about both."""
        self._desired = desired
        self._world = world
        self._options = options
        self.owned = world.owned(desired.owner)
        self.taken: set[str] = set()
        """Ids of what goes by another name from here on."""

        self.former_owners: dict[str, str] = {}
        """Whose an object was that is taken over, by its id."""

        self.diagnostics: list[Diagnostic] = []
        self._followed: set[Address] = set()
        self._adopters: dict[str, Address] = {}
        self._strangers: Likeness | None = None
        self._abandoned: Likeness | None = None

    def of(self, resource: Resource, holder: Any) -> list[Live]:
        """Return the live objects that bear the resource's identity, or the newest that it had; oldest first."""
        for address in (resource.address, *self._desired.identities.formers(resource.address)):
            found = self.owned.get(str(address), [])
            found = [each for each in found if each.parent == holder] if resource.parent else found
            if found:
                if address != resource.address:
                    self._followed |= {address, *self._between(resource.address, address)}
                    self.taken |= {each.id for each in found}
                return found
        return []

    def beside(self, resource: Resource, wanted: Mapping[str, Any], holder: Any) -> Live | None:
        """Return the object without the resource's identity that is to have it."""
        return (
            self._for_the_same(resource, holder)
            or self._taken_over(resource)
            or self._adopted(resource, wanted, holder)
        )

    def stale(self) -> Iterator[Diagnostic]:
        """Yield what the Project says of names that nothing on the target has. Reports: plan.stale-identity."""
        identities = self._desired.identities
        for new, old in sorted(identities.before.items()):
            if old not in self._followed:
                yield self._told_stale(new, old)
        for gone in identities.let_go:
            if str(gone) not in self.owned:
                fact = f"{gone} is let go: nothing on this target bears the name any more"
                yield Diagnostic(codes.STALE_IDENTITY, fact, identities.spans.get(gone))

    def in_vain(self) -> Iterator[Diagnostic]:
        """Yield what was named to be taken over, doubled or overwritten, and cannot be. Reports: plan.not-there."""
        yield from self._named_in_vain()
        for each in sorted(self._options.take_over - {*self.former_owners}):
            fact = f"{each} was to be taken over, but no manifest asks for an object of its kind and name"
            if found := next((live for live in self._world.lives if live.id == each), None):
                marks = found.marks
                fact = f"{each} was to be taken over, but nobody manages it: --adopt" if not marks else fact
                if marks and marks.owner == self._desired.owner:
                    fact = f"{each} was to be taken over, but it is ours: {marks.id}"
            yield Diagnostic(codes.NOT_THERE, fact)

    def _named_in_vain(self) -> Iterator[Diagnostic]:
        declared = {parent for each in self._desired.resources for parent in (each.address, each.parent) if parent}
        options = self._options
        named = {"--adopt": options.adopt, "--create-new": options.create_new, "--overwrite": options.overwrite}
        for option, addresses in named.items():
            for address in sorted(addresses - declared):
                near = nearest(address.name, (each.name for each in declared if each.kind is address.kind))
                notes = (f"did you mean {address.kind}/{near}?",) if near else ()
                fact = f"{address} is named with {option}, but no manifest declares it"
                yield Diagnostic(codes.NOT_THERE, fact, notes=notes)

    def _told_stale(self, new: Address, old: Address) -> Diagnostic:
        identities = self._desired.identities
        fact = f"{old} became {new}: nothing on this target has the old name any more"
        label = "the entry can go when that is so on every target"
        if str(old) in self.owned:
            both = str(new) in self.owned
            why = f"{new} is there too, another object" if both else f"{new} is not declared"
            fact, label = f"{old} is there and does not become {new}: {why}", "it counts as declared no more"
        return Diagnostic(codes.STALE_IDENTITY, fact, identities.spans.get(old), label)

    def _between(self, new: Address, old: Address) -> Iterator[Address]:
        for each in self._desired.identities.formers(new):
            yield each
            if each == old:
                return

    def _for_the_same(self, resource: Resource, holder: Any) -> Live | None:
        """Return what was declared under another name, where there can be only one of its like."""
        rule = OBJECTS[resource.object]
        if not rule.is_alike_unique:
            return None
        key = resource.alike
        for identity, lives in self.owned.items():
            if Address.parse(identity) not in self._desired.by_address:
                for live in lives:
                    if live.object is resource.object and live.parent == holder and rule.alike(live.body) == key:
                        self.taken.add(live.id)
                        return live
        return None

    def _taken_over(self, resource: Resource) -> Live | None:
        """Return the object of another owner that was named by its id, without that owner's marks."""
        named = self._options.take_over
        for live in self._world.lives if named else ():
            marks = live.marks
            if live.id not in named or live.object is not resource.object or marks is None:
                continue
            if marks.owner != self._desired.owner and self._is_meant(resource, live, marks):
                self.former_owners[live.id] = marks.owner
                return replace(live, marks=None)
        return None

    def _is_meant(self, resource: Resource, live: Live, marks: Marks) -> bool:
        """Tell whether an object that is taken over is this resource: who bears its name has it before look-alikes."""
        if live.id in self.former_owners:
            return False
        if live.id in (taken := self._options.take).values():
            return taken.get(resource.address) == live.id
        if Address.parse(marks.id) in self._desired.by_address and marks.id not in self.owned:
            return marks.id == str(resource.address)
        return bool(OBJECTS[resource.object].alike(live.body) == resource.alike)

    def _adopted(self, resource: Resource, wanted: Mapping[str, Any], holder: Any) -> Live | None:
        """Return the unmarked look-alike if it is to become ours; ask when nobody said."""
        address = resource.address
        if taken := self._options.take.get(address):
            return self._named_one(resource, taken)
        is_unique = OBJECTS[resource.object].is_alike_unique
        if address in self._options.create_new and not is_unique:
            return None
        alike = self._world.unmarked(resource, holder)
        others = [] if alike or resource.parent else self._twins(resource, wanted)
        if not (alike or others):
            self._ask_whether_renamed(resource, wanted)
            return None
        found = alike or others
        if self._options.adopt & {address, resource.parent} and len(found) == 1:
            if (other := self._adopters.setdefault(found[0].id, address)) == address:
                return found[0]
            fact = f"would take {found[0].id} over, as {other} does: an object has one name"
            self._say(codes.LOOK_ALIKE, resource, fact, f"apply with --create-new {address} to make another")
            return None
        ids = ", ".join(each.id for each in found)
        way = f"apply with --adopt {address} to take it over"
        if is_unique:
            fact = f"would be created, but {ids} is for the same thing and nobody manages it"
            self._say(codes.LOOK_ALIKE, resource, fact, way)
            return None
        like = "has the same name" if alike else f"is called {found[0].body.get('name')} and has the same content"
        if len(found) > 1:
            way = "archive all but one of them, then apply with --adopt"
        fact = f"would be created, but {ids} {like} and nobody manages it"
        self._say(codes.LOOK_ALIKE, resource, fact, f"{way}, or with --create-new {address} to make another")
        return None

    def _named_one(self, resource: Resource, object_id: str) -> Live | None:
        """Return the object that a person named by its id; one that is not free is not replaced by a new one."""
        found = self._world.nobodys(resource.object, object_id)
        if found is None:
            fact = f"was to take {object_id} over, which is not there, or is managed already"
            self._say(codes.LOOK_ALIKE, resource, fact)
        return found

    def _twins(self, resource: Resource, wanted: Mapping[str, Any]) -> list[Live]:
        """Return the objects of another name and without marks that are the same all the same."""
        if self._strangers is None:
            self._strangers = Likeness(each for each in self._world.lives if each.marks is None)
        return self._strangers.twins(resource.object, wanted, _SAME)

    def _ask_whether_renamed(self, resource: Resource, wanted: Mapping[str, Any]) -> None:
        """Ask when one of ours is declared no more and is what is to be made."""
        if resource.parent:
            return
        if self._abandoned is None:
            self._abandoned = Likeness(self._undeclared())
        abandoned = self._abandoned
        old = _edited_in_place(abandoned, resource, wanted) or abandoned.nearest(resource.object, wanted, _RENAMED)
        if old is None or old.marks is None:
            return
        fact = f"would be created, but {old.marks.id} ({old.id}) is declared no more and is like it: was it renamed?"
        entry = f"moved: [{{from: {old.marks.id}, to: {resource.address}}}]"
        way = f"write `{entry}` into the Project, or apply with --create-new {resource.address}"
        self._say(codes.RENAMED, resource, fact, way)

    def _undeclared(self) -> Iterator[Live]:
        """Yield what is ours and declared by no name that it has or had."""
        identities, declared = self._desired.identities, self._desired.by_address
        known = {*declared, *(old for new in declared for old in identities.formers(new)), *identities.let_go}
        names = {str(each) for each in known}
        for identity, lives in self.owned.items():
            if identity not in names:
                yield from (each for each in lives if not each.parent)

    def _say(self, code: Code, resource: Resource, fact: str, label: str = "") -> None:
        self.diagnostics.append(Diagnostic(code, f"{resource.address} {fact}", resource.span, label))


def _edited_in_place(abandoned: Likeness, resource: Resource, wanted: Mapping[str, Any]) -> Live | None:
    """Return what the same file declared before, when its content does not speak against it."""
    for live in abandoned.from_source(resource.source):
        if live.object is resource.object:
            same = share(resource.object, wanted, live)
            if same is None or same >= _EDITED:
                return live
    return None
