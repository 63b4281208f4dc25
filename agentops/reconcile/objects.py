"""The API's objects that manifests become: where they are listed, which fields they have, how they are removed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from agentops.base.names import Kind
from agentops.reconcile import normal, normal_sessions, whole
from agentops.reconcile.bundles import digests
from agentops.reconcile.write_only import compared

KEEP = object()
"""Marks a field that the API cannot clear: leaving it out of the YAML lets go of it, no more."""


class ObjectKind(StrEnum):
    """A collection of live objects, in the API's words."""

    DEPLOYMENT = "deployment"
    DREAM_SCHEDULE = "dream_schedule"
    WEBHOOK = "webhook"
    AGENT = "agent"
    ENVIRONMENT = "environment"
    MEMORY_STORE = "memory_store"
    VAULT = "vault"
    CREDENTIAL = "credential"
    SKILL = "skill"


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

    shown: Callable[[Any], Any] | None = None
    """The normal form of what is live, where the server shows less than it takes."""

    is_blind: bool = False
    """Whether what is live says nothing: the server hides it, or moves it by itself. Only what we sent is compared."""

    def live(self, value: Any) -> Any:
        """Return the normal form of a live value, or of what a server will show of a wanted one."""
        return (self.shown or self.normal)(value)

    @property
    def is_secret(self) -> bool:
        """Tell whether the value is for the server alone."""
        return self.normal is compared


_EXTENSIONS = "x-agentops/"


def _addressed(body: Mapping[str, Any]) -> Any:
    """Return where it sends to, by which people know what has no name."""
    return body.get("url")


def _labelled(body: Mapping[str, Any]) -> Any:
    """Return the display name of what has no name beside it."""
    return body.get("display_name")


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

    pinned_by: str = ""
    """Where a body says which version it is, for objects that others pin a version of."""

    parent: "ObjectKind | None" = None
    """The kind of object that holds these, where they are inside others. They go with it."""

    can_archive: bool = True
    can_delete: bool = True
    lists_on_demand: bool = False
    """List it only where the tree declares one or something is to be removed: it is dear, or a right of its own."""

    fixed: frozenset[tuple[str, ...]] = frozenset()
    """Places that the API does not change once the object exists: the field, and the path below it."""

    replaced: frozenset[tuple[str, ...]] = frozenset()
    """Such places, where another object may take the place of this one."""

    framed: Callable[[dict[str, Any], Mapping[str, Any]], dict[str, Any]] = whole.unframed
    """What an update has to send beside what changes: takes its body, and all that is wanted."""

    is_alike_unique: bool = False
    """Whether the server takes one of each: what looks alike is the same, and goes before another is made."""

    alike: Callable[[Mapping[str, Any]], Any] = _named
    """What makes an unmarked object look like a declared one; takes a live body, or a wanted one in its form."""

    advice: str = ""
    """What is left to a person once one was created; `{address}` stands for its name."""

    @property
    def is_extension(self) -> bool:
        """Tell whether the vendor's API has no such objects, so that a tree for its targets has to do without."""
        return self.collection.startswith(_EXTENSIONS)


_NAME = FieldRule("nm", normal.text)
_METADATA = FieldRule("md", normal.metadata, {})
_FIXED_OF_CREDENTIALS = {
    "auth.type": FieldRule("ty", normal.plain, None),
    "auth.mcp_server_url": FieldRule("ms", normal.plain, None),
    "auth.secret_name": FieldRule("sn", normal.plain, None),
    "auth.refresh.token_endpoint": FieldRule("te", normal.plain, None),
    "auth.refresh.client_id": FieldRule("ci", normal.plain, None),
    "auth.refresh.resource": FieldRule("rs", normal.text, None),
    "auth.refresh.token_endpoint_auth.type": FieldRule("ta", normal.plain, None),
}
"""Source: SDK 2.11.0 `types/beta/vaults/credential_update_params.py` and the params that it names: they have none."""
_SECRETS = {
    "auth.token": FieldRule("tk", compared, None, is_blind=True),
    "auth.access_token": FieldRule("at", compared, None, is_blind=True),
    "auth.refresh.refresh_token": FieldRule("rt", compared, None, is_blind=True),
    "auth.refresh.token_endpoint_auth.client_secret": FieldRule("cs", compared, None, is_blind=True),
    "auth.secret_value": FieldRule("sv", compared, None, is_blind=True),
}

