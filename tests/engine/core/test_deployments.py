"""Deployments as values: what an update keeps, and that tokens come back to the repositories they belong to."""

from typing import Any

import pytest

from agentops.engine.core import deployments as core
from agentops.engine.core.json import parsed, written

AT, LATER = "2026-11-21T08:30:00.000000Z", "2026-11-22T08:30:00.000000Z"
AGENT = {"type": "agent", "id": "agent_1", "version": 3}
BUDGET = {"type": "limit", "max_list_cost": {"amount": "2500", "currency": "USD"}}
SCHEDULE = {"type": "cron", "expression": "0 9 * * *", "timezone": "UTC"}
REQUEST: dict[str, Any] = {
    "name": "d",
    "agent": "agent_1",
    "environment_id": "env_1",
    "initial_events": [{"type": "user.message", "content": []}],
    "description": "x",
    "resources": [
        {"type": "github_repository", "url": "https://github.com/a/b"},
        {"type": "github_repository", "url": "https://github.com/a/c", "authorization_token": "marked-secret"},
    ],
    "vault_ids": ["vlt_1"],
    "budget": BUDGET,
    "schedule": SCHEDULE,
    "metadata": {"a": "1"},
}


def a_deployment(**fields: Any) -> dict[str, Any]:
    return core.whole("depl_1", core.created({**REQUEST, **fields}, AGENT), core.begun(AT))


def test_no_token_is_in_what_is_stored() -> None:
    assert "marked-secret" not in written(a_deployment())


def test_every_token_goes_back_to_its_repository() -> None:
    tokens = core.tokens(REQUEST["resources"])
    with_tokens = core.with_tokens(a_deployment()["resources"], tokens)
    assert [each.get("authorization_token") for each in with_tokens] == [None, "marked-secret"]


def test_an_update_with_nothing_in_it_keeps_everything() -> None:
    before = a_deployment()
    assert core.updated(before, {}, AGENT) == core.fields_of(before)
    bare = a_deployment(budget=None, schedule=None)
    assert core.updated(bare, {}, AGENT) == core.fields_of(bare)


@pytest.mark.parametrize(
    ("field", "cleared"),
    [("description", None), ("schedule", None), ("budget", None), ("resources", []), ("vault_ids", [])],
)
def test_null_clears_one_field_and_keeps_the_others(field: str, cleared: object) -> None:
    before = a_deployment()
    after = core.updated(before, {field: None}, AGENT)
    assert after == {**core.fields_of(before), field: cleared}
    assert ("budget" in core.whole("depl_1", after, core.state_of(before, LATER))) == (field != "budget")


def test_states_follow_each_other() -> None:
    fresh = a_deployment()
    paused = core.paused(fresh, core.BY_HAND, LATER)
    assert (paused["status"], paused["paused_reason"], paused["updated_at"]) == ("paused", {"type": "manual"}, LATER)
    assert core.unpaused(paused, AT) == fresh
    assert core.archived(paused, LATER) == {**fresh, "updated_at": LATER, "archived_at": LATER}
    assert core.state_of(paused, AT) == {key: {**paused, "updated_at": AT}[key] for key in core.begun(AT)}


def test_the_clock_adds_what_is_ahead_and_an_archive_has_nothing_ahead() -> None:
    shown = parsed(core.answered(written(a_deployment()), last_run_at=AT, now=AT))
    days = [f"2026-11-{day}T09:00:00.000000Z" for day in range(21, 26)]
    assert shown == {**a_deployment(), "schedule": {**SCHEDULE, "last_run_at": AT, "upcoming_runs_at": days}}
    archived = parsed(core.answered(written(core.archived(a_deployment(), AT)), last_run_at=AT, now=AT))
    assert archived["schedule"] == {**SCHEDULE, "last_run_at": AT, "upcoming_runs_at": []}
    by_hand = written(a_deployment(schedule=None))
    assert core.answered(by_hand, last_run_at=None, now=AT) == by_hand
