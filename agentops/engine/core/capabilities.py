"""What this server does with each field of a request, and which parts of the API it lacks: nothing is quietly ignored.

Every field that a request can have is covered by exactly one entry, the one that names it or the nearest one above it;
a test walks the route table and fails on a field that no entry covers, and on an entry that names no field.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from agentops.engine.core.json import Json


class State(StrEnum):
    """What becomes of a field."""

    AVAILABLE = "available"
    """The server acts on it."""

    STORED = "stored"
    """The server checks it, keeps it and shows it; nothing acts on it yet."""

    REFUSED = "refused"
    """A request with it is answered with a 400 that names it."""

    ABSENT = "absent"
    """The addresses do not exist here: 404."""


@dataclass(frozen=True, slots=True)
class Capability:
    """One thing that a client may count on, or may not."""

    name: str
    state: State
    note: str
    """One sentence for whoever reads the table."""

    fields: tuple[str, ...] = ()
    """Address without ids, then the field: `agents.model`, `agents?limit` in a query, `environments.scope=account` for
    one value of a field."""

    endpoints: tuple[str, ...] = ()
    """What the addresses begin with that are absent; a method before one means that method alone."""


def _of(address: str, names: str) -> tuple[str, ...]:
    """Return the fields of an address; `?name` is one of the query."""
    return tuple(f"{address}{each}" if each.startswith("?") else f"{address}.{each}" for each in names.split())


def _paged(*addresses: str) -> tuple[str, ...]:
    return tuple(field for each in addresses for field in _of(each, "?limit ?page"))


_AGENTS = (
    Capability(
        "agents",
        State.AVAILABLE,
        "Agents are kept with all their versions.",
        _of("agents", "name description metadata version ?version ?created_at[gte] ?created_at[lte] ?include_archived")
        + _paged("agents", "agents.versions"),
    ),
    Capability(
        "agents.model",
        State.AVAILABLE,
        "Sessions ask the model at the server's endpoint, whatever model that endpoint has under the name.",
        _of("agents", "model system"),
    ),
    Capability(
        "agents.tools",
        State.AVAILABLE,
        "Built-in tools run in a sandbox, MCP servers are connected to; web_search says that it has no provider.",
        _of("agents", "tools mcp_servers"),
    ),
    Capability(
        "agents.skills",
        State.AVAILABLE,
        "Custom skills are pinned and lie in the sandbox; of the platform's own this server has no files, and says so.",
        _of("agents", "skills"),
    ),
    Capability(
        "agents.multiagent",
        State.AVAILABLE,
        "Agents delegate to their roster and to agents made up, ask an advisor, and run plans; rosters are pinned.",
        _of("agents", "multiagent"),
    ),
    Capability(
        "agents.execution_identity",
        State.STORED,
        "No role is taken on yet.",
        _of("agents", "execution_identity"),
    ),
)

_ENVIRONMENTS = (
    Capability(
        "environments",
        State.AVAILABLE,
        "Environments are kept, archived and deleted.",
        _of("environments", "name description metadata scope ?include_archived") + _paged("environments"),
    ),
    Capability(
        "environments.config",
        State.AVAILABLE,
        "Sandboxes reach the hosts that networking allows, through a proxy; self-hosted ones are served by workers.",
        _of("environments", "config"),
    ),
    Capability(
        "environments.packages",
        State.AVAILABLE,
        "Sandboxes have them where the server's machine has the manager; what cannot be installed is told in the log.",
        _of("environments.config", "packages"),
    ),
    Capability(
        "environments.account_scope",
        State.REFUSED,
        "Accounts belong to people who sign in, and this server knows API keys alone.",
        _of("environments", "scope=account"),
    ),
    Capability(
        "environments.work",
        State.AVAILABLE,
        "Workers of your own take sessions from a queue, hold them by heartbeats, and are told to stop.",
        _of("environments.work", "metadata ?limit ?page")
        + _of("environments.work.poll", "?block_ms ?reclaim_older_than_ms")
        + _of("environments.work.heartbeat", "?desired_ttl_seconds ?expected_last_heartbeat")
        + _of("environments.work.stop", "force"),
    ),
    Capability(
        "x-agentops.environments.keys",
        State.AVAILABLE,
        "Keys of an environment's workers are made, told once, listed and revoked.",
        _of("x-agentops.environments.keys", "name ?limit ?page"),
    ),
)

_MEMORY = (
    Capability(
        "memory_stores",
        State.AVAILABLE,
        "Memory stores are kept, archived and deleted.",
        _of("memory_stores", "name description metadata ?created_at[gte] ?created_at[lte] ?include_archived")
        + _paged("memory_stores"),
    ),
    Capability(
        "memory_stores.memories",
        State.AVAILABLE,
        "Memories are kept with every version, under preconditions, and versions can be redacted.",
        _of(
            "memory_stores.memories",
            "path content precondition ?depth ?expected_content_sha256 ?path_prefix ?view",
        )
        + _of(
            "memory_stores.memory_versions",
            "?api_key_id ?created_at[gte] ?created_at[lte] ?memory_id ?operation ?service_account_id ?session_id ?view",
        )
        + _paged("memory_stores.memories", "memory_stores.memory_versions"),
    ),
)

_UPLOADS = (
    Capability(
        "files",
        State.AVAILABLE,
        "Files are kept until they expire or are deleted.",
        _of("files", "expires_in_seconds ?ids[] ?scope_id") + _paged("files"),
    ),
    Capability(
        "skills",
        State.AVAILABLE,
        "Skills are kept with their versions.",
        _of("skills", "display_name ?source") + _paged("skills", "skills.versions"),
    ),
)

_VAULTS = (
    Capability(
        "vaults",
        State.AVAILABLE,
        "Vaults are kept, archived with their secrets purged, and deleted.",
        _of("vaults", "display_name metadata ?include_archived")
        + _of("vaults.credentials", "display_name metadata ?include_archived")
        + _paged("vaults", "vaults.credentials"),
    ),
    Capability(
        "vaults.credentials.auth",
        State.AVAILABLE,
        "Secrets are sealed; sessions show them to the MCP servers that they are for, and renew OAuth tokens.",
        _of("vaults.credentials", "auth"),
    ),
    Capability(
        "vaults.credentials.environment_variables",
        State.STORED,
        "Secrets for variables are sealed; no sandbox is given them yet.",
        _of("vaults.credentials.auth", "secret_name secret_value networking injection_location"),
    ),
)

_ORGANIZATION = (
    Capability(
        "models",
        State.AVAILABLE,
        "The models of the server's settings are listed.",
        _of("models", "?after_id ?before_id ?lifecycle[] ?limit"),
    ),
    Capability(
        "organizations.webhooks",
        State.AVAILABLE,
        "Endpoints are registered, their signing secret is told once, and what they ask for is delivered, signed.",
        _of("organizations.webhooks", "url enabled_events state name description ?after_id ?before_id ?limit ?order"),
    ),
)

_DEPLOYMENTS = (
    Capability(
        "deployments",
        State.AVAILABLE,
        "Deployments are kept, paused, archived and run by hand; every run is recorded.",
        _of("deployments", "name description metadata agent environment_id")
        + _of("deployments", "?agent_id ?created_at[gte] ?created_at[lte] ?include_archived ?status")
        + _of("deployment_runs", "?created_at[gt] ?created_at[gte] ?created_at[lt] ?created_at[lte]")
        + _of("deployment_runs", "?deployment_id ?has_error ?trigger_type")
        + _paged("deployments", "deployment_runs"),
    ),
    Capability(
        "deployments.sessions",
        State.AVAILABLE,
        "Every session that a run creates is made of them, and runs.",
        _of("deployments", "initial_events resources vault_ids budget"),
    ),
    Capability(
        "deployments.schedule",
        State.AVAILABLE,
        "A server runs what is due, once for each moment across all servers; what was missed is not made up for.",
        _of("deployments", "schedule"),
    ),
)

_SESSIONS = (
    Capability(
        "sessions",
        State.AVAILABLE,
        "Sessions are kept with their log, listed in both directions, archived and deleted.",
        _of("sessions", "title metadata ?agent_id ?agent_version ?deployment_id ?memory_store_id ?order ?statuses[]")
        + _of("sessions", "?created_at[gt] ?created_at[gte] ?created_at[lt] ?created_at[lte] ?include_archived")
        + _of("sessions.events", "?created_at[gt] ?created_at[gte] ?created_at[lt] ?created_at[lte] ?order ?types[]")
        + _paged("sessions", "sessions.events", "sessions.resources"),
    ),
    Capability(
        "sessions.run",
        State.AVAILABLE,
        "Sessions run on the server's model endpoint, survive its death, and are watched, answered and interrupted.",
        _of("sessions", "agent environment_id initial_events budget")
        + _of("sessions.events", "events")
        + _of("sessions.events.stream", "?event_deltas[]"),
    ),
    Capability(
        "sessions.outcomes",
        State.AVAILABLE,
        "Work towards an outcome is graded by its rubric, criteria that code checks included, until it is good enough.",
        _of("sessions.initial_events", "rubric max_iterations")
        + _of("sessions.events.events", "type=user.define_outcome rubric max_iterations description"),
    ),
    Capability(
        "sessions.resources",
        State.AVAILABLE,
        "Sandboxes mount files, repositories and memory stores; a clone has no token to push or pull with.",
        _of("sessions", "resources") + _of("sessions.resources", "type file_id mount_path authorization_token"),
    ),
    Capability(
        "sessions.vault_ids",
        State.AVAILABLE,
        "Vaults give a session its credentials for MCP servers; later changes of the list are refused.",
        _of("sessions", "vault_ids"),
    ),
    Capability(
        "sessions.threads",
        State.AVAILABLE,
        "Agents delegate to up to 25 threads at once, which share the session's files; each can be watched and ended.",
        _of("sessions.threads", "?statuses[]")
        + _of("sessions.threads.stream", "?event_deltas[]")
        + _paged("sessions.threads", "sessions.threads.events"),
    ),
)

_EXTENSIONS = (
    Capability(
        "x-agentops.webhooks",
        State.AVAILABLE,
        "Endpoints of the workspace are registered, and told what they ask for: as the vendor does, or as chat.",
        _of("x-agentops.webhooks", "url events state format description metadata") + _paged("x-agentops.webhooks"),
    ),
    Capability(
        "x-agentops.webhooks.deliveries",
        State.AVAILABLE,
        "What an endpoint was told is on record with each attempt, can be sent again, and can be tried out.",
        _of("x-agentops.webhooks.deliveries", "?status")
        + _paged("x-agentops.webhooks.deliveries")
        + _of("x-agentops.webhooks.test", "event"),
    ),
    Capability(
        "dreams",
        State.AVAILABLE,
        "Dreams run as sessions that can be watched; where nobody answers for their model they count and cite.",
        _of("dreams", "inputs model instructions output_behavior")
        + _of("dreams", "?created_at[gt] ?created_at[lt] ?include_archived ?statuses[]")
        + _paged("dreams"),
    ),
    Capability(
        "x-agentops.dreams.operations",
        State.AVAILABLE,
        "What a dream proposed is listed with evidence, reason, verdict, and where each operation stands.",
        _of("x-agentops.dreams.operations", "?standings[]") + _paged("x-agentops.dreams.operations"),
    ),
    Capability(
        "x-agentops.dream_schedules",
        State.AVAILABLE,
        "Dream schedules are kept and listed.",
        _of("x-agentops.dream_schedules", "name metadata") + _paged("x-agentops.dream_schedules"),
    ),
    Capability(
        "x-agentops.dream_schedules.firing",
        State.STORED,
        "The server starts none by itself: `agentops dream run` does, and gates and proposes what is learnt.",
        _of("x-agentops.dream_schedules", "store agents since max min schedule every after_sessions")
        + _of("x-agentops.dream_schedules", "engine model budget instructions review gates"),
    ),
    Capability(
        "x-agentops.evaluations",
        State.AVAILABLE,
        "What graders found is listed criterion by criterion, as long as the session is kept.",
        _of("x-agentops.evaluations", "?session_id ?outcome_id ?agent_id ?rubric")
        + _of("x-agentops.evaluations", "?created_at[gt] ?created_at[gte] ?created_at[lt] ?created_at[lte]")
        + _paged("x-agentops.evaluations"),
    ),
)

CAPABILITIES: Final = (
    *_AGENTS,
    *_ENVIRONMENTS,
    *_MEMORY,
    *_UPLOADS,
    *_VAULTS,
    *_SESSIONS,
    *_ORGANIZATION,
    *_DEPLOYMENTS,
    *_EXTENSIONS,
)
"""The whole table, in the order in which it is shown."""


def answered() -> Json:
    """Return the table as the API shows it."""
    return {
        "type": "capabilities",
        "data": [
            {
                "name": each.name,
                "state": each.state.value,
                "note": each.note,
                "fields": list(each.fields),
                "endpoints": list(each.endpoints),
            }
            for each in CAPABILITIES
        ],
    }
