"""Normal forms of an agent's own fields and of environments: shorthand and long form are one."""

from typing import Any

import pytest

from agentops.reconcile import normal
from agentops.reconcile.values import ANY

TOOLSET = "agent_toolset_20260401"
ALLOW = {"type": "always_allow"}
ASK = {"type": "always_ask"}


def toolset(*configs: dict[str, Any], **default: Any) -> list[dict[str, Any]]:
    given: dict[str, Any] = {"default_config": default} if default else {}
    return [{"type": TOOLSET, **given, **({"configs": list(configs)} if configs else {})}]


@pytest.mark.parametrize("nothing", [None, ""])
def test_empty_text_and_no_text_are_one(nothing: str | None) -> None:
    assert normal.text(nothing) == normal.text(None)
    assert normal.text("x") == "x"


@pytest.mark.parametrize("nothing", [None, {}, {"agentops_owner": "acme"}, {"gone": None}])
def test_metadata_without_pairs_of_the_user_is_none(nothing: Any) -> None:
    assert normal.metadata(nothing) is None


def test_metadata_is_the_users_pairs_only() -> None:
    assert normal.metadata({"team": "x", "agentops_id": "Agent/a"}) == {"team": "x"}


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("m", {"id": "m"}),
        ("m", {"id": "m", "speed": "standard"}),
        ("m", {"id": "m", "effort": None, "speed": None, "inference_geo": None}),
        ({"id": "m", "effort": "low"}, {"id": "m", "effort": {"type": "low"}, "speed": "standard"}),
    ],
)
def test_a_models_shorthand_is_its_long_form(short: Any, long: Any) -> None:
    assert normal.model(short) == normal.model(long)


def test_effort_that_nobody_chose_is_the_servers_and_any_live_effort_will_do() -> None:
    live = normal.model({"id": "m", "effort": {"type": "high"}, "speed": "standard", "inference_geo": None})
    assert not list(normal.differences(live, normal.model("m")))


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ({"id": "n"}, ("id",)),
        ({"id": "m", "effort": "low"}, ("effort", "type")),
        ({"id": "m", "speed": "fast"}, ("speed",)),
        ({"id": "m", "inference_geo": "eu"}, ("inference_geo",)),
    ],
)
def test_each_part_of_a_model_shows(wanted: Any, path: tuple[str, ...]) -> None:
    live = normal.model({"id": "m", "effort": {"type": "high"}, "speed": "standard", "inference_geo": None})
    assert [each[0] for each in normal.differences(live, normal.model(wanted))] == [path]


@pytest.mark.parametrize(
    ("short", "long"),
    [
        (toolset(), toolset(enabled=True, permission_policy=ALLOW)),
        (toolset(), toolset(enabled=None, permission_policy=None)),
        (toolset(), [{"type": TOOLSET, "default_config": None, "configs": None}]),
        (toolset(), [{"type": TOOLSET, "configs": []}]),
        (toolset(), toolset({"name": "bash"})),
        (toolset(), toolset({"name": "bash", "type": "bash", "enabled": True, "permission_policy": ALLOW})),
        (
            toolset({"name": "bash"}, enabled=False),
            toolset({"name": "bash", "enabled": False, "permission_policy": ALLOW}, enabled=False),
        ),
        (
            toolset({"name": "bash", "enabled": False}, permission_policy=ASK),
            toolset({"name": "bash", "enabled": False, "permission_policy": ASK}, permission_policy=ASK),
        ),
        (
            toolset({"name": "web_fetch", "url_sources": {"user_input": "none"}}),
            toolset(
                {
                    "name": "web_fetch",
                    "url_sources": {
                        "user_input": {"type": "none"},
                        "client_tool_results": {"type": "all"},
                        "server_tool_results": None,
                    },
                }
            ),
        ),
        (
            toolset({"name": "web_search", "allowed_domains": None, "user_location": None}),
            toolset({"name": "web_search"}),
        ),
    ],
)
def test_a_toolsets_shorthand_is_its_long_form(short: Any, long: Any) -> None:
    assert normal.tools(short) == normal.tools(long)


