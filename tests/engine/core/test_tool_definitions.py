"""What a model is told of its tools: only those it has, under names that lead back."""

import json
from typing import Any

import pytest

from agentops.engine.core.json import Json
from agentops.engine.core.runs.grants import Grants
from agentops.engine.core.tool_definitions import definitions, settings
from agentops.engine.core.toolsets import resolved
from agentops.engine.tools.inputs import INPUTS
from agentops.wire.custom_tools import BUILT_IN_TOOLS

TOOLSET: Json = {"type": "agent_toolset_20260401"}
CUSTOM: Json = {
    "type": "custom",
    "name": "ticket",
    "description": "Opens a ticket.",
    "input_schema": {"type": "object", "properties": {"title": {"type": "string"}}},
}
SERVER: Json = {"type": "mcp_toolset", "mcp_server_name": "a b", "configs": [{"name": "off", "enabled": False}]}
TYPES = {"string": str, "boolean": bool, "integer": int, "array": list}


def told(*tools: Json, **servers: list[Json]) -> Any:
    return json.loads(
        definitions(resolved(list(tools)), {name.replace("_", " "): each for name, each in servers.items()})
    )


def test_all_built_in_tools_are_on_unless_said() -> None:
    assert [each["name"] for each in told(TOOLSET)] == list(BUILT_IN_TOOLS)


@pytest.mark.parametrize(
    ("toolset", "names"),
    [
        ({"configs": [{"name": name, "enabled": False} for name in BUILT_IN_TOOLS[2:]]}, ["bash", "read"]),
        ({"default_config": {"enabled": False}, "configs": [{"name": "grep", "enabled": True}]}, ["grep"]),
        ({"default_config": {"enabled": False}}, []),
    ],
)
def test_a_tool_that_is_off_is_not_told(toolset: Json, names: list[str]) -> None:
    assert [each["name"] for each in told(TOOLSET | toolset)] == names


def test_a_custom_tool_is_told_as_it_was_written() -> None:
    assert told(CUSTOM) == [{key: CUSTOM[key] for key in ("name", "description", "input_schema")}]
    assert told() == []


def test_a_servers_tools_are_told_under_names_that_lead_back() -> None:
    tools = [{"name": name, "description": "", "input_schema": {"type": "object"}} for name in ("on", "off")]
    names = [each["name"] for each in told(SERVER, a_b=tools)]
    assert names == ["mcp__a_b__on"]
    grant = Grants(resolved([SERVER]), is_self_hosted=False)(names[0])
    assert grant
    assert (grant.mcp_server_name, grant.event_name) == ("a b", "on")


@pytest.mark.parametrize("name", BUILT_IN_TOOLS)
def test_what_is_told_of_an_input_is_what_is_checked(name: str) -> None:
    schema = next(each for each in told(TOOLSET) if each["name"] == name)["input_schema"]
    fields = INPUTS[name].model_fields
    assert set(schema["properties"]) == set(fields)
    assert schema["required"] == [each for each in fields if fields[each].is_required()]
    for each, declared in schema["properties"].items():
        assert TYPES[declared["type"]].__name__ in str(fields[each].annotation)
        assert declared["description"]


def test_a_tools_own_settings_are_found() -> None:
    config: Json = {"name": "web_fetch", "allowed_domains": ["example.com"]}
    assert settings(resolved([TOOLSET | {"configs": [config]}]), "web_fetch")["allowed_domains"] == ["example.com"]
    assert settings(resolved([TOOLSET, CUSTOM]), "web_fetch") == {}
