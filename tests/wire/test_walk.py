from agentops.base.names import Kind
from agentops.wire.agents import AgentCreate
from agentops.wire.deployments import DeploymentCreate
from agentops.wire.multiagent import Coordinator
from agentops.wire.shape import IdOf, LongText, WriteOnly
from agentops.wire.vaults import CredentialCreate
from agentops.wire.walk import marked


def test_a_roster_s_ids_are_found_in_both_their_forms() -> None:
    roster = {"type": "coordinator", "agents": ["a", {"type": "agent", "id": "b"}, {"type": "self"}]}
    found = [(path, marker.kinds, value) for path, marker, value in marked(Coordinator, roster, IdOf)]
    assert found == [(("agents", 0), (Kind.AGENT,), "a"), (("agents", 1, "id"), (Kind.AGENT,), "b")]


def test_a_deployment_may_name_an_agent_or_a_team() -> None:
    data = {"agent": "x", "environment_id": "e", "vault_ids": ["v"]}
    kinds = {path: marker.kinds for path, marker, _ in marked(DeploymentCreate, data, IdOf)}
    assert kinds == {
        ("agent",): (Kind.AGENT, Kind.TEAM),
        ("environment_id",): (Kind.ENVIRONMENT,),
        ("vault_ids", 0): (Kind.VAULT,),
    }


def test_long_texts_are_found_before_the_files_they_stand_in_were_read() -> None:
    data = {"system": {"file": "prompt.md"}, "tools": [{"type": "custom", "description": {"file": "x"}}]}
    assert [path for path, _, _ in marked(AgentCreate, data, LongText)] == [("system",), ("tools", 0, "description")]


def test_secrets_are_found() -> None:
    data = {"auth": {"type": "static_bearer", "token": {"env": "TOKEN"}}}
    assert [(path, value) for path, _, value in marked(CredentialCreate, data, WriteOnly)] == [
        (("auth", "token"), {"env": "TOKEN"})
    ]


def test_what_no_shape_describes_is_passed_over() -> None:
    data = {"nonsense": {"id": "a"}, "multiagent": {"type": "other", "agents": ["a"]}, "skills": "x", "tools": [None]}
    assert list(marked(AgentCreate, data, IdOf)) == []
