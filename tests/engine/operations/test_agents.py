"""Agents from request to database and back, on both databases."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from agentops.base.clock import ManualClock

pytestmark = pytest.mark.anyio


async def make(http: httpx2.AsyncClient, name: str = "a", **fields: Any) -> dict[str, Any]:
    answer = await http.post("/v1/agents", json={"name": name, "model": "m", **fields})
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def change(http: httpx2.AsyncClient, agent: dict[str, Any], **fields: Any) -> dict[str, Any]:
    answer = await http.post(f"/v1/agents/{agent['id']}", json=fields)
    assert answer.status_code == 200, answer.text
    changed: dict[str, Any] = answer.json()
    return changed


async def problem(http: httpx2.AsyncClient, path: str, **fields: Any) -> tuple[int, str]:
    answer = await http.post(path, json=fields)
    return answer.status_code, answer.json()["error"]["message"]


def coordinator(*entries: object) -> dict[str, Any]:
    return {"type": "coordinator", "agents": list(entries)}


def pin(agent: dict[str, Any]) -> dict[str, Any]:
    return {"type": "agent", "id": agent["id"], "version": agent["version"]}


async def test_a_change_makes_a_version_and_no_change_makes_none(http: httpx2.AsyncClient, clock: ManualClock) -> None:
    first = await make(http, metadata={"k": "v"})
    clock.advance(timedelta(seconds=1))
    assert await change(http, first, name="a", model="m", metadata={"k": "v", "gone": None}) == first
    second = await change(http, first, system="Be kind.")
    assert (second["version"], second["created_at"]) == (2, first["created_at"])
    assert second["updated_at"] > first["updated_at"]
    listed = (await http.get(f"/v1/agents/{first['id']}/versions")).json()["data"]
    assert listed == [second, first]
    for version in (first, second):
        read = await http.get(f"/v1/agents/{first['id']}", params={"version": version["version"]})
        assert read.json() == version
    assert (await http.get(f"/v1/agents/{first['id']}?version=3")).status_code == 404


async def test_of_writers_that_name_one_version_exactly_one_wins(http: httpx2.AsyncClient) -> None:
    agent = await make(http)
    outcomes = await asyncio.gather(
        *(http.post(f"/v1/agents/{agent['id']}", json={"version": 1, "system": f"{index}"}) for index in range(12))
    )
    assert sorted(each.status_code for each in outcomes) == [200] + [409] * 11
    assert {each.headers.get("x-should-retry") for each in outcomes if each.status_code == 409} == {"false"}
    assert (await http.get(f"/v1/agents/{agent['id']}")).json()["version"] == 2


async def test_a_stale_version_is_a_conflict_even_when_nothing_would_change(http: httpx2.AsyncClient) -> None:
    agent = await make(http)
    await change(http, agent, system="x")
    status, message = await problem(http, f"/v1/agents/{agent['id']}", version=1, system="x")
    assert (status, "is at version 2, the request expects 1" in message) == (409, True)


async def test_the_outcome_of_an_update_has_to_hold_together(http: httpx2.AsyncClient) -> None:
    server = {"type": "url", "name": "docs", "url": "https://example.com/mcp"}
    tools = [{"type": "mcp_toolset", "mcp_server_name": "docs"}]
    agent = await make(http, mcp_servers=[server], tools=tools)
    path = f"/v1/agents/{agent['id']}"
    assert await problem(http, path, tools=None) == (
        400,
        'mcp_servers.0.name: must be used by an mcp_toolset in tools, "docs" is not',
    )
    assert (await change(http, agent, tools=None, mcp_servers=[]))["version"] == 2
    many = {f"k{index}": "v" for index in range(16)}
    await change(http, agent, metadata=many)
    answer = await http.post(path, json={"metadata": {"one": "more"}})
    assert (answer.status_code, answer.json()["error"]["details"]["error_code"]) == (400, "invalid_metadata")


async def test_an_archived_agent_is_only_read(http: httpx2.AsyncClient, clock: ManualClock) -> None:
    agent = await change(http, await make(http), name="b")
    clock.advance(timedelta(seconds=1))
    archived = (await http.post(f"/v1/agents/{agent['id']}/archive")).json()
    assert archived == {**agent, "archived_at": archived["updated_at"], "updated_at": archived["updated_at"]}
    assert archived["archived_at"] > agent["updated_at"]
    clock.advance(timedelta(seconds=1))
    assert (await http.post(f"/v1/agents/{agent['id']}/archive")).json() == archived
    assert (await problem(http, f"/v1/agents/{agent['id']}", name="c"))[0] == 400
    assert (await http.get(f"/v1/agents/{agent['id']}")).json() == archived
    first = (await http.get(f"/v1/agents/{agent['id']}?version=1")).json()
    assert (first["name"], first["archived_at"]) == ("a", archived["archived_at"])
    assert (await http.get("/v1/agents")).json()["data"] == []
    assert (await http.get("/v1/agents?include_archived=true")).json()["data"] == [archived]


async def test_members_are_pinned_when_the_owner_is_saved_and_anew_on_every_update(http: httpx2.AsyncClient) -> None:
    loose, tight = await make(http, "loose"), await make(http, "tight")
    owner = await make(http, "owner", multiagent=coordinator(loose["id"], pin(tight), {"type": "self"}))
    assert owner["multiagent"]["agents"] == [pin(loose), pin(tight), pin(owner)]
    moved = await change(http, loose, system="x")
    await change(http, tight, system="x")
    assert (await http.get(f"/v1/agents/{owner['id']}")).json() == owner
    saved = await change(http, owner)
    assert saved["version"] == 2
    assert saved["multiagent"]["agents"] == [pin(moved), pin(tight), pin(saved)]
    assert await change(http, owner) == saved


async def test_pinning_what_is_newest_changes_nothing_but_is_remembered(http: httpx2.AsyncClient) -> None:
    member = await make(http, "member")
    owner = await make(http, "owner", multiagent=coordinator(member["id"]))
    assert await change(http, owner, multiagent=coordinator(pin(member))) == owner
    await change(http, member, system="x")
    assert await change(http, owner) == owner


async def test_the_newer_form_is_merged_level_by_level(http: httpx2.AsyncClient) -> None:
    member = await make(http, "member")
    form = "multiagent_20261001"
    subagents = {"type": "enabled", "inline_agents": {"type": "disabled"}, "predefined_agents": [member["id"]]}
    owner = await make(http, "owner", multiagent={"type": form, "subagents": subagents})
    assert owner["multiagent"]["subagents"]["predefined_agents"] == [pin(member)]
    changed = await change(http, owner, multiagent={"type": form, "workflows": {"type": "disabled"}})
    assert changed["multiagent"] == {**owner["multiagent"], "workflows": {"type": "disabled"}}
    status, message = await problem(
        http,
        f"/v1/agents/{owner['id']}",
        multiagent={"type": form, "subagents": {"type": "enabled", "predefined_agents": []}},
    )
    assert (status, message.partition(":")[0]) == (400, "multiagent.subagents.predefined_agents")
    assert (await change(http, owner, multiagent=None))["multiagent"] is None


async def test_a_member_has_to_exist_be_live_and_delegate_to_nobody(http: httpx2.AsyncClient) -> None:
    member, gone = await make(http, "member"), await make(http, "gone")
    await http.post(f"/v1/agents/{gone['id']}/archive")
    owner = await make(http, "owner", multiagent=coordinator(member["id"]))
    for entry in (
        "agent_nobody",
        "with\0nul",
        {"type": "agent", "id": member["id"], "version": 9},
        {"type": "agent", "id": member["id"], "version": 10**30},
        gone["id"],
        owner["id"],
    ):
        status, message = await problem(http, "/v1/agents", name="x", model="m", multiagent=coordinator(entry))
        assert (status, message.startswith("multiagent.agents.0: must ")) == (400, True), message


async def test_skills_get_a_version_and_have_to_exist(http: httpx2.AsyncClient) -> None:
    toolset = [{"type": "agent_toolset_20260401"}]
    skills = [{"type": "anthropic", "skill_id": "xlsx"}, {"type": "anthropic", "skill_id": "pdf", "version": "7"}]
    agent = await make(http, tools=toolset, skills=skills)
    assert [each["version"] for each in agent["skills"]] == ["20251013", "7"]
    for kind, skill in (("anthropic", "nope"), ("custom", "skill_01")):
        wanted = [{"type": kind, "skill_id": skill}]
        status, message = await problem(http, "/v1/agents", name="x", model="m", tools=toolset, skills=wanted)
        assert (status, message) == (400, f'skills.0.skill_id: must be a skill that exists, "{skill}" does not')


async def test_a_walk_of_all_pages_meets_every_agent_once(http: httpx2.AsyncClient, clock: ManualClock) -> None:
    names = [f"a{index:03}" for index in range(45)]
    for index, name in enumerate(names):
        await make(http, name)
        if index % 4 == 0:
            clock.advance(timedelta(seconds=1))
    walked: list[str] = []
    page: dict[str, Any] = {"limit": 7}
    while True:
        answer = (await http.get("/v1/agents", params=page)).json()
        walked += [each["name"] for each in answer["data"]]
        if answer["next_page"] is None:
            break
        page = {"limit": 7, "page": answer["next_page"]}
        await make(http, "late")  # it is newer than every page to come, so it disturbs none
    assert walked == names[::-1]


async def test_versions_are_walked_newest_first(http: httpx2.AsyncClient) -> None:
    agent = await make(http)
    for index in range(6):
        await change(http, agent, system=f"{index}")
    walked: list[int] = []
    path, page = f"/v1/agents/{agent['id']}/versions", ""
    while True:
        answer = (await http.get(f"{path}?limit=3{page}")).json()
        walked += [each["version"] for each in answer["data"]]
        if answer["next_page"] is None:
            break
        page = f"&page={answer['next_page']}"
    assert walked == [7, 6, 5, 4, 3, 2, 1]
    assert (await http.get(f"/v1/agents{page.replace('&', '?')}")).status_code == 400
    assert (await http.get("/v1/agents/agent_nobody/versions")).status_code == 404
