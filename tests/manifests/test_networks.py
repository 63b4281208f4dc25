"""Which MCP servers a deployment's agents use, and which of them its environment blocks."""

import pytest

from .given import Loads, agent, codes, manifest, messages

TRACKER = '{type: url, name: tracker, url: "https://Tracker.example.com:8443/mcp"}'
SEARCH = '{type: url, name: search, url: "https://search.example.com/mcp"}'
USING = f", tools: [{{type: mcp_toolset, mcp_server_name: tracker}}], mcp_servers: [{TRACKER}]"
LEAD = f"{{model: claude-opus-5-5{USING}}}"


def deployment(who: str, environment: str = "room") -> str:
    events = "[{type: user.message, content: [{type: text, text: go}]}]"
    return manifest(
        "Deployment", "nightly", f"{{agent: {who}, environment_id: {environment}, initial_events: {events}}}"
    )


def room(networking: str) -> str:
    return manifest("Environment", "room", f"{{config: {{type: cloud, networking: {networking}}}}}")


LIMITED = "{type: limited, allowed_hosts: [other.example.com]}"
AGENTS = {
    "an agent": ("user", ()),
    "by kind": ("Agent/user", ()),
    "whom it runs": ("boss", (agent("boss", ", multiagent: {type: coordinator, agents: [user]}"),)),
    "the lead of a team": ("desk", (manifest("Team", "desk", "{lead: user, specialists: [idle]}"),)),
    "a lead of no other document": ("desk", (manifest("Team", "desk", f"{{lead: {LEAD}, specialists: [idle]}}"),)),
    "a specialist": ("desk", (manifest("Team", "desk", "{lead: idle, specialists: [user]}"),)),
    "both": ("desk", (manifest("Team", "desk", "{lead: user, specialists: [idle, user]}"),)),
}


def tree(loads: Loads, *documents: str) -> list[str]:
    found = loads({"agents.d/all.yaml": "---\n".join((agent("user", USING), agent("idle"), *documents))})
    assert "tracker" in messages(found) or not found.report.diagnostics
    return codes(found)


@pytest.mark.parametrize(("who", "more"), AGENTS.values(), ids=AGENTS)
def test_a_server_is_found_whoever_uses_it(loads: Loads, who: str, more: tuple[str, ...]) -> None:
    assert tree(loads, *more, room(LIMITED), deployment(who)) == ["reference.blocked-server"]


@pytest.mark.parametrize(
    "networking",
    [
        "{type: unrestricted}",
        "{type: limited, allow_mcp_servers: true}",
        "{type: limited, allowed_hosts: [TRACKER.example.com]}",
        '{type: limited, allowed_hosts: ["*.example.com"]}',
        "null",
    ],
)
def test_what_may_be_reached_is_let_through(loads: Loads, networking: str) -> None:
    assert tree(loads, room(networking), deployment("user")) == []


@pytest.mark.parametrize("networking", ["{type: limited}", '{type: limited, allowed_hosts: ["*.tracker.example.com"]}'])
def test_no_list_allows_nothing_and_a_wildcard_not_its_own_domain(loads: Loads, networking: str) -> None:
    assert tree(loads, room(networking), deployment("user")) == ["reference.blocked-server"]


@pytest.mark.parametrize(
    ("who", "environment"),
    [
        ("{type: agent, id: user, version: 3}", "room"),
        ("pinned", "room"),
        ("idle", "room"),
        ("agent_01JQ4Z9V8K7M6N5P4R3S2T1W", "room"),
        ("user", "env_01JQ4Z9V8K7M6N5P4R3S2T1W"),
    ],
)
def test_what_no_manifest_tells_is_left_to_the_server(loads: Loads, who: str, environment: str) -> None:
    pinned = manifest("Team", "pinned", "{lead: idle, specialists: [{agent: user, version: 3}]}")
    assert tree(loads, pinned, room(LIMITED), deployment(who, environment)) == []


def test_each_server_is_told_with_its_place(loads: Loads) -> None:
    tools = ", ".join(f"{{type: mcp_toolset, mcp_server_name: {name}}}" for name in ("tracker", "search"))
    both = agent("user", f", tools: [{tools}], mcp_servers: [{TRACKER}, {SEARCH}]")
    found = loads({"agents.d/all.yaml": "---\n".join((both, room(LIMITED), deployment("user")))})
    assert [(each.label, each.related[0].label) for each in found.report.diagnostics] == [
        (f"there, allow {name}.example.com or allow_mcp_servers", f"the MCP server {name} of Agent/user")
        for name in ("search", "tracker")
    ]


def test_a_document_that_is_wrong_itself_is_told_once(loads: Loads) -> None:
    wrong = room("{type: limited, allowed_hosts: tracker.example.com}")
    found = loads({"agents.d/all.yaml": "---\n".join((agent("user", USING), wrong, deployment("user")))})
    assert codes(found) == ["manifest.wrong-type"]
