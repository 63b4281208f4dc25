"""What is mounted into a session: where each thing goes, and how the API shows it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from agentops.engine.core.json import Json, written
from agentops.wire import mounts

FILES_MAX = 500
"""How many files a session takes. Source: platform.claude.com/docs/en/managed-agents/files."""

_MEMORY = "/mnt/memory"
_OTHERS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource as it lies in the database."""

    id: str
    """Of its own; a memory store has none in answers and goes by the store's id."""

    body: str
    """The answer's JSON."""

    file_id: str | None = None
    memory_store_id: str | None = None
    seq: int = 0
    """The order of mounting."""


def place(sent: Json) -> str:
    """Return where a repository or a file is mounted."""
    if sent["type"] == "github_repository":
        return mounts.repository_place(sent["url"], sent.get("mount_path"))
    return mounts.file_place(sent["file_id"], sent.get("mount_path"))


def place_of_store(name: str, taken: Iterable[str]) -> str:
    """Return where a memory store is mounted: by its name, with a number when another's name reads the same.

    Source: SDK 2.11.0 `types/beta/memory_store_create_params.py`, `name`; two of one place are not documented.
    """
    slug = f"{_MEMORY}/{_OTHERS.sub('-', name.lower())}"
    others = set(taken)
    number = 1
    while (path := slug if number == 1 else f"{slug}-{number}") in others:
        number += 1
    return path


def repository(sent: Json, resource_id: str, at: str) -> Resource:
    """Return a repository without its token. Source: SDK 2.11.0 `…sessions/…github_repository_resource.py`."""
    said = {"url": sent["url"], "checkout": sent.get("checkout"), "mount_path": place(sent)}
    return Resource(resource_id, _body("github_repository", resource_id, said, at))


def file(sent: Json, resource_id: str, copy_id: str, at: str) -> Resource:
    """Return a file under the id of the session's copy. Source: SDK 2.11.0 `…sessions/…file_resource.py`."""
    said = {"file_id": copy_id, "mount_path": place(sent)}
    return Resource(resource_id, _body("file", resource_id, said, at), file_id=copy_id)


def memory_store(sent: Json, store: Json, mount_path: str) -> Resource:
    """Return a store as it is now. Source: SDK 2.11.0 `…sessions/…memory_store_resource.py`."""
    body = written(
        {
            "type": "memory_store",
            "memory_store_id": store["id"],
            "access": sent.get("access") or "read_write",
            "instructions": sent.get("instructions"),
            "name": store["name"],
            "description": store["description"],
            "mount_path": mount_path,
        }
    )
    return Resource(store["id"], body, memory_store_id=store["id"])


def _body(kind: str, resource_id: str, said: Json, at: str) -> str:
    return written({"type": kind, "id": resource_id, **said, "created_at": at, "updated_at": at})
