"""Names at the command line, and what is said when they stand for nothing."""

from typing import Any

import pytest

from agentops.base.errors import UsageError
from agentops.base.names import Address, Kind
from agentops.cli.sessions.finding import AGENT, ENVIRONMENT, Scope, is_id, named, only, title

SCOPE = Scope("embedded", "shop", frozenset({Address(Kind.AGENT, "logs"), Address(Kind.AGENT, "new")}))


def live(name: str, address: str = "", owner: str = "shop") -> dict[str, Any]:
    marks = {"agentops_owner": owner, "agentops_id": address} if address else {}
    return {"id": f"agent_{name}", "name": name, "metadata": marks}


def test_a_name_is_found_by_the_mark_of_this_project() -> None:
    lives = [live("a", "Agent/logs", "other"), live("b", "Agent/logs"), live("logs"), live("c", "Team/incident")]
    assert named(AGENT, "logs", lives, SCOPE) == "agent_b"
    assert named(AGENT, "Agent/logs", lives, SCOPE) == "agent_b"
    assert named(AGENT, "incident", lives, SCOPE) == "agent_c"


def test_ids_need_no_look() -> None:
    assert is_id(AGENT, "agent_01abc")
    assert not is_id(AGENT, "agents")


def test_a_name_of_two_objects_is_refused_with_both() -> None:
    lives = [live("a", "Agent/x"), live("b", "Team/x")]
    with pytest.raises(UsageError, match=r"stands for 2 objects .* Agent/x \(agent_a\), Team/x \(agent_b\)") as error:
        named(AGENT, "x", lives, SCOPE)
    assert "Kind/name" in error.value.hint


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("new", "Agent/new is declared, but embedded does not have it", "`agentops apply` makes it"),
        ("log", "embedded has no agent `log`", "did you mean `logs`?"),
        ("Agent/log", "embedded has no agent `Agent/log`", "did you mean `Agent/logs`?"),
        ("zzz", "embedded has no agent `zzz`", "there are: Agent/logs, Agent/new"),
    ],
)
def test_a_name_of_nothing_says_what_to_do(text: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as error:
        named(AGENT, text, [live("a", "Agent/logs")], SCOPE)
    assert (error.value.message, error.value.hint) == (message, hint)


def test_what_others_own_goes_by_its_id_alone() -> None:
    with pytest.raises(UsageError, match="shop has no agent `x` on embedded: agent_a belongs to other") as error:
        named(AGENT, "x", [live("a", "Agent/x", "other")], SCOPE)
    assert error.value.hint == "what others own is named by its id"
    with pytest.raises(UsageError) as error:
        named(AGENT, "xy", [live("a", "Agent/x", "other")], SCOPE)
    assert "did you mean" not in error.value.hint


def test_a_thing_of_another_kind_is_told_apart() -> None:
    with pytest.raises(UsageError, match="Environment/sandbox is no agent") as error:
        named(AGENT, "Environment/sandbox", [], SCOPE)
    assert error.value.hint == "name an Agent or a Team"


def test_where_there_is_nothing_at_all_apply_is_named() -> None:
    with pytest.raises(UsageError) as error:
        named(AGENT, "x", [], Scope("embedded"))
    assert "agentops apply" in error.value.hint


def test_the_only_environment_is_the_projects_own_before_any_other() -> None:
    lives = [live("a"), live("b", "Environment/sandbox")]
    assert only(ENVIRONMENT, lives, SCOPE, "--environment") == "agent_b"
    assert only(ENVIRONMENT, lives[:1], SCOPE, "--environment") == "agent_a"


def test_several_or_none_are_refused_with_the_way_out() -> None:
    lives = [live("a", "Environment/one"), live("b", "Environment/two")]
    with pytest.raises(UsageError, match=r"has 2 environments, and none is named: Environment/one") as error:
        only(ENVIRONMENT, lives, SCOPE, "--environment")
    assert "--environment" in error.value.hint
    declared = Scope("embedded", "shop", frozenset({Address(Kind.ENVIRONMENT, "sandbox")}))
    with pytest.raises(UsageError, match="embedded has no environment") as error:
        only(ENVIRONMENT, [], declared, "--environment")
    assert error.value.hint == "Environment/sandbox is declared: `agentops apply` makes it"


def test_people_call_things_by_their_address_else_by_name() -> None:
    assert title(live("a", "Agent/logs")) == "Agent/logs"
    assert title(live("a")) == "a"