@pytest.mark.parametrize(
    "other",
    [
        toolset(enabled=False),
        toolset(permission_policy=ASK),
        toolset({"name": "bash", "enabled": False}),
        toolset({"name": "bash", "permission_policy": ASK}),
        toolset({"name": "web_fetch", "max_content_tokens": 100}),
        toolset({"name": "web_fetch", "allowed_domains": ["example.com"]}),
        toolset({"name": "web_fetch", "url_sources": {"user_input": "none"}}),
        toolset({"name": "web_search", "user_location": {"type": "approximate", "city": "Bonn"}}),
        [],
    ],
)
def test_what_is_another_toolset_is_not_the_same(other: Any) -> None:
    assert any(normal.differences(normal.tools(toolset()), normal.tools(other)))


def test_a_tool_that_says_what_the_default_says_is_found_when_the_default_moves() -> None:
    before = toolset({"name": "bash", "enabled": True})
    moved = toolset({"name": "bash", "enabled": True}, enabled=False)
    assert normal.tools(before) == normal.tools(toolset())
    assert normal.tools(moved) != normal.tools(toolset(enabled=False))


def test_mcp_toolsets_ask_by_default() -> None:
    short = [{"type": "mcp_toolset", "mcp_server_name": "tickets"}]
    asking = [{**short[0], "default_config": {"enabled": True, "permission_policy": ASK}, "configs": []}]
    allowing = [{**short[0], "default_config": {"permission_policy": ALLOW}}]
    assert normal.tools(short) == normal.tools(asking)
    assert normal.tools(short) != normal.tools(allowing)


def test_tools_are_told_apart_by_what_they_are_and_not_by_their_place() -> None:
    custom = {"type": "custom", "name": "lookup", "description": "Looks up.", "input_schema": {"type": "object"}}
    mcp = [{"type": "mcp_toolset", "mcp_server_name": each} for each in ("a", "b")]
    assert normal.tools([custom, *mcp, *toolset()]) == normal.tools([*toolset(), *reversed(mcp), custom])
    assert {*normal.tools([custom, *mcp, *toolset()])} == {
        "custom/lookup",
        "mcp_toolset/a",
        "mcp_toolset/b",
        TOOLSET,
    }


def test_a_change_deep_in_a_custom_tools_schema_shows_with_its_path() -> None:
    def tool(kind: str) -> list[dict[str, Any]]:
        schema = {"type": "object", "properties": {"id": {"type": kind}}}
        return [{"type": "custom", "name": "lookup", "description": "Looks up.", "input_schema": schema}]

    (found,) = normal.differences(normal.tools(tool("string")), normal.tools(tool("integer")))
    assert found == (("custom/lookup", "input_schema", "properties", "id", "type"), "string", "integer")


@pytest.mark.parametrize(
    ("live", "wanted", "place"),
    [
        ({"id": {"default": None}}, {"id": {}}, ("id", "default")),
        ({"id": {}}, {"id": {"default": None}}, ("id", "default")),
        ({"id": {"enum": ["a", None]}}, {"id": {"enum": ["a"]}}, ("id", "enum")),
        ({"id": {"const": {"a": 1}}}, {"id": {"const": None}}, ("id", "const")),
    ],
)
def test_a_null_in_a_custom_tools_schema_says_something(live: Any, wanted: Any, place: tuple[str, ...]) -> None:
    def tools(properties: Any) -> Any:
        schema = {"type": "object", "properties": properties, "required": None}
        return normal.tools([{"type": "custom", "name": "x", "description": "X.", "input_schema": schema}])

    (found,) = normal.differences(tools(live), tools(wanted))
    assert found[0] == ("custom/x", "input_schema", "properties", *place)
    assert not [*normal.differences(tools(live), tools(live))]
    assert "required" not in tools(live)["custom/x"]["input_schema"]


@pytest.mark.parametrize("form", [normal.tools, normal.mcp_servers, normal.skills, normal.multiagent])
@pytest.mark.parametrize("nothing", [None, []])
def test_an_empty_list_and_no_list_are_one(form: Any, nothing: Any) -> None:
    assert form(nothing) is None


def test_mcp_servers_are_told_apart_by_name() -> None:
    one, two = ({"type": "url", "name": each, "url": f"https://{each}.example.com"} for each in "ab")
    assert normal.mcp_servers([one, two]) == normal.mcp_servers([two, one])
    moved = {**one, "url": "https://elsewhere.example.com"}
    assert [each[0] for each in normal.differences(normal.mcp_servers([one]), normal.mcp_servers([moved]))] == [("a",)]


