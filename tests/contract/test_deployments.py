"""Deployments: their fields, what an update keeps, pauses, archives, and what no deployment can be made of."""

import re
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from anthropic import BadRequestError, NotFoundError

from agentops.base.clock import ManualClock

from .given import (
    a_deployment,
    a_file,
    a_message,
    a_schedule,
    a_store,
    a_vault,
    an_agent,
    an_environment,
    ids,
    pages,
    refused,
)
from .sdk import Api

TOKEN = "ghp_marked_secret_of_a_deployment"
REPOSITORY = {"type": "github_repository", "url": "https://github.com/acme/tickets"}
BUDGET = {"type": "limit", "max_list_cost": {"amount": "2500", "currency": "USD"}}
OUTCOME = {"type": "user.define_outcome", "description": "A list", "rubric": {"type": "text", "content": "Short."}}
SYSTEM = {"type": "system.message", "content": [{"type": "text", "text": "It is night."}]}


def test_a_bare_deployment_has_every_field(api: Api, clock: ManualClock) -> None:
    agent, environment = an_agent(api), an_environment(api)
    deployment = a_deployment(api, agent=agent.id, environment_id=environment.id)
    body = api.last.json()
    assert re.fullmatch(r"depl_01\w+", deployment.id)
    assert body == {
        "type": "deployment",
        "id": deployment.id,
        "name": "Nightly triage",
        "description": None,
        "agent": {"type": "agent", "id": agent.id, "version": 1},
        "environment_id": environment.id,
        "initial_events": [a_message()],
        "resources": [],
        "vault_ids": [],
        "schedule": None,
        "metadata": {},
        "status": "active",
        "paused_reason": None,
        "created_at": body["created_at"],
        "updated_at": body["created_at"],
        "archived_at": None,
    }
    assert deployment.created_at == clock.now()
    assert api.deployments.retrieve(deployment.id) == deployment
    assert api.deployments.list(limit=1).data == [deployment]


def test_a_whole_deployment_shows_everything_but_tokens(api: Api) -> None:
    store, vault, file = a_store(api), a_vault(api), a_file(api)
    fields: dict[str, Any] = {
        "description": "Every night",
        "initial_events": [OUTCOME, a_message(), SYSTEM],
        "vault_ids": [vault.id],
        "budget": BUDGET,
        "metadata": {"team": "platform"},
    }
    resources = [
        {"type": "memory_store", "memory_store_id": store.id, "access": "read_only", "instructions": "Look first."},
        {**REPOSITORY, "authorization_token": TOKEN, "checkout": {"type": "branch", "name": "main"}},
        {"type": "file", "file_id": file.id, "mount_path": "data.txt"},
    ]
    deployment = a_deployment(api, **fields, resources=resources)
    body = api.last.json()
    assert {key: body[key] for key in fields} == fields
    assert body["resources"] == [
        resources[0],
        {**REPOSITORY, "checkout": {"type": "branch", "name": "main"}, "mount_path": None},
        resources[2],
    ]
    api.deployments.run(deployment.id)
    api.deployments.list()
    assert not any(TOKEN in each.text for each in api.exchanges)


@pytest.mark.stateless
def test_a_schedule_shows_its_next_moments_by_the_clock_of_its_zone(api: Api, clock: ManualClock) -> None:
    deployment = a_deployment(api, schedule=a_schedule("30 8 29 2 *", "America/New_York"))
    schedule = api.last.json()["schedule"]
    years = (2028, 2032, 2036, 2040, 2044)
    assert schedule == {
        **a_schedule("30 8 29 2 *", "America/New_York"),
        "last_run_at": None,
        "upcoming_runs_at": [f"{year}-02-29T13:30:00.000000Z" for year in years],
    }
    paused = api.deployments.pause(deployment.id)
    assert paused.schedule.upcoming_runs_at == deployment.schedule.upcoming_runs_at
    archived = api.deployments.archive(deployment.id)
    assert archived.schedule.upcoming_runs_at == []
    minutes = a_deployment(api, schedule=a_schedule("* * * * *", "UTC")).schedule.upcoming_runs_at
    assert minutes == sorted(minutes)
    assert clock.now() < minutes[0] <= clock.now() + timedelta(minutes=1)
    assert minutes[4] - minutes[0] == timedelta(minutes=4)


