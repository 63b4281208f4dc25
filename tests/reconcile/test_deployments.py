"""Deployments against the engine: names become ids and pins, rubrics text, tokens digests; and all of it settles."""

from pathlib import Path
from typing import Any

import pytest

from agentops.reconcile.planner import plan
from agentops.reconcile.removal import RemovalRules
from agentops.reconcile.resource import Resource
from agentops.reconcile.values import IdOf
from agentops.reconcile.verdicts import Verdict
from agentops.reconcile.views.json import plan_json
from agentops.wire.rubrics import RUBRIC_MAX

from .declaring import declared, lowered, manifest
from .given import (
    MODEL,
    NOWHERE,
    OTHER_MODEL,
    TARGET,
    a_deployment,
    a_secret,
    a_store,
    a_team,
    a_vault,
    actions,
    address,
    an_agent,
    an_environment,
    changed,
    codes,
    pinned,
    pruning,
)
from .ground import Ground, by_identity, told

pytestmark = pytest.mark.anyio

TOKEN, OTHER_TOKEN = "ghp_marked0123456789abcdefghijklmnop", "ghp_other00123456789abcdefghijklmnop"
REPOSITORY = "https://github.com/acme/tickets"
TRIAGE = f"""
agent: crew
environment_id: workshop
initial_events:
  - type: user.define_outcome
    description: {{file: task.md}}
    rubric: {{type: rubric, name: careful}}
  - type: user.message
    content: [{{type: text, text: Look at what is new.}}]
resources:
  - {{type: memory_store, memory_store_id: lessons, access: read_only}}
  - type: github_repository
    url: {REPOSITORY}
    authorization_token: {{env: TICKETS_TOKEN}}
vault_ids: [tickets]
schedule: {{type: cron, expression: "0 7 * * 1-5", timezone: Europe/Berlin}}
budget: {{type: limit, max_list_cost: {{amount: "2500", currency: USD}}}}
description: Every morning.
metadata: {{team: platform}}
"""
RUBRIC = "title: Careful\nmax_iterations: 5\ncriteria: [{id: sources, text: Every claim has a source.}]"
AROUND = (
    manifest("Agent", "reviewer", f"model: {MODEL}"),
    manifest("Team", "crew", f"lead: {{model: {MODEL}}}\nspecialists: [reviewer]"),
    manifest("Environment", "workshop", "config: {type: cloud}"),
    manifest("MemoryStore", "lessons", "{}"),
    manifest("Vault", "tickets", "{}"),
)


def the_tree(folder: Path, triage: str = TRIAGE, rubric: str = RUBRIC, token: str = TOKEN) -> tuple[Resource, ...]:
    (folder / "agents.d").mkdir(parents=True, exist_ok=True)
    (folder / "agents.d" / "task.md").write_text("Sort the new tickets.\n")
    documents = (manifest("Deployment", "triage", triage), manifest("Rubric", "careful", rubric), *AROUND)
    return declared(folder, *documents, TICKETS_TOKEN=token)


async def test_what_a_person_declares_becomes_a_deployment_with_ids_pins_and_texts(
    ground: Ground, tmp_path: Path
) -> None:
    await ground.settle(*the_tree(tmp_path))
    live = by_identity(await ground.everything())
    made = live["Deployment/triage"]
    assert made["name"] == "triage"
    assert made["agent"] == {"type": "agent", "id": live["Team/crew"]["id"], "version": 1}
    assert made["environment_id"] == live["Environment/workshop"]["id"]
    outcome, message = made["initial_events"]
    assert outcome["description"] == "Sort the new tickets.\n"
    assert outcome["rubric"]["type"] == "text"
    assert outcome["rubric"]["content"].startswith("# Careful\n")
    assert outcome["max_iterations"] == 5, "the rubric says it where the event does not"
    assert message["content"] == [{"type": "text", "text": "Look at what is new."}]
    assert [each["type"] for each in made["resources"]] == ["memory_store", "github_repository"]
    assert made["resources"][0]["memory_store_id"] == live["MemoryStore/lessons"]["id"]
    assert made["vault_ids"] == [live["Vault/tickets"]["id"]]
    assert made["schedule"]["expression"] == "0 7 * * 1-5"
    assert made["budget"]["max_list_cost"]["amount"] == "2500"


