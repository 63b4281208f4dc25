from typing import Any, get_args

import pytest

from agentops.wire.custom_tools import BUILT_IN_TOOLS
from agentops.wire.problems import check
from agentops.wire.shape import Shape
from agentops.wire.tools import AgentToolset, SandboxToolConfig, ToolList

CUSTOM = {"type": "custom", "name": "ask", "description": "Asks.", "input_schema": {"type": "object"}}


class Holder(Shape):
    tools: ToolList


def said(*tools: Any) -> list[tuple[Any, ...]]:
    return [(*each.path[1:], each.kind) for each in check(Holder, {"tools": list(tools)})[1]]


def schema(**keywords: Any) -> list[tuple[Any, ...]]:
    problems = said({**CUSTOM, "input_schema": {"type": "object", **keywords}})
    return [each[2:] for each in problems]


def web(name: str, **config: Any) -> list[tuple[Any, ...]]:
    problems = said({"type": "agent_toolset_20260401", "configs": [{"name": name, **config}]}, CUSTOM)
    return [each[3:] for each in problems]


def messages(name: str, **config: Any) -> list[str]:
    toolset = {"type": "agent_toolset_20260401", "configs": [{"name": name, **config}]}
    return [each.message for each in check(AgentToolset, toolset)[1]]


def test_the_built_in_tools_are_those_that_can_be_configured() -> None:
    sandbox = get_args(SandboxToolConfig.model_fields["name"].annotation)
    assert (*sandbox, "web_fetch", "web_search") == BUILT_IN_TOOLS


def test_a_tool_of_an_unknown_name_is_told_the_names_there_are() -> None:
    [problem] = check(AgentToolset, {"type": "agent_toolset_20260401", "configs": [{"name": "bsah"}]})[1]
    assert problem.path == ("configs", 0, "name")
    assert problem.candidates == BUILT_IN_TOOLS


def test_a_config_s_type_is_its_name() -> None:
    toolset = {"type": "agent_toolset_20260401", "configs": [{"name": "bash", "type": "read"}]}
    assert said(toolset) == [(0, "configs", 0, "type", "bad-combination")]


def test_a_policy_is_one_of_three() -> None:
    policy = {"permission_policy": {"type": "never"}}
    assert web("bash", **policy) == [("permission_policy", "type", "invalid-value")]


def test_a_tool_is_configured_once() -> None:
    toolset = {"type": "agent_toolset_20260401", "configs": [{"name": "bash"}, {"name": "bash"}]}
    assert said(toolset) == [(0, "configs", 1, "name", "not-unique")]


def test_tools_are_at_most_128_entries_and_256_in_all() -> None:
    many = [{**CUSTOM, "name": f"t{n}"} for n in range(129)]
    assert said(*many) == [("too-many",)]
    configs = [{"name": f"t{n}"} for n in range(257)]
    assert said({"type": "mcp_toolset", "mcp_server_name": "s", "configs": configs}) == [("too-many",)]


@pytest.mark.parametrize("name", ["bash", "web_search", "mcp__x", "ant__x", "a b", "", "x" * 129, "ü"])
def test_a_custom_tool_cannot_have_every_name(name: str) -> None:
    [(*path, _)] = said({**CUSTOM, "name": name})
    assert path == [0, "name"]


def test_custom_tools_have_names_of_their_own() -> None:
    assert said(CUSTOM, CUSTOM) == [(1, "name", "not-unique")]


def test_a_custom_tool_says_what_it_does() -> None:
    assert said({**CUSTOM, "description": ""}) == [(0, "description", "too-short")]


def test_a_schema_s_other_keywords_pass_through() -> None:
    assert schema(properties={"a": {"oneOf": [{"type": "string"}, True]}}, additionalProperties=False, x={"y": 1}) == []


@pytest.mark.parametrize(
    ("keywords", "path"),
    [
        ({"type": "string"}, ("type",)),
        ({"oneOf": []}, ("oneOf",)),
        ({"anyOf": []}, ("anyOf",)),
        ({"allOf": []}, ("allOf",)),
        ({"properties": {"a": {"items": [{"$ref": "#/x"}]}}}, ("properties", "a", "items", 0, "$ref")),
        ({"$ref": "#/x"}, ("$ref",)),
        ({"properties": {"a b": {}}}, ("properties", "a b")),
        ({"properties": {"x" * 65: {}}}, ("properties", "x" * 65)),
        ({"minimum": float("nan")}, ("minimum",)),
        ({"required": [1]}, ("required", 0)),
    ],
)
def test_a_schema_stands_alone_and_is_an_object(keywords: Any, path: Any) -> None:
    assert [tuple(each) for *each, _ in schema(**keywords)] == [path]


