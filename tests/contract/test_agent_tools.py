"""Toolsets come back resolved; custom tools, domains and MCP toolsets keep their rules."""

from typing import Any

import pytest
from anthropic import BadRequestError

from .given import a_custom_tool, a_server, a_toolset_of, an_agent, refused, the_agent_toolset
from .sdk import Api

pytestmark = pytest.mark.stateless

ALLOW = {"type": "always_allow"}
ASK = {"type": "always_ask"}
AUTO = {"type": "auto"}
BUILT_IN = ("bash", "read", "write", "edit", "glob", "grep", "web_fetch", "web_search")


def resolved(api: Api, *tools: dict[str, Any], **fields: Any) -> list[dict[str, Any]]:
    """Return the tools of a new agent as the wire has them."""
    an_agent(api, tools=list(tools), **fields)
    found: list[dict[str, Any]] = api.last.json()["tools"]
    return found


def config_of(toolset: dict[str, Any], name: str) -> dict[str, Any]:
    return next(config for config in toolset["configs"] if config["name"] == name)


@pytest.mark.parametrize("default", [{}, {"default_config": None}, {"default_config": {}}], ids=["unset", "null", "{}"])
def test_the_agent_toolset_is_on_and_allowed_by_default(api: Api, default: dict[str, Any]) -> None:
    (toolset,) = resolved(api, the_agent_toolset(**default))
    assert toolset["default_config"] == {"enabled": True, "permission_policy": ALLOW}
    assert isinstance(toolset["configs"], list)


def test_an_mcp_toolset_is_on_and_asks_by_default(api: Api) -> None:
    (toolset,) = resolved(api, a_toolset_of(), mcp_servers=[a_server()])
    assert toolset == {**a_toolset_of(), "default_config": {"enabled": True, "permission_policy": ASK}, "configs": []}


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_config_is_resolved_against_the_default(api: Api, name: str) -> None:
    (toolset,) = resolved(
        api, the_agent_toolset({"name": name}, default_config={"enabled": False, "permission_policy": ASK})
    )
    config = config_of(toolset, name)
    assert (config["type"], config["enabled"], config["permission_policy"]) == (name, False, ASK)


@pytest.mark.parametrize("name", BUILT_IN)
@pytest.mark.parametrize("policy", [ALLOW, ASK, AUTO], ids=lambda policy: policy["type"])
def test_a_config_overrides_the_default(api: Api, name: str, policy: dict[str, str]) -> None:
    (toolset,) = resolved(
        api, the_agent_toolset({"name": name, "type": name, "enabled": True, "permission_policy": policy},
                               default_config={"enabled": False})
    )  # fmt: skip
    config = config_of(toolset, name)
    assert (config["enabled"], config["permission_policy"]) == (True, policy)
    assert toolset["default_config"] == {"enabled": False, "permission_policy": ALLOW}


def test_an_mcp_config_is_resolved_and_has_no_type(api: Api) -> None:
    (toolset,) = resolved(api, a_toolset_of(configs=[{"name": "search", "enabled": False}]), mcp_servers=[a_server()])
    assert toolset["configs"] == [{"name": "search", "enabled": False, "permission_policy": ASK}]


def test_null_in_a_config_means_the_default(api: Api) -> None:
    (toolset,) = resolved(
        api,
        the_agent_toolset(
            {"name": "bash", "enabled": None, "permission_policy": None}, default_config={"enabled": False}
        ),
    )
    assert config_of(toolset, "bash")["enabled"] is False
    assert config_of(toolset, "bash")["permission_policy"] == ALLOW


