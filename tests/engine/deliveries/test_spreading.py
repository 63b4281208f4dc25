"""What is to be told lies in one row an event, and becomes a message for each endpoint that heard of it."""

import pytest

from agentops.base.clock import timestamp
from agentops.engine.core.happenings import Happening, Home
from agentops.engine.operations import happenings
from agentops.engine.operations.happenings import Report

from .conftest import WEBHOOKS, Post
from .receiver import Receiver

pytestmark = pytest.mark.anyio


async def tell(post: Post, *happened: str) -> None:
    """Have agents updated, as whoever updates them says it."""
    home = Home(post.engine.settings.organization, post.engine.settings.workspace)
    told = tuple(Happening("agent.updated", each) for each in happened)
    report = Report(home, post.engine._ids, told, timestamp(post.clock.now()))
    assert await post.engine._database.write(lambda tx: happenings.put(tx, report))


async def test_an_event_is_one_row_until_somebody_delivers_or_looks(post: Post, receiver: Receiver) -> None:
    endpoints = [await post.endpoint(receiver.url(f"/ok/{number}")) for number in range(3)]
    await tell(post, "agent_1", "agent_2")
    assert await post.sql("SELECT COUNT(*) FROM tellings") == [(2,)]
    assert await post.sql("SELECT COUNT(*) FROM deliveries") == [(0,)]
    listed = [await post.log(each) for each in endpoints]
    assert [[one["status"] for one in log] for log in listed] == [["pending"] * 2] * 3
    assert len({one["id"] for log in listed for one in log}) == 6
    assert {tuple(one["event_id"] for one in log) for log in listed} == {tuple(one["event_id"] for one in listed[0])}, (
        "one event, whoever hears of it"
    )
    async with post.courier() as round_:
        await round_.all_due()
    assert [len(receiver.events(f"/ok/{number}")) for number in range(3)] == [2] * 3


async def test_who_came_later_hears_nothing_and_of_who_left_nothing_is_put_down(post: Post, receiver: Receiver) -> None:
    gone, stays = [await post.endpoint(receiver.url(path)) for path in ("/ok/gone", "/ok/stays")]
    await tell(post, "agent_1")
    await post.sent("DELETE", f"{WEBHOOKS}/{gone}")
    later = await post.endpoint(receiver.url("/ok/later"))
    async with post.courier() as round_:
        await round_.to_the_end()
    assert await post.ends(stays) == [("delivered", [""])]
    assert await post.ends(later) == []
    assert await post.sql("SELECT DISTINCT endpoint_id FROM deliveries") == [(stays,)]


async def test_many_events_for_a_receiver_that_hangs_hold_up_no_other(post: Post, receiver: Receiver) -> None:
    await post.endpoint(receiver.url("/hang"))
    await tell(post, *[f"agent_{number}" for number in range(100)])
    await post.endpoint(receiver.url("/ok"))
    await tell(post, "agent_101")
    async with post.courier(patience_s=60.0, at_once=4) as round_:
        await round_.courier.open()
        await receiver.reached("/ok", 1)
        assert round_.courier.in_hand <= 2
        receiver.released.set()