@pytest.mark.parametrize(
    "domain",
    ["example.com", "Docs.Example.com", "example.com/", "xn--bcher-kva.example", "a-b.c-d.co", "1.example.com"],
)
def test_a_plain_hostname_is_a_domain(domain: str) -> None:
    assert web("web_fetch", allowed_domains=[domain]) == []


@pytest.mark.parametrize(
    ("domain", "words"),
    [
        ("https://example.com", "URL schemes"),
        ("example.com:443", "ports"),
        ("user@example.com", "credentials"),
        ("*.example.com", "wildcards"),
        ("192.0.2.1", "IP addresses"),
        ("192.0.2.1:80", "IP addresses"),
        ("[::1]", "IP addresses"),
        ("::1", "IP addresses"),
        ("localhost", "local names"),
        ("db.internal", "local names"),
        ("com", "a single label"),
        ("co.uk", "a public suffix"),
        ("bücher.example", "only ASCII"),
        ("a..b", "this is not a hostname"),
        ("-a.com", "this is not a hostname"),
        ("example.com/docs", "paths"),
    ],
)
def test_what_is_no_domain_is_told_why(domain: str, words: str) -> None:
    [message] = messages("web_fetch", allowed_domains=[domain])
    assert message.startswith(words)
    assert message.endswith('; provide a plain hostname like "example.com"')


def test_the_api_s_own_words_are_used_where_they_are_known() -> None:
    assert messages("web_fetch", allowed_domains=["1.2.3.4"]) == [
        'IP addresses are not supported; provide a plain hostname like "example.com"'
    ]
    assert messages("web_search", blocked_domains=[]) == [
        "Empty list of domains is ambiguous. Provide at least one domain or null."
    ]
    assert messages("web_search", allowed_domains=["a.com"], blocked_domains=["b.com"]) == [
        "Only one of allowed_domains or blocked_domains may be set."
    ]
    assert messages("web_search", user_location={"type": "approximate", "country": "UK"}) == [
        "not a country the search provider supports"
    ]


def test_domains_stand_once_whatever_their_case() -> None:
    assert web("web_fetch", blocked_domains=["a.com", "A.com/"]) == [("blocked_domains", 1, "not-unique")]


def test_domains_are_at_most_64() -> None:
    assert web("web_fetch", blocked_domains=[f"a{n}.com" for n in range(65)]) == [("blocked_domains", "too-many")]


def test_a_search_may_be_held_to_a_path() -> None:
    assert web("web_search", allowed_domains=["example.com/docs"]) == []


def test_null_means_no_list() -> None:
    assert web("web_search", allowed_domains=None, blocked_domains=["a.com"]) == []


def test_a_fetch_of_no_tokens_is_refused() -> None:
    assert web("web_fetch", max_content_tokens=0) == [("max_content_tokens", "invalid-value")]


def test_a_time_zone_is_one_of_the_iana_database() -> None:
    place = {"type": "approximate", "country": "DE", "timezone": "Europe/Berlin"}
    assert web("web_search", user_location=place) == []
    assert web("web_search", user_location={**place, "timezone": "Europe/Berlln"}) == [
        ("user_location", "timezone", "invalid-value")
    ]


def only(*names: str) -> dict[str, Any]:
    return {"type": "only", "tools": [{"type": "tool_reference", "name": name} for name in names]}


@pytest.mark.parametrize("source", ["all", "none", {"type": "all"}, only("ask"), None])
def test_a_url_source_is_a_word_or_an_object(source: Any) -> None:
    assert web("web_fetch", url_sources={"client_tool_results": source}) == []


def test_at_least_one_url_source_stays_open() -> None:
    closed = {"user_input": "none", "client_tool_results": {"type": "none"}, "server_tool_results": "none"}
    assert web("web_fetch", url_sources=closed) == [("url_sources", "bad-combination")]


@pytest.mark.parametrize(
    ("key", "source", "path"),
    [
        ("client_tool_results", only("aks"), ("tools", 0, "name", "bad-combination")),
        ("client_tool_results", only("ask", "ask"), ("tools", 1, "name", "not-unique")),
        ("client_tool_results", only(), ("tools", "too-few")),
        ("server_tool_results", only("bash"), ("tools", 0, "name", "invalid-value")),
        ("user_input", only("ask"), ("type", "invalid-value")),
    ],
)
def test_a_url_source_names_tools_that_can_be_one(key: str, source: Any, path: Any) -> None:
    found = [each[2:] for each in web("web_fetch", url_sources={key: source})]
    assert path in found
