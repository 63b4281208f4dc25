"""Keeping a live store and the repository in step, in an order in which a crash between any two effects loses nothing.

::

    1  fetch                                 nothing is changed
    2  the live branch takes in every version and is pushed
    3  the store is written, each memory only if it still is what the branch has
    4  the live branch gets a commit of what was written, with main as a parent once all of main is there
    5  the store's metadata names that commit

Whoever dies after 2 has recorded, after 3 written: the next sync takes that in again as versions of its own, finds both
sides equal, and goes on. A memory that somebody writes at the same moment is left alone until the next sync.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from agentops.base.canonical import text_digest
from agentops.base.errors import RepositoryError, StaleProposal, TargetConflict, TargetRejected
from agentops.base.threads import in_thread
from agentops.memory_repo import layout
from agentops.memory_repo.commits import Draft, Move
from agentops.memory_repo.git import Repository
from agentops.memory_repo.live import COMMIT, LiveStore
from agentops.memory_repo.syncing import versions
from agentops.memory_repo.syncing.comparing import Comparison, compared
from agentops.memory_repo.syncing.planning import Decision, Finding
from agentops.memory_repo.syncing.shelf import written
from agentops.memory_repo.syncing.subject import Subject
from agentops.memory_repo.syncing.taking_in import Known, Taken, kept_for, take_in
from agentops.memory_repo.syncing.versions import LIVE, STORE, VERSION, Version

_TRIES = 3
"""How often a sync begins again because another one was faster."""


@dataclass(frozen=True, slots=True)
class Written:
    """One memory that the sync wrote."""

    path: str
    text: str | None
    version: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a sync did, and what it left."""

    store: str
    taken_in: tuple[Version, ...]
    written: tuple[Written, ...]
    comparison: Comparison
    moving: tuple[str, ...] = ()
    """Memories that somebody wrote at the same moment: the next sync brings them in step."""

    refused: Mapping[str, str] = field(default_factory=dict)
    """Why the server did not take a memory, by path."""

    commit: str | None = None
    """The head of the live branch, which is what the store holds."""

    @property
    def is_settled(self) -> bool:
        """Tell whether nothing is left to do but what a pull request decides."""
        return not (self.moving or self.refused or self.comparison.unfit)


async def sync(repository: Repository, live: LiveStore, subject: Subject, *, writes: bool = True) -> Outcome:
    """Keep one store in step; without `writes` only what the store holds is taken in.

    Raises:
        RepositoryError: the store belongs to another repository, or the repository cannot be read or written.
        TargetError: the store cannot be read or written.
    """
    for last in range(_TRIES):
        try:
            await in_thread(repository.fetch)
            return await _synced(repository, live, subject, writes=writes)
        except StaleProposal:
            if last == _TRIES - 1:
                raise
    raise AssertionError("the last try returns or raises")


async def looked(repository: Repository, live: LiveStore, subject: Subject) -> Outcome:
    """Return what a sync would find. Nothing is changed anywhere.

    Raises:
        RepositoryError: the repository cannot be read.
        TargetError: the store cannot be read.
    """
    taken = await take_in(repository, live, subject.store, pushes=False)
    comparison = await in_thread(compared, repository, subject, taken.tip)
    return Outcome(subject.store, taken.versions, (), comparison, tuple(sorted(taken.moving)), {}, taken.was)


async def _synced(repository: Repository, live: LiveStore, subject: Subject, *, writes: bool) -> Outcome:
    about = await live.about()
    recorded = str((about.get("metadata") or {}).get(COMMIT) or "")
    await in_thread(_refuse_stranger, repository, subject.store, live, recorded)
    taken = await take_in(repository, live, subject.store)
    comparison = await in_thread(compared, repository, subject, taken.tip)
    if not writes or about.get("archived_at"):
        return Outcome(subject.store, taken.versions, (), comparison, tuple(sorted(taken.moving)), {}, taken.tip)
    deeds = await _write(live, comparison, taken)
    tip = await in_thread(_commit, repository, subject, live.id, comparison, taken, deeds)
    if tip is not None and tip != recorded:
        await live.annotate({COMMIT: tip})
    moving = tuple(sorted(deeds.moving | taken.moving))
    return Outcome(subject.store, taken.versions, tuple(deeds.written), comparison, moving, deeds.refused, tip)


