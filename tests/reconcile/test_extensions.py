"""Webhooks and dream schedules: kept on our engine like an agent, and left out by name where a target has neither."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from agentops.base.diagnostics import Severity
from agentops.reconcile.apply import Progress, State
from agentops.reconcile.objects import OBJECTS, ObjectKind
from agentops.reconcile.observed import World
from agentops.reconcile.plan import Action
from agentops.reconcile.removal import RemovalRules
from agentops.reconcile.resource import Resource
from agentops.reconcile.verdicts import Verdict

from .declaring import declared, manifest
from .given import (
    MODEL,
    OTHER_MODEL,
    a_schedule,
    a_store,
    a_webhook,
    actions,
    address,
    an_agent,
    changed,
    codes,
    planned,
    pruning,
)
from .ground import Ground, by_identity, told
from .scenes import without

pytestmark = pytest.mark.anyio

WEBHOOKS, SCHEDULES = (f"/v1/{OBJECTS[each].collection}" for each in (ObjectKind.WEBHOOK, ObjectKind.DREAM_SCHEDULE))
ALERTS = manifest(
    "Webhook",
    "alerts",
    """
url: https://hooks.example.com/agentops
events: [session.requires_action, agent.updated]
description: Tells whoever is on call.
metadata: {team: platform}
""",
)
NIGHTLY = manifest(
    "DreamSchedule",
    "nightly",
    """
