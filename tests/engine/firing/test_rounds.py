"""Rounds over a real database: what fires, when, how often, and what becomes of failures."""

import asyncio
import json
import logging
from contextlib import AsyncExitStack
from datetime import datetime, timedelta

import pytest

from agentops.base.clock import ManualClock, timestamp
from agentops.base.errors import StorageError
from agentops.base.ids import RandomIds
from agentops.engine.core.sessions import INBOX
from agentops.engine.firing import rounds
from agentops.engine.firing.rounds import Rounds, Station
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings
from agentops.engine.store.choice import database
from tests.engine.operations.given import made

from .conftest import Range, rounds_of

pytestmark = pytest.mark.anyio

SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=each) for each in (1, 60, 3600, 86400))
NOT_THERE = database("postgresql://nowhere.test/none")
NINE = datetime.fromisoformat("2026-11-21T09:00:00Z")


async def test_a_deployment_is_run_a_little_after_its_moment_and_recorded_with_it(firing_range: Range) -> None:
    name = await firing_range.deployment()
    due_at = firing_range.clock.now() + 30 * MINUTE
    fires_at = await firing_range.fires_at(name)
    assert (await firing_range.appointment(name))[0] == timestamp(due_at)
    assert due_at + 5 * SECOND <= fires_at <= due_at + 9 * MINUTE
    assert await firing_range.turn(fires_at - SECOND) == fires_at
    assert await firing_range.runs(name) == []
    again = await firing_range.turn(fires_at)
    assert again == await firing_range.fires_at(name)
    assert again is not None
    assert again > due_at + DAY
    [run] = await firing_range.runs(name)
    assert run["trigger_context"] == {"type": "schedule", "scheduled_at": timestamp(due_at)}
    assert (run["error"], run["created_at"]) == (None, timestamp(fires_at))
    session = await firing_range.get(f"/v1/sessions/{run['session_id']}")
    assert (session["deployment_id"], session["status"]) == (name, "running")
    schedule = (await firing_range.shown(name))["schedule"]
    assert schedule["last_run_at"] == timestamp(fires_at)
    assert schedule["upcoming_runs_at"][0] == timestamp(due_at + DAY), "shown without jitter"
    assert await firing_range.turn() == again
    assert len(await firing_range.runs(name)) == 1


async def test_a_run_by_hand_changes_nothing_of_the_schedule(firing_range: Range) -> None:
    name = await firing_range.deployment()
    before = await firing_range.appointment(name)
    await made(firing_range.http, f"/v1/deployments/{name}/run")
    assert await firing_range.appointment(name) == before
    assert (await firing_range.shown(name))["schedule"]["last_run_at"] is None


async def test_what_was_due_during_a_pause_is_not_made_up_for(firing_range: Range) -> None:
    name = await firing_range.deployment("*/10 * * * *")
    await made(firing_range.http, f"/v1/deployments/{name}/pause")
    assert await firing_range.appointment(name) == (None, None)
    await firing_range.pass_over(HOUR + MINUTE)
    await made(firing_range.http, f"/v1/deployments/{name}/unpause")
    await firing_range.pass_over(18 * MINUTE)
    assert await firing_range.moments(name) == ["2026-11-21T09:40:00.000000Z"]


async def test_a_pause_between_a_moment_and_its_jittered_time_gives_the_moment_up(firing_range: Range) -> None:
    name = await firing_range.deployment("*/10 * * * *")
    firing_range.move(firing_range.clock.now() + 10 * MINUTE + SECOND)
    await made(firing_range.http, f"/v1/deployments/{name}/pause")
    await made(firing_range.http, f"/v1/deployments/{name}/unpause")
    assert (await firing_range.appointment(name))[0] == "2026-11-21T08:50:00.000000Z"


async def test_another_name_neither_skips_a_moment_nor_repeats_it(firing_range: Range) -> None:
    name = await firing_range.deployment("*/10 * * * *")
    path, appointment = f"/v1/deployments/{name}", await firing_range.appointment(name)
    schedule = (await firing_range.shown(name))["schedule"]
    firing_range.move(await firing_range.fires_at(name) - SECOND)
    await made(firing_range.http, path, name="other", schedule={k: schedule[k] for k in list(schedule)[:3]})
    assert await firing_range.appointment(name) == appointment
    await firing_range.turn(firing_range.clock.now() + SECOND)
    await made(firing_range.http, path, name="a third")
    await firing_range.turn()
    assert await firing_range.moments(name) == ["2026-11-21T08:40:00.000000Z"]


