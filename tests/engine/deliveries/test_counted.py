"""What a courier counts is what the log of attempts holds, and what waits is seen from outside."""

from datetime import timedelta

import pytest

from agentops.engine.metrics.exposition import Exposition
from agentops.engine.metrics.families import Families
from tests.engine.metrics.town import Alone, Samples, of, samples

from .conftest import Post
from .receiver import Receiver

pytestmark = pytest.mark.anyio


async def scraped(exposition: Exposition) -> Samples:
    await exposition.look()
    return samples(exposition.text("")[1].decode())


async def test_every_attempt_is_counted_once_by_how_it_ended(post: Post, receiver: Receiver) -> None:
    families = Families((), "sqlite")
    exposition = Exposition(families, post.engine.database, post.clock, Alone())
    paths = {"/ok": 3, "/500": 2, "/301": 1}
    for path, count in paths.items():
        await post.put(await post.endpoint(receiver.url(path)), count)
    post.clock.advance(timedelta(seconds=7))
    waiting = await scraped(exposition)
    assert waiting["agentops_deliveries_pending", ()] == sum(paths.values())
    assert waiting["agentops_deliveries_oldest_pending_age_seconds", ()] == 7
    async with post.courier(meter=families) as round_:
        await round_.to_the_end()
    [(attempts,)] = await post.sql("SELECT COUNT(*) FROM delivery_attempts")
    post.clock.advance(timedelta(minutes=1))
    found = await scraped(exposition)
    ends = of(found, "agentops_delivery_attempts_total")
    assert ends == {("delivered",): 3, ("failed",): 6, ("redirected",): 1, ("not_public",): 0}
    assert sum(ends.values()) == found["agentops_delivery_attempt_duration_seconds_count", ()] == attempts
    assert found["agentops_deliveries_pending", ()] == 0
    assert of(found, "agentops_webhook_endpoints") == {("enabled",): 2, ("disabled",): 1}
