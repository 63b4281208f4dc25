"""Against the engine: a run that cannot do everything does what it can, and says what it did not do and why."""

from typing import Any

import httpx2
import pytest

from agentops.reconcile.apply import Progress, State
from agentops.reconcile.resource import Resource
from agentops.reconcile.target import Verb, Write

from .given import (
    a_credential,
    a_deployment,
    a_schedule,
    a_seed,
    a_store,
    a_team,
    a_vault,
    a_webhook,
    an_agent,
    an_environment,
    pruning,
)
from .ground import Ground, by_identity, told

pytestmark = pytest.mark.anyio

IMPOSSIBLE: dict[str, Any] = {
    "tools": [{"type": "agent_toolset_20260401"}],
    "skills": [{"type": "custom", "skill_id": "skill_01nowhere"}],
}
"""What a validator passes and a server refuses."""


async def test_what_the_plan_did_not_show_is_not_overwritten(ground: Ground) -> None:
    await ground.settle(an_agent(system="one", description="ours"))
    made, world = await ground.planned(an_agent(system="two", description="ours"))
    agent = by_identity(await ground.everything())["Agent/reviewer"]["id"]
    await ground.sdk.beta.agents.update(agent, version=1, description="meanwhile")
    outcome = await ground.carry_out(made, world)
    (result,) = outcome.results
    assert result.state is State.FAILED
    said = "Agent/reviewer changed on the target after it was planned: version 1 → 2, `description`, at 2026-11-21T"
    assert result.detail.startswith(said)
    assert result.hint == "look at it with `agentops plan`, then run the command again"
    live = by_identity(await ground.everything())["Agent/reviewer"]
    assert (live["system"], live["description"]) == ("one", "meanwhile")
    await ground.settle(an_agent(system="two", description="ours"))


async def test_a_field_that_is_being_changed_and_moved_meanwhile_is_left_alone(ground: Ground) -> None:
    await ground.settle(an_agent(system="one"))
    made, world = await ground.planned(an_agent(system="two"))
    agent = by_identity(await ground.everything())["Agent/reviewer"]["id"]
    await ground.sdk.beta.agents.update(agent, version=1, system="meanwhile")
    outcome = await ground.carry_out(made, world)
    assert "version 1 → 2, `system`" in outcome.results[0].detail
    assert by_identity(await ground.everything())["Agent/reviewer"]["system"] == "meanwhile"


async def test_what_nobody_declared_is_merged_by_the_server_and_the_step_is_done(ground: Ground) -> None:
    await ground.settle(an_agent(system="one"), a_team("crew", ["reviewer"]))
    made, world = await ground.planned(an_agent(system="two"), a_team("crew", ["reviewer"]))
    agent = by_identity(await ground.everything())["Agent/reviewer"]["id"]
    await ground.sdk.beta.agents.update(agent, version=1, description="meanwhile")
    outcome = await ground.carry_out(made, world)
    assert told(outcome) == [("Agent/reviewer", "done", "version 3"), ("Team/crew", "done", "version 2")]
    live = by_identity(await ground.everything())
    assert (live["Agent/reviewer"]["system"], live["Agent/reviewer"]["description"]) == ("two", "meanwhile")
    assert live["Team/crew"]["multiagent"]["agents"][0]["version"] == 3, "not the version that the plan foresaw"
    assert (await ground.plan(an_agent(system="two"), a_team("crew", ["reviewer"]))).is_empty


async def test_so_it_is_where_there_are_no_versions(ground: Ground) -> None:
    await ground.settle(an_environment(metadata={"tier": "1"}))
    made, world = await ground.planned(an_environment(metadata={"tier": "2"}))
    environment = by_identity(await ground.everything())["Environment/workshop"]["id"]
    await ground.sdk.beta.environments.update(environment, description="meanwhile")
    outcome = await ground.carry_out(made, world)
    assert outcome.is_complete, told(outcome)
    live = by_identity(await ground.everything())["Environment/workshop"]
    assert (live["metadata"]["tier"], live["description"]) == ("2", "meanwhile")


