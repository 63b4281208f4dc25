"""Memory stores: create, read, update, archive, delete, list."""

from dataclasses import replace

from agentops.base.errors import InvalidRequest, NotFound
from agentops.engine.core import memory_stores as core
from agentops.engine.core.happenings import Happening
from agentops.engine.core.json import Json, parsed, written
from agentops.engine.core.refusals import invalid
from agentops.engine.operations.call import Call, Page
from agentops.engine.operations.happenings import record
from agentops.engine.store.documents import Document, MemoryStores
from agentops.engine.store.port import Window
from agentops.wire.memory_stores import MemoryStoreCreate
from agentops.wire.problems import check


def create(call: Call, request: Json) -> str:
    """Save a new store and return it."""
    store_id = call.ids.new("memstore")
    body = core.body(core.created(request), store_id=store_id, created_at=call.at, updated_at=call.at, archived_at=None)
    MemoryStores(call.tx, call.workspace).insert(Document(store_id, body, call.at, None))
    record(call, Happening("memory_store.created", store_id))
    return body


def update(call: Call, store_id: str, request: Json) -> str:
    """Change the store and return it.

    Raises:
        NotFound: there is no such store.
        InvalidRequest: it is archived, or the outcome breaks a rule.
    """
    stored = writable(call, store_id)
    before = parsed(stored.body)
    fields = core.updated(before, request)
    _, problems = check(MemoryStoreCreate, fields)
    if problems:
        raise invalid(problems)
    if all(before[key] == value for key, value in fields.items()):
        return stored.body
    body = core.body(fields, store_id=store_id, created_at=stored.created_at, updated_at=call.at, archived_at=None)
    MemoryStores(call.tx, call.workspace).replace(replace(stored, body=body))
    return body


def retrieve(call: Call, store_id: str) -> str:
    """Return the store.

    Raises:
        NotFound: there is no such store.
    """
    return existing(call, store_id).body


def archive(call: Call, store_id: str) -> str:
    """Archive the store for good and return it; an archived one is left as it is.

    Raises:
        NotFound: there is no such store.
    """
    stored = existing(call, store_id)
    if stored.archived_at:
        return stored.body
    body = written({**parsed(stored.body), "updated_at": call.at, "archived_at": call.at})
    MemoryStores(call.tx, call.workspace).replace(replace(stored, body=body, archived_at=call.at))
    record(call, Happening("memory_store.archived", store_id))
    return body


def delete(call: Call, store_id: str) -> str:
    """Remove the store with its memories and their versions.

    Raises:
        NotFound: there is no such store.
    """
    existing(call, store_id)
    MemoryStores(call.tx, call.workspace).delete(store_id)
    record(call, Happening("memory_store.deleted", store_id))
    return written({"type": "memory_store_deleted", "id": store_id})


def page(call: Call, window: Window) -> Page:
    """Return part of the list of stores, newest first."""
    found = MemoryStores(call.tx, call.workspace).page(window)
    return Page.newest_first([each.body for each in found], found, window.limit)


def existing(call: Call, store_id: str) -> Document:
    """Return the store as it lies in the database.

    Raises:
        NotFound: there is no such store.
    """
    stored = MemoryStores(call.tx, call.workspace).get(store_id)
    if stored is None:
        raise NotFound(f"There is no memory store {store_id}.")
    return stored


def writable(call: Call, store_id: str) -> Document:
    """Return the store if it and its memories may be changed.

    Raises:
        NotFound: there is no such store.
        InvalidRequest: it is archived.
    """
    stored = existing(call, store_id)
    if stored.archived_at:
        raise InvalidRequest(
            f"Memory store {store_id} is archived: its memories can be read and deleted, nothing in it can be written."
        )
    return stored