async def test_another_schedule_counts_from_the_change(firing_range: Range) -> None:
    name = await firing_range.deployment("*/10 * * * *")
    firing_range.move(firing_range.clock.now() + 10 * MINUTE + SECOND)
    hourly = {"type": "cron", "expression": "5 * * * *", "timezone": "Asia/Kathmandu"}
    await made(firing_range.http, f"/v1/deployments/{name}", schedule=hourly)
    assert (await firing_range.appointment(name))[0] == "2026-11-21T09:20:00.000000Z"
    await made(firing_range.http, f"/v1/deployments/{name}", schedule=None)
    assert await firing_range.appointment(name) == (None, None)
    assert await firing_range.turn() is None


async def test_a_server_that_comes_back_soon_is_not_too_late_and_one_that_does_not_is(firing_range: Range) -> None:
    hourly, minutely = await firing_range.deployment("0 * * * *"), await firing_range.deployment("* * * * *")
    await firing_range.turn(NINE + 8 * MINUTE + 59 * SECOND)
    assert await firing_range.moments(hourly) == [timestamp(NINE)]
    assert await firing_range.moments(minutely) == [timestamp(NINE + 8 * MINUTE)]
    await firing_range.turn(NINE + HOUR + 11 * MINUTE)
    assert await firing_range.moments(hourly) == [timestamp(NINE)]
    assert (await firing_range.appointment(hourly))[0] == timestamp(NINE + 2 * HOUR)


async def test_what_an_older_version_wrote_is_taken_up_and_runs_at_its_next_moment(firing_range: Range) -> None:
    name, paused = await firing_range.deployment(), await firing_range.deployment()
    never = await firing_range.deployment("30 2 25-31 3 */7", "Europe/Berlin")
    await made(firing_range.http, f"/v1/deployments/{paused}/pause")
    appointment = await firing_range.appointment(name)
    await firing_range.change("UPDATE deployments SET due_at = NULL, fires_at = NULL")
    assert await firing_range.turn() is None
    await firing_range.rounds.begin()
    assert timestamp(await firing_range.turn() or NINE) == appointment[1]
    assert await firing_range.appointment(name) == appointment
    assert await firing_range.appointment(paused) == await firing_range.appointment(never) == (None, None)
    assert await firing_range.sessions() == 0


async def test_what_an_older_version_paused_is_not_run(firing_range: Range) -> None:
    name = await firing_range.deployment()
    appointment = await firing_range.appointment(name)
    await made(firing_range.http, f"/v1/deployments/{name}/pause")
    due, fires = appointment
    await firing_range.change("UPDATE deployments SET due_at = :due, fires_at = :fires", {"due": due, "fires": fires})
    assert await firing_range.turn(NINE + HOUR) is None
    assert await firing_range.appointment(name) == (None, None)
    assert await firing_range.runs(name) == []


async def test_a_failure_that_time_does_not_mend_is_recorded_and_pauses(firing_range: Range) -> None:
    environment = await made(firing_range.http, "/v1/environments", name="e")
    name = await firing_range.deployment(environment_id=environment["id"])
    await made(firing_range.http, f"/v1/environments/{environment['id']}/archive")
    assert await firing_range.turn(await firing_range.fires_at(name)) is None
    [run] = await firing_range.runs(name)
    assert (run["session_id"], run["error"]["type"]) == (None, "environment_archived_error")
    shown = await firing_range.shown(name)
    assert shown["paused_reason"] == {"type": "error", "error": {"type": "environment_archived_error"}}
    assert shown["schedule"]["last_run_at"] is None
    assert await firing_range.sessions() == 0


async def test_with_its_agent_a_deployment_is_archived_and_not_run(firing_range: Range) -> None:
    agents = [(await made(firing_range.http, "/v1/agents", name="a", model="claude-opus-5-5"))["id"] for _ in "ab"]
    names = [await firing_range.deployment(agent=each) for each in agents]
    await made(firing_range.http, f"/v1/agents/{agents[0]}/archive")
    assert (await firing_range.shown(names[0]))["archived_at"] == timestamp(firing_range.clock.now())
    await firing_range.change("DELETE FROM agent_versions WHERE agent_id = :id", {"id": agents[1]})
    await firing_range.change("DELETE FROM agents WHERE id = :id", {"id": agents[1]})
    assert (await firing_range.shown(names[1]))["archived_at"] is None
    assert await firing_range.turn(NINE + 9 * MINUTE - SECOND) is None
    shown = await firing_range.shown(names[1])
    assert (shown["archived_at"], shown["status"]) == (timestamp(firing_range.clock.now()), "active")
    assert [await firing_range.runs(each) for each in names] == [[], []]


