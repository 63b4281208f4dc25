"""The watch: woken when a schedule changes, here or elsewhere, and not to be stopped by a database that is away."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agentops import embedded
from agentops.base.clock import ManualClock, timestamp
from agentops.base.ids import RandomIds
from agentops.engine.core.firing import TOPIC
from agentops.engine.core.sessions import WATCHERS
from agentops.engine.firing.watch import Watch
from agentops.engine.models.script import Script
from agentops.engine.models.scripted import Scripted
from agentops.engine.runner.means import Means
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings
from agentops.engine.store.choice import database
from agentops.wire.problems import check
from tests.toolboxes import Bare

from .conftest import Range, rounds_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def clock() -> ManualClock:
    """Begins now: the watch goes by the database's clock."""
    return ManualClock(datetime.now(UTC))


@pytest.fixture
async def engine(settings: Settings, clock: ManualClock, anyio_backend: str) -> AsyncIterator[Engine]:
    """An engine that fires by itself, and runs what it has fired."""
    script, _ = check(Script, {"turns": [{"say": "Done.", "times": "forever"}]})
    assert script
    means = Means(Scripted(script, asyncio.sleep), Bare())
    watching = replace(settings, has_duties=True)
    async with build(watching, clock=clock, ids=RandomIds(), means=means) as running:
        yield running


async def test_what_comes_due_is_begun_and_worked_on_by_itself(firing_range: Range) -> None:
    news, changes = firing_range.engine._news, asyncio.Queue[str]()

    def heard(topic: str, *, is_own: bool) -> None:
        changes.put_nowait(topic)

    news.attend(WATCHERS, heard)
    name = await firing_range.deployment("* * * * *")
    firing_range.move(await firing_range.fires_at(name))
    news.hear([TOPIC])
    while not (found := await firing_range.get("/v1/sessions", deployment_id=name, **{"statuses[]": "idle"}))["data"]:
        await changes.get()
    [run] = await firing_range.runs(name)
    assert [each["id"] for each in found["data"]] == [run["session_id"]]


async def test_it_looks_again_when_something_is_due_and_now_and_then(firing_range: Range, clock: ManualClock) -> None:
    watch = _watch(firing_range.engine, clock)
    assert await watch._look() == 30.0
    name = await firing_range.deployment()
    assert await watch._look() == 30.0
    firing_range.move(await firing_range.fires_at(name) - timedelta(seconds=7))
    assert await watch._look() == pytest.approx(7.0, abs=1.0)


@pytest.mark.parametrize("prepared_url", ["postgres"], indirect=True)
@pytest.mark.postgres
async def test_a_server_whose_clock_is_an_hour_ahead_does_not_fire_before_the_time(
    firing_range: Range, clock: ManualClock
) -> None:
    name = await firing_range.deployment("0 0 1 1 *")
    due_at = datetime.fromisoformat("2126-01-01T00:00:00Z")
    at = {"at": timestamp(due_at), "id": name}
    await firing_range.change("UPDATE deployments SET due_at = :at, fires_at = :at WHERE id = :id", at)
    ahead = ManualClock(due_at + timedelta(hours=1))
    assert await _watch(firing_range.engine, ahead)._look() == 30.0
    assert await firing_range.runs(name) == []
    assert await firing_range.appointment(name) == (timestamp(due_at), timestamp(due_at))


async def test_a_database_that_is_away_is_tried_again_soon(
    engine: Engine, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    there = rounds_of(engine)._at
    watch = Watch(replace(there, database=database("postgresql://nowhere.test/none")), clock, look_every_s=30.0)
    with caplog.at_level(logging.WARNING, "agentops.engine"):
        assert await watch._look() == 1.0
    assert "schedules wait for the database" in caplog.text


def test_the_engine_inside_a_command_does_not_fire(tmp_path: Path) -> None:
    assert embedded.engine(tmp_path)._duties == ()


def _watch(engine: Engine, clock: ManualClock) -> Watch:
    return Watch(rounds_of(engine)._at, clock, look_every_s=30.0)
