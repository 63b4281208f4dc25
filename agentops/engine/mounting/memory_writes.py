"""A memory store as a sandbox's copy needs it: its heads, its texts, and writes that assume what the copy was given."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from agentops.base.errors import Conflict, InvalidRequest, NotFound
from agentops.engine.core.json import parsed
from agentops.engine.mounting.merging import Head
from agentops.engine.operations import memories
from agentops.engine.operations.call import Call
from agentops.engine.store.documents import MemoryStores
from agentops.engine.store.memories import Memories
from agentops.engine.store.memory_versions import MemoryVersions, VersionFilter
from agentops.engine.store.port import Window, revocable

_EVERYTHING = ("/", "0")
"""From the first path to behind the last."""

_RECENT_MAX = 10_000
_LATEST = ("~", 0)


@dataclass(frozen=True, slots=True)
class Change:
    """What the sandbox did to a memory that it knew as `head`; no text for a deletion, no head for a new one."""

    path: str
    text: str | None
    head: Head | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a change."""

    change: Change
    head: Head | None = None
    """What the store holds now, if the change was made."""

    is_made: bool = False
    refusal: str = ""
    """Why the store does not take it; empty when somebody else was faster."""


def heads(call: Call, store_id: str) -> dict[str, Head] | None:
    """Return what the store holds, by path; None when there is no such store any more."""
    if MemoryStores(call.tx, call.workspace).get(store_id) is None:
        return None
    found = Memories(call.tx, call.workspace, store_id).between(*_EVERYTHING, content=False)
    return {each.path: Head(each.version_id, each.content_sha256, each.id) for each in found}


def texts(call: Call, store_id: str, memory_ids: Sequence[str]) -> dict[str, tuple[Head, str, str]]:
    """Return head, path and text of memories that are still there, by their ids."""
    store = Memories(call.tx, call.workspace, store_id)
    found = [each for each in map(store.get, memory_ids) if each is not None]
    return {
        each.id: (Head(each.version_id, each.content_sha256, each.id), each.path, json.loads(each.content or '""'))
        for each in found
    }


def recent(call: Call, store_id: str, since: str) -> set[tuple[str, str]]:
    """Return path and digest of every version since a moment."""
    window = Window(since, _LATEST, _RECENT_MAX)
    found = MemoryVersions(call.tx, call.workspace, store_id).page(window, VersionFilter(), content=False)
    return {(each.path, each.content_sha256) for each in found if each.path and each.content_sha256}


def write(call: Call, store_id: str, changes: Sequence[Change]) -> list[Outcome]:
    """Make the changes that still fit, each by itself, and return what became of each."""
    return [_written(call, store_id, each) for each in changes]


def _written(call: Call, store_id: str, change: Change) -> Outcome:
    head = change.head
    if head is not None and Memories(call.tx, call.workspace, store_id).id_at(change.path) != head.memory_id:
        return Outcome(change)
    try:
        with revocable(call.tx):
            return Outcome(change, _made(call, store_id, change), is_made=True)
    except Conflict:
        return Outcome(change)
    except (InvalidRequest, NotFound) as error:
        return Outcome(change, refusal=error.message)


def _made(call: Call, store_id: str, change: Change) -> Head | None:
    if change.head is None:
        answer = memories.create(call, store_id, {"path": change.path, "content": change.text}, full=False)
    elif change.text is None:
        memories.delete(call, store_id, change.head.memory_id, change.head.sha256)
        return None
    else:
        assumed = {"type": "content_sha256", "content_sha256": change.head.sha256}
        request = {"content": change.text, "precondition": assumed}
        answer = memories.update(call, store_id, change.head.memory_id, request, full=False)
    said = parsed(answer)
    return Head(said["memory_version_id"], said["content_sha256"], said["id"])