OBJECTS: Mapping[ObjectKind, ObjectRule] = {
    ObjectKind.DEPLOYMENT: ObjectRule(
        collection="deployments",
        betas="managed-agents-2026-04-01",
        can_delete=False,
        fields={
            "name": _NAME,
            "description": FieldRule("de", normal.text, None),
            "agent": FieldRule("ag", normal_sessions.agent),
            "environment_id": FieldRule("en", normal.reference),
            "initial_events": FieldRule("ie", normal_sessions.events),
            "resources": FieldRule("rs", normal_sessions.resources, None, shown=normal_sessions.shown_resources),
            "vault_ids": FieldRule("va", normal_sessions.in_order, None),
            "budget": FieldRule("bu", normal.pruned, None),
            "schedule": FieldRule("sh", normal.schedule, None),
            "metadata": _METADATA,
        },
    ),
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
            "every": FieldRule("ev", normal.duration, None),
            "after_sessions": FieldRule("af", normal.plain, None),
            "engine": FieldRule("en", normal.plain, None),
            "model": FieldRule("mo", normal.dream_model, None),
            "budget": FieldRule("bu", normal.default(None), None),
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
        advice="`agentops webhook rotate {address}` prints the secret that its receiver checks signatures with",
        fields={
            "url": FieldRule("ur", normal.plain),
            "events": FieldRule("ev", normal.unordered),
            "description": FieldRule("de", normal.text, ""),
            "format": FieldRule("fo", normal.default("standard"), None),
            "metadata": _METADATA,
        },
    ),
    ObjectKind.AGENT: ObjectRule(
        collection="agents",
        betas="managed-agents-2026-04-01",
        is_versioned=True,
        pinned_by="version",
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
    ObjectKind.VAULT: ObjectRule(
        collection="vaults",
        betas="managed-agents-2026-04-01",
        alike=_labelled,
        fields={"display_name": FieldRule("dn", normal.text), "metadata": _METADATA},
    ),
    ObjectKind.CREDENTIAL: ObjectRule(
        collection="vaults/{parent}/credentials",
        betas="managed-agents-2026-04-01",
        parent=ObjectKind.VAULT,
        alike=normal.credential_key,
        is_alike_unique=True,
        framed=whole.credential,
        replaced=frozenset((name,) for name in _FIXED_OF_CREDENTIALS),
        fields={
            "display_name": FieldRule("dn", normal.text),
            **_FIXED_OF_CREDENTIALS,
            **_SECRETS,
            # The server moves it whenever it renews the token.
            "auth.expires_at": FieldRule("ea", normal.plain, None, is_blind=True),
            "auth.refresh.scope": FieldRule("sc", normal.text, ""),
            "auth.networking": FieldRule("nw", normal.credential_networking),
            "auth.injection_location": FieldRule(
                "il", normal.injection_location, normal.injection_location(None), normal.injection_location
            ),
            "metadata": _METADATA,
        },
    ),
    ObjectKind.SKILL: ObjectRule(
        collection="skills",
        betas="",
        can_archive=False,
        lists_on_demand=True,
        pinned_by="latest_version_id",
        alike=_labelled,
        replaced=frozenset({("display_name",), ("name",)}),
        fields={
            "display_name": FieldRule("dn", normal.text),
            "name": FieldRule("nm", normal.plain),
            "files": FieldRule("fi", digests),
        },
    ),
}
"""What names others before what is named: the order of removal. Source: SDK 2.11.0 `resources/beta/*`."""

BECOMES: Mapping[Kind, ObjectKind] = {
    Kind.AGENT: ObjectKind.AGENT,
    Kind.TEAM: ObjectKind.AGENT,
    Kind.ENVIRONMENT: ObjectKind.ENVIRONMENT,
    Kind.MEMORY_STORE: ObjectKind.MEMORY_STORE,
    Kind.VAULT: ObjectKind.VAULT,
    Kind.SKILL: ObjectKind.SKILL,
    Kind.DEPLOYMENT: ObjectKind.DEPLOYMENT,
    Kind.DREAM_SCHEDULE: ObjectKind.DREAM_SCHEDULE,
    Kind.WEBHOOK: ObjectKind.WEBHOOK,
}
"""What each kind is lowered to; kinds that are not here have no live object of their own (yet)."""

PARTS: Mapping[Kind, ObjectKind] = {Kind.VAULT: ObjectKind.CREDENTIAL}
"""What the named parts of a kind are lowered to."""
