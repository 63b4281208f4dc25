"""Against the engine: a run that cannot do everything does what it can, and says what it did not do and why."""

from typing import Any

import httpx2
import pytest

from agentops.reconcile.apply import Progress, State
from agentops.reconcile.removal import RemovalRules

from .given import a_seed, a_store, a_team, an_agent, an_environment
from .ground import Ground, by_identity, told

pytestmark = pytest.mark.anyio

IMPOSSIBLE: dict[str, Any] = {
    "tools": [{"type": "agent_toolset_20260401"}],
    "skills": [{"type": "custom", "skill_id": "skill_01nowhere"}],
}
"""What a validator passes and a server refuses."""


async def test_an_agent_that_changed_between_plan_and_apply_is_left_alone(ground: Ground) -> None:
    await ground.settle(an_agent(system="one"))
    made, world = await ground.planned(an_agent(system="two"))
    agent = by_identity(await ground.everything())["Agent/reviewer"]["id"]
    await ground.sdk.beta.agents.update(agent, version=1, description="meanwhile")
    outcome = await ground.carry_out(made, world)
    (result,) = outcome.results
    assert result.state is State.FAILED
    assert "version" in result.detail
    assert result.hint == "somebody else changed it; run the command again"
    assert by_identity(await ground.everything())["Agent/reviewer"]["system"] == "one"
    await ground.settle(an_agent(system="two"))


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


async def test_a_memory_that_changed_meanwhile_is_left_alone_and_its_store_unmarked(ground: Ground) -> None:
    await ground.settle(a_store("lessons", {"/a.md": a_seed("one")}))
    made, world = await ground.planned(a_store("lessons", {"/a.md": a_seed("two")}))
    store = by_identity(await ground.everything())["MemoryStore/lessons"]["id"]
    (memory,) = await ground.target.list_memories(store)
    await ground.sdk.beta.memory_stores.memories.update(memory["id"], memory_store_id=store, content="meanwhile")
    outcome = await ground.carry_out(made, world)
    assert "memory /a.md changed after it was planned" in outcome.results[0].detail
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
    outcome = await ground.apply(bad, removal=RemovalRules(prune=True))
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
