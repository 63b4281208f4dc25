"""Two servers of one Postgres: one is told what changes, the other fires it."""

import asyncio

import pytest

from agentops.base.clock import ManualClock, SystemClock
from agentops.base.ids import RandomIds
from agentops.engine.core.firing import TOPIC
from agentops.engine.core.sessions import INBOX
from agentops.engine.firing.watch import Watch
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings

from .conftest import Range, rounds_of

pytestmark = [pytest.mark.anyio, pytest.mark.postgres]


class Ear:
    """Hears what the other server tells."""

    def __init__(self, engine: Engine, beginning: str) -> None:
        self._topics = asyncio.Queue[str]()
        engine._news.attend(beginning, self._heard)

    def _heard(self, topic: str, *, is_own: bool) -> None:
        if not is_own:
            self._topics.put_nowait(topic)

    async def hears(self) -> str:
        return await self._topics.get()


@pytest.mark.parametrize("prepared_url", ["postgres"], indirect=True)
async def test_a_schedule_that_changes_at_one_server_wakes_the_other(
    firing_range: Range, settings: Settings, clock: ManualClock
) -> None:
    # Schedules go by the database's clock, which does not stand still: the year's one moment does not come meanwhile.
    firing_range.move(SystemClock().now())
    here = Ear(firing_range.engine, INBOX)
    async with build(settings, clock=clock, ids=RandomIds()) as other:
        there = Ear(other, TOPIC)
        watch = Watch(rounds_of(other)._at, clock, look_every_s=3600)
        await watch.open()
        name = await firing_range.deployment("0 0 1 1 *")
        await there.hears()
        firing_range.move(await firing_range.fires_at(name))
        await firing_range.deployment()
        session = (await here.hears()).rpartition(" ")[2]
        await watch.close()
    [run] = await firing_range.runs(name)
    assert run["session_id"] == session
