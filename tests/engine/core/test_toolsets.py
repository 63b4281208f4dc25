"""Toolsets with every default spelt out."""

from agentops.engine.core import toolsets

ALLOW, ASK, AUTO = {"type": "always_allow"}, {"type": "always_ask"}, {"type": "auto"}


def test_a_bare_toolset_allows_its_tools_and_a_bare_mcp_toolset_asks() -> None:
    built_in, mcp = toolsets.resolved(
        [{"type": "agent_toolset_20260401"}, {"type": "mcp_toolset", "mcp_server_name": "docs"}]
    )
    assert built_in == {
        "type": "agent_toolset_20260401",
        "default_config": {"enabled": True, "permission_policy": ALLOW},
        "configs": [],
    }
    assert mcp == {
        "type": "mcp_toolset",
        "mcp_server_name": "docs",
        "default_config": {"enabled": True, "permission_policy": ASK},
        "configs": [],
    }


def test_a_named_tool_takes_what_it_does_not_say_from_the_default() -> None:
    (toolset,) = toolsets.resolved(
        [
            {
                "type": "agent_toolset_20260401",
                "default_config": {"enabled": False, "permission_policy": None},
                "configs": [{"name": "bash", "enabled": True}, {"name": "read", "permission_policy": AUTO}],
            }
        ]
    )
    assert toolset["default_config"] == {"enabled": False, "permission_policy": ALLOW}
    assert toolset["configs"] == [
        {"type": "bash", "name": "bash", "enabled": True, "permission_policy": ALLOW},
        {"type": "read", "name": "read", "enabled": False, "permission_policy": AUTO},
    ]


def test_an_mcp_tool_has_no_type() -> None:
    (toolset,) = toolsets.resolved(
        [{"type": "mcp_toolset", "mcp_server_name": "docs", "configs": [{"name": "search", "enabled": False}]}]
    )
    assert toolset["configs"] == [{"name": "search", "enabled": False, "permission_policy": ASK}]


def test_url_sources_are_shown_as_objects_and_the_unset_ones_as_null() -> None:
    only = {"type": "only", "tools": [{"type": "tool_reference", "name": "lookup"}]}
    (toolset,) = toolsets.resolved(
        [
            {
                "type": "agent_toolset_20260401",
                "configs": [
                    {
                        "name": "web_fetch",
                        "allowed_domains": ["example.com"],
                        "blocked_domains": None,
                        "url_sources": {"user_input": "none", "client_tool_results": only},
                    }
                ],
            }
        ]
    )
    assert toolset["configs"][0] == {
        "type": "web_fetch",
        "name": "web_fetch",
        "enabled": True,
        "permission_policy": ALLOW,
        "allowed_domains": ["example.com"],
        "url_sources": {
            "user_input": {"type": "none"},
            "client_tool_results": only,
            "server_tool_results": None,
        },
    }


def test_a_custom_tool_stays_as_it_was_sent() -> None:
    custom = {"type": "custom", "name": "t", "description": "d", "input_schema": {"type": "object", "x-any": [1.5]}}
    assert toolsets.resolved([custom]) == [custom]