BEYOND: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "empty name": ({"name": ""}, ("name",)),
    "no events": ({"initial_events": []}, ("initial_events",)),
    "too many events": ({"initial_events": [a_message()] * 51}, ("initial_events", "50")),
    "only a system message": ({"initial_events": [SYSTEM]}, ("initial_events", "user.message")),
    "two outcomes": ({"initial_events": [OUTCOME, OUTCOME]}, ("initial_events.1",)),
    "an event of a session": ({"initial_events": [{"type": "user.interrupt"}]}, ("initial_events.0.type",)),
    "too many resources": ({"resources": [{"type": "file", "file_id": "file_1"}] * 501}, ("resources", "500")),
    "too many vaults": ({"vault_ids": ["vlt_01"] * 51}, ("vault_ids", "50")),
    "a budget of nothing": (
        {"budget": {"type": "limit", "max_list_cost": {"amount": "0", "currency": "USD"}}},
        ("budget.max_list_cost.amount",),
    ),
    "too much metadata": ({"metadata": {str(number): "" for number in range(17)}}, ("metadata", "16")),
    "seconds": ({"schedule": a_schedule("0 0 9 * * *")}, ("schedule.expression", "five fields")),
    "a shortcut": ({"schedule": a_schedule("@daily")}, ("schedule.expression", "@daily")),
    "the last day": ({"schedule": a_schedule("0 0 L * *")}, ("schedule.expression", "L")),
    "a day that never comes": ({"schedule": a_schedule("0 0 30 2 *")}, ("schedule.expression", "30")),
    "a zone of nowhere": ({"schedule": a_schedule(timezone="Mars/Olympus")}, ("schedule.timezone", "Mars")),
    "unknown agent": ({"agent": "agent_01Nowhere"}, ("agent",)),
    "unknown version": ({"agent": {"type": "agent", "id": "agent_01Nowhere", "version": 0}}, ("agent.version",)),
    "unknown environment": ({"environment_id": "env_01Nowhere"}, ("environment_id",)),
    "unknown vault": ({"vault_ids": ["vlt_01Nowhere"]}, ("vault_ids.0",)),
    "unknown file": ({"resources": [{"type": "file", "file_id": "file_01Nowhere"}]}, ("resources.0.file_id",)),
    "unknown store": (
        {"resources": [{"type": "memory_store", "memory_store_id": "memstore_01Nowhere"}]},
        ("resources.0.memory_store_id",),
    ),
    "unknown field": ({"extra_body": {"title": "x"}}, ("title",)),
}


@pytest.mark.stateless
def test_a_field_beyond_its_rule_is_refused_by_name(api: Api) -> None:
    parts = {"agent": an_agent(api).id, "environment_id": an_environment(api).id}
    deployment = a_deployment(api, **parts)
    for fields, words in BEYOND.values():
        refused(BadRequestError, partial(a_deployment, api, **{**parts, **fields}), *words)
        refused(BadRequestError, partial(api.deployments.update, deployment.id, **fields), *words)
    assert api.deployments.retrieve(deployment.id) == deployment


@pytest.mark.stateless
def test_what_is_archived_is_nothing_to_deploy(api: Api) -> None:
    agent, environment, vault, store = an_agent(api), an_environment(api), a_vault(api), a_store(api)
    for resource, each in ((api.agents, agent), (api.environments, environment), (api.vaults, vault)):
        resource.archive(each.id)
    api.memory_stores.archive(store.id)
    for fields in (
        {"agent": agent.id},
        {"environment_id": environment.id},
        {"vault_ids": [vault.id]},
        {"resources": [{"type": "memory_store", "memory_store_id": store.id}]},
    ):
        refused(BadRequestError, partial(a_deployment, api, **fields), *fields, "archived")


