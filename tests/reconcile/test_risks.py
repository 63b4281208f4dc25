"""What a plan says is riskier than before, and that what becomes stricter is not called a risk."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.base.secrets import Secret
from agentops.reconcile import normal, risks_of_reach
from agentops.reconcile.plan import Plan
from agentops.reconcile.resource import Resource
from agentops.reconcile.risks import WEIGHTS, RiskKind
from agentops.reconcile.values import IdOf
from agentops.reconcile.write_only import WriteOnly

from .given import (
    MODEL,
    OTHER_MODEL,
    a_credential,
    a_deployment,
    a_schedule,
    a_store,
    a_team,
    a_vault,
    a_webhook,
    address,
    an_agent,
    an_environment,
    meddled,
    pinned,
    planned,
    the,
    with_live,
    world_of,
)

TOOLSET = "agent_toolset_20260401"
SERVERS = [{"type": "url", "name": "tickets", "url": "https://tickets.example.com/mcp"}]
OPEN = {"type": "cloud", "networking": {"type": "unrestricted"}}
DOLLARS = {"type": "limit", "max_list_cost": {"amount": "500", "currency": "USD"}}
MORE_DOLLARS = {"type": "limit", "max_list_cost": {"amount": "900", "currency": "USD"}}
NOTES = {"type": "memory_store", "memory_store_id": IdOf(address("MemoryStore/lessons"))}
KEYS = {"type": "limited", "allowed_hosts": ["a.example.com"]}


def tools(default: str = "always_ask", **others: str | None) -> list[dict[str, Any]]:
    """Return a toolset whose tools run by these policies; None switches one off."""
    configs = [
        {"name": name, "enabled": False}
        if each is None
        else {"name": name, "enabled": True, "permission_policy": {"type": each}}
        for name, each in others.items()
    ]
    return [{"type": TOOLSET, "default_config": {"permission_policy": {"type": default}}, "configs": configs}]


def limited(*hosts: str, **switches: bool) -> dict[str, Any]:
    return {"type": "cloud", "networking": {"type": "limited", "allowed_hosts": [*hosts], **switches}}


def told(plan: Plan) -> list[str]:
    return [f"{each.address}: {risk.kind}: {risk.note}" for each in plan.steps for risk in each.risks]


def between(before: Iterable[Resource], after: Iterable[Resource]) -> list[str]:
    return told(planned(after, world_of(*before)))


AROUND = (an_agent(), an_agent("scribe"), an_environment(), an_environment("lab"), a_store(), a_vault())
VAULT = IdOf(address("Vault/tools"))


def inline(*, is_on: bool) -> dict[str, Any]:
    found = {"type": "enabled", "inline_agents": {"type": "enabled" if is_on else "disabled"}}
    off = {"type": "disabled"}
    return {"type": "multiagent_20261001", "subagents": found, "workflows": off, "advisor": off}


WIDER: dict[str, tuple[Resource, Resource, str]] = {
    "a tool asks no more": (
        an_agent(tools=tools()),
        an_agent(tools=tools(bash="always_allow")),
        f"permission_widened: {TOOLSET}: bash asks each time → never asks",
    ),
    "a tool is switched on": (
        an_agent(tools=tools(bash=None)),
        an_agent(tools=tools()),
        f"permission_widened: {TOOLSET}: bash is off → asks each time",
    ),
    "a custom tool": (
        an_agent(),
        an_agent(tools=[{"type": "custom", "name": "pay", "description": "Pays.", "input_schema": {"type": "object"}}]),
        "permission_widened: custom/pay is new",
    ),
    "a server": (an_agent(), an_agent(mcp_servers=SERVERS), f"server_added: tickets is new: {SERVERS[0]['url']}"),
    "an agent of nobody": (
        an_agent(multiagent=inline(is_on=False)),
        an_agent(multiagent=inline(is_on=True)),
        "delegation_widened: subagents may use agents that nobody declared",
    ),
    "an identity": (
        an_agent(),
        an_agent(execution_identity={"type": "user"}),
        "identity_changed: service_account → user",
    ),
    "a model": (an_agent(), an_agent(model=OTHER_MODEL), f"model_changed: claude-opus-5-5 → {OTHER_MODEL}"),
    "an effort": (
        an_agent(model={"id": MODEL, "effort": "low"}),
        an_agent(model={"id": MODEL, "effort": "high"}),
        "effort_changed: low → high",
    ),
    "the whole network": (
        an_environment(config=limited("a.example.com")),
        an_environment(config=OPEN),
        "network_opened: every host can be reached",
    ),
    "a host": (
        an_environment(config=limited("a.example.com")),
        an_environment(config=limited("a.example.com", "b.example.com")),
        "network_opened: b.example.com can be reached",
    ),
    "registries": (
        an_environment(config=limited()),
        an_environment(config=limited(allow_package_managers=True)),
        "network_opened: package registries can be reached",
    ),
    "a budget that goes": (
        a_deployment(budget=DOLLARS),
        a_deployment(),
        "budget_removed: no limit to dollars any more",
    ),
    "a budget that grows": (
        a_deployment(budget=DOLLARS),
        a_deployment(budget=MORE_DOLLARS),
        "budget_raised: dollars from 5 to 9",
    ),
    "a store to write to": (
        a_deployment(budget=DOLLARS, resources=[{**NOTES, "access": "read_only"}]),
        a_deployment(budget=DOLLARS, resources=[NOTES]),
        "memory_writable: MemoryStore/lessons can be written to",
    ),
    "secrets": (a_deployment(), a_deployment(vault_ids=[VAULT]), "vault_attached: Vault/tools is attached"),
    "another agent": (
        a_deployment(),
        a_deployment(agent=pinned("scribe")),
        "agent_swapped: Agent/reviewer → Agent/scribe",
    ),
    "another environment": (
        a_deployment(),
        a_deployment(environment_id=IdOf(address("Environment/lab"))),
        "environment_swapped: Environment/workshop → Environment/lab",
    ),
    "no reviewer": (
        a_schedule(),
        a_schedule(review="auto"),
        "review_waived: what dreams learn is taken without a person",
    ),
    "a weaker gate": (
        a_schedule(gates={"secrets": "block"}),
        a_schedule(gates={"secrets": "off"}),
        "review_waived: the gate secrets is off and was block",
    ),
    "another receiver": (
        a_webhook(),
        a_webhook(url="https://else.example.com"),
        "receiver_changed: https://hooks.example.com/alerts → https://else.example.com",
    ),
    "removal": (an_agent(protect=True), an_agent(), "protection_lifted: it may be removed from here on"),
}


@pytest.mark.parametrize("case", WIDER)
def test_what_allows_more_is_called_by_its_name(case: str) -> None:
    before, after, note = WIDER[case]
    others = [each for each in AROUND if each.address != before.address]
    assert between([*others, before], [*others, after]) == [f"{before.address}: {note}"]


NOT_ORDERED = {"a model", "an effort", "an identity", "another agent", "another environment", "another receiver"}
"""What is another one is neither more nor less."""


@pytest.mark.parametrize(
    "case",
    sorted(case for case in WIDER if case not in NOT_ORDERED),
)
def test_what_allows_less_is_no_risk(case: str) -> None:
    before, after, _ = WIDER[case]
    others = [each for each in AROUND if each.address != before.address]
    assert between([*others, after], [*others, before]) == []


def test_a_secret_that_may_travel_further_is_a_risk() -> None:
    before = a_credential(
        type="environment_variable", secret_name="KEY", mcp_server_url=None, token=None, networking=KEYS
    )
    further = {"type": "limited", "allowed_hosts": ["a.example.com", "b.example.com"]}
    after = a_credential(
        type="environment_variable", secret_name="KEY", mcp_server_url=None, token=None, networking=further
    )
    assert between([a_vault(), before], [a_vault(), after]) == [
        "Vault/tools/tickets: network_opened: b.example.com can be reached"
    ]


@pytest.mark.parametrize(
    ("named", "sentence"),
    [(("grep",), "grep runs without asking"), (("grep", "read"), "grep, read run without asking")],
)
def test_tools_that_nobody_is_asked_about_are_told_in_a_sentence(named: tuple[str, ...], sentence: str) -> None:
    config = {"enabled": True, "permission_policy": {"type": "always_allow"}}
    toolset = {"default_config": {**config, "enabled": False}, "configs": dict.fromkeys(named, config)}
    assert list(risks_of_reach.unasked(None, {TOOLSET: toolset})) == [f"{TOOLSET}: {sentence}"]


def test_a_new_object_tells_what_it_begins_with() -> None:
    made = told(planned([an_agent(tools=tools("always_allow")), an_environment(), a_deployment()]))
    assert made == [
        f"Agent/reviewer: born_unasked: {TOOLSET}: all other tools run without asking",
        "Environment/workshop: born_open: every host can be reached",
        "Deployment/triage: born_unlimited: it may cost without limit",
    ]


def test_a_careful_new_object_has_no_risk() -> None:
    assert (
        told(planned([an_agent(tools=tools()), an_environment(config=limited()), a_deployment(budget=DOLLARS)])) == []
    )


def test_a_secret_that_is_sent_for_the_first_time_is_named_by_where_it_is() -> None:
    token = WriteOnly(Secret("marked"), "tag", origin="the variable TICKETS_TOKEN")
    note = "Vault/tools/tickets: secret_referenced: `auth.token` is the variable TICKETS_TOKEN"
    sent = a_credential(token=token)
    assert told(planned([a_vault(), sent])) == [note]
    assert between([a_vault(), sent], [a_vault(display_name="Keys"), sent]) == []
    assert between([a_vault(), a_credential()], [a_vault(), sent]) == [note]


def test_another_token_of_a_deployment_is_named() -> None:
    clone = {"type": "github_repository", "url": "https://github.com/acme/tickets"}
    tokens = [WriteOnly(Secret("marked"), tag, "the file ../token") for tag in ("1", "2")]
    one, two = (a_deployment(budget=DOLLARS, resources=[{**clone, "authorization_token": each}]) for each in tokens)
    found = between([*AROUND, one], [*AROUND, two])
    assert found == ["Deployment/triage: secret_referenced: `resources` is the file ../token"]


def test_every_kind_of_risk_has_a_weight_and_a_step_tells_it() -> None:
    assert set(WEIGHTS) == set(RiskKind)
    (step,) = planned([an_agent(model=OTHER_MODEL)], world_of(an_agent())).steps
    assert [each.severity for each in step.risks] == ["low"]


def test_what_somebody_made_stricter_by_hand_is_a_risk_to_undo() -> None:
    wide = an_agent(tools=tools("always_allow"))
    world = world_of(wide)
    strict = with_live(world, meddled(the(world, "Agent/reviewer"), tools=tools("always_ask")))
    assert told(planned([wide], strict)) == [
        f"Agent/reviewer: permission_widened: {TOOLSET}: every other tool asks each time → never asks",
        "Agent/reviewer: drift_undone: changed on the target: tools",
    ]


def test_a_removal_widens_nothing() -> None:
    assert between([an_environment(config=OPEN), an_agent(protect=True)], [an_agent(protect=True)]) == []


def test_a_new_member_is_named() -> None:
    around = (an_agent(), an_agent("scribe"))
    found = between([*around, a_team("crew", ["reviewer"])], [*around, a_team("crew", ["reviewer", "scribe"])])
    assert found == ["Team/crew: delegation_widened: may call Agent/scribe"]


WEB = {
    "allowed_domains": (["a.example.com"], [], "may open every domain"),
    "more domains": (["a.example.com"], ["a.example.com", "b.example.com"], "may open b.example.com"),
}


@pytest.mark.parametrize("case", WEB)
def test_a_web_tool_that_may_go_further_is_a_risk(case: str) -> None:
    was, will, note = WEB[case]
    before, after = (normal.tools(_fetching(allowed_domains=each or None)) for each in (was, will))
    assert [*risks_of_reach.tools(before, after)] == [f"{TOOLSET}: web_fetch {note}"]
    assert [*risks_of_reach.tools(after, before)] == []


def test_a_web_tool_that_is_kept_from_less_is_a_risk() -> None:
    before, after = (normal.tools(_fetching(blocked_domains=each)) for each in (["a.example.com"], ["b.example.com"]))
    assert [*risks_of_reach.tools(before, after)] == [f"{TOOLSET}: web_fetch is no longer kept from a.example.com"]


def test_an_address_from_another_source_is_a_risk() -> None:
    before, after = (normal.tools(_fetching(url_sources={"user_input": each})) for each in ("none", "all"))
    assert [*risks_of_reach.tools(before, after)] == [f"{TOOLSET}: web_fetch may open addresses from other sources"]


def _fetching(**config: Any) -> list[dict[str, Any]]:
    return [{"type": TOOLSET, "configs": [{"name": "web_fetch", **config}]}]


def test_every_kind_of_risk_is_shown_once_here() -> None:
    notes = {note.partition(":")[0] for _, _, note in WIDER.values()}
    rest = {RiskKind.BORN_UNASKED, RiskKind.BORN_OPEN, RiskKind.BORN_UNLIMITED, RiskKind.DRIFT_UNDONE}
    rest |= {RiskKind.SECRET_REFERENCED, RiskKind.TAKEN_OVER}
    assert notes == set(RiskKind) - rest


_POLICIES = st.sampled_from([None, "always_ask", "auto", "always_allow"])
_NAMES = ("bash", "read", "write", "edit")
_CONFIG = st.fixed_dictionaries({}, optional={"enabled": st.none() | st.booleans(), "permission_policy": _POLICIES})
_TOOLSETS = st.none() | st.builds(
    lambda default, configs: {"default_config": default, "configs": configs},
    _CONFIG,
    st.dictionaries(st.sampled_from(_NAMES), _CONFIG),
)


def requested(toolset: Any) -> list[dict[str, Any]]:
    """Return the toolset as a request has it."""
    if toolset is None:
        return []
    configs = [{"name": name, **_spelled(each)} for name, each in toolset["configs"].items()]
    return [{"type": TOOLSET, "default_config": _spelled(toolset["default_config"]), "configs": configs}]


def _spelled(config: dict[str, Any]) -> dict[str, Any]:
    policy = config.get("permission_policy")
    return {**config, "permission_policy": policy and {"type": policy}}


def reading(toolset: Any, tool: str) -> int:
    """Return how freely a tool runs, read from the request alone: 0 is not at all, 3 is without asking."""
    if toolset is None:
        return 0
    configs = [
        toolset["configs"].get(tool, {}),
        toolset["default_config"],
        {"enabled": True, "permission_policy": "always_allow"},
    ]
    is_enabled = next(each["enabled"] for each in configs if each.get("enabled") is not None)
    policy = next(each["permission_policy"] for each in configs if each.get("permission_policy") is not None)
    return ["always_ask", "auto", "always_allow"].index(policy) + 1 if is_enabled else 0


@given(_TOOLSETS, _TOOLSETS)
def test_a_permission_is_called_wider_exactly_when_a_tool_runs_more_freely(before: Any, after: Any) -> None:
    wider = {tool for tool in (*_NAMES, "any other") if reading(after, tool) > reading(before, tool)}
    notes = [*risks_of_reach.tools(normal.tools(requested(before)), normal.tools(requested(after)))]
    named = {tool for tool in _NAMES if any(f": {tool} " in note for note in notes)}
    others = any("every other tool" in note for note in notes)
    assert bool(wider) == bool(notes)
    assert others == ("any other" in wider)
    assert named <= wider
    assert wider - {"any other"} <= named | ({*_NAMES} if others else set())


_NETWORKS = st.just({"type": "unrestricted"}) | st.builds(
    lambda hosts, servers, managers: {
        "type": "limited",
        "allowed_hosts": hosts,
        "allow_mcp_servers": servers,
        "allow_package_managers": managers,
    },
    st.lists(st.sampled_from(["a.example.com", "b.example.com", "*.example.com"]), unique=True),
    st.none() | st.booleans(),
    st.none() | st.booleans(),
)


def reachable(network: dict[str, Any]) -> set[str]:
    """Return what a network lets through, as far as it can be named."""
    everything = {"a.example.com", "b.example.com", "*.example.com", "servers", "managers", "all"}
    if network["type"] == "unrestricted":
        return everything
    found = {name for name in ("servers", "managers") if network[f"allow_{_SWITCHES[name]}"]}
    return found | set(network["allowed_hosts"])


_SWITCHES = {"servers": "mcp_servers", "managers": "package_managers"}


@given(_NETWORKS, _NETWORKS)
def test_a_network_is_called_opened_exactly_when_more_can_be_reached(before: Any, after: Any) -> None:
    was, will = (normal.environment_config({"type": "cloud", "networking": each}) for each in (before, after))
    assert bool([*risks_of_reach.environment(was, will)]) == bool(reachable(after) - reachable(before))
