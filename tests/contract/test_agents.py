"""Agents: what a create answers, and what every field is held to."""

import re
from datetime import timedelta
from typing import Any

import pytest
from anthropic import BadRequestError

from agentops.base.clock import ManualClock

from .given import MODEL, a_custom_tool, a_server, a_toolset_of, an_agent, refused, the_agent_toolset
from .sdk import Api

EVERYTHING: dict[str, Any] = {
    "name": "Reviewer",
    "model": {"id": MODEL, "effort": "high", "speed": "standard", "inference_geo": "us"},
    "description": "Reads pull requests.",
    "system": "You review code.\nBe brief.",
    "metadata": {"team": "platform", "Ünïcode": "✓"},
    "mcp_servers": [a_server()],
    "tools": [the_agent_toolset(), a_toolset_of(), a_custom_tool()],
    "skills": [{"type": "anthropic", "skill_id": "xlsx"}],
    "execution_identity": {"type": "aws_role", "role_arn": "arn:aws:iam::123456789012:role/runner"},
}


def test_a_bare_agent_has_every_field_with_its_default(api: Api, clock: ManualClock) -> None:
    agent = an_agent(api)
    body = api.last.json()
    assert re.fullmatch(r"agent_01\w+", agent.id)
    assert body == {
        "id": agent.id,
        "type": "agent",
        "name": "Reviewer",
        "version": 1,
        "model": {"id": MODEL, "effort": body["model"]["effort"], "speed": "standard", "inference_geo": None},
        "description": body["description"],
        "system": body["system"],
        "tools": [],
        "mcp_servers": [],
        "skills": [],
        "metadata": {},
        "multiagent": None,
        "execution_identity": {"type": "service_account"},
        "created_at": body["created_at"],
        "updated_at": body["created_at"],
        "archived_at": None,
    }
    assert body["description"] in {None, ""}
    assert body["system"] in {None, ""}
    assert agent.created_at == clock.now()


@pytest.mark.stateless
def test_times_are_rfc_3339_in_utc_with_microseconds(api: Api, clock: ManualClock) -> None:
    clock.advance(timedelta(microseconds=7))
    an_agent(api)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", api.last.json()["created_at"])


def test_everything_that_is_sent_comes_back(api: Api) -> None:
    agent = api.agents.create(**EVERYTHING)
    body = api.last.json()
    for field in ("name", "description", "system", "metadata", "mcp_servers", "execution_identity"):
        assert body[field] == EVERYTHING[field], field
    assert body["model"] == {"id": MODEL, "effort": {"type": "high"}, "speed": "standard", "inference_geo": "us"}
    assert body["tools"][2] == a_custom_tool()
    assert agent.skills[0].skill_id == "xlsx"


def test_what_is_read_is_what_was_answered(api: Api) -> None:
    agent = api.agents.create(**EVERYTHING)
    assert api.agents.retrieve(agent.id) == agent
    assert api.agents.retrieve(agent.id, version=1) == agent
    assert api.agents.list(limit=1).data == [agent]
    assert api.agents.versions.list(agent.id).data == [agent]


def test_names_need_not_be_unique(api: Api) -> None:
    assert an_agent(api).id != an_agent(api).id


@pytest.mark.stateless
def test_text_comes_back_byte_for_byte(api: Api) -> None:
    text = "tab\t nul-free \u2028 🜁 e\u0301 é \r\n end "
    assert an_agent(api, system=text, description=text).system == text
    assert api.last.json()["description"] == text


@pytest.mark.stateless
@pytest.mark.parametrize("level", ["low", "medium", "high", "xhigh", "max"])
def test_effort_is_a_word_or_an_object_and_comes_back_as_an_object(api: Api, level: str) -> None:
    for effort in (level, {"type": level}):
        assert an_agent(api, model={"id": MODEL, "effort": effort}).model.effort.type == level


@pytest.mark.stateless
@pytest.mark.parametrize(
    "model", ["claude-fable-5-2", "claude-haiku-4-5", {"id": MODEL}, {"id": MODEL, "effort": None}]
)
def test_effort_is_resolved_when_it_is_not_given(api: Api, model: Any) -> None:
    assert an_agent(api, model=model).model.effort.type in {"low", "medium", "high", "xhigh", "max"}


