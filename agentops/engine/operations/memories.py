"""Memories: create, read, update, delete, list; every change leaves a version."""

from dataclasses import dataclass, replace

from agentops.base.errors import InvalidRequest, MemoryPathConflict, MemoryPreconditionFailed, NotFound
from agentops.engine.core import memory_paths
from agentops.engine.core.json import Json, written
from agentops.engine.core.memories import Content, Memory, MemoryVersion, answered, folder_answered
from agentops.engine.core.memory_stores import MEMORIES_MAX
from agentops.engine.operations.call import Call, Page
from agentops.engine.operations.memory_stores import existing, writable
from agentops.engine.store.memories import Memories
from agentops.engine.store.memory_versions import MemoryVersions


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list of memories asks for."""

    prefix: str
    """The folder to list, with its `/`."""

    shallow: bool
    """Whether what lies deeper than the folder's children is rolled up."""

    position: str | None
    """The last item of the page before."""

    limit: int
    full: bool
    """Whether contents are shown."""


def create(call: Call, store_id: str, request: Json, *, full: bool) -> str:
    """Save a new memory and return it; a path that is taken is never overwritten.

    Raises:
        NotFound: there is no such store.
        InvalidRequest: the store is archived or full.
        MemoryPathConflict: a memory has the path.
    """
    writable(call, store_id)
    memories = Memories(call.tx, call.workspace, store_id)
    _refuse_taken(memories, request["path"])
    if memories.count() >= MEMORIES_MAX:
        raise InvalidRequest(
            f"Memory store {store_id} holds {MEMORIES_MAX} memories, as many as a store takes; delete one first."
        )
    content = Content.of(request["content"] or "")
    memory = Memory(
        id=call.ids.new("mem"),
        path=request["path"],
        version_id=call.ids.new("memver"),
        content_sha256=content.sha256,
        content_size_bytes=content.size_bytes,
        created_at=call.at,
        updated_at=call.at,
        content=content.json,
    )
    memories.insert(memory)
    _record(call, store_id, memory, "created")
    return answered(memory, store_id, full=full)


def update(call: Call, store_id: str, memory_id: str, request: Json, *, full: bool) -> str:
    """Change or move the memory and return it; nothing is written when nothing changes.

    Raises:
        NotFound: there is no such store or memory.
        InvalidRequest: the store is archived.
        MemoryPreconditionFailed: the content is not what the request assumes.
        MemoryPathConflict: another memory has the path.
    """
    writable(call, store_id)
    memories = Memories(call.tx, call.workspace, store_id)
    memory = _found(memories, memory_id)
    _check_precondition(memory, request.get("precondition"))
    path = request.get("path") or memory.path
    text = request.get("content")
    content = None if text is None else Content.of(text)
    is_new_content = content is not None and content.sha256 != memory.content_sha256
    if path == memory.path and not is_new_content:
        return answered(memory, store_id, full=full)
    if path != memory.path:
        _refuse_taken(memories, path)
    changed = replace(memory, path=path, version_id=call.ids.new("memver"), updated_at=call.at)
    if content is not None:
        changed = replace(
            changed, content=content.json, content_sha256=content.sha256, content_size_bytes=content.size_bytes
        )
    memories.replace(changed)
    _record(call, store_id, changed, "modified")
    return answered(changed, store_id, full=full)


def retrieve(call: Call, store_id: str, memory_id: str, *, full: bool) -> str:
    """Return the memory.

    Raises:
        NotFound: there is no such store or memory.
    """
    existing(call, store_id)
    return answered(_found(Memories(call.tx, call.workspace, store_id), memory_id), store_id, full=full)


def delete(call: Call, store_id: str, memory_id: str, expected_sha256: str | None) -> str:
    """Remove the memory, in an archived store too; its versions stay, and one more tells of the deletion.

    Raises:
        NotFound: there is no such store or memory.
        MemoryPreconditionFailed: the content is not what the request assumes.
    """
    existing(call, store_id)
    memories = Memories(call.tx, call.workspace, store_id)
    memory = _found(memories, memory_id)
    _refuse_other_content(memory, expected_sha256)
    memories.delete(memory_id)
    _record(call, store_id, replace(memory, version_id=call.ids.new("memver")), "deleted")
    return written({"type": "memory_deleted", "id": memory_id})


def copy_all(call: Call, source_id: str, store_id: str) -> None:
    """Have an empty store hold what another one does, as memories of its own."""
    target = Memories(call.tx, call.workspace, store_id)
    for each in Memories(call.tx, call.workspace, source_id).between("/", "0", content=True):
        memory = replace(
            each,
            id=call.ids.new("mem"),
            version_id=call.ids.new("memver"),
            created_at=call.at,
            updated_at=call.at,
        )
        target.insert(memory)
        _record(call, store_id, memory, "created")


def page(call: Call, store_id: str, listing: Listing) -> Page:
    """Return part of the list of memories, in the order of their paths.

    Raises:
        NotFound: there is no such store.
    """
    existing(call, store_id)
    memories = Memories(call.tx, call.workspace, store_id)
    start, end = memory_paths.reach(listing.prefix)
    if listing.position is not None:
        start = max(start, memory_paths.after(listing.position))
    paths = memories.paths(start, end)
    items = memory_paths.children(paths, listing.prefix) if listing.shallow else paths
    shown = items[: listing.limit]
    if not shown:
        return Page([])
    below = listing.prefix if listing.shallow else ""
    by_path = {each.path: each for each in memories.between(shown[0], shown[-1], below=below, content=listing.full)}
    rendered = [
        answered(by_path[item], store_id, full=listing.full) if item in by_path else folder_answered(item)
        for item in shown
    ]
    return Page(rendered, [shown[-1]] if len(items) > listing.limit else None)


def _found(memories: Memories, memory_id: str) -> Memory:
    memory = memories.get(memory_id)
    if memory is None:
        raise NotFound(f"There is no memory {memory_id} in this store.")
    return memory


def _refuse_taken(memories: Memories, path: str) -> None:
    if owner := memories.id_at(path):
        raise MemoryPathConflict(f"path: the memory {owner} is at {path} already; update it, or choose another path.")


def _check_precondition(memory: Memory, precondition: Json | None) -> None:
    if precondition is None:
        return
    if "content_sha256" not in precondition:
        raise InvalidRequest("precondition.content_sha256: is required.")
    _refuse_other_content(memory, precondition["content_sha256"])


def _refuse_other_content(memory: Memory, expected_sha256: str | None) -> None:
    if expected_sha256 is not None and expected_sha256 != memory.content_sha256:
        raise MemoryPreconditionFailed(
            f"Memory {memory.id} has content_sha256 {memory.content_sha256}, the request expects {expected_sha256}: "
            "read the memory and apply the change to what it is now."
        )


def _record(call: Call, store_id: str, memory: Memory, operation: str) -> None:
    """Write the version; a deletion keeps the path and drops the content, as the API shows it."""
    is_gone = operation == "deleted"
    MemoryVersions(call.tx, call.workspace, store_id).insert(
        MemoryVersion(
            id=memory.version_id,
            memory_id=memory.id,
            operation=operation,
            path=memory.path,
            content_sha256=None if is_gone else memory.content_sha256,
            content_size_bytes=None if is_gone else memory.content_size_bytes,
            created_at=call.at,
            created_by_type="session_actor" if call.session_id else "api_actor",
            created_by_id=call.session_id or call.api_key_id,
            content=None if is_gone else memory.content,
        )
    )