def test_web_settings_come_back(api: Api) -> None:
    fetch = {
        "name": "web_fetch",
        "allowed_domains": ["docs.example.com", "example.org"],
        "max_content_tokens": 1000,
        "url_sources": {"user_input": "none", "client_tool_results": {"type": "only", "tools": [reference("lookup")]}},
    }
    search = {
        "name": "web_search",
        "blocked_domains": ["example.com/ads"],
        "user_location": {"type": "approximate", "city": "Oslo", "country": "NO", "timezone": "Europe/Oslo"},
    }
    toolset, _ = resolved(api, the_agent_toolset(fetch, search), a_custom_tool())
    fetched, searched = config_of(toolset, "web_fetch"), config_of(toolset, "web_search")
    assert fetched["allowed_domains"] == ["docs.example.com", "example.org"]
    assert fetched["max_content_tokens"] == 1000
    assert fetched["url_sources"]["user_input"] == {"type": "none"}
    assert fetched["url_sources"]["client_tool_results"] == {"type": "only", "tools": [reference("lookup")]}
    assert searched["blocked_domains"] == ["example.com/ads"]
    assert searched["user_location"]["country"] == "NO"


def test_a_custom_tool_keeps_its_schema_word_for_word(api: Api) -> None:
    schema = {
        "type": "object",
        "properties": {"ticket.id": {"type": "string", "anyOf": [{"minLength": 1}]}, "n-1_A": {"enum": [1, None, "x"]}},
        "required": ["ticket.id"],
        "additionalProperties": False,
        "$defs": {"unused": {"type": "null"}},
    }
    (tool,) = resolved(api, a_custom_tool(input_schema=schema))
    assert tool["input_schema"] == schema


def reference(name: str) -> dict[str, str]:
    return {"type": "tool_reference", "name": name}


def fetch(**fields: Any) -> list[dict[str, Any]]:
    return [the_agent_toolset({"name": "web_fetch", **fields}), a_custom_tool()]


def search(**fields: Any) -> list[dict[str, Any]]:
    return [the_agent_toolset({"name": "web_search", **fields})]


def schema(**fields: Any) -> list[dict[str, Any]]:
    return [a_custom_tool(input_schema={"type": "object", **fields})]