@pytest.mark.stateless
def test_a_model_has_its_own_default_effort(api: Api) -> None:
    found = {name: an_agent(api, model=name).model.effort.type for name in ("claude-opus-5-5", "claude-sonnet-5-5")}
    assert found == {"claude-opus-5-5": "medium", "claude-sonnet-5-5": "high"}


@pytest.mark.stateless
def test_a_model_we_have_never_heard_of_is_taken(api: Api) -> None:
    assert an_agent(api, model="qwen3-coder:30b").model.id == "qwen3-coder:30b"


@pytest.mark.stateless
def test_a_skill_comes_back_with_a_concrete_version(api: Api) -> None:
    agent = an_agent(
        api, tools=[the_agent_toolset()], skills=[{"type": "anthropic", "skill_id": "pdf", "version": None}]
    )
    assert agent.skills[0].version not in {"", "latest"}


@pytest.mark.stateless
@pytest.mark.parametrize("identity", [None, {"type": "service_account"}])
def test_the_service_account_is_the_default_identity(api: Api, identity: Any) -> None:
    assert an_agent(api, execution_identity=identity).execution_identity.type == "service_account"


AT_THE_LIMIT = {
    "name": {"name": "n" * 256},
    "name in wide characters": {"name": "名" * 256},
    "description": {"description": "d" * 2048},
    "system": {"system": "s" * 100_000},
    "metadata": {"metadata": {f"{number:02}" + "k" * 62: "v" * 512 for number in range(16)}},
    "metadata value": {"metadata": {"empty": ""}},
    "servers": {
        "mcp_servers": [a_server(f"s{number}") for number in range(20)],
        "tools": [a_toolset_of(f"s{number}") for number in range(20)],
    },
    "server name": {
        "mcp_servers": [a_server("s" * 255, url="https://example.com")],
        "tools": [a_toolset_of("s" * 255)],
    },
    "server url": {
        "mcp_servers": [a_server(url="https://example.com/" + "p" * 2028)],
        "tools": [a_toolset_of()],
    },
    "tools": {"tools": [a_custom_tool(name=f"t{number}") for number in range(128)]},
    "custom tool name": {"tools": [a_custom_tool(name="t" * 128)]},
    "property name": {"tools": [a_custom_tool(input_schema={"type": "object", "properties": {"p" * 64: {}}})]},
    "role": {"execution_identity": {"type": "aws_role", "role_arn": "arn:aws:iam::123456789012:role/" + "r" * 2017}},
}


@pytest.mark.stateless
@pytest.mark.parametrize("fields", AT_THE_LIMIT.values(), ids=AT_THE_LIMIT)
def test_a_field_may_reach_its_limit(api: Api, fields: dict[str, Any]) -> None:
    an_agent(api, **fields)
    body = api.last.json()
    for field, value in fields.items():
        if field != "tools":
            assert body[field] == value