store: lessons
agents: [reviewer, crew]
since: last-dream
max: 50
min: 5
schedule: {type: cron, expression: "0 3 * * *", timezone: Europe/Berlin}
every: 90m
after_sessions: 20
model: {id: claude-opus-5-5, speed: standard}
instructions: Keep what saves time.
review: auto
gates: {secrets: block}
metadata: {team: platform}
""",
)
REST = (
    manifest("MemoryStore", "lessons", "{}"),
    manifest("Agent", "reviewer", f"model: {MODEL}"),
    manifest("Team", "crew", f"lead: {{model: {MODEL}}}\nspecialists: [reviewer]"),
)


async def post(ground: Ground, path: str, **body: Any) -> dict[str, Any]:
    """Change something as a person beside us would."""
    answer = await ground.sdk.post(path, body=body, cast_to=httpx2.Response)
    found: dict[str, Any] = answer.json()
    return found


async def test_what_a_person_declares_becomes_objects_with_ids_for_names(ground: Ground, tmp_path: Path) -> None:
    await ground.settle(*declared(tmp_path, ALERTS, NIGHTLY, *REST))
    live = by_identity(await ground.everything())
    nightly, alerts = live["DreamSchedule/nightly"], live["Webhook/alerts"]
    assert nightly["name"] == "nightly"
    assert nightly["store"] == live["MemoryStore/lessons"]["id"]
    assert nightly["agents"] == [live["Agent/reviewer"]["id"], live["Team/crew"]["id"]]
    assert nightly["schedule"] == {"type": "cron", "expression": "0 3 * * *", "timezone": "Europe/Berlin"}
    assert alerts["events"] == ["session.requires_action", "agent.updated"]
    assert alerts["metadata"]["team"] == nightly["metadata"]["team"] == "platform"
    assert "name" not in alerts


async def test_an_agents_new_version_leaves_its_dream_schedule_alone(ground: Ground, tmp_path: Path) -> None:
    await ground.settle(*declared(tmp_path, NIGHTLY, *REST))
    rest = (REST[0], manifest("Agent", "reviewer", f"model: {OTHER_MODEL}"), REST[2])
    assert actions(await ground.plan(*declared(tmp_path, NIGHTLY, *rest))) == {
        "Agent/reviewer": "update",
        "Team/crew": "repin",
    }


FULL: dict[str, Any] = {
    "since": "last-dream",
    "max": 50,
    "min": 5,
    "schedule": {"type": "cron", "expression": "0 3 * * *", "timezone": "Europe/Berlin"},
    "every": "6h",
    "after_sessions": 20,
    "engine": "messages",
    "budget": {"tokens": 200_000, "dollars": 2.5},
    "instructions": "Keep what saves time.",
    "review": "auto",
    "gates": {"secrets": "block"},
    "metadata": {"team": "platform"},
}
OTHER: dict[str, Any] = {
    "name": "At night",
    "store": "others",
    "agents": ["Agent/scribe"],
    "max": 60,
    "min": 6,
    "schedule": {**FULL["schedule"], "expression": "0 4 * * *"},
    "every": "1h30m",
    "after_sessions": 30,
    "engine": "hosted",
    "model": OTHER_MODEL,
    "budget": {"tokens": 100_000},
    "instructions": "Keep less.",
    "review": "pull_request",
    "gates": {"secrets": "warn"},
    "metadata": {"team": "search"},
}
AROUND = (a_store("lessons"), a_store("others"), an_agent("reviewer"), an_agent("scribe"))


def a_full_schedule(**fields: Any) -> Resource:
    return a_schedule("nightly", **{"agents": ["Agent/reviewer"], **FULL, **fields})


HOOK: dict[str, Any] = {"description": "On call.", "format": "slack", "metadata": {"team": "platform"}}
OTHER_HOOK: dict[str, Any] = {
    "url": "https://other.example.com",
    "events": ["agent.updated"],
    "description": "At night.",
    "format": "standard",
    "metadata": {"team": "search"},
}


async def test_each_field_that_is_left_out_is_cleared(ground: Ground) -> None:
    defaults = {"max": 100, "min": 1, "review": "pull_request", "agents": [], "gates": {}, "description": ""}
    defaults["format"] = "standard"
    for full, optional in ((a_full_schedule(), [*FULL, "agents"]), (a_webhook(**HOOK), [*HOOK])):
        for name in optional:
            await ground.settle(*AROUND, full)
            less = replace(full, fields={key: each for key, each in full.fields.items() if key != name})
            made = await ground.plan(*AROUND, less)
            assert actions(made) == {str(full.address): "update"}
            assert {each.field for each in made.steps[0].changes} == {name}
            await ground.settle(*AROUND, less)
            live = by_identity(await ground.everything())[str(full.address)]
            assert name == "metadata" or live[name] == defaults.get(name), name


async def test_a_budget_without_bounds_is_none(ground: Ground) -> None:
    await ground.settle(*AROUND, a_schedule(budget={}))
    made = await ground.plan(*AROUND, without(a_schedule(budget={}), "budget"))
    assert not [each for step in made.steps for each in step.changes]


async def test_the_order_of_events_and_agents_means_nothing(ground: Ground) -> None:
    agents = ["Agent/reviewer", "Agent/scribe"]
    await ground.settle(*AROUND, a_webhook(events=["agent.created", "agent.updated"]), a_schedule(agents=agents))
    turned = (a_webhook(events=["agent.updated", "agent.created"]), a_schedule(agents=agents[::-1]))
    assert (await ground.plan(*AROUND, *turned)).is_empty


MEDDLING: dict[str, tuple[str, dict[str, Any], list[tuple[str, Any, Any]]]] = {
    "url": (
        "Webhook/alerts",
        {"url": "https://evil.example.com"},
        [("url", "https://evil.example.com", "https://hooks.example.com/alerts")],
    ),
    "events": (
        "Webhook/alerts",
        {"events": ["agent.updated"]},
        [("events", ["agent.updated"], ["agent.updated", "session.requires_action"])],
    ),
    "agents": ("DreamSchedule/nightly", {"agents": []}, [("agents", None, ["Agent/reviewer"])]),
    "schedule": ("DreamSchedule/nightly", {"schedule": None}, [("schedule", None, FULL["schedule"])]),
    "review": (
        "DreamSchedule/nightly",
        {"review": "pull_request", "max": 7},
        [("max", 7, 50), ("review", "pull_request", "auto")],
    ),
}


async def test_what_somebody_changed_is_reported_with_live_and_wanted_and_healed(ground: Ground) -> None:
    wanted = (*AROUND, a_webhook(**HOOK), a_full_schedule())
    await ground.settle(*wanted)
    for name, change, seen in MEDDLING.values():
        live = by_identity(await ground.everything())[name]
        await post(ground, f"{WEBHOOKS if name == 'Webhook/alerts' else SCHEDULES}/{live['id']}", **change)
        made = await ground.plan(*wanted)
        assert [str(each.address) for each in made.steps] == [name]
        assert sorted(changed(made.steps[0])) == seen
        assert {each.verdict for each in made.steps[0].changes} == {Verdict.DRIFT}
        await ground.settle(*wanted)


async def test_an_endpoint_that_the_server_disabled_is_no_drift_and_stays_disabled(ground: Ground) -> None:
    """Whether an endpoint is told anything is the server's state, which no manifest declares."""
    await ground.settle(a_webhook(**HOOK))
    live = by_identity(await ground.everything())["Webhook/alerts"]
    await post(ground, f"{WEBHOOKS}/{live['id']}", state="disabled")
    assert (await ground.plan(a_webhook(**HOOK))).is_empty
    await ground.settle(a_webhook(**{**HOOK, "description": "Changed."}))
    assert by_identity(await ground.everything())["Webhook/alerts"]["state"] == "disabled"


