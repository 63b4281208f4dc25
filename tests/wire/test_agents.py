from typing import Any

import pytest

from agentops.wire.agents import AgentCreate, AgentUpdate
from agentops.wire.problems import check

READ = {"type": "agent_toolset_20260401"}
SKILL = {"type": "anthropic", "skill_id": "xlsx"}
SERVER = {"type": "url", "name": "gh", "url": "https://mcp.example.com/v1"}
SERVER_TOOLS = {"type": "mcp_toolset", "mcp_server_name": "gh"}


def said(**fields: Any) -> list[tuple[Any, ...]]:
    problems = check(AgentCreate, {"name": "reviewer", "model": "claude-opus-5-5", **fields})[1]
    return [(*each.path, each.kind) for each in problems]


def test_a_name_and_a_model_are_enough() -> None:
    assert said() == []


@pytest.mark.parametrize(
    ("fields", "at_the_limit"),
    [
        ({"name": "x" * 257}, {"name": "x" * 256}),
        ({"description": "x" * 2049}, {"description": "x" * 2048}),
        ({"system": "x" * 100_001}, {"system": "x" * 100_000}),
        ({"metadata": {"k" * 65: "v"}}, {"metadata": {"k" * 64: "v"}}),
        ({"metadata": {"k": "v" * 513}}, {"metadata": {"k": "v" * 512}}),
        ({"metadata": {str(n): "" for n in range(17)}}, {"metadata": {str(n): "" for n in range(16)}}),
        ({"tools": [READ], "skills": [SKILL] * 501}, {"tools": [READ], "skills": [SKILL] * 500}),
        (
            {"execution_identity": {"type": "aws_role", "role_arn": "x" * 2049}},
            {"execution_identity": {"type": "aws_role", "role_arn": "x" * 2048}},
        ),
    ],
)
def test_every_documented_limit_holds_from_the_first_step_beyond(fields: Any, at_the_limit: Any) -> None:
    assert said(**fields) != []
    assert said(**at_the_limit) == []


@pytest.mark.parametrize("effort", ["low", "max", {"type": "xhigh"}, None])
def test_effort_is_a_word_or_an_object(effort: Any) -> None:
    assert said(model={"id": "m", "effort": effort, "speed": "fast", "inference_geo": "us"}) == []


@pytest.mark.parametrize(
    ("model", "effort", "speed", "wrong"),
    [
        ("claude-opus-5-5", "xhigh", "fast", []),
        ("claude-opus-4-8", "max", "fast", []),
        ("claude-opus-4-7", "xhigh", "fast", ["speed"]),
        ("claude-opus-4-6", {"type": "xhigh"}, None, ["effort"]),
        ("claude-sonnet-4-6", "max", "standard", []),
        ("claude-opus-4-5", "max", None, ["effort"]),
        ("claude-haiku-4-5-20251001", "low", "fast", ["effort", "speed"]),
        ("claude-haiku-4-5", "high", None, []),
        ("claude-mythos-5-2", "xhigh", "fast", []),
    ],
)
def test_a_model_of_the_platform_is_asked_only_for_what_it_has(
    model: str, effort: Any, speed: str | None, wrong: list[str]
) -> None:
    asked = {"id": model, "effort": effort, "speed": speed}
    assert said(model=asked) == [("model", each, "bad-combination") for each in wrong]


def test_a_model_s_settings_are_closed_choices() -> None:
    model = {"id": "m", "effort": "extreme", "speed": "slow", "inference_geo": "mars"}
    assert said(model=model) == [
        ("model", "effort", "invalid-value"),
        ("model", "speed", "invalid-value"),
        ("model", "inference_geo", "invalid-value"),
    ]


def test_the_candidates_of_a_wrong_effort_are_the_levels() -> None:
    [problem] = check(AgentCreate, {"name": "a", "model": {"id": "m", "effort": "hihg"}})[1]
    assert problem.candidates == ("low", "medium", "high", "xhigh", "max")


def test_every_server_is_used_and_every_toolset_names_a_server() -> None:
    assert said(mcp_servers=[SERVER], tools=[SERVER_TOOLS]) == []
    assert said(mcp_servers=[SERVER]) == [("mcp_servers", 0, "name", "bad-combination")]
    assert said(tools=[SERVER_TOOLS]) == [("tools", 0, "mcp_server_name", "bad-combination")]


def test_servers_are_at_most_twenty_with_names_of_their_own() -> None:
    servers = [{**SERVER, "name": f"s{n}"} for n in range(21)]
    assert said(mcp_servers=servers) == [("mcp_servers", "too-many")]
    assert said(mcp_servers=[SERVER, SERVER], tools=[SERVER_TOOLS]) == [("mcp_servers", 1, "name", "not-unique")]


@pytest.mark.parametrize("url", ["mcp.example.com", "ftp://a.b", "https://me:pw@a.b", "https://", "https://a b", ""])
def test_a_server_s_url_is_one_that_can_be_called(url: str) -> None:
    assert said(mcp_servers=[{**SERVER, "url": url}], tools=[SERVER_TOOLS]) == [("mcp_servers", 0, "url", "bad-format")]


@pytest.mark.parametrize(
    "tools",
    [
        None,
        [{**READ, "default_config": {"enabled": False}}],
        [{**READ, "configs": [{"name": "read", "enabled": False}]}],
    ],
)
def test_skills_need_the_read_tool(tools: Any) -> None:
    given = {} if tools is None else {"tools": tools}
    assert said(skills=[SKILL], **given) == [("skills", "bad-combination")]


def test_read_alone_is_enough_for_skills() -> None:
    tools = [{**READ, "default_config": {"enabled": False}, "configs": [{"name": "read", "enabled": True}]}]
    assert said(skills=[SKILL], tools=tools) == []


def test_what_must_fit_together_is_judged_even_when_another_field_is_wrong() -> None:
    problems = check(AgentCreate, {"nmae": "x", "tools": [SERVER_TOOLS]})[1]
    assert [(*each.path, each.kind) for each in problems] == [
        ("name", "missing-field"),
        ("model", "missing-field"),
        ("nmae", "unknown-field"),
        ("tools", 0, "mcp_server_name", "bad-combination"),
    ]


def test_an_update_may_clear_what_the_api_lets_it_clear() -> None:
    cleared = dict.fromkeys(
        ("description", "system", "tools", "mcp_servers", "skills", "metadata", "multiagent", "execution_identity")
    )
    assert check(AgentUpdate, {"version": 1, "metadata": {"a": None}})[1] == ()
    assert check(AgentUpdate, cleared)[1] == ()


@pytest.mark.parametrize("field", ["name", "model", "version"])
def test_an_update_cannot_clear_the_rest(field: str) -> None:
    assert [each.path for each in check(AgentUpdate, {field: None})[1]] == [(field,)]


def test_an_update_is_not_judged_by_what_it_leaves_out() -> None:
    assert check(AgentUpdate, {"tools": [SERVER_TOOLS]})[1] == ()
    assert check(AgentUpdate, {"version": 0})[1][0].message == "must be at least 1, is 0"