async def test_an_agents_new_version_moves_its_team_and_its_deployment_in_the_same_run(
    ground: Ground, tmp_path: Path
) -> None:
    await ground.settle(*the_tree(tmp_path))
    edited = [each.replace(MODEL, OTHER_MODEL) if "name: reviewer" in each else each for each in AROUND]
    documents = (manifest("Deployment", "triage", TRIAGE), manifest("Rubric", "careful", RUBRIC), *edited)
    wanted = declared(tmp_path, *documents, TICKETS_TOKEN=TOKEN)
    made = await ground.plan(*wanted)
    assert actions(made) == {"Agent/reviewer": "update", "Team/crew": "repin", "Deployment/triage": "repin"}
    assert changed(made.steps[2]) == [("agent.Team/crew", 1, 2)]
    assert made.steps[2].needs == (address("Team/crew"),)
    await ground.settle(*wanted)
    assert by_identity(await ground.everything())["Deployment/triage"]["agent"]["version"] == 2


async def test_a_rubric_that_changes_is_an_edit_of_the_outcome_that_names_it(ground: Ground, tmp_path: Path) -> None:
    await ground.settle(*the_tree(tmp_path))
    wanted = the_tree(tmp_path, rubric=RUBRIC.replace("a source", "two sources"))
    made = await ground.plan(*wanted)
    assert actions(made) == {"Deployment/triage": "update"}
    ((place, before, after),) = changed(made.steps[0])
    assert place == "initial_events.0.rubric.content"
    assert "two sources" in after.replace(before, "")
    await ground.settle(*wanted)


async def test_a_new_token_is_one_update_that_shows_no_token(ground: Ground, tmp_path: Path) -> None:
    await ground.settle(*the_tree(tmp_path))
    wanted = the_tree(tmp_path, token=OTHER_TOKEN)
    made = await ground.plan(*wanted)
    assert actions(made) == {"Deployment/triage": "update"}
    place = f"resources.{REPOSITORY}.authorization_token"
    assert changed(made.steps[0]) == [(place, {"$hidden": True}, {"$secret": True})]
    before = by_identity(await ground.everything())["Deployment/triage"]
    outcome = await ground.settle(*wanted)
    assert by_identity(await ground.everything())["Deployment/triage"]["updated_at"] > before["updated_at"]
    first = await ground.plan(*the_tree(tmp_path / "other", token="ghp_third00123456789abcdefghijklmnop"))
    for secret in (TOKEN, OTHER_TOKEN):
        assert secret not in f"{plan_json(made)}{plan_json(first)}{outcome}{await ground.everything()}"
    for step in made.steps:
        tag = next(each for each in step.judged if each.name == "resources").wanted[REPOSITORY]["authorization_token"]
        assert tag["$secret"] not in f"{plan_json(made)}", "what a secret is compared by is shown to nobody"


async def test_a_token_that_goes_is_taken_away(ground: Ground, tmp_path: Path) -> None:
    await ground.settle(*the_tree(tmp_path))
    wanted = the_tree(tmp_path, triage=TRIAGE.replace("    authorization_token: {env: TICKETS_TOKEN}\n", ""))
    made = await ground.plan(*wanted)
    place = f"resources.{REPOSITORY}.authorization_token"
    assert changed(made.steps[0]) == [(place, {"$hidden": True}, None)]
    await ground.settle(*wanted)


def test_a_token_that_is_not_there_stops_the_plan_at_its_place(tmp_path: Path) -> None:
    documents = (manifest("Deployment", "triage", TRIAGE), manifest("Rubric", "careful", RUBRIC), *AROUND)
    (tmp_path / "agents.d").mkdir()
    (tmp_path / "agents.d" / "task.md").write_text("x")
    desired, report = lowered(tmp_path, *documents)
    assert not report.diagnostics
    (said,) = plan(desired, NOWHERE, TARGET).report.diagnostics
    assert said.code.slug == "plan.missing-secret"
    assert said.message == (
        "Deployment/triage: `resources[1].authorization_token` is in the variable TICKETS_TOKEN, which is not set"
    )
    assert said.span is not None
    assert (Path(said.span.file).name, said.span.line) == ("1.yaml", 17)


async def test_drift_is_seen_without_any_token(ground: Ground, tmp_path: Path) -> None:
    await ground.settle(*the_tree(tmp_path))
    documents = (manifest("Deployment", "triage", TRIAGE), manifest("Rubric", "careful", RUBRIC), *AROUND)
    unread = lowered(tmp_path, *documents, reads_secrets=False)[0].resources
    assert (await ground.plan(*unread)).is_empty
    live = by_identity(await ground.everything())
    theirs: Any = [
        {"type": "memory_store", "memory_store_id": live["MemoryStore/lessons"]["id"], "access": "read_write"}
    ]
    await ground.sdk.beta.deployments.update(live["Deployment/triage"]["id"], resources=theirs)
    made = await ground.plan(*unread)
    assert [place for place, _, _ in changed(made.steps[0])] == [
        "resources.MemoryStore/lessons.access",
        f"resources.{REPOSITORY}",
    ]
    assert {each.verdict for each in made.steps[0].changes} == {Verdict.DRIFT}