async def test_somebody_who_did_the_same_meanwhile_is_no_conflict(ground: Ground) -> None:
    await ground.settle(an_agent(system="one"))
    made, world = await ground.planned(an_agent(system="two"))
    agent = by_identity(await ground.everything())["Agent/reviewer"]["id"]
    await ground.sdk.beta.agents.update(agent, version=1, system="two")
    assert (await ground.carry_out(made, world)).is_complete
    assert (await ground.plan(an_agent(system="two"))).is_empty


async def test_what_was_archived_meanwhile_says_so(ground: Ground) -> None:
    await ground.settle(an_agent(system="one"), an_environment(description="one"))
    made, world = await ground.planned(an_agent(system="two"), an_environment(description="two"))
    live = by_identity(await ground.everything())
    await ground.sdk.beta.agents.archive(live["Agent/reviewer"]["id"])
    await ground.sdk.beta.environments.archive(live["Environment/workshop"]["id"])
    outcome = await ground.carry_out(made, world)
    assert {each.state for each in outcome.results} == {State.FAILED}
    assert all("was archived after it was planned" in each.detail for each in outcome.results), told(outcome)


@pytest.mark.parametrize("what", ["agent", "environment"])
async def test_what_is_to_go_and_changed_meanwhile_stays(ground: Ground, what: str) -> None:
    one = an_agent(description="one") if what == "agent" else an_environment(description="one")
    await ground.settle(one, a_store())
    made, world = await ground.planned(a_store(), removal=pruning())
    live = by_identity(await ground.everything())[str(one.address)]
    collection: Any = ground.sdk.beta.agents if what == "agent" else ground.sdk.beta.environments
    await collection.update(live["id"], description="meanwhile", **({"version": 1} if what == "agent" else {}))
    outcome = await ground.carry_out(made, world)
    assert outcome.results[0].state is State.FAILED
    assert "`description`" in outcome.results[0].detail
    assert by_identity(await ground.everything())[str(one.address)]["archived_at"] is None
    again = await ground.apply(a_store(), removal=pruning())
    assert again.is_complete, told(again)


async def test_what_is_to_go_and_is_gone_already_is_no_failure(ground: Ground) -> None:
    await ground.settle(an_environment(), an_agent(), a_store())
    made, world = await ground.planned(a_store(), removal=pruning())
    live = by_identity(await ground.everything())
    await ground.sdk.beta.environments.delete(live["Environment/workshop"]["id"])
    await ground.sdk.beta.agents.archive(live["Agent/reviewer"]["id"])
    outcome = await ground.carry_out(made, world)
    details = {str(each.step.address): (each.state.value, each.detail) for each in outcome.results}
    assert details["Environment/workshop"] == ("done", "gone already")
    assert details["Agent/reviewer"] == ("done", "archived already")


@pytest.mark.parametrize("what", ["environment", "store"])
async def test_an_object_without_versions_that_changed_meanwhile_is_left_alone_too(ground: Ground, what: str) -> None:
    before, after = (
        an_environment(description=each) if what == "environment" else a_store(description=each)
        for each in ("one", "two")
    )
    await ground.settle(before)
    made, world = await ground.planned(after)
    (live,) = by_identity(await ground.everything()).values()
    collection: Any = ground.sdk.beta.environments if what == "environment" else ground.sdk.beta.memory_stores
    await collection.update(live["id"], description="meanwhile")
    outcome = await ground.carry_out(made, world)
    assert outcome.results[0].state is State.FAILED
    assert "changed on the target after it was planned" in outcome.results[0].detail
    (live,) = by_identity(await ground.everything()).values()
    assert live["description"] == "meanwhile"


