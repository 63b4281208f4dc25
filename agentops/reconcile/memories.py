"""What became of the memories that a tree brought along: looked up on the target, and only where a plan needs it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from agentops.reconcile.marks import Marks, mark_hash
from agentops.reconcile.resource import Resource, SeedMode
from agentops.reconcile.target import Body, Target

AGENT = "session_actor"
"""Source: SDK 2.11.0 `types/beta/memory_stores/beta_managed_agents_session_actor.py`."""


@dataclass(frozen=True, slots=True)
class LiveMemory:
    """One memory of a store, without its content."""

    id: str
    sha256: str
    author: str = ""
    """Who wrote it last, in the API's words; known only where a plan needs it."""

    written: str = ""
    """The digest of the newest text that no agent wrote: what the tree, or a person, put there last."""


@dataclass(frozen=True, slots=True)
class Memories:
    """The seeded paths of one store as they are."""

    found: Mapping[str, LiveMemory] = field(default_factory=dict)
    removed: Mapping[str, str] = field(default_factory=dict)
    """Paths that somebody removed, with the digest of the newest text that no agent wrote there."""


def have_seeds_changed(resource: Resource, marks: Marks | None) -> bool:
    """Tell whether the tree's memories, taken together, are other ones than we last wrote."""
    mark = marks.fields.get("se") if marks else None
    return mark is None or mark.sent != seeds_hash(resource)


def seeds_hash(resource: Resource) -> str:
    """Return the hash over all seeds that is stamped on the store: one mark has room for no more."""
    return mark_hash({path: seed.sha256 for path, seed in sorted(resource.seeds.items())})


async def look_up(target: Target, store_id: str, resource: Resource, marks: Marks | None) -> Memories:
    """Return the seeded paths as they are.

    One mark stands for all seeds. When it moved, the versions of a memory tell whether this seed did: the newest
    text that no agent wrote still is the seed, or is not.
    """
    listed = {each["path"]: each for each in await target.list_memories(store_id) if each["path"] in resource.seeds}
    found = {path: LiveMemory(each["id"], each["content_sha256"]) for path, each in listed.items()}
    if not have_seeds_changed(resource, marks):
        return Memories(found)
    differ = [path for path, memory in found.items() if _is_in_question(resource, path, memory)]
    told = await asyncio.gather(*(_told(target, store_id, found[path]) for path in differ))
    missing = [path for path in resource.seeds if path not in found and resource.seeds[path].mode is not SeedMode.GIT]
    was_seeded = marks is not None and "se" in marks.fields
    removed = await _removed(target, store_id, missing) if missing and was_seeded else {}
    return Memories({**found, **dict(zip(differ, told, strict=True))}, removed)


def _is_in_question(resource: Resource, path: str, memory: LiveMemory) -> bool:
    """Tell whether agents and tree may both write here and now disagree."""
    seed = resource.seeds[path]
    return seed.mode is SeedMode.BOTH and seed.sha256 != memory.sha256


async def _told(target: Target, store_id: str, memory: LiveMemory) -> LiveMemory:
    history = await target.memory_versions(store_id, {"memory_id": memory.id})
    return replace(memory, author=_author(history[0]) if history else "", written=_written(history))


async def _removed(target: Target, store_id: str, missing: Sequence[str]) -> dict[str, str]:
    """Return which of the missing paths somebody removed, by the newest removal of each."""
    deletions = await target.memory_versions(store_id, {"operation": "deleted"})
    by_path = {each["path"]: each["memory_id"] for each in reversed(deletions) if each.get("path") in missing}
    asked = (target.memory_versions(store_id, {"memory_id": each}) for each in by_path.values())
    histories = await asyncio.gather(*asked)
    return {path: _written(history) for path, history in zip(by_path, histories, strict=True)}


def _written(history: Sequence[Body]) -> str:
    """Return the digest of the newest text in a history, newest first, that no agent wrote."""
    texts = (each for each in history if each.get("content_sha256") and _author(each) != AGENT)
    return str(next(texts, {}).get("content_sha256", ""))


def _author(version: Body) -> str:
    return str((version.get("created_by") or {}).get("type", ""))