BEYOND_THE_LIMIT: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "empty name": ({"name": ""}, ("name",)),
    "long name": ({"name": "n" * 257}, ("name", "256")),
    "name of another type": ({"name": 7}, ("name",)),
    "null name": ({"name": None}, ("name",)),
    "empty model": ({"model": ""}, ("model",)),
    "null model": ({"model": None}, ("model",)),
    "model without id": ({"model": {"effort": "low"}}, ("model", "id")),
    "unknown effort": ({"model": {"id": MODEL, "effort": "heroic"}}, ("model.effort",)),
    "unknown effort object": ({"model": {"id": MODEL, "effort": {"type": "heroic"}}}, ("model.effort",)),
    "unknown speed": ({"model": {"id": MODEL, "speed": "warp"}}, ("model.speed",)),
    "an effort that the model lacks": ({"model": {"id": "claude-opus-4-5", "effort": "max"}}, ("model.effort", "high")),
    "a model without effort": ({"model": {"id": "claude-haiku-4-5", "effort": "low"}}, ("model.effort", "left out")),
    "a model without fast mode": (
        {"model": {"id": "claude-sonnet-5-5", "speed": "fast"}},
        ("model.speed", "claude-opus-5-5"),
    ),
    "unknown geo": ({"model": {"id": MODEL, "inference_geo": "atlantis"}}, ("model.inference_geo",)),
    "unknown model field": ({"model": {"id": MODEL, "temperature": 1}}, ("model.temperature",)),
    "long description": ({"description": "d" * 2049}, ("description", "2048")),
    "long system": ({"system": "s" * 100_001}, ("system", "100000")),
    "too much metadata": ({"metadata": {str(number): "" for number in range(17)}}, ("metadata", "16")),
    "long metadata key": ({"metadata": {"k" * 65: ""}}, ("metadata", "64")),
    "long metadata value": ({"metadata": {"key": "v" * 513}}, ("metadata", "512")),
    "metadata of another type": ({"metadata": {"key": 1}}, ("metadata.key",)),
    "metadata null value": ({"metadata": {"key": None}}, ("metadata.key",)),
    "too many servers": (
        {
            "mcp_servers": [a_server(f"s{number}") for number in range(21)],
            "tools": [a_toolset_of(f"s{number}") for number in range(21)],
        },
        ("mcp_servers", "20"),
    ),
    "two servers of one name": ({"mcp_servers": [a_server(), a_server()], "tools": [a_toolset_of()]}, ("mcp_servers",)),
    "empty server name": ({"mcp_servers": [a_server("")], "tools": [a_toolset_of("")]}, ("mcp_servers.0.name",)),
    "long server name": (
        {"mcp_servers": [a_server("s" * 256)], "tools": [a_toolset_of("s" * 256)]},
        ("mcp_servers.0.name", "255"),
    ),
    "long server url": (
        {"mcp_servers": [a_server(url="https://example.com/" + "p" * 2029)], "tools": [a_toolset_of()]},
        ("mcp_servers.0.url", "2048"),
    ),
    "server without url": (
        {"mcp_servers": [{"type": "url", "name": "tickets"}], "tools": [a_toolset_of()]},
        ("mcp_servers.0.url",),
    ),
    "server of another type": ({"mcp_servers": [a_server(type="stdio")]}, ("mcp_servers.0.type",)),
    "server nobody uses": ({"mcp_servers": [a_server()]}, ("mcp_servers", "tickets", "mcp_toolset")),
    "toolset of no server": ({"tools": [a_toolset_of("ghosts")]}, ("ghosts", "mcp_servers")),
    "skill of another type": ({"skills": [{"type": "stolen", "skill_id": "xlsx"}]}, ("skills.0.type",)),
    "skill without id": ({"skills": [{"type": "anthropic"}]}, ("skills.0.skill_id",)),
    "identity of another type": ({"execution_identity": {"type": "root"}}, ("execution_identity.type",)),
    "role without arn": ({"execution_identity": {"type": "aws_role"}}, ("execution_identity.role_arn",)),
    "long role": (
        {"execution_identity": {"type": "aws_role", "role_arn": "arn:aws:iam::123456789012:role/" + "r" * 2018}},
        ("execution_identity.role_arn", "2048"),
    ),
    "tools of another type": ({"tools": "bash"}, ("tools",)),
    "multiagent of another type": ({"multiagent": {"type": "swarm"}}, ("multiagent.type",)),
}


@pytest.mark.stateless
@pytest.mark.parametrize(("fields", "words"), BEYOND_THE_LIMIT.values(), ids=BEYOND_THE_LIMIT)
def test_a_field_beyond_its_rule_is_refused_by_name(api: Api, fields: dict[str, Any], words: tuple[str, ...]) -> None:
    error = refused(BadRequestError, lambda: an_agent(api, **fields), *words)
    assert error.type == "invalid_request_error"


@pytest.mark.stateless
@pytest.mark.parametrize("field", ["name", "model"])
def test_a_required_field_that_is_missing_is_named(api: Api, field: str) -> None:
    body = {"name": "Reviewer", "model": MODEL}
    del body[field]
    response = api.send("POST", "/v1/agents", json=body)
    assert response.status_code == 400
    assert field in response.json()["error"]["message"]


def test_a_refused_agent_is_not_made(api: Api) -> None:
    newest = an_agent(api)
    refused(BadRequestError, lambda: an_agent(api, name="", description="never"))
    assert api.agents.list(limit=1).data == [newest]