def test_a_rubric_that_is_too_long_as_text_is_said_where_it_is_named(tmp_path: Path) -> None:
    long = f"criteria: [{{id: sources, text: {'x' * (RUBRIC_MAX // 2)}}}]"
    triage = TRIAGE.replace("{file: task.md}", "Sort.")
    documents = (manifest("Deployment", "triage", triage), manifest("Rubric", "careful", long), *AROUND)
    _, report = lowered(tmp_path, *documents, TICKETS_TOKEN=TOKEN)
    (said,) = report.diagnostics
    assert said.code.slug == "plan.rubric-too-long"
    assert said.message.startswith("Deployment/triage names Rubric/careful, whose text has 262,")
    assert said.span is not None
    assert (said.span.line, said.span.column) == (10, 36)


EVENT = {"type": "user.message", "content": [{"type": "text", "text": "Once more."}]}
OUTCOME = {"type": "user.define_outcome", "description": "A list.", "rubric": {"type": "text", "content": "Short."}}
CLONE = {"type": "github_repository", "url": REPOSITORY}
MOUNTED = {
    "type": "github_repository",
    "checkout": None,
    "mount_path": "/workspace/tickets",
    "authorization_token": None,
}
LESSONS = IdOf(address("MemoryStore/lessons"))
FULL: dict[str, Any] = {
    "description": "Every morning.",
    "initial_events": [OUTCOME, EVENT],
    "resources": [CLONE],
    "schedule": {"type": "cron", "expression": "0 7 * * 1-5", "timezone": "Europe/Berlin"},
    "vault_ids": [IdOf(address("Vault/first")), IdOf(address("Vault/second"))],
    "budget": {"type": "limit", "max_list_cost": {"amount": "2500", "currency": "USD"}},
    "metadata": {"team": "platform"},
}
PARTS = (
    an_agent("reviewer"),
    an_agent("scribe"),
    a_team("crew", ["scribe"]),
    an_environment("workshop"),
    an_environment("other"),
    a_store("lessons"),
    a_vault("first"),
    a_vault("second"),
)


OTHERS: dict[str, Any] = {
    "name": "Morning triage",
    "description": "Every evening.",
    "agent": pinned("Team/crew"),
    "environment_id": IdOf(address("Environment/other")),
    "initial_events": [EVENT],
    "resources": [CLONE, {"type": "memory_store", "memory_store_id": LESSONS}],
    "vault_ids": [IdOf(address("Vault/second")), IdOf(address("Vault/first"))],
    "schedule": {**FULL["schedule"], "timezone": "UTC"},
    "budget": {"type": "limit", "max_list_cost": {"amount": "100", "currency": "USD"}},
    "metadata": {"team": "search"},
}
"""Another value for each field."""

PLACES: dict[str, tuple[str, Any, list[tuple[str, Any, Any]]]] = {
    "another agent": ("agent", pinned("scribe"), [("agent.Agent/reviewer", 1, None), ("agent.Agent/scribe", None, 1)]),
    "a text": (
        "initial_events",
        [{**OUTCOME, "description": "A table."}, EVENT],
        [("initial_events.0.description", "A list.", "A table.")],
    ),
    "rounds": (
        "initial_events",
        [{**OUTCOME, "max_iterations": 4}, EVENT],
        [("initial_events.0.max_iterations", 3, 4)],
    ),
    "a checkout": (
        "resources",
        [{**CLONE, "checkout": {"type": "branch", "name": "main"}}],
        [
            (f"resources.{REPOSITORY}.authorization_token", {"$hidden": True}, None),
            (f"resources.{REPOSITORY}.checkout", None, {"type": "branch", "name": "main"}),
        ],
    ),
    "the order of vaults": (
        "vault_ids",
        OTHERS["vault_ids"],
        [("vault_ids", ["Vault/first", "Vault/second"], ["Vault/second", "Vault/first"])],
    ),
}


async def test_a_change_is_told_at_its_place_and_by_name(ground: Ground) -> None:
    for name, value, seen in PLACES.values():
        await ground.settle(*PARTS, a_deployment(**FULL))
        after = a_deployment(**{**FULL, name: value})
        made = await ground.plan(*PARTS, after)
        assert actions(made) == {"Deployment/triage": "update"}
        assert changed(made.steps[0]) == seen
        await ground.settle(*PARTS, after)