REFUSED: dict[str, tuple[list[dict[str, Any]], tuple[str, ...]]] = {
    "unknown tool type": ([{"type": "computer"}], ("tools.0.type",)),
    "tool without type": ([{"name": "bash"}], ("tools.0.type",)),
    "two agent toolsets": ([the_agent_toolset(), the_agent_toolset()], ("tools.1.type", "unique")),
    "129 entries": ([a_custom_tool(name=f"t{number}") for number in range(129)], ("tools", "128")),
    "unknown built-in": ([the_agent_toolset({"name": "teleport"})], ("tools.0.configs.0.name",)),
    "repl cannot be configured": ([the_agent_toolset({"name": "repl"})], ("tools.0.configs.0.name",)),
    "two configs of one tool": ([the_agent_toolset(*[{"name": "bash"}] * 2)], ("tools.0.configs.1.name", "unique")),
    "type that is not the name": ([the_agent_toolset({"name": "bash", "type": "read"})], ("tools.0.configs.0",)),
    "unknown policy": (
        [the_agent_toolset({"name": "bash", "permission_policy": {"type": "never"}})],
        ("tools.0.configs.0.permission_policy",),
    ),
    "unknown config field": ([the_agent_toolset({"name": "bash", "shell": "zsh"})], ("tools.0.configs.0.shell",)),
    "custom name with a space": ([a_custom_tool(name="look up")], ("tools.0.name",)),
    "custom name in wide characters": ([a_custom_tool(name="näme")], ("tools.0.name",)),
    "empty custom name": ([a_custom_tool(name="")], ("tools.0.name",)),
    "long custom name": ([a_custom_tool(name="t" * 129)], ("tools.0.name", "128")),
    "custom name of a built-in": ([a_custom_tool(name="bash")], ("tools.0.name", "bash")),
    "custom name like an MCP tool": ([a_custom_tool(name="mcp__search")], ("tools.0.name", "mcp__")),
    "custom name like a platform tool": ([a_custom_tool(name="ant__search")], ("tools.0.name", "ant__")),
    "two custom tools of one name": ([a_custom_tool(), a_custom_tool()], ("tools.1.name", "unique")),
    "empty description": ([a_custom_tool(description="")], ("tools.0.description",)),
    "missing description": (
        [{"type": "custom", "name": "lookup", "input_schema": {"type": "object"}}],
        ("tools.0.description",),
    ),
    "schema that is no object": ([a_custom_tool(input_schema={"type": "string"})], ("tools.0.input_schema", "object")),
    "schema without type": ([a_custom_tool(input_schema={})], ("tools.0.input_schema",)),
    "top-level oneOf": (schema(oneOf=[{}]), ("tools.0.input_schema", "oneOf")),
    "top-level anyOf": (schema(anyOf=[{}]), ("tools.0.input_schema", "anyOf")),
    "top-level allOf": (schema(allOf=[{}]), ("tools.0.input_schema", "allOf")),
    "$ref": (schema(properties={"a": {"$ref": "#/$defs/x"}}), ("tools.0.input_schema", "$ref")),
    "$ref deep inside": (
        schema(properties={"a": {"type": "array", "items": {"anyOf": [{"$ref": "#"}]}}}),
        ("tools.0.input_schema", "$ref"),
    ),
    "property name with a space": (schema(properties={"a b": {}}), ("tools.0.input_schema",)),
    "empty property name": (schema(properties={"": {}}), ("tools.0.input_schema",)),
    "long property name": (schema(properties={"p" * 65: {}}), ("tools.0.input_schema", "64")),
    "both domain lists": (
        fetch(allowed_domains=["example.com"], blocked_domains=["example.org"]),
        ("Only one of allowed_domains or blocked_domains may be set.",),
    ),
    "both domain lists of search": (
        search(allowed_domains=["example.com"], blocked_domains=["example.org"]),
        ("Only one of allowed_domains or blocked_domains may be set.",),
    ),
    "no domains": (
        fetch(allowed_domains=[]),
        ("allowed_domains: Empty list of domains is ambiguous. Provide at least one domain or null.",),
    ),
    "no blocked domains": (
        search(blocked_domains=[]),
        ("blocked_domains: Empty list of domains is ambiguous. Provide at least one domain or null.",),
    ),
    "65 domains": (fetch(allowed_domains=[f"d{n}.example.com" for n in range(65)]), ("allowed_domains", "64")),
    "long domain": (fetch(blocked_domains=["d" * 252 + ".com"]), ("blocked_domains.0",)),
    "zero tokens": (fetch(max_content_tokens=0), ("max_content_tokens",)),
    "no url source left": (
        fetch(url_sources=dict.fromkeys(("user_input", "client_tool_results", "server_tool_results"), "none")),
        ("url_sources",),
    ),
    "a url source that is no custom tool": (
        fetch(url_sources={"client_tool_results": {"type": "only", "tools": [reference("bash")]}}),
        ("url_sources.client_tool_results", "bash"),
    ),
    "a url source that is no web tool": (
        fetch(url_sources={"server_tool_results": {"type": "except", "tools": [reference("lookup")]}}),
        ("url_sources.server_tool_results.tools.0.name", "web_search"),
    ),
    "a url source list without tools": (
        fetch(url_sources={"client_tool_results": {"type": "only", "tools": []}}),
        ("url_sources.client_tool_results",),
    ),
    "a url source named twice": (
        fetch(url_sources={"client_tool_results": {"type": "only", "tools": [reference("lookup")] * 2}}),
        ("url_sources.client_tool_results",),
    ),
    "a country nobody knows": (
        search(user_location={"type": "approximate", "country": "XX"}),
        ("user_location.country: not a country the search provider supports",),
    ),
    "a country in lower case": (
        search(user_location={"type": "approximate", "country": "no"}),
        ("user_location.country",),
    ),
    "a timezone nobody knows": (
        search(user_location={"type": "approximate", "timezone": "Mars/Olympus"}),
        ("user_location.timezone",),
    ),
    "search settings on fetch": (fetch(user_location={"type": "approximate"}), ("user_location",)),
    "two toolsets of one server": ([a_toolset_of(), a_toolset_of()], ("tools.1.mcp_server_name", "unique")),
    "long MCP tool name": ([a_toolset_of(configs=[{"name": "n" * 129}])], ("tools.0.configs.0.name", "128")),
    "empty MCP tool name": ([a_toolset_of(configs=[{"name": ""}])], ("tools.0.configs.0.name",)),
    "two configs of one MCP tool": ([a_toolset_of(configs=[{"name": "n"}] * 2)], ("tools.0.configs",)),
    "257 tools over all toolsets": (
        [a_toolset_of(configs=[{"name": f"n{number}"} for number in range(257)])],
        ("tools", "256"),
    ),
}


