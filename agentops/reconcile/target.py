"""What reconciling asks of a server that speaks the API: a list of everything, one write at a time, one old version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from agentops.reconcile.objects import ObjectKind

Body = Mapping[str, Any]


class Verb(StrEnum):
    """What a write does."""

    CREATE = "create"
    UPDATE = "update"
    ARCHIVE = "archive"
    DELETE = "delete"
    PAUSE = "pause"
    UNPAUSE = "unpause"
    CREATE_MEMORY = "create_memory"
    UPDATE_MEMORY = "update_memory"


MADE = frozenset({Verb.CREATE, Verb.UPDATE})
"""Writes after which there is an object with our marks."""


@dataclass(frozen=True, slots=True)
class Write:
    """One request that changes something."""

    verb: Verb
    object: ObjectKind
    id: str = ""
    """The object, or for a memory its store; empty for a create."""

    memory_id: str = ""
    body: Body = field(default_factory=dict)
    parent: str = ""
    """The id of the object that holds it, for objects inside others."""


class Target(Protocol):
    """A server: a base URL and a credential behind it."""

    label: str
    """How people call it: `embedded`, `https://api.anthropic.com`."""

    async def list(self, kind: ObjectKind, parent: str = "") -> Sequence[Body] | None:
        """Return every live object of the kind, newest first, or None where the server has no such collection.

        Of objects inside others, those of one parent. Every body has `metadata`, wherever the API keeps our marks.
        """

    async def list_memories(self, store_id: str) -> Sequence[Body]:
        """Return every memory of the store, without content."""

    async def memory_versions(self, store_id: str, only: Mapping[str, str]) -> Sequence[Body]:
        """Return the versions of a store's memories, newest first; `only` is the API's own filter."""

    async def agent_version(self, agent_id: str, version: int) -> Body | None:
        """Return the agent as it was at a version, or None when the server does not have it."""

    async def read(self, kind: ObjectKind, object_id: str, parent: str = "") -> Body:
        """Return one object as it is now."""

    async def write(self, write: Write) -> Body:
        """Do it and return what the server answers: after a create or update the object, as `list` has it.

        Raises:
            TargetUnreachable: no answer; the write may or may not have happened.
            TargetUnavailable: the server answered that it cannot now.
            TargetConflict: a precondition does not hold.
            TargetRejected: the server does not take the request.
            TargetDenied: the credential is not enough.
        """
