"""Runs of deployments: a session or the reason why there is none, and lists of both."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from anthropic import BadRequestError

from agentops.base.clock import ManualClock

from .given import (
    a_deployment,
    a_file,
    a_message,
    a_schedule,
    a_server,
    a_skill,
    a_store,
    a_toolset_of,
    a_vault,
    an_agent,
    an_environment,
    ids,
    pages,
    refused,
)
from .sdk import Api

BUDGET = {"type": "limit", "max_list_cost": {"amount": "2500", "currency": "USD"}}


def test_a_run_by_hand_creates_a_session_at_once(api: Api, clock: ManualClock) -> None:
    vault, store = a_vault(api), a_store(api)
    deployment = a_deployment(
        api,
        schedule=a_schedule(),
        budget=BUDGET,
        vault_ids=[vault.id],
        resources=[{"type": "memory_store", "memory_store_id": store.id}],
        initial_events=[a_message(), {"type": "system.message", "content": [{"type": "text", "text": "It is night."}]}],
    )
    clock.advance(timedelta(seconds=1))
    run = api.deployments.run(deployment.id)
    body = api.last.json()
    assert re.fullmatch(r"drun_01\w+", run.id)
    assert body == {
        "type": "deployment_run",
        "id": run.id,
        "deployment_id": deployment.id,
        "agent": api.deployments.retrieve(deployment.id).agent.to_dict(),
        "trigger_context": {"type": "manual"},
        "session_id": run.session_id,
        "error": None,
        "created_at": body["created_at"],
    }
    assert run.created_at == clock.now()
    assert api.deployment_runs.retrieve(run.id) == run
    assert api.deployments.retrieve(deployment.id) == deployment, "a run by hand changes nothing"
    session = api.sessions.retrieve(run.session_id)
    assert (session.deployment_id, session.environment_id) == (deployment.id, deployment.environment_id)
    assert (session.agent.id, session.agent.version) == (deployment.agent.id, deployment.agent.version)
    assert (session.status, session.vault_ids, session.created_at) == ("running", [vault.id], clock.now())
    assert session.budget.max_list_cost.amount == "2500"
    assert [each.memory_store_id for each in session.resources] == [store.id]
    assert ids(api.sessions.list(deployment_id=deployment.id).data) == [session.id]


def test_a_run_takes_the_pinned_version_and_a_paused_deployment_runs_by_hand(api: Api) -> None:
    agent = an_agent(api)
    deployment = a_deployment(api, agent=agent.id)
    api.agents.update(agent.id, name="Second reader")
    api.deployments.pause(deployment.id)
    run = api.deployments.run(deployment.id)
    assert (run.agent.id, run.agent.version, run.error) == (agent.id, 1, None)
    assert api.sessions.retrieve(run.session_id).agent.name == "Reviewer"


def archived(resource: Any, made: Any) -> Callable[[], object]:
    return partial(resource.archive, made.id)


Broken = tuple[dict[str, Any], Callable[[], object]]


def _roster(api: Api) -> Broken:
    member = an_agent(api)
    team = {"type": "coordinator", "agents": [member.id]}
    return {"agent": an_agent(api, multiagent=team).id}, archived(api.agents, member)


def _skill(api: Api) -> Broken:
    skill = a_skill(api)
    skills = [{"type": "custom", "skill_id": skill.id}]
    tools = [{"type": "agent_toolset_20260401"}]
    return {"agent": an_agent(api, tools=tools, skills=skills).id}, partial(api.skills.delete, skill.id)


def _egress(api: Api) -> Broken:
    agent = an_agent(api, tools=[a_toolset_of()], mcp_servers=[a_server()])
    environment = an_environment(api)
    closed = {"type": "cloud", "networking": {"type": "limited"}}
    return (
        {"agent": agent.id, "environment_id": environment.id},
        partial(api.environments.update, environment.id, config=closed),
    )


def _environment(api: Api, act: str) -> Broken:
    environment = an_environment(api)
    return {"environment_id": environment.id}, partial(getattr(api.environments, act), environment.id)


def _vault(api: Api, act: str) -> Broken:
    vault = a_vault(api)
    return {"vault_ids": [vault.id]}, partial(getattr(api.vaults, act), vault.id)


def _store(api: Api, act: str) -> Broken:
    store = a_store(api)
    resources = [{"type": "memory_store", "memory_store_id": store.id}]
    return {"resources": resources}, partial(getattr(api.memory_stores, act), store.id)


def _file(api: Api) -> Broken:
    file = a_file(api)
    store = {"type": "memory_store", "memory_store_id": a_store(api).id}
    return {"resources": [store, {"type": "file", "file_id": file.id}]}, partial(api.files.delete, file.id)


BROKEN: dict[str, Callable[[Api], Broken]] = {
    "agent_archived_error": _roster,
    "skill_not_found_error": _skill,
    "mcp_egress_blocked_error": _egress,
    "environment_archived_error": partial(_environment, act="archive"),
    "environment_not_found_error": partial(_environment, act="delete"),
    "vault_archived_error": partial(_vault, act="archive"),
    "vault_not_found_error": partial(_vault, act="delete"),
    "memory_store_archived_error": partial(_store, act="archive"),
    "session_resource_not_found_error": partial(_store, act="delete"),
    "file_not_found_error": _file,
}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_was_lost_since_is_told_by_a_failed_run(api: Api, kind: str) -> None:
    fields, breaking = BROKEN[kind](api)
    deployment = a_deployment(api, **fields)
    breaking()
    run = api.deployments.run(deployment.id)
    assert (run.session_id, run.error.type) == (None, kind)
    assert run.error.message
    assert api.deployment_runs.retrieve(run.id) == run
    assert api.sessions.list(deployment_id=deployment.id).data == []
    assert api.deployments.retrieve(deployment.id) == deployment, "only a failure by schedule pauses"


def test_runs_are_listed_by_deployment_outcome_trigger_and_time(api: Api, clock: ManualClock) -> None:
    environment = an_environment(api)
    deployment = a_deployment(api, environment_id=environment.id)
    made = []
    for number in range(5):
        if number == 3:
            api.environments.archive(environment.id)
        clock.advance(timedelta(seconds=1))
        made.append(api.deployments.run(deployment.id))
    names = ids(made)
    listed = partial(api.deployment_runs.list, deployment_id=deployment.id)
    assert [ids(each) for each in pages(listed(limit=2))] == [names[:2:-1], names[2:0:-1], names[:1]]
    assert ids(listed(has_error=True).data) == [names[4], names[3]]
    assert ids(listed(has_error=False).data) == [names[2], names[1], names[0]]
    assert ids(listed(trigger_type="manual").data) == names[::-1]
    assert listed(trigger_type="schedule").data == []
    first, last = made[1].created_at, made[3].created_at
    assert ids(listed(created_at_gte=first, created_at_lte=last).data) == names[3:0:-1]
    assert ids(listed(created_at_gt=first, created_at_lt=last).data) == [names[2]]
    assert ids(api.deployment_runs.list(limit=1).data) == [names[4]]
    assert api.deployment_runs.list(deployment_id="depl_01Nowhere").data == []
    refused(BadRequestError, lambda: listed(limit=1001), "limit", "1000")
    refused(BadRequestError, lambda: listed(page="page_none"), "page")
    refused(BadRequestError, lambda: listed(trigger_type="webhook"), "trigger_type")
