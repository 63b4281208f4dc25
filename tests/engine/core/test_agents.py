"""What an agent becomes when it is created or updated."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from agentops.engine.core import agents
from agentops.engine.core.json import parsed, written
from agentops.wire.agents import AgentCreate
from agentops.wire.problems import check

TOOLSET = {"type": "agent_toolset_20260401"}

REQUEST: dict[str, Any] = {
    "name": "reviewer",
    "model": {"id": "claude-opus-5-5", "effort": "low", "inference_geo": "us"},
    "description": "Reviews.",
    "system": "You review.",
    "tools": [{**TOOLSET, "configs": [{"name": "web_fetch", "url_sources": {"user_input": "none"}}]}],
    "metadata": {"a": "1", "b": "2"},
}


def stored(**changes: Any) -> dict[str, Any]:
    return agents.created({**REQUEST, **changes})


def test_a_name_and_a_model_are_enough() -> None:
    assert agents.created({"name": "a", "model": "m"}) == {
        "name": "a",
        "model": {"id": "m", "effort": {"type": "high"}, "speed": "standard", "inference_geo": None},
        "description": None,
        "system": None,
        "tools": [],
        "mcp_servers": [],
        "skills": [],
        "metadata": {},
        "execution_identity": {"type": "service_account"},
    }


def test_an_empty_update_keeps_everything() -> None:
    assert agents.updated(stored(), {}) == stored()


def test_null_and_an_empty_text_clear_what_can_be_cleared() -> None:
    for nothing in (None, ""):
        cleared = agents.updated(stored(), {"description": nothing, "system": nothing})
        assert (cleared["description"], cleared["system"]) == (None, None)


def test_null_and_an_empty_list_clear_a_list() -> None:
    for nothing in (None, []):
        assert agents.updated(stored(), {"tools": nothing})["tools"] == []


def test_metadata_is_merged_and_null_deletes_a_key() -> None:
    assert agents.updated(stored(), {"metadata": {"a": None, "c": "3"}})["metadata"] == {"b": "2", "c": "3"}
    assert agents.updated(stored(), {"metadata": None})["metadata"] == {"a": "1", "b": "2"}


def test_a_model_is_replaced_as_a_whole_except_for_the_effort_of_the_same_model() -> None:
    same = agents.updated(stored(), {"model": "claude-opus-5-5"})["model"]
    assert same == {
        "id": "claude-opus-5-5",
        "effort": {"type": "low"},
        "speed": "standard",
        "inference_geo": None,
    }
    other = agents.updated(stored(), {"model": {"id": "claude-haiku-5-5"}})["model"]
    assert other["effort"] == {"type": "medium"}


def test_an_execution_identity_of_null_is_the_default() -> None:
    aws = {"type": "aws_role", "role_arn": "arn:aws:iam::1:role/x"}
    assert agents.updated(stored(execution_identity=aws), {"execution_identity": None})["execution_identity"] == {
        "type": "service_account"
    }


def test_the_answer_carries_what_the_version_and_what_the_agent_says() -> None:
    body = agents.body(stored(), None, agents.Identity("agent_1", 3, "c", "u"))
    answer = parsed(agents.answered(body, "2026-01-01T00:00:00.000000Z"))
    assert (answer["id"], answer["version"], answer["archived_at"]) == ("agent_1", 3, "2026-01-01T00:00:00.000000Z")
    assert agents.fields_of(body) == stored()


policies = st.sampled_from(["always_allow", "always_ask", "auto"]).map(lambda kind: {"type": kind})
settings = st.fixed_dictionaries(
    {}, optional={"enabled": st.none() | st.booleans(), "permission_policy": st.none() | policies}
)
configs = st.lists(
    st.builds(lambda name, own: {"name": name, **own}, st.sampled_from(["bash", "read", "web_search"]), settings),
    unique_by=lambda each: each["name"],
)
toolsets = st.fixed_dictionaries(
    {"type": st.just("agent_toolset_20260401")}, optional={"default_config": st.none() | settings, "configs": configs}
)
requests = st.fixed_dictionaries(
    {"name": st.text(min_size=1, max_size=20), "model": st.sampled_from(["m", "n"])},
    optional={
        "description": st.none() | st.text(max_size=20),
        "system": st.none() | st.text(max_size=20),
        "tools": st.lists(toolsets, max_size=1),
        "metadata": st.dictionaries(st.text(min_size=1, max_size=5), st.text(max_size=5), max_size=3),
    },
)


@given(requests)
def test_what_is_stored_is_a_request_again_that_changes_nothing(request: dict[str, Any]) -> None:
    fields = agents.created(request)
    assert check(AgentCreate, fields)[1] == ()
    assert agents.updated(fields, fields) == fields
    assert agents.updated(fields, request) == fields or request["model"] != fields["model"]["id"]
    assert parsed(written(fields)) == fields
