"""Memory versions: read, list, redact."""

from agentops.base.errors import InvalidRequest, NotFound
from agentops.engine.core.memories import Actor, MemoryVersion, version_answered
from agentops.engine.operations.call import Call, Page
from agentops.engine.operations.memory_stores import existing
from agentops.engine.store.memories import Memories
from agentops.engine.store.memory_versions import MemoryVersions, VersionFilter
from agentops.engine.store.port import Window


def retrieve(call: Call, store_id: str, version_id: str, *, full: bool) -> str:
    """Return the version.

    Raises:
        NotFound: there is no such store or version.
    """
    return version_answered(_found(call, store_id, version_id), store_id, full=full)


def page(call: Call, store_id: str, window: Window, wanted: VersionFilter, *, full: bool) -> Page:
    """Return part of the list of versions, newest first.

    Raises:
        NotFound: there is no such store.
    """
    existing(call, store_id)
    found = MemoryVersions(call.tx, call.workspace, store_id).page(window, wanted, content=full)
    return Page.newest_first([version_answered(each, store_id, full=full) for each in found], found, window.limit)


def redact(call: Call, store_id: str, version_id: str) -> str:
    """Remove for ever what the version held, and return it; one that was redacted before is left as it is.

    Raises:
        NotFound: there is no such store or version.
        InvalidRequest: a memory's content is this version.
    """
    version = _found(call, store_id, version_id)
    if version.redacted_at:
        return version_answered(version, store_id, full=True)
    memory = Memories(call.tx, call.workspace, store_id).get(version.memory_id)
    if memory is not None and memory.version_id == version_id:
        raise InvalidRequest(
            f"Memory version {version_id} is what memory {memory.id} holds now; update or delete the memory first."
        )
    MemoryVersions(call.tx, call.workspace, store_id).redact(
        version_id, at=call.at, by=Actor("api_actor", call.api_key_id)
    )
    return version_answered(_found(call, store_id, version_id), store_id, full=True)


def _found(call: Call, store_id: str, version_id: str) -> MemoryVersion:
    existing(call, store_id)
    version = MemoryVersions(call.tx, call.workspace, store_id).get(version_id)
    if version is None:
        raise NotFound(f"There is no memory version {version_id} in this store.")
    return version
