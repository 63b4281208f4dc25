"""Names of MCP tools: as a model knows them, as events show them, and which policy holds for them."""

from typing import Any

from agentops.engine.core.json import Json
from agentops.engine.core.runs.grants import Grants, mcp_name


def toolset(server: str = "tickets", *configs: tuple[str, str]) -> Json:
    def settings(policy: str) -> Json:
        return {"enabled": True, "permission_policy": {"type": policy}}

    return {
        "type": "mcp_toolset",
        "mcp_server_name": server,
        "default_config": settings("always_allow"),
        "configs": [{"name": name, **settings(policy)} for name, policy in configs],
    }


def grants(*tools: Json, **of_servers: list[str]) -> Grants:
    known = {server.replace("_", " "): [{"name": each} for each in names] for server, names in of_servers.items()}
    return Grants(tools, is_self_hosted=False, of_servers=known)


def shown(grant: Any) -> tuple[str, str, str]:
    return grant.mcp_server_name, grant.event_name, grant.policy


def test_an_event_shows_the_servers_own_name_of_a_tool() -> None:
    found = grants(toolset("my tickets"), my_tickets=["files.read"])("mcp__my_tickets__files_read")
    assert shown(found) == ("my tickets", "files.read", "always_allow")


def test_no_other_spelling_gets_around_a_policy() -> None:
    """Before the server was asked nobody knows how it spells the name."""
    asks = toolset("tickets", ("files.drop", "always_ask"))
    for each in (grants(asks, tickets=["files.drop"]), grants(asks)):
        assert shown(each("mcp__tickets__files_drop"))[2] == "always_ask"


def test_of_servers_whose_names_begin_alike_the_longer_one_is_meant() -> None:
    found = grants(toolset("a"), toolset("a__b"))("mcp__a__b__c")
    assert shown(found) == ("a__b", "c", "always_allow")


def test_long_names_are_cut_and_stay_apart() -> None:
    names = [mcp_name("tickets", "x" * 130 + end) for end in "ab"]
    assert [len(each) for each in names] == [128, 128]
    assert names[0] != names[1]
    known = grants(toolset(), tickets=["x" * 130 + "a"])
    assert shown(known(names[0])) == ("tickets", "x" * 130 + "a", "always_allow")
    assert grants(toolset())("mcp__others__x") is None
