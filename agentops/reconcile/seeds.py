"""Memories that the tree brings along: which to write, which the agents keep, which are in dispute."""

from collections.abc import Iterator
from dataclasses import dataclass

from agentops.reconcile.marks import mark_hash
from agentops.reconcile.observed import Live, LiveMemory
from agentops.reconcile.resource import Resource, Seed, SeedMode
from agentops.reconcile.verdicts import SEED, Judged, Verdict

_AGENT = "session_actor"
"""Source: SDK 2.11.0 `types/beta/memory_stores/beta_managed_agents_session_actor.py`."""


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
    wanted = {path: seed.sha256 for path, seed in sorted(resource.seeds.items())}
    sent = mark_hash(wanted)
    mark = live.marks.fields.get("se") if live and live.marks else None
    memories = live.memories if live else {}
    fates = list(_fates(resource, live, has_changed=mark is None or mark.sent != sent))
    writes = tuple(each for each in fates if isinstance(each, MemoryWrite))
    kept = tuple(path for fate, path in (each for each in fates if isinstance(each, tuple)) if fate == "kept")
    disputed = tuple(path for fate, path in (each for each in fates if isinstance(each, tuple)) if fate == "disputed")
    touched = {*(each.path for each in writes), *disputed}
    return SeedVerdict(
        judged=Judged(
            SEED,
            _verdict(has_changed=mark is None or mark.sent != sent, writes=bool(writes), disputed=bool(disputed)),
            live={path: memories[path].sha256 for path in sorted(touched) if path in memories},
            wanted={path: wanted[path] for path in sorted(touched)},
            sent_hash=sent,
        ),
        writes=writes,
        kept=kept,
        disputed=disputed,
        forced=tuple(
            MemoryWrite(each, resource.seeds[each], memories[each].id, memories[each].sha256) for each in disputed
        ),
    )


def _fates(resource: Resource, live: Live | None, *, has_changed: bool) -> Iterator[MemoryWrite | tuple[str, str]]:
    for path, seed in sorted(resource.seeds.items()):
        memory = live.memories.get(path) if live else None
        if memory is None:
            is_ours = has_changed or seed.mode is SeedMode.GIT
            yield MemoryWrite(path, seed) if is_ours else ("kept", path)
        elif memory.sha256 != seed.sha256:
            yield _difference(path, seed, memory, has_changed=has_changed)


def _difference(path: str, seed: Seed, memory: LiveMemory, *, has_changed: bool) -> MemoryWrite | tuple[str, str]:
    write = _rewrite(path, seed, memory)
    match seed.mode:
        case SeedMode.GIT:
            return write
        case SeedMode.LIVE:
            return "kept", path
        case SeedMode.BOTH:
            if not has_changed:
                return "kept", path
            return ("disputed", path) if memory.author == _AGENT else write


def _rewrite(path: str, seed: Seed, memory: LiveMemory) -> MemoryWrite:
    return MemoryWrite(path, seed, memory.id, memory.sha256)


def _verdict(*, has_changed: bool, writes: bool, disputed: bool) -> Verdict:
    if disputed:
        return Verdict.CONFLICT
    if writes:
        return Verdict.UPDATE if has_changed else Verdict.DRIFT
    return Verdict.CONVERGED if has_changed else Verdict.IN_SYNC