UNVERSIONED: dict[str, tuple[tuple[Resource, ...], tuple[Resource, ...], dict[str, Any]]] = {
    "deployment": (
        (an_agent(), an_environment(), a_deployment(description="one")),
        (an_agent(), an_environment(), a_deployment(description="two")),
        {"description": "meanwhile"},
    ),
    "dream schedule": (
        (a_store(), a_schedule(after_sessions=20)),
        (a_store(), a_schedule(after_sessions=30)),
        {"after_sessions": 40},
    ),
    "webhook": (
        (a_webhook(events=["agent.updated"]),),
        (a_webhook(events=["agent.created"]),),
        {"events": ["agent.archived"]},
    ),
    "vault": ((a_vault(),), (a_vault(display_name="two"),), {"display_name": "meanwhile"}),
    "credential": (
        (a_vault(), a_credential(display_name="one")),
        (a_vault(), a_credential(display_name="two")),
        {"display_name": "meanwhile"},
    ),
}


@pytest.mark.parametrize("which", UNVERSIONED)
async def test_no_kind_loses_an_edit_that_came_between_a_plan_and_its_apply(ground: Ground, which: str) -> None:
    before, after, edit = UNVERSIONED[which]
    await ground.settle(*before)
    made, world = await ground.planned(*after)
    [step] = made.steps
    assert step.live
    await ground.target.write(Write(Verb.UPDATE, step.object, step.live.id, body=edit, parent=step.live.parent))
    outcome = await ground.carry_out(made, world)
    [result] = outcome.results
    assert (result.state, "changed on the target after it was planned" in result.detail) == (State.FAILED, True)
    body = await ground.target.read(step.object, step.live.id, step.live.parent)
    assert body.items() >= edit.items()
    again = await ground.plan(*after)
    assert again.report.has_errors  # now it is a conflict, and shown


async def test_a_memory_that_changed_meanwhile_is_left_alone_and_its_store_unmarked(ground: Ground) -> None:
    await ground.settle(a_store("lessons", {"/a.md": a_seed("one")}))
    made, world = await ground.planned(a_store("lessons", {"/a.md": a_seed("two")}))
    store = by_identity(await ground.everything())["MemoryStore/lessons"]["id"]
    (memory,) = await ground.target.list_memories(store)
    await ground.sdk.beta.memory_stores.memories.update(memory["id"], memory_store_id=store, content="meanwhile")
    outcome = await ground.carry_out(made, world)
    detail = outcome.results[0].detail
    assert detail.startswith("MemoryStore/lessons: memory /a.md changed after it was planned: api key ")
    assert " wrote it at 2026-11-21T" in detail
    (memory,) = await ground.target.list_memories(store)
    assert memory["content_sha256"] == a_seed("meanwhile").sha256


async def test_a_memory_that_appeared_meanwhile_is_not_overwritten(ground: Ground) -> None:
    await ground.settle(a_store("lessons", {"/a.md": a_seed("one")}))
    made, world = await ground.planned(a_store("lessons", {"/a.md": a_seed("one"), "/b.md": a_seed("two")}))
    store = by_identity(await ground.everything())["MemoryStore/lessons"]["id"]
    await ground.sdk.beta.memory_stores.memories.create(store, path="/b.md", content="an agent's")
    outcome = await ground.carry_out(made, world)
    assert outcome.results[0].state is State.FAILED
    hashes = {each["path"]: each["content_sha256"] for each in await ground.target.list_memories(store)}
    assert hashes["/b.md"] == a_seed("an agent's").sha256


async def test_a_failed_step_skips_what_needs_it_and_nothing_else(ground: Ground) -> None:
    bad = an_agent("bad", **IMPOSSIBLE)
    wanted = (bad, an_agent("good"), a_team("crew", ["bad", "good"]), a_team("others", ["good"]), an_environment())
    outcome = await ground.apply(*wanted)
    assert {each[0]: each[1] for each in told(outcome)} == {
        "Agent/bad": "failed",
        "Agent/good": "done",
        "Team/crew": "skipped",
        "Team/others": "done",
        "Environment/workshop": "done",
    }
    assert not outcome.is_complete
    details = {str(each.step.address): each.detail for each in outcome.results}
    assert details["Team/crew"] == "needs Agent/bad, which was not applied"
    assert "skill_01nowhere" in details["Agent/bad"]
    await ground.settle(an_agent("bad"), *wanted[1:])


