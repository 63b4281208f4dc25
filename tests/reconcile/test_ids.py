"""The ids behind the names: of this project alone, and in forms that programs read without surprises."""

import pytest

from agentops.reconcile.views.ids import Named, clashes, ids_env, ids_json, ids_text, named, variable_of

from .given import OWNER, a_credential, a_store, a_vault, address, an_agent
from .ground import Ground

REVIEWER = Named(address("Agent/reviewer"), "agent_01A", 4)
LESSONS = Named(address("MemoryStore/team-lessons"), "memstore_01B")


@pytest.mark.anyio
async def test_what_bears_our_mark_is_told_and_nothing_else(ground: Ground) -> None:
    await ground.settle(an_agent("b"), an_agent("a"), a_store("lessons"), a_vault(), a_credential())
    await ground.of("somebody-else").apply(an_agent("theirs"))
    await ground.sdk.beta.agents.create(name="nobody's", model="claude-opus-5-5")
    _, world = await ground.planned(a_vault())
    found, claimed = named(world, OWNER)
    names = ["Agent/a", "Agent/b", "MemoryStore/lessons", "Vault/tools", "Vault/tools/tickets"]
    assert [str(each.address) for each in found] == names
    assert [each.version for each in found] == [1, 1, None, None, None]
    assert claimed == {}
    agents = {each["metadata"].get("agentops_id"): each["id"] for each in (await ground.everything())["agents"]}
    assert [each.id for each in found[:2]] == [agents["Agent/a"], agents["Agent/b"]]


@pytest.mark.anyio
async def test_a_name_that_two_objects_claim_stands_for_neither(ground: Ground) -> None:
    await ground.settle(an_agent("a"))
    [live] = (await ground.everything())["agents"]
    await ground.sdk.beta.agents.create(name="a", model="claude-opus-5-5", metadata=live["metadata"])
    _, world = await ground.planned(an_agent("a"))
    found, claimed = named(world, OWNER)
    assert found == ()
    assert len(claimed["Agent/a"]) == 2


def test_they_are_told_in_columns_as_json_and_as_variables() -> None:
    found = [REVIEWER, LESSONS]
    assert list(ids_text(found)) == ["Agent/reviewer            agent_01A", "MemoryStore/team-lessons  memstore_01B"]
    assert ids_json(found)["ids"] == {
        "Agent/reviewer": {"id": "agent_01A", "version": 4},
        "MemoryStore/team-lessons": {"id": "memstore_01B", "version": None},
    }
    assert list(ids_env(found)) == ["AGENT_REVIEWER_ID=agent_01A", "MEMORY_STORE_TEAM_LESSONS_ID=memstore_01B"]


def test_variables_that_would_be_one_are_known() -> None:
    two = [Named(address(each), "vlt_1") for each in ("Vault/a/b", "Vault/a-b", "Vault/c")]
    assert [(variable, [str(each) for each in names]) for variable, names in clashes(two)] == [
        ("VAULT_A_B_ID", ["Vault/a/b", "Vault/a-b"])
    ]
    assert variable_of(address("DreamSchedule/nightly")) == "DREAM_SCHEDULE_NIGHTLY_ID"


def test_an_id_that_a_shell_would_run_is_no_id() -> None:
    assert list(ids_env([Named(address("Agent/a"), "x; rm -rf ~"), Named(address("Agent/b"), "a\nPATH=/evil")])) == []
