"""What the rounds count is what the record of runs holds."""

from datetime import timedelta

import pytest

from agentops.engine.firing.rounds import Rounds, Station
from agentops.engine.metrics.exposition import Exposition
from agentops.engine.metrics.families import Families
from tests.engine.metrics.town import Alone, of, samples

from .conftest import Range

pytestmark = pytest.mark.anyio


async def test_every_run_of_a_schedule_is_counted_as_on_time_late_or_failed(firing_range: Range) -> None:
    engine, families = firing_range.engine, Families((), "sqlite")
    rounds = Rounds(Station(engine._name, engine.database, engine._ids, engine._keyring, engine._news, families))
    exposition = Exposition(families, engine.database, firing_range.clock, Alone())
    names = [await firing_range.deployment(f"0 {hour} * * *") for hour in (9, 10, 11)]
    first = min([await firing_range.fires_at(each) for each in names])
    await exposition.look()
    found = samples(exposition.text("")[1].decode())
    assert found["agentops_deployments_scheduled", ()] == 3
    assert found["agentops_next_firing_timestamp_seconds", ()] == pytest.approx(first.timestamp())
    for name, late_s in zip(names, (0, 30, 40), strict=True):
        at = await firing_range.fires_at(name) + timedelta(seconds=late_s)
        firing_range.move(at)
        await rounds.turn(at)
    runs = await firing_range.sql("SELECT has_error FROM deployment_runs WHERE trigger_type = 'schedule'")
    await exposition.look()
    counted = samples(exposition.text("")[1].decode())
    ends = of(counted, "agentops_firings_total")
    assert sum(ends.values()) == counted["agentops_firing_lateness_seconds_count", ()] == len(runs) == 3
    assert (ends["on_time",], ends["failed",]) == (1, sum(failed for (failed,) in runs))
    assert ends["late",] == 2
    assert counted["agentops_firings_overdue", ()] == 0