@pytest.mark.parametrize(("tools", "words"), REFUSED.values(), ids=REFUSED)
def test_a_tool_beyond_its_rule_is_refused_by_place(
    api: Api, tools: list[dict[str, Any]], words: tuple[str, ...]
) -> None:
    servers = [a_server()] if any(tool.get("type") == "mcp_toolset" for tool in tools) else []
    refused(BadRequestError, lambda: an_agent(api, tools=tools, mcp_servers=servers), *words)


DOMAINS_REFUSED = {
    "IPv4": "192.0.2.1",
    "IPv6": "[2001:db8::1]",
    "scheme": "https://example.com",
    "port": "example.com:443",
    "credentials": "user@example.com",
    "wildcard": "*.example.com",
    "single label": "intranet",
    "public suffix": "co.uk",
    "localhost": "localhost",
    "local": "printer.local",
    "internal": "db.internal",
    "localdomain": "host.localdomain",
    "invalid": "host.invalid",
    "not ASCII": "bücher.example.com",
    "empty": "",
    "space": "exa mple.com",
    "query": "example.com?q",
}


@pytest.mark.parametrize("domain", DOMAINS_REFUSED.values(), ids=DOMAINS_REFUSED)
@pytest.mark.parametrize("tool", [fetch, search], ids=["web_fetch", "web_search"])
def test_a_domain_that_is_no_plain_hostname_is_refused_by_place(api: Api, tool: Any, domain: str) -> None:
    tools = tool(blocked_domains=["example.com", domain])
    refused(BadRequestError, lambda: an_agent(api, tools=tools), "blocked_domains.1")


def test_an_ip_address_is_refused_in_the_documented_words(api: Api) -> None:
    refused(
        BadRequestError,
        lambda: an_agent(api, tools=fetch(allowed_domains=["192.0.2.1"])),
        'allowed_domains.0: IP addresses are not supported; provide a plain hostname like "example.com"',
    )


def test_a_path_is_for_search_alone(api: Api) -> None:
    resolved(api, *search(allowed_domains=["example.com/docs"]))
    refused(
        BadRequestError, lambda: an_agent(api, tools=fetch(allowed_domains=["example.com/docs"])), "allowed_domains.0"
    )


@pytest.mark.parametrize(
    "pair", [("example.com", "EXAMPLE.com"), ("example.com", "example.com/"), ("example.com",) * 2]
)
def test_a_domain_is_named_once_whatever_its_case_or_slash(api: Api, pair: tuple[str, str]) -> None:
    refused(BadRequestError, lambda: an_agent(api, tools=fetch(allowed_domains=list(pair))), "allowed_domains")


@pytest.mark.parametrize(
    "domain", ["example.com", "a.b.c.example.com", "xn--bcher-kva.example.com", "Example.COM", "example.com/"]
)
def test_a_plain_hostname_is_taken(api: Api, domain: str) -> None:
    resolved(api, *fetch(allowed_domains=[domain]))


def test_null_lists_mean_none(api: Api) -> None:
    toolset, _ = resolved(api, *fetch(allowed_domains=None, blocked_domains=None))
    assert config_of(toolset, "web_fetch").get("allowed_domains") is None
