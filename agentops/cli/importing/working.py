"""One run of `agentops import`: look, draft, prove, ask, write, mark."""

import asyncio
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from agentops.base.errors import AgentopsError, InvalidManifests, UsageError
from agentops.base.names import Address, Kind
from agentops.cli.context import HOME, cache_folder
from agentops.cli.importing.drafting import CannotSay, Drafted, Setting, Subject, drafted
from agentops.cli.importing.finding import KINDS, Found, Standing, surveyed
from agentops.cli.importing.naming import Names, slug, space_of
from agentops.cli.importing.proving import Ground, problems, taken_by
from agentops.cli.importing.wish import Wish
from agentops.manifests.document import Tree
from agentops.manifests.kinds import NAME_FIELDS
from agentops.manifests.load import load
from agentops.manifests.source import MANIFESTS, project_of
from agentops.manifests.writing import manifest
from agentops.reconcile.bundles import Bundle, NotASkill, unpacked
from agentops.reconcile.lowering import lower
from agentops.reconcile.marks import read
from agentops.reconcile.memories import LiveMemory, Memories
from agentops.reconcile.objects import OBJECTS, ObjectKind
from agentops.reconcile.observed import Live, World, observe
from agentops.reconcile.raising.vaults import variables
from agentops.reconcile.resource import Desired
from agentops.targets.live import LiveTarget
from agentops.wire.networks import host_of

_MOST_ROUNDS = 6
"""How often what cannot be said exactly is left out, and the rest tried again without it."""


_AT_ONCE = 8
"""Vaults, stores and archives of skills that are looked into at a time."""

_FULL_PAGE = "20"
"""Source: SDK 2.11.0 `types/beta/memory_stores/memory_list_params.py`."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the tree is, or will be."""

    shown: Path
    root: Path
    folder: str
    """Of the manifests, below the root."""

    tree: Tree | None
    """None where there is none yet."""

    @property
    def owner(self) -> str:
        """Return whose the objects will be: the Project's name, or what it will be called."""
        project = self.tree.project if self.tree else None
        return project.name if project else slug(self.root.name, "my-agents")


@dataclass(frozen=True, slots=True)
class Left:
    """An object that was asked for and is not imported."""

    found: Found
    reason: str


@dataclass(frozen=True, slots=True)
class Drafts:
    """What will be written and taken over, and what will not."""

    place: Place
    drafts: tuple[Drafted, ...]
    left: tuple[Left, ...]
    extra: Mapping[str, bytes]
    world: World
    target: LiveTarget
    notes: tuple[str, ...] = ()
    """What is to be said beside, such as what the files of another tool say and the target does not."""

    is_whole: bool = True
    """Whether all was there that was asked for."""

    @property
    def files(self) -> dict[str, bytes]:
        """Return everything that is written, by path below the project's folder."""
        return {**self.extra, **{path: content for each in self.drafts for path, content in each.files.items()}}

    @property
    def taken(self) -> dict[Address, str]:
        """Return the ids of all that is taken over."""
        return {address: each for draft in self.drafts for address, each in taken_by(draft).items()}

    @property
    def secrets(self) -> dict[str, list[str]]:
        """Return the variables that have to be set, by the address that needs them."""
        return {str(each.subject.address): found for each in self.drafts if (found := variables(each.spec))}


def root_of(path: Path) -> Path:
    """Return the real folder of the project that a path is in, or will be."""
    return project_of(path) or path.resolve()


def place_of(path: Path) -> Place:
    """Return where a path's tree is.

    Raises:
        InvalidManifests: it has errors; a part is never taken for the whole.
    """
    root = root_of(path)
    shown = path if project_of(path) is None else Path(os.path.relpath(root))
    tree: Tree | None = load(shown, cache_folder(os.environ)) if root.exists() else None
    is_project = (root / MANIFESTS).is_dir() or (tree is not None and tree.project is not None)
    if tree is not None and not (tree.files and is_project):
        tree = None  # a folder with files of other programs is no tree yet
    if tree is not None and tree.report.has_errors:
        raise InvalidManifests(tree.report, tree.source_line)
    is_loose = tree is not None and not (root / MANIFESTS).is_dir()
    return Place(shown, root, "." if is_loose else MANIFESTS, tree)


