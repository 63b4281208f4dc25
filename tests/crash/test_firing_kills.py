"""Three servers of one Postgres are killed at random while they fire, and each moment of each schedule has one run.

`AGENTOPS_KILLS` says how often, `AGENTOPS_KILLS_SEED` how the dice fall. Time is virtual: it is told to the servers.
"""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path

import httpx2
import psycopg
import pytest

from agentops.base.clock import ManualClock, timestamp
from agentops.base.ids import RandomIds
from agentops.engine.core import cron
from agentops.engine.server import build
from tests.conftest import BETA
from tests.engine.operations.given import a_deployment

from .volleys import Gunner, Order, Post

KILLS = int(os.environ.get("AGENTOPS_KILLS", "4"))
SEED = int(os.environ.get("AGENTOPS_KILLS_SEED", "0")) or random.SystemRandom().randrange(1, 1_000_000)
SERVERS = 3

pytestmark = [pytest.mark.crash, pytest.mark.postgres, pytest.mark.timeout(60 + 4 * KILLS)]

START = datetime(2027, 3, 13, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RIPE = timedelta(seconds=20)
"""When all that is due in a minute is ripe: 15 % of two minutes are 18 seconds."""

SCHEDULES = ["* * * * *"] * 4 + ["*/2 * * * *"] * 2 + ["1-59/2 * * * *"] * 2


@dataclass
class Volleys:
    """Servers that fire minute after minute, some of which die of it."""

    post: Post
    dice: random.Random
    gunners: list[Gunner] = field(default_factory=list)
    killed: int = 0

    @contextmanager
    def manned(self) -> Iterator[None]:
        try:
            self.man(self.post.now)
            yield
        finally:
            for each in self.gunners:
                each.kill()

    def man(self, now: datetime) -> None:
        """Have as many servers as there should be."""
        new = [Gunner(Post(self.post.url, self.post.folder, now)) for _ in range(SERVERS - len(self.gunners))]
        self.gunners += new
        for each in new:
            assert each.answers()

    def fire(self, now: datetime) -> None:
        """Tell everybody the time, kill some in the middle of it, and see to it that somebody looks to the end."""
        victims = self.dice.sample(self.gunners, self.dice.choice((0, 1, 1, 2, SERVERS)))
        for each in self.gunners:
            each.tell(self._order(now, is_victim=each in victims))
        if victims and self.dice.random() < 0.3:
            victims[0].kill()
        self._hear()
        while not self.gunners:
            self.man(now)
            for each in self.gunners:
                each.tell(Order(now))
            self._hear()
        self.man(now)

    def _hear(self) -> None:
        living = [each for each in self.gunners if each.answers()]
        self.killed += len(self.gunners) - len(living)
        self.gunners = living

    def _order(self, now: datetime, *, is_victim: bool) -> Order:
        if not is_victim:
            return Order(now)
        return Order(now, self.dice.randint(1, len(SCHEDULES)), self.dice.choice(("before", "after")))


async def deployments(post: Post) -> dict[str, str]:
    """Make the deployments and return the expression of each."""
    engine = build(post.settings, clock=ManualClock(post.now), ids=RandomIds())
    headers = {"x-api-key": engine.credential.reveal(), "anthropic-beta": BETA}
    transport = httpx2.ASGITransport(app=engine.app)
    async with engine, httpx2.AsyncClient(transport=transport, base_url="http://e.test", headers=headers) as http:
        found = {}
        for expression in SCHEDULES:
            schedule = {"type": "cron", "expression": expression, "timezone": "America/New_York"}
            found[(await a_deployment(http, schedule=schedule))["id"]] = expression
        return found


def test_three_servers_fire_each_moment_once_while_they_are_killed(own_postgres: str, tmp_path: Path) -> None:
    print(f"AGENTOPS_KILLS={KILLS} AGENTOPS_KILLS_SEED={SEED}")
    post = Post(own_postgres, tmp_path, START)
    expressions = asyncio.run(deployments(post))
    volleys, end = Volleys(post, random.Random(SEED)), START
    with volleys.manned():
        while volleys.killed < KILLS or end < START + 3 * MINUTE:
            end += MINUTE
            volleys.fire(end + RIPE)
    with psycopg.connect(own_postgres) as connection:
        runs = connection.execute("SELECT deployment_id, scheduled_at, body::json->>'session_id' FROM deployment_runs")
        fired = runs.fetchall()
        sessions = connection.execute("SELECT id, deployment_id FROM sessions").fetchall()
    assert Counter((name, at) for name, at, _ in fired) == Counter(wanted(expressions, end)), "each once, and no other"
    assert sorted((session, name) for name, _, session in fired) == sorted(sessions), "no session without a run"


def wanted(expressions: dict[str, str], end: datetime) -> Iterator[tuple[str, str]]:
    for name, expression in expressions.items():
        schedule = {"expression": expression, "timezone": "UTC"}
        for moment in takewhile(end.__ge__, cron.moments(schedule, START)):
            yield name, timestamp(moment)
