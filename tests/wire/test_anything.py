"""Whatever arrives, `check` answers: a shape, or problems whose paths lead somewhere."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentops.wire.agents import AgentCreate, AgentUpdate
from agentops.wire.deployments import DeploymentCreate
from agentops.wire.dreams import DreamCreate
from agentops.wire.environments import EnvironmentCreate, EnvironmentUpdate
from agentops.wire.lists import SessionQuery
from agentops.wire.memories import MemoryCreate
from agentops.wire.memory_stores import MemoryStoreCreate
from agentops.wire.problems import Path, check
from agentops.wire.shape import IdOf, Shape
from agentops.wire.vaults import CredentialCreate
from agentops.wire.walk import marked
from agentops.wire.webhooks import WebhookCreate

VALID: dict[type[Shape], Any] = {
    AgentCreate: {
        "name": "reviewer",
        "model": {"id": "claude-opus-5-5", "effort": {"type": "high"}},
        "tools": [
            {
                "type": "agent_toolset_20260401",
                "default_config": {"permission_policy": {"type": "auto"}},
                "configs": [
                    {"name": "bash", "enabled": False},
                    {
                        "name": "web_fetch",
                        "allowed_domains": ["example.com"],
                        "url_sources": {
                            "client_tool_results": {
                                "type": "only",
                                "tools": [
                                    {"type": "tool_reference", "name": "ask"},
                                ],
                            }
                        },
                    },
                ],
            },
            {"type": "mcp_toolset", "mcp_server_name": "gh"},
            {
                "type": "custom",
                "name": "ask",
                "description": "Asks.",
                "input_schema": {"type": "object", "properties": {"a": {"type": "string"}}, "x": [1, {"y": 2}]},
            },
        ],
        "mcp_servers": [{"type": "url", "name": "gh", "url": "https://mcp.example.com"}],
        "skills": [{"type": "custom", "skill_id": "s"}],
        "metadata": {"team": "a"},
        "multiagent": {"type": "coordinator", "agents": ["a", {"type": "agent", "id": "b"}, {"type": "self"}]},
        "execution_identity": {"type": "aws_role", "role_arn": "arn"},
    },
    AgentUpdate: {
        "version": 3,
        "model": "m",
        "metadata": {"a": None},
        "multiagent": {
            "type": "multiagent_20261001",
            "subagents": {"type": "enabled", "predefined_agents": ["a"]},
            "advisor": {"type": "disabled"},
        },
    },
    EnvironmentCreate: {
        "name": "e",
        "config": {
            "type": "cloud",
            "networking": {"type": "limited", "allowed_hosts": ["a.com"], "allow_package_managers": True},
            "packages": {"pip": ["x"]},
        },
    },
    EnvironmentUpdate: {"metadata": {"a": ""}, "config": {"type": "self_hosted"}},
    MemoryStoreCreate: {"name": "s", "metadata": {"a": "b"}},
    MemoryCreate: {"path": "/a/b.md", "content": "c"},
    DeploymentCreate: {
        "name": "d",
        "agent": {"type": "agent", "id": "a", "version": 1},
        "environment_id": "e",
        "initial_events": [
            {"type": "user.define_outcome", "description": "x", "rubric": {"type": "text", "content": "r"}},
            {
                "type": "user.message",
                "content": [
                    {"type": "text", "text": "hi"},
                    {"type": "document", "source": {"type": "url", "url": "https://example.com/a.pdf"}},
                ],
            },
        ],
        "resources": [
            {"type": "github_repository", "url": "https://github.com/a/b", "checkout": {"type": "branch", "name": "x"}},
            {"type": "memory_store", "memory_store_id": "m"},
        ],
        "schedule": {"type": "cron", "expression": "0 9 * * 1-5", "timezone": "Europe/Berlin"},
        "budget": {"type": "limit", "max_list_cost": {"amount": "2500", "currency": "USD"}},
    },
    CredentialCreate: {
        "auth": {
            "type": "environment_variable",
            "secret_name": "TOKEN",
            "secret_value": "v",
            "networking": {"type": "limited", "allowed_hosts": ["*.example.com"]},
            "injection_location": {"header": True},
        }
    },
    DreamCreate: {
        "inputs": [{"type": "memory_store", "memory_store_id": "m"}, {"type": "sessions", "session_ids": ["s"]}],
        "model": "m",
        "output_behavior": {"type": "update_existing", "memory_store_id": "m"},
    },
    WebhookCreate: {"url": "https://example.com/hook", "enabled_events": ["external_key.failed"]},
    SessionQuery: {"limit": "5", "created_at[gte]": "2026-05-06T01:10:30Z", "statuses[]": ["idle"]},
}

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
ANY_TEXT = st.text(st.characters(), max_size=12)
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["type", "string", "object", "[key]"])
)


def json_like(text: st.SearchStrategy[str], keys: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        LEAVES | text,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
        max_leaves=8,
    )


def places(data: Any, path: Path = ()) -> list[Path]:
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(each for key, value in pairs for each in places(value, (*path, key)))]


def replaced(data: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    first, *rest = path
    if isinstance(data, list):
        return [replaced(each, tuple(rest), value) if index == first else each for index, each in enumerate(data)]
    return {**data, first: replaced(data[first], tuple(rest), value)}


def leads_somewhere(data: Any, path: Path) -> bool:
    """Tell whether every step but the last exists: the last may name what is missing."""
    for element in path[:-1]:
        if not (isinstance(data, dict) and element in data) and not (isinstance(data, list) and element < len(data)):
            return False
        data = data[element]
    return not path or isinstance(data, dict | list)


@pytest.mark.parametrize("shape", VALID, ids=lambda shape: shape.__name__)
def test_what_is_valid_passes_and_comes_back_as_it_was(shape: type[Shape]) -> None:
    found, problems = check(shape, VALID[shape])
    assert problems == ()
    assert found is not None
    if shape is not SessionQuery:
        assert found.sent() == VALID[shape]


@given(st.sampled_from(list(VALID)), json_like(ANY_TEXT, ANY_TEXT | st.integers() | st.none()))
def test_anything_at_all_gets_an_answer(shape: type[Shape], data: Any) -> None:
    found, problems = check(shape, data)
    assert (found is None) == bool(problems)
    list(marked(shape, data, IdOf))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data(), st.sampled_from(list(VALID)))
def test_a_request_with_one_odd_value_gets_problems_that_lead_somewhere(
    draws: st.DataObject, shape: type[Shape]
) -> None:
    path = draws.draw(st.sampled_from(places(VALID[shape])))
    data = replaced(VALID[shape], path, draws.draw(json_like(TEXT, TEXT)))
    found, problems = check(shape, data)
    assert (found is None) == bool(problems)
    for problem in problems:
        assert leads_somewhere(data, problem.path), problem
        assert problem.message
        assert "Input" not in problem.message
    list(marked(shape, data, IdOf))


def test_deep_data_gets_an_answer() -> None:
    deep: Any = {"type": "object"}
    for _ in range(50_000):
        deep = {"type": "object", "properties": {"a": [deep]}}
    tool = {"type": "custom", "name": "t", "description": "d", "input_schema": deep}
    for shape, data in ((AgentCreate, deep), (AgentCreate, {"tools": [tool]}), (EnvironmentCreate, {"config": deep})):
        assert check(shape, data)[1]
