"""What keeps a session from being created or changed."""

from typing import Any

import pytest

from agentops.base.errors import InvalidRequest
from agentops.engine.core import session_rules

SERVER = {"type": "url", "name": "tickets", "url": "https://Tickets.Example.com:8443/mcp"}
USING = [{"mcp_servers": []}, {"mcp_servers": [SERVER]}]


def limited(*hosts: str, allow_mcp_servers: bool = False) -> dict[str, Any]:
    networking = {"type": "limited", "allowed_hosts": list(hosts), "allow_mcp_servers": allow_mcp_servers}
    return {"id": "env_1", "config": {"type": "cloud", "networking": networking}}


def a_budget(cents: int) -> dict[str, Any]:
    return {"type": "limit", "max_list_cost": {"amount": str(cents), "currency": "USD"}}


def alone(model: str) -> dict[str, Any]:
    return {"id": "a", "version": 1, "model": {"id": model}, "multiagent": None}


OPEN = {
    "named": limited("tickets.example.com"),
    "named in capitals": limited("TICKETS.example.com"),
    "below a domain": limited("a.com", "*.example.com"),
    "all MCP servers": limited(allow_mcp_servers=True),
    "no limits": {"id": "env_1", "config": {"type": "cloud", "networking": {"type": "unrestricted"}}},
    "somebody else's machine": {"id": "env_1", "config": {"type": "self_hosted"}},
}


@pytest.mark.parametrize("environment", OPEN.values(), ids=OPEN)
def test_a_server_that_may_be_reached_is_let_through(environment: dict[str, Any]) -> None:
    session_rules.refuse_blocked_servers(USING, environment)


@pytest.mark.parametrize("hosts", [(), ("example.com",), ("*.tickets.example.com",), ("ickets.example.com",)])
def test_a_server_behind_the_environments_limits_is_refused(hosts: tuple[str, ...]) -> None:
    with pytest.raises(InvalidRequest, match="tickets") as caught:
        session_rules.refuse_blocked_servers(USING, limited(*hosts))
    assert caught.value.reason == "mcp_egress_blocked"


def test_a_wildcard_does_not_mean_its_own_domain() -> None:
    apex = [{"mcp_servers": [{**SERVER, "url": "https://example.com/mcp"}]}]
    with pytest.raises(InvalidRequest):
        session_rules.refuse_blocked_servers(apex, limited("*.example.com"))


def test_what_names_no_host_is_refused_as_any_other_that_is_not_allowed() -> None:
    nowhere = [{"mcp_servers": [{**SERVER, "url": "https://[a/mcp"}]}]
    session_rules.refuse_blocked_servers(nowhere, limited(allow_mcp_servers=True))
    with pytest.raises(InvalidRequest):
        session_rules.refuse_blocked_servers(nowhere, limited("*.example.com"))


def test_only_models_with_a_list_price_can_have_a_budget() -> None:
    session_rules.refuse_unpriced_models(alone("claude-haiku-5-5"), a_budget(1))
    session_rules.refuse_unpriced_models(alone("llama"), None)
    with pytest.raises(InvalidRequest, match=r'"llama".*model_not_budgetable'):
        session_rules.refuse_unpriced_models(alone("llama"), a_budget(1))


def test_a_budget_is_only_changed_where_there_is_one_and_above_what_is_spent() -> None:
    session_rules.refuse_budget(None, None, 0)
    session_rules.refuse_budget(a_budget(900), None, 800)
    session_rules.refuse_budget(a_budget(900), a_budget(801), 800)
    with pytest.raises(InvalidRequest, match="budget_create_only"):
        session_rules.refuse_budget(None, a_budget(1), 0)
    with pytest.raises(
        InvalidRequest, match=r"must be greater than the session's consumed list cost.*budget_not_raised"
    ):
        session_rules.refuse_budget(a_budget(900), a_budget(800), 800)


def test_a_self_hosted_environment_mounts_memory_stores_alone() -> None:
    store, file = {"type": "memory_store"}, {"type": "file"}
    session_rules.refuse_self_hosted({"type": "cloud"}, [file])
    session_rules.refuse_self_hosted({"type": "self_hosted"}, [store])
    with pytest.raises(InvalidRequest, match=r"resources\.1.*file") as caught:
        session_rules.refuse_self_hosted({"type": "self_hosted"}, [store, file])
    assert caught.value.reason == "self_hosted_resources_unsupported"
