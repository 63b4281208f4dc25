"""Memories that the tree brings along: which to write, which the agents keep, which are in dispute."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from agentops.reconcile.memories import AGENT, LiveMemory, Memories, have_seeds_changed, seeds_hash
from agentops.reconcile.observed import Live
from agentops.reconcile.resource import Resource, Seed, SeedMode
from agentops.reconcile.verdicts import SEED, Judged, Verdict


@dataclass(frozen=True, slots=True)
class MemoryWrite:
    """One memory to create, or to bring to the tree's text if it still is what the plan saw."""

    path: str
    seed: Seed
    memory_id: str = ""
    expected_sha256: str = ""


@dataclass(frozen=True, slots=True)
class SeedVerdict:
    """What becomes of a store's seeds."""

    judged: Judged
    writes: tuple[MemoryWrite, ...]
    kept: tuple[str, ...]
    """Paths where agents wrote something else, or removed it, and have the say."""

    disputed: tuple[str, ...]
    """Paths where the tree and an agent both moved on."""

    forced: tuple[MemoryWrite, ...] = ()
    """The writes that would settle the dispute in the tree's favour."""


def judge_seeds(resource: Resource, live: Live | None) -> SeedVerdict | None:
    """Return what to do about the seeds of a store, or None when it has none."""
    if not resource.seeds:
        return None
    memories = live.memories if live else Memories()
    has_changed = have_seeds_changed(resource, live.marks if live else None)
    fates = dict(_fates(resource, memories, has_changed=has_changed))
    writes = tuple(each for each in fates.values() if isinstance(each, MemoryWrite))
    kept = tuple(path for path, fate in fates.items() if fate is _Fate.KEPT)
    disputed = tuple(path for path, fate in fates.items() if fate is _Fate.DISPUTED)
    touched = sorted({*(each.path for each in writes), *disputed})
    return SeedVerdict(
        judged=Judged(
            SEED,
            _verdict(has_changed=has_changed, writes=bool(writes), disputed=bool(disputed)),
            live={path: memories.found[path].sha256 for path in touched if path in memories.found},
            wanted={path: resource.seeds[path].sha256 for path in touched},
            sent_hash=seeds_hash(resource),
        ),
        writes=writes,
        kept=kept,
        disputed=disputed,
        forced=tuple(_rewrite(path, resource.seeds[path], memories.found[path]) for path in disputed),
    )


class _Fate(Enum):
    """What becomes of a seed that is not written."""

    KEPT = auto()
    DISPUTED = auto()


def _fates(resource: Resource, memories: Memories, *, has_changed: bool) -> Iterator[tuple[str, MemoryWrite | _Fate]]:
    for path, seed in sorted(resource.seeds.items()):
        memory = memories.found.get(path)
        if memory is None:
            yield path, _missing(path, seed, memories.removed.get(path), has_changed=has_changed)
        elif memory.sha256 != seed.sha256:
            yield path, _different(path, seed, memory, has_changed=has_changed)


def _missing(path: str, seed: Seed, written: str | None, *, has_changed: bool) -> MemoryWrite | _Fate:
    """Return whether to write a memory that is not there: not one that somebody removed and the tree left as it was."""
    if seed.mode is SeedMode.GIT or (has_changed and written != seed.sha256):
        return MemoryWrite(path, seed)
    return _Fate.KEPT


def _different(path: str, seed: Seed, memory: LiveMemory, *, has_changed: bool) -> MemoryWrite | _Fate:
    write = _rewrite(path, seed, memory)
    match seed.mode:
        case SeedMode.GIT:
            return write
        case SeedMode.LIVE:
            return _Fate.KEPT
        case SeedMode.BOTH:
            if not has_changed or memory.written == seed.sha256:
                return _Fate.KEPT
            return _Fate.DISPUTED if memory.author == AGENT else write


def _rewrite(path: str, seed: Seed, memory: LiveMemory) -> MemoryWrite:
    return MemoryWrite(path, seed, memory.id, memory.sha256)


def _verdict(*, has_changed: bool, writes: bool, disputed: bool) -> Verdict:
    if disputed:
        return Verdict.CONFLICT
    if writes:
        return Verdict.UPDATE if has_changed else Verdict.DRIFT
    return Verdict.CONVERGED if has_changed else Verdict.IN_SYNC
