"""What the live store held becomes history: each version one commit on the live branch, in order, with its author.

Nothing of the store is written here, and the branch is pushed before anything of the store is: what an agent wrote is
in a commit before anybody may write over it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from agentops.base.clock import timestamp
from agentops.base.threads import in_thread
from agentops.memory_repo import layout
from agentops.memory_repo.commits import Draft, Move
from agentops.memory_repo.git import Repository
from agentops.memory_repo.live import LiveStore
from agentops.memory_repo.syncing import versions
from agentops.memory_repo.syncing.shelf import Shelf, written
from agentops.memory_repo.syncing.side import Side
from agentops.memory_repo.syncing.versions import BORN, LIVE, NOBODY, STORE, VERSION, Version
from agentops.reconcile.target import Body

_ROUNDS = 3
"""How often a store that agents write to meanwhile is read again; what still moves is left for the next sync."""

_OVERLAP = timedelta(seconds=60)
"""How far the clocks of a server's processes may differ: versions that old are looked at again."""

_LONGEST_HISTORY = 20_000


@dataclass(frozen=True, slots=True)
class Known:
    """One memory of the live store."""

    id: str
    version: str
    digest: str
    at: str


@dataclass(frozen=True, slots=True)
class Taken:
    """The live store as the live branch has it now."""

    tip: str | None
    """The head of the live branch; None for a store that never held anything."""

    was: str | None
    """Its head before."""

    memories: Mapping[str, Known]
    versions: tuple[Version, ...] = ()
    """What was taken in now, oldest first."""

    moving: frozenset[str] = frozenset()
    """Paths that somebody writes at this moment."""


async def take_in(repository: Repository, live: LiveStore, store: str, *, pushes: bool = True) -> Taken:
    """Bring the live branch up to what the store holds, and push it, unless this is only a look.

    Raises:
        StaleProposal: another sync pushed the branch first.
    """
    was = await in_thread(repository.head, layout.live_branch(store))
    begun = await _begun(repository, live, store, was)
    known, since = await in_thread(_recorded, repository, begun)
    taken = Taken(begun, was, {})
    for number in range(_ROUNDS):
        fresh = await _fresh(live, known, since)
        moved = await _moved(repository, live, taken.tip, store, fresh)
        line = Line(repository, store, live.id)
        tip = await in_thread(line.record, taken.tip, fresh, moved)
        known |= {each.id for each in fresh}
        memories = _known(await live.memories(full=False))
        taken = replace(taken, tip=tip, versions=taken.versions + fresh, memories=memories)
        taken = replace(taken, moving=await in_thread(_differing, repository, store, taken))
        if not taken.moving:
            break
        if number > 0 and not fresh:
            taken = await _as_it_is(line, live, taken)
            break
    if pushes:
        await _pushed(repository, store, taken)
    return taken


async def _begun(repository: Repository, live: LiveStore, store: str, tip: str | None) -> str | None:
    """Return where the branch goes on: with an empty store, where this is another one than the one before."""
    if tip is None:
        return None
    last = await in_thread(kept_for, repository, store)
    if last in {"", live.id}:
        return tip
    about = await live.about()
    at = versions.instant(about["created_at"])
    tree = await in_thread(repository.graft, tip, layout.folder(store), None)
    trailers = ((STORE, store), (LIVE, live.id), (BORN, live.id))
    return repository.commit(Draft(tree, (tip,), f"Another store is {store} now", at, trailers=trailers))


def kept_for(repository: Repository, store: str) -> str:
    """Return the id of the live store whose history the live branch is; empty where there is none."""
    tip = repository.head(layout.live_branch(store))
    commits = repository.log([tip], most=_LONGEST_HISTORY, first_parent=True) if tip else []
    return next((value for each in commits if (value := each.value(LIVE))), "")


async def _fresh(live: LiveStore, known: set[str], since: datetime | None) -> tuple[Version, ...]:
    only = {"created_at[gte]": timestamp(since - _OVERLAP)} if since else {}
    found = [versions.version(each) async for each in live.versions(only) if each.get("id") not in known]
    return tuple(each for each in reversed(found) if not each.is_redacted)