@pytest.mark.stateless
def test_resources_that_no_session_could_mount_are_refused(api: Api) -> None:
    file = {"type": "file", "file_id": a_file(api).id, "mount_path": "a"}
    refused(BadRequestError, lambda: a_deployment(api, resources=[file, file]), "resources.1.mount_path")
    place = an_environment(api, config={"type": "self_hosted"})
    refused(BadRequestError, lambda: a_deployment(api, environment_id=place.id, resources=[file]), "resources.0")


@pytest.mark.stateless
def test_a_budget_needs_models_with_a_list_price(api: Api) -> None:
    agent = an_agent(api, model="my-own-model")
    refused(BadRequestError, lambda: a_deployment(api, agent=agent.id, budget=BUDGET), "budget", "my-own-model")


def test_an_update_changes_what_it_names_and_keeps_the_rest(api: Api, clock: ManualClock) -> None:
    deployment = a_deployment(
        api, description="Every night", budget=BUDGET, schedule=a_schedule(), metadata={"team": "platform", "old": "1"}
    )
    clock.advance(timedelta(seconds=1))
    assert api.deployments.update(deployment.id, metadata={"team": "platform"}) == deployment
    updated = api.deployments.update(deployment.id, name="Weekly", metadata={"old": None, "cost": "7"})
    assert (updated.name, updated.metadata) == ("Weekly", {"team": "platform", "cost": "7"})
    assert (updated.created_at, updated.updated_at) == (deployment.created_at, clock.now())
    kept = ("description", "agent", "environment_id", "initial_events", "schedule", "budget")
    assert {name: getattr(updated, name) for name in kept} == {name: getattr(deployment, name) for name in kept}
    assert api.deployments.retrieve(deployment.id) == updated
    many = {str(number): "" for number in range(15)}
    refused(BadRequestError, lambda: api.deployments.update(deployment.id, metadata=many), "metadata", "16")


def test_the_loss_of_a_token_is_a_change_and_is_told_as_one(api: Api, clock: ManualClock) -> None:
    deployment = a_deployment(api, resources=[{**REPOSITORY, "authorization_token": TOKEN}])
    clock.advance(timedelta(seconds=1))
    without = api.deployments.update(deployment.id, resources=[REPOSITORY])
    assert without.updated_at == clock.now()
    clock.advance(timedelta(seconds=1))
    assert api.deployments.update(deployment.id, resources=[REPOSITORY]) == without


def test_null_clears_what_can_be_cleared(api: Api) -> None:
    resources = [{"type": "memory_store", "memory_store_id": a_store(api).id}]
    deployment = a_deployment(
        api, description="d", budget=BUDGET, schedule=a_schedule(), vault_ids=[a_vault(api).id], resources=resources
    )
    cleared = api.deployments.update(
        deployment.id, description=None, budget=None, schedule=None, vault_ids=None, resources=None, metadata=None
    )
    assert "budget" not in api.last.json()
    assert (cleared.description, cleared.schedule, cleared.vault_ids, cleared.resources) == (None, None, [], [])
    again = api.deployments.update(deployment.id, budget=BUDGET, schedule=a_schedule(), vault_ids=[], resources=[])
    assert again.schedule.expression == "0 9 * * 1-5"
    assert again.budget.max_list_cost.amount == "2500"
    assert api.deployments.update(deployment.id, description="").description is None
    for field in ("name", "agent", "environment_id", "initial_events"):
        refused(BadRequestError, partial(api.deployments.update, deployment.id, **{field: None}), field)


def test_a_pinned_version_does_not_follow_its_agent(api: Api) -> None:
    agent = an_agent(api)
    deployment = a_deployment(api, agent=agent.id)
    api.agents.update(agent.id, name="Second reader")
    assert api.deployments.retrieve(deployment.id).agent.version == 1
    assert api.deployments.update(deployment.id, name="Weekly").agent.version == 1
    assert api.deployments.update(deployment.id, agent=agent.id).agent.version == 2
    pin = {"type": "agent", "id": agent.id, "version": 1}
    assert api.deployments.update(deployment.id, agent=pin).agent.version == 1
    assert api.deployments.update(deployment.id, agent={"type": "agent", "id": agent.id}).agent.version == 2
    refused(BadRequestError, lambda: api.deployments.update(deployment.id, agent={**pin, "version": 3}), "agent")


