"""Agent updates: versions, what is kept and what is cleared, and who loses a race."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from anthropic import BadRequestError, ConflictError, NotFoundError

from agentops.base.clock import ManualClock

from .given import (
    MODEL,
    OTHER_MODEL,
    a_custom_tool,
    a_server,
    a_toolset_of,
    an_agent,
    refused,
    the_agent_toolset,
)
from .sdk import Api


def test_an_update_makes_the_next_version(api: Api, clock: ManualClock) -> None:
    agent = an_agent(api, system="one")
    clock.advance(timedelta(seconds=1))
    updated = api.agents.update(agent.id, system="two")
    assert (updated.version, updated.system) == (2, "two")
    assert (updated.created_at, updated.updated_at) == (agent.created_at, clock.now())
    assert api.agents.retrieve(agent.id) == updated


def test_old_versions_stay_as_they_were(api: Api, clock: ManualClock) -> None:
    made = [an_agent(api, system="one")]
    for system in ("two", "three"):
        clock.advance(timedelta(seconds=1))
        made.append(api.agents.update(made[0].id, system=system))
    assert [api.agents.retrieve(made[0].id, version=number) for number in (1, 2, 3)] == made
    assert api.agents.versions.list(made[0].id).data == made[::-1]


def test_a_list_of_agents_shows_each_once_in_its_newest_version(api: Api) -> None:
    agent = an_agent(api)
    api.agents.update(agent.id, system="two")
    assert [(each.id, each.version) for each in api.agents.list(created_at_gte=agent.created_at)] == [(agent.id, 2)]


FULL: dict[str, Any] = {
    "model": {"id": MODEL, "effort": "low"},
    "description": "Reads.",
    "system": "Read.",
    "metadata": {"team": "platform"},
    "mcp_servers": [a_server()],
    "tools": [the_agent_toolset(), a_toolset_of(), a_custom_tool()],
    "skills": [{"type": "anthropic", "skill_id": "xlsx"}],
    "execution_identity": {"type": "aws_role", "role_arn": "arn:aws:iam::123456789012:role/runner"},
    "multiagent": {"type": "multiagent_20261001"},
}

WITHOUT_EFFECT: dict[str, dict[str, Any]] = {
    "nothing": {},
    "the same name": {"name": "Reviewer"},
    "every field again": FULL,
    "the model by its id": {"model": MODEL},
    "the effort as an object": {"model": {"id": MODEL, "effort": {"type": "low"}}},
    "an empty metadata patch": {"metadata": {}},
    "a metadata key again": {"metadata": {"team": "platform"}},
    "removing a metadata key that is not there": {"metadata": {"ghost": None}},
    "a toolset with its defaults spelled out": {
        "tools": [
            the_agent_toolset(default_config={"enabled": True, "permission_policy": {"type": "always_allow"}}),
            a_toolset_of(default_config={"enabled": True, "permission_policy": {"type": "always_ask"}}),
            a_custom_tool(),
        ]
    },
    "multiagent with its defaults spelled out": {
        "multiagent": {
            "type": "multiagent_20261001",
            "subagents": {"type": "enabled", "inline_agents": {"type": "enabled"}, "predefined_agents": []},
            "workflows": None,
            "advisor": {"type": "disabled"},
        }
    },
}


@pytest.mark.parametrize("fields", WITHOUT_EFFECT.values(), ids=WITHOUT_EFFECT)
def test_an_update_without_effect_keeps_version_and_time(api: Api, clock: ManualClock, fields: dict[str, Any]) -> None:
    agent = an_agent(api, **FULL)
    clock.advance(timedelta(seconds=1))
    assert api.agents.update(agent.id, **fields) == agent
    assert len(api.agents.versions.list(agent.id).data) == 1


ALLOWED_TOOLSET = the_agent_toolset(
    default_config={"enabled": True, "permission_policy": {"type": "always_allow"}}, configs=[]
)
ASKING_TOOLSET = a_toolset_of(default_config={"enabled": True, "permission_policy": {"type": "always_ask"}}, configs=[])

WITH_EFFECT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "name": ({"name": "Second reader"}, {"name": "Second reader"}),
    "description": ({"description": "Writes."}, {"description": "Writes."}),
    "system": ({"system": "Write."}, {"system": "Write."}),
    "metadata is merged": ({"metadata": {"cost": "7"}}, {"metadata": {"team": "platform", "cost": "7"}}),
    "metadata key is replaced": ({"metadata": {"team": "data"}}, {"metadata": {"team": "data"}}),
    "metadata key is removed by null": ({"metadata": {"team": None}}, {"metadata": {}}),
    "tools are replaced": (
        {"tools": [the_agent_toolset(), a_toolset_of(), a_custom_tool(name="other")]},
        {"tools": [ALLOWED_TOOLSET, ASKING_TOOLSET, a_custom_tool(name="other")]},
    ),
    "skills are cleared by []": ({"skills": []}, {"skills": []}),
    "skills are cleared by null": ({"skills": None}, {"skills": []}),
    "tools and servers are cleared by []": (
        {"tools": [], "mcp_servers": [], "skills": []},
        {"tools": [], "mcp_servers": [], "skills": []},
    ),
    "tools and servers are cleared by null": (
        {"tools": None, "mcp_servers": None, "skills": None},
        {"tools": [], "mcp_servers": [], "skills": []},
    ),
    "identity is cleared by null": ({"execution_identity": None}, {"execution_identity": {"type": "service_account"}}),
    "identity is cleared by the default": (
        {"execution_identity": {"type": "service_account"}},
        {"execution_identity": {"type": "service_account"}},
    ),
    "multiagent is cleared by null": ({"multiagent": None}, {"multiagent": None}),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "expected"), WITH_EFFECT.values(), ids=WITH_EFFECT)
def test_an_update_changes_what_it_names_and_keeps_the_rest(
    api: Api, fields: dict[str, Any], expected: dict[str, Any]
) -> None:
    an_agent(api, **FULL)
    before = api.last.json()
    api.agents.update(before["id"], **fields)
    after = api.last.json()
    assert after == {**before, **expected, "version": 2, "updated_at": after["updated_at"]}


@pytest.mark.parametrize("field", ["system", "description"])
@pytest.mark.parametrize("nothing", [None, ""], ids=["null", "empty"])
def test_text_is_cleared_by_null_or_by_nothing(api: Api, field: str, nothing: str | None) -> None:
    unset = getattr(an_agent(api), field)
    agent = an_agent(api, **{field: "words"})
    cleared = api.agents.update(agent.id, **{field: nothing})
    assert (cleared.version, getattr(cleared, field)) == (2, unset)
    assert api.agents.update(agent.id, **{field: nothing}).version == 2


@pytest.mark.parametrize(
    ("model", "effort", "geo"),
    [
        (MODEL, "low", None),
        ({"id": MODEL}, "low", None),
        ({"id": MODEL, "inference_geo": "us"}, "low", "us"),
        ({"id": MODEL, "effort": "max", "inference_geo": "global"}, "max", "global"),
        (OTHER_MODEL, "default", None),
        ({"id": OTHER_MODEL, "inference_geo": "us"}, "default", "us"),
        ({"id": OTHER_MODEL, "effort": "medium"}, "medium", None),
    ],
    ids=str,
)
def test_the_model_is_replaced_whole_but_effort_follows_its_id(
    api: Api, model: Any, effort: str, geo: str | None
) -> None:
    agent = an_agent(api, model={"id": MODEL, "effort": "low", "inference_geo": "us"})
    default = an_agent(api, model=OTHER_MODEL).model.effort.type
    updated = api.agents.update(agent.id, model=model).model
    assert updated.effort.type == (default if effort == "default" else effort)
    assert updated.inference_geo == geo
    assert updated.speed == "standard"


@pytest.mark.parametrize("fields", [{}, {"name": "Reviewer"}, {"system": "new"}], ids=["nothing", "same", "change"])
@pytest.mark.parametrize("version", [1, 3])
def test_a_version_that_is_not_current_is_a_conflict_even_without_a_change(
    api: Api, fields: dict[str, Any], version: int
) -> None:
    agent = an_agent(api)
    api.agents.update(agent.id, system="second")
    error = refused(ConflictError, lambda: api.agents.update(agent.id, version=version, **fields), "version", "2")
    assert error.type == "conflict_error"
    assert api.agents.retrieve(agent.id).version == 2


def test_the_current_version_lets_the_update_through(api: Api) -> None:
    agent = an_agent(api)
    assert api.agents.update(agent.id, version=1, system="second").version == 2


@pytest.mark.every_way
def test_of_many_updates_of_one_version_exactly_one_wins(api: Api) -> None:
    agent = an_agent(api)

    def try_update(number: int) -> str:
        try:
            api.agents.update(agent.id, version=1, system=f"from {number}")
        except ConflictError as error:
            return str(error.type)
        return "won"

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(try_update, range(8)))
    assert outcomes == ["conflict_error"] * 7 + ["won"]
    assert len(api.agents.versions.list(agent.id).data) == 2


@pytest.mark.every_way
def test_of_many_updates_without_a_version_none_is_lost(api: Api) -> None:
    agent = an_agent(api)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: api.agents.update(agent.id, metadata={str(number): "here"}), range(8)))
    newest = api.agents.retrieve(agent.id)
    assert (newest.version, len(newest.metadata)) == (9, 8)


REFUSED: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "empty name": ({"name": ""}, ("name",)),
    "null name": ({"name": None}, ("name",)),
    "long name": ({"name": "n" * 257}, ("name", "256")),
    "null model": ({"model": None}, ("model",)),
    "empty model": ({"model": ""}, ("model",)),
    "version 0": ({"version": 0}, ("version",)),
    "version of another type": ({"version": "1"}, ("version",)),
    "long description": ({"description": "d" * 2049}, ("description", "2048")),
    "long system": ({"system": "s" * 100_001}, ("system", "100000")),
    "long metadata value": ({"metadata": {"key": "v" * 513}}, ("metadata", "512")),
    "long metadata key": ({"metadata": {"k" * 65: "v"}}, ("metadata", "64")),
    "too much metadata after the merge": ({"metadata": {str(number): "" for number in range(16)}}, ("metadata", "16")),
    "a server that stays unused": ({"mcp_servers": [a_server(), a_server("other")]}, ("mcp_servers", "other")),
    "removing the server of a toolset": ({"mcp_servers": []}, ("tickets", "mcp_servers")),
    "removing the toolset of a server": ({"tools": []}, ("tickets", "mcp_toolset")),
    "an unknown field": ({"extra_body": {"nmae": "typo"}}, ("nmae",)),
    "a read-only field": ({"extra_body": {"created_at": "2026-01-01T00:00:00Z"}}, ("created_at",)),
}


@pytest.mark.parametrize(("fields", "words"), REFUSED.values(), ids=REFUSED)
def test_a_refused_update_names_the_field_and_changes_nothing(
    api: Api, fields: dict[str, Any], words: tuple[str, ...]
) -> None:
    agent = an_agent(api, **FULL)
    refused(BadRequestError, lambda: api.agents.update(agent.id, **fields), *words)
    assert api.agents.retrieve(agent.id) == agent


def test_sixteen_metadata_pairs_are_counted_after_the_merge(api: Api) -> None:
    agent = an_agent(api, metadata={str(number): "" for number in range(16)})
    swapped = api.agents.update(agent.id, metadata={"0": None, "new": "pair"})
    assert len(swapped.metadata) == 16
    assert "0" not in swapped.metadata


def test_an_archived_agent_is_read_but_not_changed(api: Api, clock: ManualClock) -> None:
    agent = an_agent(api)
    clock.advance(timedelta(seconds=1))
    archived = api.agents.archive(agent.id)
    assert archived.archived_at == clock.now()
    assert archived.version == 1
    refused(BadRequestError, lambda: api.agents.update(agent.id, system="new"), "archived")
    refused(BadRequestError, lambda: api.agents.update(agent.id), "archived")
    assert api.agents.retrieve(agent.id) == archived
    assert len(api.agents.versions.list(agent.id).data) == 1


def test_archiving_twice_changes_nothing(api: Api, clock: ManualClock) -> None:
    archived = api.agents.archive(an_agent(api).id)
    clock.advance(timedelta(seconds=1))
    assert api.agents.archive(archived.id) == archived


def test_an_agent_cannot_be_deleted(api: Api) -> None:
    agent = an_agent(api)
    assert api.send("DELETE", f"/v1/agents/{agent.id}").status_code == 405
    assert api.agents.retrieve(agent.id) == agent


@pytest.mark.stateless
def test_versions_of_an_agent_that_does_not_exist_are_not_found(api: Api) -> None:
    refused(NotFoundError, lambda: api.agents.versions.list("agent_01NoSuchAgent"), "agent_01NoSuchAgent")