async def _moved(
    repository: Repository, live: LiveStore, tip: str | None, store: str, fresh: Sequence[Version]
) -> Mapping[str, str]:
    """Return the former path of each version that gave a memory another one."""
    there = set((await in_thread(Side, repository, tip, store)).names)
    found = dict[str, str]()
    for each in fresh:
        if each.is_removal:
            there.discard(each.path)
            continue
        if each.is_rename_possible and each.path not in there:
            found[each.id] = await _former_path(live, each)
            there.discard(found[each.id])
        there.add(each.path)
    return found


async def _former_path(live: LiveStore, change: Version) -> str:
    is_older = False
    async for body in live.versions({"memory_id": change.memory}):
        if is_older and body.get("path") and body["path"] != change.path:
            return str(body["path"])
        is_older = is_older or body.get("id") == change.id
    return ""


async def _as_it_is(line: "Line", live: LiveStore, taken: Taken) -> Taken:
    """Record what no version explains: versions are kept for thirty days, and may be redacted."""
    bodies = await live.memories(full=True)
    texts = {str(each["path"]): each.get("content") or "" for each in bodies if each["path"] in taken.moving}
    changes = {path: texts.get(path) for path in taken.moving}
    memories = _known(bodies)
    tip = await in_thread(line.correct, taken.tip, changes, memories)
    return replace(taken, tip=tip, memories=memories, moving=frozenset())


def _recorded(repository: Repository, tip: str | None) -> tuple[set[str], datetime | None]:
    """Return the versions that are in the branch, and when the newest commit of it was."""
    if tip is None:
        return set(), None
    commits = [each for each in repository.log([tip], most=_LONGEST_HISTORY, first_parent=True) if each.value(VERSION)]
    recorded = {version for each in commits for version in each.values(VERSION)}
    return recorded, max((each.at for each in commits), default=None)


@dataclass(frozen=True, slots=True)
class Line:
    """The live branch of a store, as it grows."""

    repository: Repository
    store: str
    live: str
    """The id of the live store."""

    def record(self, tip: str | None, fresh: Sequence[Version], moved: Mapping[str, str]) -> str | None:
        """Commit each version, those too that change nothing, so that none is taken in twice."""
        shelf = Shelf(self.repository, self.store, tip)
        for each in fresh:
            changes = {each.path: None if each.is_removal else each.text}
            if moved.get(each.id):
                changes[moved[each.id]] = None
            tree = shelf.write(tip, changes)
            parents = (tip,) if tip else ()
            tip = self.repository.commit(versions.draft((self.store, self.live), each, tree, parents))
        return tip

    def correct(self, tip: str | None, changes: Mapping[str, str | None], memories: Mapping[str, Known]) -> str:
        """Commit what the store holds, with nobody as author."""
        found = [memories[path] for path in sorted(changes) if path in memories]
        last = self.repository.show(tip).at if tip else datetime.fromtimestamp(0, UTC)
        at = max([last, *(versions.instant(each.at) for each in found)])
        trailers = ((STORE, self.store), (LIVE, self.live), *((VERSION, each.version) for each in found))
        tree = written(self.repository, self.store, tip, changes)
        message = "The store as it is\n\nNo version tells who wrote this."
        return self.repository.commit(Draft(tree, (tip,) if tip else (), message, at, NOBODY, trailers=trailers))


def _differing(repository: Repository, store: str, taken: Taken) -> frozenset[str]:
    ours = dict(Side(repository, taken.tip, store).digests())
    theirs = {path: each.digest for path, each in taken.memories.items()}
    return frozenset(path for path in {*ours, *theirs} if ours.get(path) != theirs.get(path))


async def _pushed(repository: Repository, store: str, taken: Taken) -> None:
    if taken.tip is not None and taken.tip != taken.was:
        move = {layout.live_branch(store): Move(taken.tip, taken.was)}
        await in_thread(repository.push, move)


def _known(bodies: Sequence[Body]) -> Mapping[str, Known]:
    return {
        str(each["path"]): Known(
            str(each["id"]), str(each["memory_version_id"]), str(each["content_sha256"]), str(each["updated_at"])
        )
        for each in bodies
    }