async def looked(place: Place, target: LiveTarget) -> tuple[World, list[Found]]:
    """Return everything on the target, and whose each object is: one list a kind, and one a vault."""
    desired = _desired(place)
    world = await observe(target, desired, removes=True)
    return world, surveyed(world, desired)


def _desired(place: Place) -> Desired:
    if place.tree is None:
        return Desired.of(place.owner, ())
    return lower(place.tree, None)[0]


class Drafting:
    """Makes drafts of what was chosen, until all that is left can be said exactly."""

    def __init__(self, place: Place, wish: Wish, target: LiveTarget, stems: Mapping[str, str] | None = None) -> None:
        """Take where things are written, what is wanted, and names that somebody gave already, by id."""
        self._place = place
        self._wish = wish
        self._target = target
        self._stems = stems or {}

    async def drafts(self, world: World, found: Sequence[Found], asked: Sequence[Found]) -> Drafts:
        """Return the drafts of what is asked for; what cannot be said exactly is left out, with the reason."""
        subjects, world = await self._subjects(world, found, asked)
        left: dict[str, str] = {}
        for _ in range(_MOST_ROUNDS):
            kept = [each for each in subjects if each.live.id not in left]
            drafts, unsaid = self._drafted(kept, world, found)
            left |= unsaid
            if not unsaid:
                ground = Ground(self._place.root, self._place.tree, self._extra())
                told = problems(ground, drafts, world) if drafts else {}
                if not told:
                    break
                left |= {each.live.id: told[each.address] for each in kept if each.address in told}
        else:
            raise AgentopsError("what is live cannot be said in manifests", hint="; ".join(left.values()))
        missing = tuple(Left(each, left[each.live.id]) for each in asked if each.live.id in left)
        return Drafts(self._place, tuple(drafts), missing, self._extra() if drafts else {}, world, self._target)

    async def _subjects(
        self, world: World, found: Sequence[Found], asked: Sequence[Found]
    ) -> tuple[list[Subject], World]:
        taken = [(each.kind, each.name) for each in self._place.tree.documents] if self._place.tree else []
        names = Names([*taken, *_identities(found)])
        given = {**self._stems, **self._wish.names}
        addresses = {each.live.id: each.identity for each in asked if _is_lost(each) and each.identity}
        _check_free(asked, self._wish.names, names)
        for each in sorted(asked, key=lambda one: one.live.id not in given):
            if each.live.id not in addresses:
                wish = given.get(each.live.id) or slug(_called(each.live), space_of(each.kind))
                addresses[each.live.id] = Address(each.kind, names.take(each.kind, wish))
        lives, slots = list(world.lives), asyncio.Semaphore(_AT_ONCE)

        async def subject(live: Live) -> Subject:
            async with slots:
                memories = await self._memories(live, lives) if self._wish.memories else {}
                parts, bundle = await self._parts(live, lives), await self._bundle(live)
            return Subject(addresses[live.id], live, parts, bundle, memories)

        subjects = await asyncio.gather(*(subject(each.live) for each in asked))
        return subjects, replace(world, lives=tuple(lives))

    async def _parts(self, live: Live, lives: list[Live]) -> tuple[Live, ...]:
        """Return the credentials of a vault that are nobody's or ours; the lives get those too."""
        if live.object is not ObjectKind.VAULT:
            return ()
        known = [each for each in lives if each.object is ObjectKind.CREDENTIAL and each.parent == live.id]
        if not known:
            page = await self._target.list(ObjectKind.CREDENTIAL, live.id) or ()
            known = [Live(ObjectKind.CREDENTIAL, body, read(body["metadata"]), parent=live.id) for body in page]
            lives += known
        ours = live.marks.owner if live.marks else ""
        return tuple(each for each in reversed(known) if each.marks is None or each.marks.owner == ours)

    async def _bundle(self, live: Live) -> Bundle | None:
        if live.object is not ObjectKind.SKILL:
            return None
        path = f"skills/{live.id}/versions/{live.body['latest_version_id']}/content"
        content = await self._target.pages.content(path, OBJECTS[ObjectKind.SKILL].betas)
        try:
            return unpacked(content or b"")[0]
        except NotASkill:
            return None

    async def _memories(self, live: Live, lives: list[Live]) -> dict[str, str]:
        """Return the memories of a store, and remember with the store that they are there."""
        if live.object is not ObjectKind.MEMORY_STORE:
            return {}
        path, betas = f"memory_stores/{live.id}/memories", OBJECTS[ObjectKind.MEMORY_STORE].betas
        listed = await self._target.pages.every(path, betas, {"view": "full", "limit": _FULL_PAGE}) or ()
        found = {each["path"]: each for each in listed if each["type"] == "memory"}
        there = Memories({path: LiveMemory(each["id"], each["content_sha256"]) for path, each in found.items()})
        lives[:] = [replace(each, memories=there) if each.id == live.id else each for each in lives]
        return {path: each["content"] for path, each in found.items()}

    def _drafted(
        self, subjects: Sequence[Subject], world: World, found: Sequence[Found]
    ) -> tuple[list[Drafted], dict[str, str]]:
        declared = {each.live.id: each.identity for each in found if each.standing is Standing.DECLARED}
        names = {key: address for key, address in declared.items() if address}
        names |= {each.live.id: each.address for each in subjects}
        for each in subjects:
            names |= _part_names(each)
        pins = {live.id: live.pin for live in world.lives if live.pin is not None}
        taken = frozenset(self._existing())
        setting = Setting(self._place.folder, self._schemas(), names, pins, taken)
        drafts, unsaid = [], {}
        for each in subjects:
            try:
                drafts.append(drafted(each, setting))
            except CannotSay as error:
                unsaid[each.live.id] = str(error)
        return drafts, unsaid

    def _existing(self) -> list[str]:
        """Return every path below the folder of manifests."""
        start = self._place.root / self._place.folder
        return [str(each.relative_to(self._place.root)) for each in start.rglob("*")] if start.is_dir() else []

    def _schemas(self) -> str:
        """Return where the tree keeps its schemas, below the project's folder."""
        own = self._place.root / "schema" / "Agent.json"
        return "schema" if own.is_file() else f"{HOME}/schema"

    def _extra(self) -> dict[str, bytes]:
        """Return the Project, where the tree has none."""
        if self._place.tree and self._place.tree.project:
            return {}
        schema = os.path.relpath(f"{self._schemas()}/{Kind.PROJECT}.json", self._place.folder)
        text = manifest(Kind.PROJECT, self._place.owner, {"targets": {}}, schema, {})
        ignored = {} if (self._place.root / ".gitignore").exists() else {".gitignore": f"{HOME}/\n".encode()}
        return {os.path.normpath(f"{self._place.folder}/project.yaml"): text.encode(), **ignored}