async def test_a_store_that_is_another_one_now_is_shown_by_name(ground: Ground) -> None:
    await ground.settle(*AROUND, a_schedule(store="lessons"))
    made = await ground.plan(*AROUND, a_schedule(store="others"))
    assert changed(made.steps[0]) == [("store", "MemoryStore/lessons", "MemoryStore/others")]


async def test_an_unmarked_webhook_of_the_same_url_is_asked_about(ground: Ground) -> None:
    made = await post(ground, WEBHOOKS, url="https://hooks.example.com/alerts", events=["agent.created"])
    assert codes(await ground.plan(a_webhook())) == ["plan.look-alike"]
    assert actions(await ground.plan(a_webhook("others"))) == {"Webhook/others": "create"}
    adopting = {"adopt": frozenset({address("Webhook/alerts")})}
    assert actions(await ground.plan(a_webhook(), **adopting)) == {"Webhook/alerts": "adopt"}
    await ground.settle(a_webhook(), **adopting)
    assert by_identity(await ground.everything())["Webhook/alerts"]["id"] == made["id"]


async def test_apply_says_how_to_get_the_secret_of_a_new_webhook_and_never_the_secret(ground: Ground) -> None:
    seen: list[Progress] = []
    made, world = await ground.planned(a_webhook(), a_store())
    await ground.carry_out(made, world, seen.append)
    hints = {str(each.step.address): each.hint for each in seen if each.state is State.DONE}
    assert hints["MemoryStore/lessons"] == ""
    assert "`agentops webhook rotate Webhook/alerts` prints the secret" in hints["Webhook/alerts"]
    assert "whsec_" not in f"{seen}"
    (updated,) = (await ground.apply(a_webhook(description="x"), a_store())).results
    assert updated.hint == ""


async def test_what_is_declared_no_more_is_deleted_for_there_is_no_archive(ground: Ground) -> None:
    await ground.settle(*AROUND, a_webhook(), a_full_schedule())
    made = await ground.plan(*AROUND)
    assert [each.identity for each in made.orphans] == ["DreamSchedule/nightly", "Webhook/alerts"]
    pruned = await ground.plan(*AROUND, removal=pruning(max_archive=2))
    assert [each.action for each in pruned.steps] == [Action.DELETE, Action.DELETE]
    outcome = await ground.apply(removal=RemovalRules(destroy=True))
    assert outcome.is_complete
    assert [each[0] for each in told(outcome)[:2]] == ["DreamSchedule/nightly", "Webhook/alerts"], (
        "what names goes first"
    )
    everything = await ground.everything()
    assert not everything["x-agentops/webhooks"]
    assert not everything["x-agentops/dream_schedules"]


VENDORS = World((), frozenset(kind for kind, rule in OBJECTS.items() if rule.is_extension))


def test_a_target_without_them_gets_the_rest_and_a_warning_at_the_place_of_each() -> None:
    made = planned([*AROUND, a_webhook(), a_schedule()], VENDORS)
    assert codes(made) == ["plan.left-out", "plan.left-out"]
    assert not made.report.has_errors
    assert {each.severity for each in (found.code for found in made.report.diagnostics)} == {Severity.WARNING}
    places = {(each.span.file, each.span.line, each.span.column) for each in made.report.diagnostics if each.span}
    assert places == {("agents.d/alerts.yaml", 4, 3), ("agents.d/nightly.yaml", 4, 3)}
    assert [*map(str, made.left_out)] == ["DreamSchedule/nightly", "Webhook/alerts"]
    assert {*actions(made)} == {str(each.address) for each in AROUND}
    assert made.unchanged == 0


async def test_a_tree_with_them_settles_on_a_target_without_them(ground: Ground) -> None:
    def without(inner: httpx2.AsyncBaseTransport) -> httpx2.AsyncBaseTransport:
        return Vendors(inner)

    vendors = ground.through(without)
    wanted = (*AROUND, a_webhook(), a_schedule())
    await vendors.settle(*wanted)
    assert {*by_identity(await ground.everything())} == {str(each.address) for each in AROUND}


class Vendors(httpx2.AsyncBaseTransport):
    """A server without extensions."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.startswith("/v1/x-agentops"):
            error = {"type": "not_found_error", "message": "Not found."}
            return httpx2.Response(404, json={"type": "error", "error": error}, request=request)
        return await self._inner.handle_async_request(request)