def test_a_pause_says_who_paused_and_ends_with_an_unpause(api: Api, clock: ManualClock) -> None:
    deployment = a_deployment(api, schedule=a_schedule())
    assert api.deployments.unpause(deployment.id) == deployment
    clock.advance(timedelta(seconds=1))
    paused = api.deployments.pause(deployment.id)
    assert (paused.status, paused.paused_reason.type, paused.updated_at) == ("paused", "manual", clock.now())
    clock.advance(timedelta(seconds=1))
    assert api.deployments.pause(deployment.id) == paused
    assert api.deployments.update(deployment.id, name="Weekly").status == "paused"
    unpaused = api.deployments.unpause(deployment.id)
    assert (unpaused.status, unpaused.paused_reason) == ("active", None)


def test_an_archived_deployment_counts_as_active_and_cannot_be_changed(api: Api, clock: ManualClock) -> None:
    deployment = a_deployment(api)
    api.deployments.pause(deployment.id)
    clock.advance(timedelta(seconds=1))
    archived = api.deployments.archive(deployment.id)
    assert (archived.status, archived.paused_reason) == ("active", None)
    assert archived.archived_at == archived.updated_at == clock.now()
    clock.advance(timedelta(seconds=1))
    assert api.deployments.archive(deployment.id) == archived
    for act in (
        lambda: api.deployments.update(deployment.id, name="x"),
        lambda: api.deployments.pause(deployment.id),
        lambda: api.deployments.unpause(deployment.id),
        lambda: api.deployments.run(deployment.id),
    ):
        refused(BadRequestError, act, "archived")


def test_an_archived_agent_takes_its_deployments_along(api: Api, clock: ManualClock) -> None:
    agent = an_agent(api)
    mine, other = a_deployment(api, agent=agent.id, schedule=a_schedule()), a_deployment(api)
    clock.advance(timedelta(seconds=1))
    api.agents.archive(agent.id)
    archived = api.deployments.retrieve(mine.id)
    assert archived.archived_at == archived.updated_at == clock.now()
    assert archived.schedule.upcoming_runs_at == []
    assert api.deployments.retrieve(other.id).archived_at is None
    assert api.deployment_runs.list(deployment_id=mine.id).data == []


def test_deployments_are_listed_by_agent_status_and_time(api: Api, clock: ManualClock) -> None:
    agent = an_agent(api)
    made = []
    for _ in range(5):
        clock.advance(timedelta(seconds=1))
        made.append(a_deployment(api, agent=agent.id))
    other = a_deployment(api)
    api.deployments.pause(made[1].id)
    api.deployments.archive(made[3].id)
    names = ids(made)
    listed = api.deployments.list
    found = pages(listed(agent_id=agent.id, limit=2))
    assert [ids(each) for each in found] == [[names[4], names[2]], [names[1], names[0]]]
    assert ids(listed(agent_id=agent.id, include_archived=True).data) == names[::-1]
    assert ids(listed(agent_id=agent.id, status="paused").data) == [names[1]]
    assert ids(listed(agent_id=agent.id, status="active").data) == [names[4], names[2], names[0]]
    between = {"created_at_gte": made[1].created_at, "created_at_lte": made[2].created_at}
    assert ids(listed(agent_id=agent.id, **between).data) == [names[2], names[1]]
    assert listed(agent_id="agent_01Nowhere").data == []
    assert listed(limit=1).data[0].id == other.id
    refused(BadRequestError, lambda: listed(status="paused", include_archived=True), "include_archived")
    refused(BadRequestError, lambda: listed(limit=101), "limit", "100")
    refused(BadRequestError, lambda: listed(page="page_none"), "page")
    refused(NotFoundError, lambda: api.deployments.retrieve("depl_01Nowhere"), "depl_01Nowhere")