def _check_free(asked: Sequence[Found], given: Mapping[str, str], names: Names) -> None:
    """See that what a person called something is free.

    Raises:
        UsageError: something in the tree has that name.
    """
    for each in asked:
        name = given.get(each.live.id, "")
        if name and not names.is_free(each.kind, name):
            fact = f"--name {each.live.id}={name}: {space_of(each.kind)} {name} is in the tree already"
            raise UsageError(fact, hint="choose another name")


def _identities(found: Sequence[Found]) -> Iterator[tuple[Kind, str]]:
    """Yield the names of what is ours, declared or not."""
    yield from ((each.identity.kind, each.identity.name) for each in found if _is_lost(each) and each.identity)


def _is_lost(found: Found) -> bool:
    return found.standing is Standing.LOST


def _called(live: Live) -> str:
    """Return what people call an object: its display name, or where it sends to."""
    name = NAME_FIELDS.get(KINDS[live.object])
    return str(live.body.get(name) or "") if name else host_of(str(live.body.get("url", "")))


def _part_names(subject: Subject) -> dict[str, Address]:
    """Return what the credentials of a vault are called: as they are labelled, or after what they are for."""
    names, found = Names(), {}
    for part in subject.parts:
        known = Address.parse(part.marks.id) if part.marks else None
        auth = part.body["auth"]
        label = part.body.get("display_name") or auth.get("secret_name") or host_of(auth.get("mcp_server_url", ""))
        name = names.take(Kind.VAULT, known.part if known else slug(label, "credential"))
        found[part.id] = replace(subject.address, part=name)
    return found