async def test_each_field_that_is_left_out_is_cleared(ground: Ground) -> None:
    for name in FULL.keys() - {"initial_events"}:
        await ground.settle(*PARTS, a_deployment(**FULL))
        less = a_deployment(**{key: value for key, value in FULL.items() if key != name})
        made = await ground.plan(*PARTS, less)
        assert actions(made) == {"Deployment/triage": "update"}
        assert {each.field for each in made.steps[0].changes} == {name}
        await ground.settle(*PARTS, less)
        live = by_identity(await ground.everything())["Deployment/triage"]
        assert name == "metadata" or not live.get(name)
        assert name != "budget" or "budget" not in live


@pytest.mark.parametrize("token", [{}, {"authorization_token": "token-1"}])
async def test_what_somebody_mounted_and_is_declared_then_is_an_edit_and_no_conflict(
    ground: Ground, token: dict[str, str]
) -> None:
    await ground.settle(*PARTS, a_deployment(resources=[{**CLONE, **_secret(token)}]))
    live = by_identity(await ground.everything())["Deployment/triage"]
    main: Any = {**CLONE, "checkout": {"type": "branch", "name": "main"}}
    await ground.sdk.beta.deployments.update(live["id"], resources=[{**main, **token}])
    drifted = await ground.plan(*PARTS, a_deployment(resources=[{**CLONE, **_secret(token)}]))
    assert [each.verdict for each in drifted.steps[0].changes] == ["drift"] * len(drifted.steps[0].changes)
    adopted = a_deployment(resources=[{**main, **_secret(token)}])
    made = await ground.plan(*PARTS, adopted)
    assert actions(made) == {"Deployment/triage": "update"}
    assert {each.verdict for each in made.steps[0].changes} == {"update"}
    other = {**main, "checkout": {"type": "branch", "name": "other"}, **_secret(token)}
    both = await ground.plan(*PARTS, a_deployment(resources=[other]))
    assert "conflict" in {each.verdict for each in both.steps[0].changes}
    await ground.settle(*PARTS, adopted)


def _secret(token: dict[str, str]) -> dict[str, Any]:
    return {name: a_secret(text) for name, text in token.items()}


async def test_what_a_server_fills_in_is_no_difference(ground: Ground) -> None:
    bare = a_deployment(resources=[CLONE, {"type": "memory_store", "memory_store_id": LESSONS}])
    await ground.settle(*PARTS, bare)
    spelled = [
        {**CLONE, "mount_path": "/workspace/tickets", "checkout": None},
        {"type": "memory_store", "memory_store_id": LESSONS, "access": "read_write", "instructions": None},
    ]
    assert (await ground.plan(*PARTS, a_deployment(resources=spelled))).is_empty
    unset: dict[str, Any] = {"budget": None, "schedule": None, "vault_ids": []}
    await ground.settle(*PARTS, a_deployment(initial_events=[OUTCOME], **unset))
    rounds = a_deployment(initial_events=[{**OUTCOME, "max_iterations": 3}], **unset)
    assert (await ground.plan(*PARTS, rounds)).is_empty


async def test_an_unmanaged_agent_is_pinned_once_and_not_followed(ground: Ground) -> None:
    theirs = await ground.sdk.beta.agents.create(name="theirs", model=MODEL)
    wanted = (*PARTS, a_deployment(agent=theirs.id))
    await ground.settle(*wanted)
    await ground.sdk.beta.agents.update(theirs.id, version=1, system="x")
    assert (await ground.plan(*wanted)).is_empty
    assert by_identity(await ground.everything())["Deployment/triage"]["agent"]["version"] == 1


MEDDLING: dict[str, tuple[dict[str, Any], list[tuple[str, Any, Any]]]] = {
    "name": ({"name": "theirs"}, [("name", "theirs", "triage")]),
    "description": ({"description": None}, [("description", None, "Every morning.")]),
    "an event": (
        {"initial_events": [OUTCOME]},
        [("initial_events.1", None, {"type": "user.message", "content": {"0": EVENT["content"][0]}})],
    ),
    "a text": (
        {"initial_events": [{**OUTCOME, "rubric": {"type": "text", "content": "Anything."}}, EVENT]},
        [("initial_events.0.rubric.content", "Anything.", "Short.")],
    ),
    "resources": ({"resources": None}, [("resources", None, {REPOSITORY: MOUNTED})]),
    "schedule": ({"schedule": None}, [("schedule", None, FULL["schedule"])]),
    "budget removed": ({"budget": None}, [("budget", None, FULL["budget"])]),
    "budget raised": (
        {"budget": {"type": "limit", "max_list_cost": {"amount": "99999", "currency": "USD"}}},
        [("budget.max_list_cost.amount", "99999", "2500")],
    ),
    "metadata": ({"metadata": {"team": "x"}}, [("metadata.team", "x", "platform")]),
}


