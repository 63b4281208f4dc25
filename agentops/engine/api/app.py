"""The route table, in one screen."""

from starlette.routing import Router
from starlette.types import Lifespan, Receive, Scope, Send

from agentops.base.errors import NotFound
from agentops.engine.api import betas
from agentops.engine.api.credentials import (
    HOLDERS,
    OPERATORS_AND_HOLDERS,
    OPERATORS_AND_WORKERS,
    SESSION_PARTIES,
    TOKEN_PARTIES,
    WORKERS,
)
from agentops.engine.api.paths import Paths
from agentops.engine.api.resource import ROUTE, Resource
from agentops.engine.api.routes import (
    agents,
    capabilities,
    credentials,
    deployment_runs,
    deployments,
    dream_schedules,
    dreams,
    environment_keys,
    environments,
    evaluations,
    files,
    memories,
    memory_stores,
    memory_versions,
    models,
    session_events,
    session_resources,
    session_threads,
    sessions,
    skill_versions,
    skills,
    vaults,
    webhook_deliveries,
    webhooks,
    work,
    workspace_webhooks,
)

ROUTES = (
    ("/v1/agents", Resource(betas.managed_agents, GET=agents.page, POST=agents.create)),
    ("/v1/agents/{agent_id}", Resource(betas.managed_agents, GET=agents.retrieve, POST=agents.update)),
    ("/v1/agents/{agent_id}/archive", Resource(betas.managed_agents, POST=agents.archive)),
    ("/v1/agents/{agent_id}/versions", Resource(betas.managed_agents, GET=agents.versions)),
    ("/v1/deployment_runs", Resource(betas.managed_agents, GET=deployment_runs.page)),
    ("/v1/deployment_runs/{run_id}", Resource(betas.managed_agents, GET=deployment_runs.retrieve)),
    ("/v1/deployments", Resource(betas.managed_agents, GET=deployments.page, POST=deployments.create)),
    (
        "/v1/deployments/{deployment_id}",
        Resource(betas.managed_agents, GET=deployments.retrieve, POST=deployments.update),
    ),
    ("/v1/deployments/{deployment_id}/archive", Resource(betas.managed_agents, POST=deployments.archive)),
    ("/v1/deployments/{deployment_id}/pause", Resource(betas.managed_agents, POST=deployments.pause)),
    ("/v1/deployments/{deployment_id}/run", Resource(betas.managed_agents, POST=deployments.run)),
    ("/v1/deployments/{deployment_id}/unpause", Resource(betas.managed_agents, POST=deployments.unpause)),
    ("/v1/dreams", Resource(betas.dreaming, GET=dreams.page, POST=dreams.create)),
    ("/v1/dreams/{dream_id}", Resource(betas.dreaming, GET=dreams.retrieve)),
    ("/v1/dreams/{dream_id}/archive", Resource(betas.dreaming, POST=dreams.archive)),
    ("/v1/dreams/{dream_id}/cancel", Resource(betas.dreaming, POST=dreams.cancel)),
    ("/v1/environments", Resource(betas.managed_agents, GET=environments.page, POST=environments.create)),
    (
        "/v1/environments/{environment_id}",
        Resource(
            betas.managed_agents,
            GET=environments.retrieve,
            POST=environments.update,
            DELETE=environments.delete,
        ),
    ),
    ("/v1/environments/{environment_id}/archive", Resource(betas.managed_agents, POST=environments.archive)),
    ("/v1/environments/{environment_id}/work", Resource(betas.managed_agents, WORKERS, GET=work.page)),
    ("/v1/environments/{environment_id}/work/poll", Resource(betas.managed_agents, WORKERS, GET=work.poll)),
    (
        "/v1/environments/{environment_id}/work/stats",
        Resource(betas.managed_agents, OPERATORS_AND_WORKERS, GET=work.stats),
    ),
    (
        "/v1/environments/{environment_id}/work/{work_id}",
        Resource(betas.managed_agents, GET=work.retrieve, POST=work.update),
    ),
    (
        "/v1/environments/{environment_id}/work/{work_id}/ack",
        Resource(betas.managed_agents, WORKERS, POST=work.acknowledge),
    ),
    (
        "/v1/environments/{environment_id}/work/{work_id}/heartbeat",
        Resource(betas.managed_agents, HOLDERS, POST=work.heartbeat),
    ),
    (
        "/v1/environments/{environment_id}/work/{work_id}/stop",
        Resource(betas.managed_agents, OPERATORS_AND_HOLDERS, POST=work.stop),
    ),
    ("/v1/files", Resource(betas.nothing, GET=files.page, POST=files.upload)),
    ("/v1/files/{file_id}", Resource(betas.nothing, GET=files.retrieve, DELETE=files.delete)),
    ("/v1/files/{file_id}/content", Resource(betas.nothing, GET=files.content)),
    ("/v1/memory_stores", Resource(betas.agent_memory, GET=memory_stores.page, POST=memory_stores.create)),
    (
        "/v1/memory_stores/{store_id}",
        Resource(
            betas.agent_memory,
            GET=memory_stores.retrieve,
            POST=memory_stores.update,
            DELETE=memory_stores.delete,
        ),
    ),
    ("/v1/memory_stores/{store_id}/archive", Resource(betas.agent_memory, POST=memory_stores.archive)),
    (
        "/v1/memory_stores/{store_id}/memories",
        Resource(betas.agent_memory, TOKEN_PARTIES, GET=memories.page, POST=memories.create),
    ),
    (
        "/v1/memory_stores/{store_id}/memories/{memory_id}",
        Resource(
            betas.agent_memory,
            TOKEN_PARTIES,
            GET=memories.retrieve,
            POST=memories.update,
            DELETE=memories.delete,
        ),
    ),
    ("/v1/memory_stores/{store_id}/memory_versions", Resource(betas.agent_memory, GET=memory_versions.page)),
    (
        "/v1/memory_stores/{store_id}/memory_versions/{version_id}",
        Resource(betas.agent_memory, GET=memory_versions.retrieve),
    ),
    (
        "/v1/memory_stores/{store_id}/memory_versions/{version_id}/redact",
        Resource(betas.agent_memory, POST=memory_versions.redact),
    ),
    ("/v1/sessions", Resource(betas.managed_agents, GET=sessions.page, POST=sessions.create)),
    (
        "/v1/sessions/{session_id}",
        Resource(
            betas.managed_agents,
            {"GET": SESSION_PARTIES},
            GET=sessions.retrieve,
            POST=sessions.update,
            DELETE=sessions.delete,
        ),
    ),
    ("/v1/sessions/{session_id}/archive", Resource(betas.managed_agents, POST=sessions.archive)),
    (
        "/v1/sessions/{session_id}/events",
        Resource(betas.managed_agents, SESSION_PARTIES, GET=session_events.page, POST=session_events.send),
    ),
    (
        "/v1/sessions/{session_id}/events/stream",
        Resource(betas.managed_agents, SESSION_PARTIES, GET=session_events.stream),
    ),
    ("/v1/sessions/{session_id}/threads", Resource(betas.managed_agents, GET=session_threads.page)),
    ("/v1/sessions/{session_id}/threads/{thread_id}", Resource(betas.managed_agents, GET=session_threads.retrieve)),
    (
        "/v1/sessions/{session_id}/threads/{thread_id}/archive",
        Resource(betas.managed_agents, POST=session_threads.archive),
    ),
    (
        "/v1/sessions/{session_id}/threads/{thread_id}/events",
        Resource(betas.managed_agents, GET=session_threads.events),
    ),
    (
        "/v1/sessions/{session_id}/threads/{thread_id}/stream",
        Resource(betas.managed_agents, GET=session_threads.stream),
    ),
    (
        "/v1/sessions/{session_id}/resources",
        Resource(betas.managed_agents, GET=session_resources.page, POST=session_resources.add),
    ),
    (
        "/v1/sessions/{session_id}/resources/{resource_id}",
        Resource(
            betas.managed_agents,
            GET=session_resources.retrieve,
            POST=session_resources.update,
            DELETE=session_resources.delete,
        ),
    ),
    ("/v1/skills", Resource(betas.skills, GET=skills.page, POST=skills.create)),
    ("/v1/skills/{skill_id}", Resource(betas.skills, GET=skills.retrieve, DELETE=skills.delete)),
    ("/v1/skills/{skill_id}/versions", Resource(betas.skills, GET=skill_versions.page, POST=skill_versions.create)),
    (
        "/v1/skills/{skill_id}/versions/{version}",
        Resource(betas.skills, {"GET": SESSION_PARTIES}, GET=skill_versions.retrieve, DELETE=skill_versions.delete),
    ),
    (
        "/v1/skills/{skill_id}/versions/{version}/content",
        Resource(betas.skills, SESSION_PARTIES, GET=skill_versions.content),
    ),
    ("/v1/vaults", Resource(betas.managed_agents, GET=vaults.page, POST=vaults.create)),
    (
        "/v1/vaults/{vault_id}",
        Resource(betas.managed_agents, GET=vaults.retrieve, POST=vaults.update, DELETE=vaults.delete),
    ),
    ("/v1/vaults/{vault_id}/archive", Resource(betas.managed_agents, POST=vaults.archive)),
    (
        "/v1/vaults/{vault_id}/credentials",
        Resource(betas.managed_agents, GET=credentials.page, POST=credentials.create),
    ),
    (
        "/v1/vaults/{vault_id}/credentials/{credential_id}",
        Resource(
            betas.managed_agents,
            GET=credentials.retrieve,
            POST=credentials.update,
            DELETE=credentials.delete,
        ),
    ),
    (
        "/v1/vaults/{vault_id}/credentials/{credential_id}/archive",
        Resource(betas.managed_agents, POST=credentials.archive),
    ),
    (
        "/v1/vaults/{vault_id}/credentials/{credential_id}/mcp_oauth_validate",
        Resource(betas.managed_agents, POST=credentials.validate),
    ),
    ("/v1/models", Resource(betas.nothing, GET=models.page)),
    ("/v1/models/{model_id:path}", Resource(betas.nothing, GET=models.retrieve)),
    ("/v1/organizations/webhooks", Resource(betas.webhooks, GET=webhooks.page, POST=webhooks.create)),
    (
        "/v1/organizations/webhooks/{endpoint_id}",
        Resource(betas.webhooks, GET=webhooks.retrieve, POST=webhooks.update, DELETE=webhooks.delete),
    ),
    (
        "/v1/organizations/webhooks/{endpoint_id}/regenerate_signing_secret",
        Resource(betas.webhooks, POST=webhooks.regenerate_signing_secret),
    ),
    ("/v1/x-agentops/capabilities", Resource(betas.nothing, GET=capabilities.table)),
    (
        "/v1/x-agentops/dream_schedules",
        Resource(betas.nothing, GET=dream_schedules.page, POST=dream_schedules.create),
    ),
    (
        "/v1/x-agentops/dream_schedules/{schedule_id}",
        Resource(
            betas.nothing, GET=dream_schedules.retrieve, POST=dream_schedules.update, DELETE=dream_schedules.delete
        ),
    ),
    ("/v1/x-agentops/dreams/{dream_id}/operations", Resource(betas.nothing, GET=dreams.operations)),
    (
        "/v1/x-agentops/environments/{environment_id}/keys",
        Resource(betas.nothing, GET=environment_keys.page, POST=environment_keys.create),
    ),
    (
        "/v1/x-agentops/environments/{environment_id}/keys/{key_id}/revoke",
        Resource(betas.nothing, POST=environment_keys.revoke),
    ),
    ("/v1/x-agentops/evaluations", Resource(betas.nothing, GET=evaluations.page)),
    (
        "/v1/x-agentops/webhooks",
        Resource(betas.nothing, GET=workspace_webhooks.page, POST=workspace_webhooks.create),
    ),
    (
        "/v1/x-agentops/webhooks/{endpoint_id}",
        Resource(
            betas.nothing,
            GET=workspace_webhooks.retrieve,
            POST=workspace_webhooks.update,
            DELETE=workspace_webhooks.delete,
        ),
    ),
    ("/v1/x-agentops/webhooks/{endpoint_id}/deliveries", Resource(betas.nothing, GET=webhook_deliveries.page)),
    (
        "/v1/x-agentops/webhooks/{endpoint_id}/deliveries/{delivery_id}",
        Resource(betas.nothing, GET=webhook_deliveries.retrieve),
    ),
    (
        "/v1/x-agentops/webhooks/{endpoint_id}/deliveries/{delivery_id}/replay",
        Resource(betas.nothing, POST=webhook_deliveries.replay),
    ),
    (
        "/v1/x-agentops/webhooks/{endpoint_id}/regenerate_signing_secret",
        Resource(betas.nothing, POST=workspace_webhooks.regenerate_signing_secret),
    ),
    ("/v1/x-agentops/webhooks/{endpoint_id}/test", Resource(betas.nothing, POST=webhook_deliveries.test)),
)
"""Every address of the API; what tests ask of each address, they ask of this table."""


def router(lifespan: "Lifespan[Router]") -> Router:
    """Return the router; what it does not know is not found, in the envelope like everything else."""
    return Router(default=_served, lifespan=lifespan)


_paths = Paths(ROUTES)


async def _served(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close"})
        return
    found = _paths.find(scope["path"])
    if found is None:
        raise NotFound(f"There is nothing at {scope['path'][:200]}.")
    resource, scope["path_params"], scope[ROUTE] = found
    await resource(scope, receive, send)
