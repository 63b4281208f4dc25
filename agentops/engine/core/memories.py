"""Memories and their versions as values, and as the API shows them."""

from dataclasses import dataclass
from hashlib import sha256

from agentops.engine.core.json import Json, written


@dataclass(frozen=True, slots=True)
class Content:
    """A memory's text, measured."""

    json: str
    """The text as a JSON string, quotes and all, ready to stand in an answer."""

    sha256: str
    """Of the UTF-8 bytes, nothing normalised. Units: 64 lower-case hex digits."""

    size_bytes: int

    @classmethod
    def of(cls, text: str) -> "Content":
        """Return the text, measured."""
        raw = text.encode()
        return cls(written(text), sha256(raw).hexdigest(), len(raw))


@dataclass(frozen=True, slots=True)
class Memory:
    """A memory as it is now."""

    id: str
    path: str
    version_id: str
    content_sha256: str
    content_size_bytes: int
    created_at: str
    updated_at: str
    content: str | None
    """The text as a JSON string; None where it was not read."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something to a memory."""

    type: str
    id: str

    def answered(self) -> Json:
        """Return the API's object. Source: SDK 2.11.0 `types/beta/memory_stores/beta_managed_agents_actor.py`."""
        return {"type": self.type, ACTOR_ID_FIELDS[self.type]: self.id}


ACTOR_ID_FIELDS = {
    "api_actor": "api_key_id",
    "session_actor": "session_id",
    "user_actor": "user_id",
    "service_account_actor": "service_account_id",
}


@dataclass(frozen=True, slots=True)
class MemoryVersion:
    """One change to a memory."""

    id: str
    memory_id: str
    operation: str
    """`created`, `modified` or `deleted`."""

    path: str | None
    content_sha256: str | None
    content_size_bytes: int | None
    created_at: str
    created_by_type: str
    created_by_id: str
    content: str | None
    """The text as a JSON string; None where there is none or it was not read."""

    redacted_at: str | None = None
    redacted_by_type: str | None = None
    redacted_by_id: str | None = None
    seq: int = 0
    """The order of creation, for versions of the same moment."""

    @property
    def created_by(self) -> Actor:
        """Return the author."""
        return Actor(self.created_by_type, self.created_by_id)

    @property
    def redacted_by(self) -> Actor | None:
        """Return who redacted it, if somebody did."""
        if self.redacted_by_type is None or self.redacted_by_id is None:
            return None
        return Actor(self.redacted_by_type, self.redacted_by_id)


def answered(memory: Memory, store_id: str, *, full: bool) -> str:
    """Return the API's object. Source: SDK 2.11.0 `types/beta/memory_stores/beta_managed_agents_memory.py`."""
    head = {
        "type": "memory",
        "id": memory.id,
        "memory_store_id": store_id,
        "memory_version_id": memory.version_id,
        "path": memory.path,
        "content_sha256": memory.content_sha256,
        "content_size_bytes": memory.content_size_bytes,
        "created_at": memory.created_at,
        "updated_at": memory.updated_at,
    }
    return _with_content(head, memory.content if full else None)


def folder_answered(path: str) -> str:
    """Return the API's object. Source: SDK 2.11.0 `types/beta/memory_stores/beta_managed_agents_memory_prefix.py`."""
    return written({"type": "memory_prefix", "path": path})


def version_answered(version: MemoryVersion, store_id: str, *, full: bool) -> str:
    """Return the API's object. Source: SDK 2.11.0 `types/beta/memory_stores/beta_managed_agents_memory_version.py`."""
    head = {
        "type": "memory_version",
        "id": version.id,
        "memory_id": version.memory_id,
        "memory_store_id": store_id,
        "operation": version.operation,
        "path": version.path,
        "content_sha256": version.content_sha256,
        "content_size_bytes": version.content_size_bytes,
        "created_at": version.created_at,
        "created_by": version.created_by.answered(),
        "redacted_at": version.redacted_at,
        "redacted_by": version.redacted_by.answered() if version.redacted_by else None,
    }
    return _with_content(head, version.content if full else None)


def _with_content(head: Json, content: str | None) -> str:
    """Put the content in as it lies in the database: up to 100 kB that need no second encoding."""
    return f'{written(head)[:-1]},"content":{"null" if content is None else content}}}'