async def test_what_somebody_changed_is_reported_with_live_and_wanted_and_healed(ground: Ground) -> None:
    wanted = (*PARTS, a_deployment(**FULL))
    await ground.settle(*wanted)
    before = by_identity(await ground.everything())["Deployment/triage"]
    for change, seen in MEDDLING.values():
        await ground.sdk.beta.deployments.update(before["id"], **change)
        made = await ground.plan(*wanted)
        assert actions(made) == {"Deployment/triage": "update"}
        assert changed(made.steps[0]) == seen
        assert {each.verdict for each in made.steps[0].changes} == {Verdict.DRIFT}
        await ground.settle(*wanted)
        after = by_identity(await ground.everything())["Deployment/triage"]
        assert {name: after[name] for name in FULL if name not in {"metadata", "schedule"}} == {
            name: before[name] for name in FULL if name not in {"metadata", "schedule"}
        }


async def test_a_pin_and_an_environment_that_somebody_moved_are_drift_told_by_name(ground: Ground) -> None:
    wanted = (*PARTS, a_deployment())
    await ground.settle(*wanted)
    live = by_identity(await ground.everything())
    scribe, other = live["Agent/scribe"]["id"], live["Environment/other"]["id"]
    theirs: Any = {"type": "agent", "id": scribe, "version": 1}
    await ground.sdk.beta.deployments.update(live["Deployment/triage"]["id"], agent=theirs, environment_id=other)
    made = await ground.plan(*wanted)
    assert changed(made.steps[0]) == [
        ("agent.Agent/reviewer", None, 1),
        ("agent.Agent/scribe", 1, None),
        ("environment_id", "Environment/other", "Environment/workshop"),
    ]
    await ground.settle(*wanted)


async def test_a_schedule_that_somebody_or_the_server_paused_is_left_paused(ground: Ground) -> None:
    wanted = (*PARTS, a_deployment(**FULL))
    await ground.settle(*wanted)
    deployment = by_identity(await ground.everything())["Deployment/triage"]
    await ground.sdk.beta.deployments.pause(deployment["id"])
    assert (await ground.plan(*wanted)).is_empty
    await ground.settle(*PARTS, a_deployment(**{**FULL, "description": "Later."}))
    assert by_identity(await ground.everything())["Deployment/triage"]["status"] == "paused"


async def test_a_deployment_that_went_with_its_archived_agent_is_made_anew(ground: Ground) -> None:
    wanted = (*PARTS, a_deployment())
    await ground.settle(*wanted)
    reviewer = by_identity(await ground.everything())["Agent/reviewer"]["id"]
    await ground.sdk.beta.agents.archive(reviewer)
    assert actions(await ground.plan(*wanted)) == {"Agent/reviewer": "create", "Deployment/triage": "create"}
    outcome = await ground.apply(*wanted)
    assert outcome.is_complete, told(outcome)
    assert (await ground.plan(*wanted)).is_empty


async def test_removal_is_an_archive_and_comes_before_what_it_runs(ground: Ground) -> None:
    await ground.settle(*PARTS, a_deployment())
    (step,) = (await ground.plan(*PARTS, removal=pruning())).steps
    assert (str(step.address), step.action, step.is_final) == ("Deployment/triage", "archive", True)
    outcome = await ground.apply(removal=RemovalRules(destroy=True))
    assert outcome.is_complete, told(outcome)
    assert told(outcome)[0] == ("Deployment/triage", "done", "archived")
    left = await ground.everything(archived=False)
    assert not any(left.values())


async def test_an_unmarked_deployment_of_the_same_name_is_asked_about(ground: Ground) -> None:
    await ground.settle(*PARTS)
    live = by_identity(await ground.everything())
    parts = {"agent": live["Agent/reviewer"]["id"], "environment_id": live["Environment/workshop"]["id"]}
    events: Any = [EVENT]
    made = await ground.sdk.beta.deployments.create(name="triage", initial_events=events, **parts)
    assert codes(await ground.plan(*PARTS, a_deployment())) == ["plan.look-alike"]
    await ground.settle(*PARTS, a_deployment(), adopt=frozenset({address("Deployment/triage")}))
    assert by_identity(await ground.everything())["Deployment/triage"]["id"] == made.id
