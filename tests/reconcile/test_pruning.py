"""Against the engine: retired first, archived after a grace, given back as it was when it is declared again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from agentops.reconcile.marks import ID, OWNER
from agentops.reconcile.options import Forgetting
from agentops.reconcile.plan import Plan
from agentops.reconcile.removal import RemovalRules

from .given import (
    MODEL,
    a_credential,
    a_deployment,
    a_store,
    a_team,
    a_vault,
    actions,
    address,
    an_agent,
    an_environment,
    codes,
)
from .given import pruning as at_once
from .ground import Ground, by_identity, told
from .test_exactly_once import is_write, losing

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
WEEK = timedelta(days=7)
KEPT = an_agent("kept")
TRIAGE = (an_agent(system="Read."), an_environment(), a_deployment(schedule=None))


def on(day: float, **rules: Any) -> RemovalRules:
    """Return the rules of a prune that many days later."""
    return RemovalRules(prune=True, now=NOW + timedelta(days=day), **rules)


async def retire(ground: Ground, *kept: Any, day: float = 0) -> Plan:
    """Prune, and see that pruning again at once would do nothing."""
    made, world = await ground.planned(*kept, removal=on(day, max_archive=99))
    outcome = await ground.carry_out(made, world)
    assert outcome.is_complete, told(outcome)
    assert (await ground.plan(*kept, removal=on(day, max_archive=99))).is_empty
    assert (await ground.plan(*kept)).is_empty
    return made


async def deployments(ground: Ground) -> dict[str, Any]:
    """Return the status of every deployment that is not archived, by name."""
    found = (await ground.everything(archived=False))["deployments"]
    return {each["name"]: each["status"] for each in found}


async def test_what_is_declared_no_more_is_paused_and_archives_nothing(ground: Ground) -> None:
    await ground.settle(*TRIAGE, KEPT, a_store(), a_vault())
    made = await retire(ground, KEPT)
    assert {*actions(made).values()} == {"retire"}
    assert next(str(each.address) for each in made.steps) == "Deployment/triage", "paused before its agent is marked"
    assert not any(each.is_final for each in made.steps)
    assert await deployments(ground) == {"triage": "paused"}
    assert len((await ground.everything(archived=False))["agents"]) == 2


async def test_it_is_archived_when_its_grace_is_over_and_not_before(ground: Ground) -> None:
    await ground.settle(*TRIAGE, KEPT)
    await retire(ground, KEPT)
    early = await ground.plan(KEPT, removal=on(6.9))
    assert early.is_empty
    assert codes(early) == ["plan.retired"]
    assert next((each.identity, each.is_waiting, each.ripe) for each in early.orphans) == (
        "Agent/reviewer",
        True,
        NOW + WEEK,
    )
    late = await ground.plan(KEPT, removal=on(7))
    assert {*actions(late).values()} == {"archive"}
    assert {each.reason for each in late.steps} == {"declared no more, and retired since 2026-11-22"}
    assert (await ground.apply(KEPT, removal=on(7))).is_complete
    assert (await ground.plan(KEPT, removal=on(8))).orphans == ()


async def test_declared_again_it_is_as_before(ground: Ground) -> None:
    await ground.settle(*TRIAGE, KEPT, a_store("lessons", description="Learned."))
    before = await ground.everything()
    await retire(ground, KEPT)
    everything = (*TRIAGE, KEPT, a_store("lessons", description="Learned."))
    made = await ground.plan(*everything)
    assert actions(made)["Agent/reviewer"] == "restore"
    assert actions(made)["Deployment/triage"] == "restore"
    assert {each.reason for each in made.steps} == {"declared again; it was retired since 2026-11-22"}
    await ground.settle(*everything)
    assert said(await ground.everything()) == said(before)
    assert (await ground.plan(*everything, removal=on(30))).is_empty


def said(everything: dict[str, Any]) -> list[Any]:
    """Return what people see of each object: no marks, no versions, no times."""
    hidden = {"metadata", "version", "updated_at", "created_at"}
    objects = (each for found in everything.values() for each in found)
    shown = [{key: value for key, value in each.items() if key not in hidden} for each in objects]
    for each in shown:
        if "agent" in each:
            each["agent"] = each["agent"]["id"]
    return sorted(shown, key=lambda each: str(each["id"]))


async def test_a_deployment_that_somebody_had_paused_stays_paused(ground: Ground) -> None:
    busy, quiet = a_deployment("busy"), a_deployment("quiet")
    everything = (*TRIAGE[:2], busy, quiet, KEPT)
    await ground.settle(*everything)
    (found,) = [each for each in (await ground.everything())["deployments"] if each["name"] == "quiet"]
    await ground.sdk.beta.deployments.pause(found["id"])
    await retire(ground, KEPT)
    assert await deployments(ground) == {"busy": "paused", "quiet": "paused"}
    await ground.settle(*everything)
    assert await deployments(ground) == {"busy": "active", "quiet": "paused"}


async def test_a_retired_deployment_that_somebody_set_going_is_given_back_as_it_is(ground: Ground) -> None:
    await ground.settle(*TRIAGE, KEPT)
    await retire(ground, KEPT)
    (found,) = (await ground.everything())["deployments"]
    await ground.sdk.beta.deployments.unpause(found["id"])
    asked: list[str] = []

    class Listening(httpx2.AsyncBaseTransport):
        def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
            self._inner = inner

        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            asked.append(request.url.path)
            return await self._inner.handle_async_request(request)

    assert (await ground.through(Listening).apply(*TRIAGE, KEPT)).is_complete
    assert not [each for each in asked if each.endswith("/unpause")]
    assert (await ground.plan(*TRIAGE, KEPT)).is_empty
    assert await deployments(ground) == {"triage": "active"}


async def test_what_was_changed_by_hand_while_it_was_retired_is_drift_when_it_comes_back(ground: Ground) -> None:
    await ground.settle(an_agent(system="Read."), KEPT)
    (live,) = [each for each in (await ground.everything())["agents"] if each["name"] == "reviewer"]
    changed = await ground.sdk.beta.agents.update(live["id"], version=live["version"], system="By hand.")
    await retire(ground, KEPT)
    (step,) = (await ground.plan(an_agent(system="Read."), KEPT)).steps
    assert [(each.verdict, each.before, each.after) for each in step.changes] == [("drift", changed.system, "Read.")]
    await ground.settle(an_agent(system="Read."), KEPT)


async def test_a_retired_deployment_that_somebody_set_going_is_paused_again_and_keeps_its_date(ground: Ground) -> None:
    await ground.settle(*TRIAGE, KEPT)
    await retire(ground, KEPT)
    (found,) = (await ground.everything())["deployments"]
    await ground.sdk.beta.deployments.unpause(found["id"])
    made = await retire(ground, KEPT, day=3)
    assert [each.reason for each in made.steps] == ["retired, and running again"]
    assert {*actions(await ground.plan(KEPT, removal=on(7))).values()} == {"archive"}


async def test_one_is_archived_now_by_name_and_the_rest_is_left_alone(ground: Ground) -> None:
    await ground.settle(an_agent("a"), an_agent("b"), KEPT)
    rules = RemovalRules(now=NOW, archive_now=frozenset({address("Agent/a")}))
    made = await ground.plan(KEPT, removal=rules)
    assert actions(made) == {"Agent/a": "archive"}
    assert [each.identity for each in made.orphans] == ["Agent/b"]
    assert (await ground.apply(KEPT, removal=rules)).is_complete


async def test_an_agent_waits_for_the_grace_of_its_own_deployments(ground: Ground) -> None:
    agent, environment, deployment = TRIAGE
    second = an_agent("second")
    await ground.settle(*TRIAGE, KEPT, second)
    await retire(ground, KEPT, environment, deployment, second, agent)
    await retire(ground, KEPT, environment, second, agent)
    await retire(ground, KEPT, environment, second, day=1)
    assert actions(await ground.plan(KEPT, environment, second, removal=on(7.5))) == {"Deployment/triage": "archive"}
    both = actions(await ground.plan(KEPT, environment, second, removal=on(8)))
    assert both == {"Deployment/triage": "archive", "Agent/reviewer": "archive"}


async def test_a_deployment_of_others_stops_the_archiving_of_its_agent_until_it_is_named(ground: Ground) -> None:
    await ground.settle(*TRIAGE[:2], KEPT)
    agent = next(each for each in (await ground.everything())["agents"] if each["name"] == "reviewer")
    (room,) = (await ground.everything())["environments"]
    event: Any = {"type": "user.message", "content": [{"type": "text", "text": "Go."}]}
    theirs = await ground.sdk.beta.deployments.create(
        name="theirs", agent=agent["id"], environment_id=room["id"], initial_events=[event]
    )
    made = await retire(ground, KEPT, TRIAGE[1])
    assert [each.name for each in made.steps[0].blast.swept] == ["theirs"]
    assert await deployments(ground) == {"theirs": "active"}, "what is not ours is not paused"
    for rules in (on(7), RemovalRules(destroy=True)):
        blocked = await ground.plan(KEPT, TRIAGE[1], removal=rules)
        assert codes(blocked) == ["plan.cascade"]
        (found,) = blocked.report.diagnostics
        assert f"--cascade {theirs.id}" in found.notes[0]
    named = on(7, cascade=frozenset({theirs.id}))
    assert codes(await ground.plan(KEPT, TRIAGE[1], removal=named)) == []
    assert (await ground.apply(KEPT, TRIAGE[1], removal=named)).is_complete
    assert await deployments(ground) == {}


async def test_an_agent_that_was_given_a_deployment_after_it_was_planned_is_not_archived(ground: Ground) -> None:
    await ground.settle(an_agent(), an_agent("kept"), an_environment())
    made, world = await ground.planned(an_agent("kept"), an_environment(), removal=at_once(max_archive=9))
    live = by_identity(await ground.everything())
    environment = live["Environment/workshop"]["id"]
    begin: Any = [{"type": "user.message", "content": [{"type": "text", "text": "Go."}]}]
    new = await ground.sdk.beta.deployments.create(
        name="late", agent=live["Agent/reviewer"]["id"], environment_id=environment, initial_events=begin
    )
    [result] = (await ground.carry_out(made, world)).results
    assert result.state == "failed"
    assert f"and with it what it was given after it was planned: late ({new.id})" in result.detail
    assert (await ground.sdk.beta.deployments.retrieve(new.id)).status == "active"


async def their_credential(ground: Ground, secret_name: str, **fields: Any) -> str:
    """Put a credential into our vault that is not ours, and return its id."""
    (vault,) = (await ground.everything(archived=False))["vaults"]
    auth: Any = {
        "type": "environment_variable",
        "secret_name": secret_name,
        "secret_value": "theirs",
        "networking": {"type": "unrestricted"},
    }
    made = await ground.sdk.beta.vaults.credentials.create(vault["id"], auth=auth, display_name=secret_name, **fields)
    return made.id


@pytest.mark.parametrize("metadata", [{}, {OWNER: "github.com/acme/other", ID: "Vault/tools/theirs"}])
async def test_a_credential_of_others_stops_the_removal_of_its_vault_until_it_is_named(
    ground: Ground, metadata: dict[str, str]
) -> None:
    await ground.settle(a_vault(), a_credential(), KEPT)
    theirs = await their_credential(ground, "THEIRS", metadata=metadata)
    made = await retire(ground, KEPT)
    assert [each.id for each in made.steps[0].blast.swept] == [theirs]
    for rules, goes in ((on(7), "archived"), (at_once(), "archived"), (RemovalRules(destroy=True), "deleted")):
        blocked = await ground.plan(KEPT, removal=rules)
        assert codes(blocked) == ["plan.cascade"]
        (found,) = blocked.report.diagnostics
        assert found.message.startswith(f"Vault/tools would be {goes}, and with it at once THEIRS ({theirs}), which ")
        assert f"--cascade {theirs}" in found.notes[0]
    made, world = await ground.planned(KEPT, removal=on(7, cascade=frozenset({theirs})))
    assert codes(made) == []
    late = await their_credential(ground, "LATE", metadata=metadata)
    (result,) = (await ground.carry_out(made, world)).results
    assert result.state == "failed"
    assert f"and with it what it was given after it was planned: LATE ({late})" in result.detail
    assert (await ground.apply(KEPT, removal=on(7, cascade=frozenset({theirs, late})))).is_complete
    assert (await ground.everything(archived=False))["vaults"] == []


async def test_what_the_last_look_refuses_to_delete_is_not_archived_either(ground: Ground) -> None:
    await ground.settle(a_vault(), a_credential(), KEPT)
    made, world = await ground.planned(KEPT, removal=RemovalRules(destroy=True))
    assert codes(made) == []
    late = await their_credential(ground, "LATE", metadata={})
    results = {str(each.step.address): each for each in (await ground.carry_out(made, world)).results}
    assert results["Vault/tools"].state == "failed"
    assert (
        f"would go, and with it what it was given after it was planned: LATE ({late})" in results["Vault/tools"].detail
    )
    assert len((await ground.everything(archived=False))["vaults"]) == 1


async def test_an_agent_whose_deployment_is_declared_is_not_archived(ground: Ground) -> None:
    await ground.settle(*TRIAGE, KEPT)
    agent = next(each for each in (await ground.everything())["agents"] if each["name"] == "reviewer")
    by_id = a_deployment(agent={"type": "agent", "id": agent["id"], "version": agent["version"]})
    blocked = await ground.plan(KEPT, TRIAGE[1], by_id, removal=at_once())
    assert codes(blocked) == ["plan.cascade"]
    assert "Deployment/triage" in blocked.report.diagnostics[0].message
    other = a_deployment(agent={"type": "agent", "id": (await ground.sdk.beta.agents.create(name="o", model=MODEL)).id})
    assert codes(await ground.plan(KEPT, TRIAGE[1], other, removal=at_once())) == []


async def test_protection_outlives_the_file_until_one_commit_lifts_it_and_the_next_removes_it(ground: Ground) -> None:
    await ground.settle(an_agent(protect=True), KEPT)
    assert codes(await ground.plan(KEPT, removal=on(0))) == ["plan.protected"]
    assert codes(await ground.plan(KEPT, removal=on(99, archive_now=frozenset({address("Agent/reviewer")})))) == [
        "plan.protected"
    ]
    await ground.settle(an_agent(), KEPT)
    await retire(ground, KEPT)
    assert (await ground.apply(KEPT, removal=on(7))).is_complete


async def test_a_team_goes_before_its_members(ground: Ground) -> None:
    await ground.settle(an_agent(), a_team("crew", ["reviewer"]), KEPT)
    await retire(ground, KEPT)
    assert [str(each.address) for each in (await ground.plan(KEPT, removal=on(7))).steps] == [
        "Team/crew",
        "Agent/reviewer",
    ]


@pytest.mark.parametrize("arrives", [True, pytest.param(False, marks=pytest.mark.long)])
@pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.long), 2, pytest.param(3, marks=pytest.mark.long)])
async def test_whichever_write_of_a_retirement_is_lost_or_the_process_dies_it_is_finished_and_given_back(
    ground: Ground, n: int, arrives: bool
) -> None:
    await ground.settle(*TRIAGE, KEPT)
    made, world = await ground.planned(KEPT, removal=on(0))
    dying = ground.through(losing(n, is_lost=is_write, arrives=arrives, dies=True))
    await dying.carry_out(made, world)
    await ground.apply(KEPT, removal=on(1))
    await retire(ground, KEPT, day=1)
    assert await deployments(ground) == {"triage": "paused"}
    again, world = await ground.planned(*TRIAGE, KEPT)
    await ground.through(losing(n, is_lost=is_write, arrives=arrives, dies=True)).carry_out(again, world)
    await ground.settle(*TRIAGE, KEPT)
    assert await deployments(ground) == {"triage": "active"}


async def test_what_is_let_go_while_an_answer_is_lost_is_let_go_once(ground: Ground) -> None:
    await ground.settle(an_agent(), KEPT)
    forget = Forgetting(frozenset({address("Agent/reviewer")}))
    made, world = await ground.planned(KEPT, forget=forget)
    outcome = await ground.through(losing(1, is_lost=is_write)).carry_out(made, world)
    assert outcome.is_complete, told(outcome)
    (live,) = [each for each in (await ground.everything())["agents"] if each["name"] == "reviewer"]
    assert (live["metadata"], live["version"]) == ({}, 2)


@pytest.mark.parametrize("rules", [{"now": NOW}, {"skips_grace": True}], ids=["retired", "archived at once"])
async def test_what_is_protected_keeps_what_it_runs_on(ground: Ground, rules: dict[str, Any]) -> None:
    mine = replace(TRIAGE[2], protect=True)
    await ground.settle(*TRIAGE[:2], mine, KEPT, an_agent("loose"))
    spared = RemovalRules(prune=True, spares_protected=True, **rules)
    made, world = await ground.planned(KEPT, removal=spared)
    assert {*actions(made)} == {"Agent/loose"}
    assert codes(made) == ["plan.no-longer-declared"]
    assert {each.identity for each in made.orphans if each.is_protected} == {str(each.address) for each in TRIAGE}
    assert (await ground.carry_out(made, world)).is_complete
    assert await deployments(ground) == {"triage": "active"}
    assert (await ground.plan(KEPT, removal=replace(spared, now=NOW + WEEK))).steps[1:] == ()