async def test_broken_deployments_do_not_hinder_the_others(
    firing_range: Range, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(rounds, "_AT_A_LOOK", 2)
    resources = [{"type": "github_repository", "url": "https://github.com/acme/tickets", "authorization_token": "tok"}]
    sealed = await firing_range.deployment("* * * * *", resources=resources)
    torn = await firing_range.deployment("* * * * *")
    sound = [await firing_range.deployment("* * * * *") for _ in range(5)]
    await firing_range.change("UPDATE secrets SET sealed = 'spoilt' WHERE owner LIKE :one", {"one": f"%{sealed}%"})
    await firing_range.change("UPDATE deployments SET body = '{' WHERE id = :id", {"id": torn})
    with caplog.at_level(logging.CRITICAL, "agentops.engine"):
        await firing_range.turn(firing_range.clock.now() + MINUTE + 30 * SECOND)
    for each in sound:
        assert len(await firing_range.moments(each)) == 1
    [run] = await firing_range.runs(sealed)
    assert run["error"]["type"] == "unknown_error"
    shown = await firing_range.shown(sealed)
    assert shown["paused_reason"] == {"type": "error", "error": {"type": "unknown_error"}}
    assert await firing_range.appointment(torn) == (None, None)


async def test_whoever_runs_sessions_is_told_of_the_new_one(firing_range: Range) -> None:
    told: list[str] = []
    firing_range.engine._news.attend(INBOX, lambda topic, *, is_own: told.append(topic) if is_own else None)
    name = await firing_range.deployment()
    told.clear()
    await firing_range.turn(await firing_range.fires_at(name))
    [run] = await firing_range.runs(name)
    assert [each.rpartition(" ")[2] for each in told] == [run["session_id"]]


async def test_servers_that_fire_at_the_same_moment_begin_one_session(
    firing_range: Range, settings: Settings, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    names = [await firing_range.deployment("* * * * *") for _ in range(4)]
    now = firing_range.clock.now() + MINUTE + 20 * SECOND
    async with AsyncExitStack() as opened:
        others = [build(settings, clock=clock, ids=RandomIds()) for _ in range(2)]
        for each in others:
            await opened.enter_async_context(each)
        three = [firing_range.rounds, *(rounds_of(each) for each in others)]
        for minutes in range(3):
            await asyncio.gather(*(each.turn(now + minutes * MINUTE) for each in three))
    for each in names:
        moments = await firing_range.moments(each)
        assert len(moments) == len(set(moments)) == 3
    assert await firing_range.sessions() == 12
    assert caplog.text == "", "who was not the first makes no noise"


async def test_without_a_database_it_says_so_and_nothing_is_lost(firing_range: Range, engine: Engine) -> None:
    name = await firing_range.deployment()
    closed = Rounds(Station("runner_1", NOT_THERE, engine._ids, engine._keyring, engine._news))
    firing_range.move(await firing_range.fires_at(name))
    with pytest.raises(StorageError):
        await closed.turn(firing_range.clock.now())
    await firing_range.turn()
    assert len(await firing_range.runs(name)) == 1


async def test_webhooks_hear_of_runs_by_schedule_and_of_what_became_of_them(firing_range: Range) -> None:
    events = ["deployment_run.started", "deployment_run.succeeded", "deployment_run.failed", "deployment.paused"]
    await made(firing_range.http, "/v1/x-agentops/webhooks", url="https://hooks.example.com/in", events=events)
    environment = await made(firing_range.http, "/v1/environments", name="e")
    good = await firing_range.deployment()
    bad = await firing_range.deployment(environment_id=environment["id"])
    await made(firing_range.http, f"/v1/environments/{environment['id']}/archive")
    await made(firing_range.http, f"/v1/deployments/{good}/run")
    await firing_range.turn(NINE + 9 * MINUTE - SECOND)
    [well], [badly] = await firing_range.runs(good), await firing_range.runs(bad)
    told = [json.loads(body)["data"] for (body,) in await firing_range.sql("SELECT body FROM tellings ORDER BY seq")]
    expected = [(well["id"], "started"), (well["id"], "succeeded"), (badly["id"], "started"), (badly["id"], "failed")]
    assert sorted((each["id"], each["type"].rpartition(".")[2]) for each in told) == sorted(
        [*expected, (bad, "paused")]
    )
