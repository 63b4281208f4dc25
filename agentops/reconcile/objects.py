"""The API's objects that manifests become: where they are listed, which fields they have, how they are removed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from agentops.base.names import Address, Kind
from agentops.reconcile import normal, whole

KEEP = object()
"""Marks a field that the API cannot clear: leaving it out of the YAML lets go of it, no more."""


class ObjectKind(StrEnum):
    """A collection of live objects, in the API's words."""

    DREAM_SCHEDULE = "dream_schedule"
    WEBHOOK = "webhook"
    AGENT = "agent"
    ENVIRONMENT = "environment"
    MEMORY_STORE = "memory_store"


@dataclass(frozen=True, slots=True)
class FieldRule:
    """How one field of an object is compared, marked and cleared."""

    code: str
    """Two letters in `agentops_fields`; never reused, never renamed."""

    normal: Callable[[Any], Any]
    cleared: Any = KEEP
    """What an update sends to clear the field."""

    whole: Callable[[Any], Any] = whole.unmerged
    """What an update sends for a value that the API would merge into the stored one."""


_EXTENSIONS = "x-agentops/"


def _addressed(body: Mapping[str, Any]) -> Any:
    """Return where it sends to, by which people know what has no name."""
    return body.get("url")


def _named(body: Mapping[str, Any]) -> Any:
    """Return the display name, by which people take two objects for one."""
    return body.get("name")


@dataclass(frozen=True, slots=True)
class ObjectRule:
    """One collection."""

    collection: str
    """Its path below `/v1`; `{parent}` stands for the id of the object that holds these."""

    betas: str
    """What the `anthropic-beta` header says; nothing where none is asked for."""

    fields: Mapping[str, FieldRule]
    """By name; a name with dots is a place inside the body's objects: `auth.token`."""

    is_versioned: bool = False
    """Whether each update makes a version with the next number, which the server keeps."""

    parent: "ObjectKind | None" = None
    """The kind of object that holds these, where they are inside others. They go with it."""

    can_archive: bool = True
    can_delete: bool = True
    lists_on_demand: bool = False
    """List it only where the tree declares one or something is to be removed: it is dear, or a right of its own."""

    fixed: frozenset[tuple[str, ...]] = frozenset()
    """Places that the API does not change once the object exists: the field, and the path below it."""

    alike: Callable[[Mapping[str, Any]], Any] = _named
    """What makes an unmarked object look like a declared one; takes a live body, or a wanted one in its form."""

    @property
    def is_extension(self) -> bool:
        """Tell whether the vendor's API has no such objects, so that a tree for its targets has to do without."""
        return self.collection.startswith(_EXTENSIONS)


_NAME = FieldRule("nm", normal.text)
_METADATA = FieldRule("md", normal.metadata, {})

OBJECTS: Mapping[ObjectKind, ObjectRule] = {
    ObjectKind.DREAM_SCHEDULE: ObjectRule(
        collection="x-agentops/dream_schedules",
        betas="",
        can_archive=False,
        fields={
            "name": _NAME,
            "store": FieldRule("st", normal.reference),
            "agents": FieldRule("ag", normal.unordered, None),
            "since": FieldRule("si", normal.plain, None),
            "max": FieldRule("mx", normal.default(100), None),
            "min": FieldRule("mn", normal.default(1), None),
            "schedule": FieldRule("sh", normal.schedule, None),
            "after_sessions": FieldRule("af", normal.plain, None),
            "model": FieldRule("mo", normal.dream_model),
            "instructions": FieldRule("in", normal.text, None),
            "review": FieldRule("re", normal.default("pull_request"), None),
            "gates": FieldRule("ga", normal.default(None), None),
            "metadata": _METADATA,
        },
    ),
    ObjectKind.WEBHOOK: ObjectRule(
        collection="x-agentops/webhooks",
        betas="",
        can_archive=False,
        alike=_addressed,
        fields={
            "url": FieldRule("ur", normal.plain),
            "events": FieldRule("ev", normal.unordered),
            "description": FieldRule("de", normal.text, ""),
            "metadata": _METADATA,
        },
    ),
    ObjectKind.AGENT: ObjectRule(
        collection="agents",
        betas="managed-agents-2026-04-01",
        is_versioned=True,
        can_delete=False,
        fields={
            "name": _NAME,
            "description": FieldRule("de", normal.text, None),
            "system": FieldRule("sy", normal.text, None),
            "model": FieldRule("mo", normal.model),
            "tools": FieldRule("to", normal.tools, []),
            "mcp_servers": FieldRule("mc", normal.mcp_servers, []),
            "skills": FieldRule("sk", normal.skills, []),
            "multiagent": FieldRule("mu", normal.multiagent, None, whole.multiagent),
            "execution_identity": FieldRule("ex", normal.execution_identity, None),
            "metadata": _METADATA,
        },
    ),
    ObjectKind.ENVIRONMENT: ObjectRule(
        collection="environments",
        fixed=frozenset({("config", "type")}),
        betas="managed-agents-2026-04-01",
        fields={
            "name": _NAME,
            "description": FieldRule("de", normal.text, None),
            "config": FieldRule(
                "cf", normal.environment_config, normal.environment_config(None), normal.environment_config
            ),
            "scope": FieldRule("sc", normal.plain),
            "metadata": FieldRule("md", normal.filled_metadata, {}),
        },
    ),
    ObjectKind.MEMORY_STORE: ObjectRule(
        collection="memory_stores",
        betas="agent-memory-2026-07-22",
        fields={
            "name": _NAME,
            "description": FieldRule("de", normal.text, ""),
            "metadata": _METADATA,
            "seed": FieldRule("se", normal.plain),
        },
    ),
}
"""What names others before what is named: the order of removal. Source: SDK 2.11.0 `resources/beta/*`."""

BECOMES: Mapping[Kind, ObjectKind] = {
    Kind.AGENT: ObjectKind.AGENT,
    Kind.TEAM: ObjectKind.AGENT,
    Kind.ENVIRONMENT: ObjectKind.ENVIRONMENT,
    Kind.MEMORY_STORE: ObjectKind.MEMORY_STORE,
    Kind.DREAM_SCHEDULE: ObjectKind.DREAM_SCHEDULE,
    Kind.WEBHOOK: ObjectKind.WEBHOOK,
}
"""What each kind is lowered to; kinds that are not here have no live object of their own (yet)."""

PARTS: Mapping[Kind, ObjectKind] = {}
"""What the named parts of a kind are lowered to."""


def becomes(address: Address) -> ObjectKind | None:
    """Return the kind of live object that an address stands for, or None where there is none."""
    return (PARTS if address.part else BECOMES).get(address.kind)