def _refuse_stranger(repository: Repository, store: str, live: LiveStore, recorded: str) -> None:
    """Refuse a store that another repository keeps. One whose history was rewritten still names the store."""
    if recorded and not repository.has(recorded) and kept_for(repository, store) != live.id:
        raise RepositoryError(
            f"MemoryStore/{store} on {live.label} was brought in step with commit {recorded[:12]}, which this "
            "repository does not have",
            hint=f"name the repository that has it, or clear the metadata key {COMMIT} of the store to begin anew",
        )


@dataclass(slots=True)
class _Deeds:
    written: list[Written] = field(default_factory=list)
    moving: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)


async def _write(live: LiveStore, comparison: Comparison, taken: Taken) -> _Deeds:
    deeds = _Deeds()
    removals_first = sorted(comparison.decisions, key=lambda each: (each.live is not None, each.path))
    for each in removals_first:
        known = taken.memories.get(each.path)
        if each.path in taken.moving or _is_there(known, each.live):
            continue
        try:
            deeds.written.append(await _written(live, each, known))
        except TargetConflict:
            deeds.moving.add(each.path)
        except TargetRejected as error:
            if error.status == 404:
                deeds.moving.add(each.path)
            else:
                deeds.refused[each.path] = error.message
    return deeds


def _is_there(known: Known | None, text: str | None) -> bool:
    return known is None if text is None else known is not None and known.digest == text_digest(text)


async def _written(live: LiveStore, decision: Decision, known: Known | None) -> Written:
    path, text = decision.path, decision.live
    if known is None:
        assert text is not None
        body = await live.create(path, text)
    elif text is not None:
        body = await live.update(known.id, text, expected=known.digest)
    else:
        await live.delete(known.id, expected=known.digest)
        async for each in live.versions({"memory_id": known.id, "operation": "deleted"}):
            return Written(path, None, str(each["id"]), versions.instant(each["created_at"]))
        return Written(path, None, "", versions.instant(known.at))
    return Written(path, text, str(body["memory_version_id"]), versions.instant(body["updated_at"]))


def _commit(
    repository: Repository, subject: Subject, live: str, comparison: Comparison, taken: Taken, deeds: _Deeds
) -> str | None:
    """Commit to the live branch what the store holds now, and push it. Return the head."""
    main, tip = comparison.main, taken.tip
    is_whole = not (comparison.paths(Finding.CONFLICT) or deeds.moving or deeds.refused or taken.moving)
    joins = main is not None and is_whole and (comparison.is_new_on_main or tip is None)
    if main is None or not (joins or deeds.written):
        return tip
    tree = written(repository, subject.store, tip, {each.path: each.text for each in deeds.written})
    folder = layout.folder(subject.store)
    if joins:
        tree = repository.graft(main, folder, repository.subtree(tree, folder))
    parents = tuple(each for each in (tip, main if joins else None) if each)
    at = max((each.at for each in deeds.written), default=repository.show(main).at)
    trailers = [
        (STORE, subject.store),
        (LIVE, live),
        *((VERSION, each.version) for each in deeds.written if each.version),
    ]
    draft = Draft(tree, parents, _message(subject, deeds), at, trailers=tuple(trailers))
    made = repository.commit(draft)
    repository.push({layout.live_branch(subject.store): Move(made, tip)})
    return made


def _message(subject: Subject, deeds: _Deeds) -> str:
    paths = "\n".join(f"- {each.path}" for each in deeds.written)
    title = f"{subject.store} takes over what {subject.branch} has"
    return f"{title}\n\n{paths}" if paths else f"{subject.store} has what {subject.branch} has"
