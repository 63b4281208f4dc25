"""What is mounted into a session: where each thing goes, and how the API shows it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from posixpath import normpath

from agentops.engine.core.json import Json, written
from agentops.wire.problems import Problem

FILES_MAX = 500
"""How many files a session takes. Source: platform.claude.com/docs/en/managed-agents/files."""

_UPLOADS = "/mnt/session/uploads"
_WORKSPACE = "/workspace"
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
    """Return where a repository or a file is mounted.

    Source: SDK 2.11.0 `…github_repository_resource_params.py`, `…file_resource_params.py`; documented: a file's path
    is taken from `/mnt/session/uploads`, unless it lies there already.
    """
    if sent["type"] == "github_repository":
        return normpath(sent.get("mount_path") or f"{_WORKSPACE}/{sent['url'].rpartition('/')[2]}")
    path = sent.get("mount_path") or sent["file_id"]
    return normpath(path if f"{path}/".startswith(f"{_UPLOADS}/") else f"{_UPLOADS}/{path.lstrip('/')}")


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


def place_problems(wanted: str, taken: Sequence[str]) -> Iterator[Problem]:
    """Yield why nothing can be mounted at a place: it is no place of its own, or another resource is in the way."""
    if wanted in (_UPLOADS, _WORKSPACE):
        yield Problem(("mount_path",), "invalid-value", f"must name something below {wanted}")
    for other in taken:
        if f"{wanted}/".startswith(f"{other}/") or f"{other}/".startswith(f"{wanted}/"):
            yield Problem(("mount_path",), "not-unique", f"must be clear of other resources, {other} is in the way")


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
