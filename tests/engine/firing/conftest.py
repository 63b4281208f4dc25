"""An engine that fires when a test says so: its own watch is off, and the rounds are made by hand."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from agentops.base.clock import ManualClock
from agentops.engine.firing.rounds import Rounds, Station
from agentops.engine.server import Engine
from agentops.engine.settings import Settings
from agentops.engine.store.port import NO_PARAMS, Params, Row
from tests.engine.operations.given import a_deployment


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, has_duties=False)


def rounds_of(engine: Engine) -> Rounds:
    return Rounds(Station(engine._name, engine._database, engine._ids, engine._keyring, engine._news))


@dataclass(frozen=True, slots=True)
class Range:
    """Deployments, and what becomes of them as time goes by."""

    engine: Engine
    http: httpx2.AsyncClient
    clock: ManualClock
    rounds: Rounds

    async def deployment(self, expression: str = "0 9 * * *", zone: str = "UTC", **fields: Any) -> str:
        """Make one with a schedule and return its id."""
        schedule = {"type": "cron", "expression": expression, "timezone": zone}
        return str((await a_deployment(self.http, **{"schedule": schedule, **fields}))["id"])

    async def get(self, path: str, **params: str) -> dict[str, Any]:
        answer = await self.http.get(path, params=params)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def shown(self, deployment_id: str) -> dict[str, Any]:
        return await self.get(f"/v1/deployments/{deployment_id}")

    async def runs(self, deployment_id: str) -> list[dict[str, Any]]:
        """Return its runs by schedule, oldest first."""
        found = await self.get("/v1/deployment_runs", deployment_id=deployment_id, trigger_type="schedule", limit="500")
        data: list[dict[str, Any]] = found["data"]
        return data[::-1]

    async def moments(self, deployment_id: str) -> list[str]:
        return [each["trigger_context"]["scheduled_at"] for each in await self.runs(deployment_id)]

    async def sessions(self) -> int:
        [(count,)] = await self.sql("SELECT COUNT(*) FROM sessions")
        return int(count)

    async def appointment(self, deployment_id: str) -> tuple[str | None, str | None]:
        [found] = await self.sql("SELECT due_at, fires_at FROM deployments WHERE id = :id", {"id": deployment_id})
        return found[0], found[1]

    async def fires_at(self, deployment_id: str) -> datetime:
        fires_at = (await self.appointment(deployment_id))[1]
        assert fires_at
        return datetime.fromisoformat(fires_at)

    async def sql(self, statement: str, params: Params = NO_PARAMS) -> list[Row]:
        return await self.engine._database.read(lambda tx: tx.all(statement, params))

    async def change(self, statement: str, params: Params = NO_PARAMS) -> None:
        await self.engine._database.write(lambda tx: tx.run(statement, params))

    async def turn(self, at: datetime | None = None) -> datetime | None:
        """Move the clock to a moment and fire what is due."""
        self.move(at or self.clock.now())
        return await self.rounds.turn(self.clock.now())

    def move(self, at: datetime) -> None:
        self.clock.advance(at - self.clock.now())

    async def pass_over(self, by: timedelta) -> None:
        """Let so much time pass, and fire whenever something is due."""
        end = self.clock.now() + by
        while (again := await self.turn()) is not None and again <= end:
            self.move(again)
        self.move(end)


@pytest.fixture
def firing_range(engine: Engine, http: httpx2.AsyncClient, clock: ManualClock) -> Range:
    return Range(engine, http, clock, rounds_of(engine))