async def test_removals_wait_for_everything_else_to_be_done(ground: Ground) -> None:
    await ground.settle(an_agent("old"))
    bad = an_agent("bad", **IMPOSSIBLE)
    outcome = await ground.apply(bad, removal=pruning())
    assert told(outcome)[1] == ("Agent/old", "skipped", "an earlier step failed")
    assert by_identity(await ground.everything())["Agent/old"]["archived_at"] is None


async def test_stopping_finishes_what_is_under_way_and_starts_nothing_more(ground: Ground) -> None:
    wanted = tuple(an_agent(f"agent-{each}") for each in range(6))
    outcome = await ground.carry_out(*await ground.planned(*wanted), stop_after=2)
    assert [each.state for each in outcome.results] == [State.DONE] * 2 + [State.SKIPPED] * 4
    assert {each.detail for each in outcome.results[2:]} == {"interrupted"}
    assert len((await ground.everything())["agents"]) == 2
    await ground.settle(*wanted)


async def test_progress_is_told_step_by_step_in_the_order_of_references(ground: Ground) -> None:
    heard: list[Progress] = []
    wanted = (a_team("crew", ["a", "b"]), an_agent("a"), an_agent("b"))
    outcome = await ground.carry_out(*await ground.planned(*wanted), tell=heard.append)
    said = [(str(each.step.address), each.state.value) for each in heard]
    assert sorted(said) == sorted((str(each.address), state) for each in wanted for state in ("started", "done"))
    assert said.index(("Team/crew", "started")) > max(said.index((f"Agent/{each}", "done")) for each in "ab")
    assert [each.detail for each in outcome.results] == ["version 1"] * 3
    assert [str(each.step.address) for each in outcome.results] == ["Agent/a", "Agent/b", "Team/crew"]


async def test_no_more_steps_run_at_once_than_allowed(ground: Ground) -> None:
    running, most = 0, 0

    def count(progress: Progress) -> None:
        nonlocal running, most
        running += 1 if progress.state is State.STARTED else -1
        most = max(most, running)

    wanted = tuple(an_agent(f"agent-{each:02}") for each in range(20))
    await ground.carry_out(*await ground.planned(*wanted), tell=count)
    assert 1 < most <= 8


class Lying(httpx2.AsyncBaseTransport):
    """A server that takes a prompt and stores another one."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "GET":
            return await self._inner.handle_async_request(request)
        body = (await request.aread()).replace(b"Review.", b"Obey me.")
        headers = [(key, value) for key, value in request.headers.raw if key.lower() != b"content-length"]
        changed = httpx2.Request(request.method, request.url, headers=headers, content=body)
        return await self._inner.handle_async_request(changed)


async def test_a_server_that_stores_something_else_does_not_pass_unseen(ground: Ground) -> None:
    outcome = await ground.through(Lying).apply(an_agent(system="Review."))
    (result,) = outcome.results
    assert result.state is State.FAILED
    assert result.detail == "Agent/reviewer was written, but the target answered another value for `system`"


async def test_an_old_plan_never_makes_a_twin(ground: Ground) -> None:
    made, world = await ground.planned(an_agent(), an_environment())
    await ground.settle(an_agent(), an_environment())
    await ground.carry_out(made, world)
    agents = (await ground.everything())["agents"]
    assert len(agents) == 2, "two runs at once are what plan ids and leases are for"
    plan = await ground.plan(an_agent(), an_environment())
    assert [each.code.slug for each in plan.report.diagnostics] == ["plan.two-claimants"] * 2
