"""A census counts what there is by now, over indexes alone."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from agentops.base.clock import ManualClock, timestamp
from agentops.engine.core.json import written
from agentops.engine.core.work import State, Work, acknowledged, beaten, claimed, queued, settled, stopped
from agentops.engine.server import Engine
from agentops.engine.store import census
from agentops.engine.store.census import Census, Count
from agentops.engine.store.choice import database
from agentops.engine.store.port import Transaction
from agentops.engine.store.work import Works

pytestmark = pytest.mark.anyio


async def test_work_is_counted_as_it_stands_by_now(
    engine: Engine, http: httpx2.AsyncClient, clock: ManualClock
) -> None:
    made = await http.post("/v1/environments", json={"name": "e", "config": {"type": "self_hosted"}})
    items = [replace(each, environment_id=made.json()["id"]) for each in _items(timestamp(clock.now()))]

    def insert(tx: Transaction) -> None:
        for each in items:
            Works(tx, engine.settings.workspace).insert(each)

    await engine.database.write(insert)
    for minutes in (0, 1, 3, 10):
        clock.advance(timedelta(minutes=minutes))
        at = timestamp(clock.now())
        now = [settled(each, at) for each in items]
        found = await _census(engine, clock)
        open_ = {each.state for each in now} - {State.STOPPED}
        assert found.work == {
            str(state): Count(
                sum(each.state is state for each in now), min(each.queued_at for each in now if each.state is state)
            )
            for state in open_
        }


def _items(at: str) -> list[Work]:
    def item(number: int) -> Work:
        return queued(f"work_{number}", "", "sesn_1", at)

    held = acknowledged(claimed(item(2), at), at)
    active = beaten(acknowledged(claimed(item(3), at), at), at, expected=None, ttl_seconds=60, is_holder=True)
    stopping = stopped(beaten(held, at, expected=None, ttl_seconds=60, is_holder=True), at, force=False)
    return [item(1), held, active, replace(stopping, id="work_4"), stopped(item(5), at, force=True)]


async def test_repositories_and_endpoints_are_counted_by_how_they_stand(engine: Engine, clock: ManualClock) -> None:
    rows = {
        "a": {"phase": "in_sync", "since": "2026-11-21T08:00:00.000000Z"},
        "b": {"phase": "in_sync", "since": "2026-11-21T07:00:00.000000Z"},
        "c": {"phase": "failed", "since": None},
    }

    def insert(tx: Transaction) -> None:
        for name, body in rows.items():
            params = {"name": name, "body": written(body), "at": "2026-11-21T06:00:00.000000Z"}
            tx.run("INSERT INTO followed_repositories (name, body, updated_at) VALUES (:name, :body, :at)", params)

    await engine.database.write(insert)
    found = await _census(engine, clock)
    assert found.repositories == {
        "in_sync": Count(2, "2026-11-21T07:00:00.000000Z"),
        "failed": Count(1, "2026-11-21T06:00:00.000000Z"),
    }
    assert found.endpoints == {"enabled": 0, "disabled": 0}
    assert (found.deliveries, found.scheduled, found.overdue) == (Count(), Count(), Count())


async def _census(engine: Engine, clock: ManualClock) -> Census:
    return await engine.database.read(lambda tx: census.taken(tx, timestamp(clock.now())))


SMALL = ("webhooks", "workspace_webhooks", "followed_repositories", "runners", "tellings", "waits", "first")
"""Tables with few rows, that are read to a limit."""


async def test_nothing_that_grows_is_read_to_be_counted(tmp_path: Path, clock: ManualClock) -> None:
    opened, at = database(f"sqlite:///{tmp_path / 'engine.db'}"), timestamp(clock.now())
    await opened.open(at)
    plans = await opened.read(lambda tx: _plans(tx, at))
    await opened.close()
    scans = [step for step in plans if step.startswith("SCAN") and "INDEX" not in step]
    assert [step for step in scans if step.split()[1] not in SMALL] == []


def _plans(tx: Transaction, at: str) -> list[str]:
    """Return each step of each query of a census, as SQLite plans it."""
    steps: list[str] = []

    class Asked:
        """A transaction that keeps the plan of what it is asked."""

        gains: Any = ()
        writes_alone = True
        run = tx.run

        def all(self, sql: str, params: Any = ()) -> Any:
            steps.extend(str(row[-1]) for row in tx.all(f"EXPLAIN QUERY PLAN {sql}", params))
            return tx.all(sql, params)

        def one(self, sql: str, params: Any = ()) -> Any:
            return next(iter(self.all(sql, params)), None)

    census.taken(Asked(), at)  # type: ignore[arg-type]  # a list of gains nobody adds to
    return steps