@pytest.mark.parametrize("version", [None, "latest"])
def test_a_skill_without_a_pin_takes_any_version(version: str | None) -> None:
    live = normal.skills([{"type": "anthropic", "skill_id": "xlsx", "version": "20251013"}])
    wanted = normal.skills([{"type": "anthropic", "skill_id": "xlsx", "version": version}])
    assert not list(normal.differences(live, wanted))


def test_a_pinned_skill_takes_its_version_only() -> None:
    live = normal.skills([{"type": "anthropic", "skill_id": "xlsx", "version": "1"}])
    wanted = normal.skills([{"type": "anthropic", "skill_id": "xlsx", "version": "2"}])
    assert list(normal.differences(live, wanted)) == [(("anthropic/xlsx",), "1", "2")]


def test_no_execution_identity_is_the_service_account() -> None:
    assert normal.execution_identity(None) == normal.execution_identity({"type": "service_account"})
    role = {"type": "aws_role", "role_arn": "arn:aws:iam::123456789012:role/runner"}
    assert normal.execution_identity(role) == role


@pytest.mark.parametrize(
    "short",
    [
        None,
        {"type": "cloud"},
        {"type": "cloud", "packages": None, "networking": None},
        {"type": "cloud", "packages": {}, "networking": {"type": "unrestricted"}},
        {"type": "cloud", "packages": {"type": "packages", "pip": [], "apt": None}},
    ],
)
def test_an_environment_that_says_nothing_is_an_open_cloud(short: Any) -> None:
    assert normal.environment_config(short) == {
        "type": "cloud",
        "packages": {each: [] for each in ("apt", "cargo", "gem", "go", "npm", "pip")},
        "networking": {"type": "unrestricted"},
    }


def test_a_limited_network_spells_its_switches_out_and_sorts_its_hosts() -> None:
    short = {"type": "cloud", "networking": {"type": "limited", "allowed_hosts": ["b.example", "a.example"]}}
    assert normal.environment_config(short)["networking"] == {
        "type": "limited",
        "allowed_hosts": ["a.example", "b.example"],
        "allow_mcp_servers": False,
        "allow_package_managers": False,
    }


def test_packages_keep_their_order() -> None:
    one, two = ({"type": "cloud", "packages": {"pip": each}} for each in (["a", "b"], ["b", "a"]))
    assert normal.environment_config(one) != normal.environment_config(two)


def test_a_self_hosted_environment_has_nothing_to_fill_in() -> None:
    assert normal.environment_config({"type": "self_hosted"}) == {"type": "self_hosted"}


ECHOES = [
    (normal.environment_config, {"type": "cloud", "networking": {"type": "limited", "allowed_hosts": ["x.example"]}}),
    (normal.environment_config, None),
    (normal.execution_identity, None),
    (normal.metadata, {"team": "x"}),
    (normal.text, "x"),
]


@pytest.mark.parametrize(("form", "value"), ECHOES)
def test_a_normal_form_that_is_a_request_again_stays_as_it_is(form: Any, value: Any) -> None:
    assert form(form(value)) == form(value)


@pytest.mark.parametrize(
    ("live", "wanted", "found"),
    [
        (1, 1, []),
        (1, ANY, []),
        (None, ANY, []),
        ({"a": 1}, {"a": ANY}, []),
        ({"a": 1, "b": 2}, {"a": 1}, [(("b",), 2, None)]),
        ({"a": 1}, {"a": 1, "b": 2}, [(("b",), None, 2)]),
        ({"b": {"c": 1}, "a": 0}, {"b": {"c": 2}, "a": 1}, [(("a",), 0, 1), (("b", "c"), 1, 2)]),
        ([1, 2], [2, 1], [((), [1, 2], [2, 1])]),
        (None, {"a": 1}, [((), None, {"a": 1})]),
        ({"a": 1}, None, [((), {"a": 1}, None)]),
        ({"a": 1}, {"a": True}, [(("a",), 1, True)]),
        ({"a": [0]}, {"a": [False]}, [(("a",), [0], [False])]),
    ],
)
def test_differences_name_each_place_once_in_a_stable_order(live: Any, wanted: Any, found: Any) -> None:
    assert list(normal.differences(live, wanted)) == found


def test_the_servers_choice_is_found_wherever_it_hides() -> None:
    assert normal.holds_any({"a": [{"b": ANY}]})
    assert normal.holds_any(normal.model("m"))
    assert not normal.holds_any({"a": [1, None, "x"], "$any": False})
    assert not normal.holds_any(normal.model({"id": "m", "effort": "low"}))
