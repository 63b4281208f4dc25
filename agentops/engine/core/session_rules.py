"""What keeps a session from being created or changed, though every part of the request is sound."""

from collections.abc import Iterable, Sequence

from agentops.base.errors import InvalidRequest
from agentops.engine.core import session_agents
from agentops.engine.core.json import Json
from agentops.engine.core.refusals import refused
from agentops.engine.core.runs import prices
from agentops.wire.networks import is_blocked
from agentops.wire.wording import quoted


def refuse_blocked_servers(agents: Iterable[Json], environment: Json) -> None:
    """Refuse agents whose MCP servers the environment's network does not let them reach.

    Raises:
        InvalidRequest: it lets none or not this one.
    """
    networking = environment["config"].get("networking")
    for server in (server for agent in agents for server in agent["mcp_servers"]):
        if is_blocked(server["url"], networking):
            raise refused(
                ("agent",),
                f"uses the MCP server {quoted(server['name'])}, whose host environment {environment['id']} blocks; "
                "allow the host there, or allow_mcp_servers",
                reason="mcp_egress_blocked",
            )


def refuse_unpriced_models(agent: Json, budget: Json | None) -> None:
    """Refuse a budget for models without a public list price: most are not the platform's.

    Raises:
        InvalidRequest: the agent or one it runs has such a model.
    """
    if budget is None:
        return
    unpriced = [each for each in session_agents.models(agent) if prices.rate(each) is None]
    if unpriced:
        named = ", ".join(sorted(set(map(_named, unpriced))))
        raise refused(("budget",), f"needs models with a public list price, {named} has none (model_not_budgetable)")


def _named(model: Json) -> str:
    return quoted(model["id"]) + (" in fast mode" if model.get("speed") == "fast" else "")


def refuse_self_hosted(config: Json, resources: Sequence[Json]) -> None:
    """Refuse what an environment on the caller's own machines cannot mount.

    Raises:
        InvalidRequest: the environment is one, and a resource is not a memory store.
    """
    kinds = [each["type"] for each in resources]
    others = [each for each in kinds if each != "memory_store"]
    if config["type"] == "self_hosted" and others:
        raise refused(
            ("resources", kinds.index(others[0])),
            f"must be a memory_store, a self-hosted environment mounts no {others[0]}",
            reason="self_hosted_resources_unsupported",
        )


def refuse_budget(stored: Json | None, wanted: Json | None, consumed_cents: int) -> None:
    """Refuse a budget where there was none, and one that is used up already.

    Source: SDK 2.11.0 `types/beta/session_update_params.py`; the second sentence is the API's own.

    Raises:
        InvalidRequest: it is either.
    """
    if wanted is None:
        return
    if stored is None:
        raise refused(("budget",), "can only be set when a session is created (budget_create_only)")
    if int(wanted["max_list_cost"]["amount"]) <= consumed_cents:
        raise InvalidRequest(
            "`budget.max_list_cost` must be greater than the session's consumed list cost (budget_not_raised)"
        )
