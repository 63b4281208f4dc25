"""Deliveries over real sockets: documented outcome for each kind of receiver, signed, bounded, and none held up."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from anthropic import Anthropic

from agentops.engine.core import deliveries as core
from agentops.engine.core.deliveries import FAILING, NOT_PUBLIC, REDIRECTED

from .conftest import ORGANIZATION, WEBHOOKS, Post
from .receiver import Receiver

pytestmark = pytest.mark.anyio

GAVE_UP = ("failed", ["answered 500"] * 3)


async def test_a_delivery_arrives_signed_and_the_sdk_unwraps_it(post: Post, receiver: Receiver) -> None:
    endpoint = await post.endpoint(receiver.url("/ok?a=b"))
    own = await post.organization_endpoint(receiver.url("/ok/own", "hooks.example", "https"))
    (event,) = await post.put(endpoint)
    async with post.courier() as round_:
        await round_.all_due()
    (request,) = receiver.requests
    key = post.secrets[endpoint].reveal()
    unwrapped = Anthropic(api_key="none").beta.webhooks.unwrap(request.body, headers=request.headers, key=key)
    assert (unwrapped.id, unwrapped.type, unwrapped.data.type) == (event, "event", "agent.updated")
    assert unwrapped.created_at == post.clock.now()
    assert request.headers["content-type"] == "application/json"
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert request.path == "/ok?a=b"
    assert await post.ends(endpoint) == [("delivered", [""])]
    (log,) = await post.log(endpoint)
    assert (log["attempts"][0]["status"], log["attempt_count"], log["due_at"]) == (200, 1, None)
    assert log["event"]["id"] == log["event_id"] == event
    assert own


async def test_any_2xx_acknowledges(post: Post, receiver: Receiver) -> None:
    endpoints = [await post.endpoint(receiver.url(f"/{status}")) for status in (200, 201, 204, 299)]
    for each in endpoints:
        await post.put(each)
    async with post.courier() as round_:
        await round_.all_due()
    assert [await post.ends(each) for each in endpoints] == [[("delivered", [""])]] * 4


async def test_a_body_where_none_is_allowed_does_not_spoil_an_answer(post: Post, receiver: Receiver) -> None:
    endpoints = [await post.endpoint(receiver.url(path)) for path in ("/wordy", "/wordy/late", "/hints")]
    async with post.courier() as round_:
        for each in endpoints * 2:
            await post.put(each)
            await round_.all_due()
        assert [await post.ends(each) for each in endpoints] == [[("delivered", [""])] * 2] * 3
        assert receiver.connections == 5, "one that said too much is not used again"


FAILS = {
    "answers 500": ("/500", "answered 500"),
    "answers 404": ("/404", "answered 404"),
    "answers 199 and no more": ("/garbage", "the answer is not one of HTTP"),
    "hangs up": ("/close", "the connection was closed without an answer"),
    "hangs": ("/hang", "no answer within 1 s"),
    "sends interim answers without end": ("/interim", "answered nothing but 1xx"),
    "sends headers without end": ("/headers", "the answer is not one of HTTP"),
}


async def test_what_fails_is_tried_three_times_then_given_up(post: Post, receiver: Receiver) -> None:
    endpoints = {name: await post.endpoint(receiver.url(path)) for name, (path, _) in FAILS.items()}
    down = await post.endpoint("http://127.0.0.1:1/")
    nowhere = await post.endpoint("https://no-such-host.invalid/")
    for each in (*endpoints.values(), down, nowhere):
        await post.put(each)
    async with post.courier(patience_s=1.0) as round_:
        await round_.to_the_end()
    for name, (path, problem) in FAILS.items():
        assert await post.ends(endpoints[name]) == [("failed", [problem] * 3)], name
        assert len(set(receiver.events(path))) == 1
        assert len({each.headers["webhook-timestamp"] for each in receiver.of(path)}) == 3, "renewed on each try"
        assert (await post.shown(endpoints[name]))["state"] == "enabled"
    assert await post.ends(down) == [("failed", ["the connection was refused"] * 3)]
    assert await post.ends(nowhere) == [("failed", ["the name of the host leads nowhere"] * 3)]


async def test_the_next_attempt_waits_five_seconds_to_two_minutes(post: Post, receiver: Receiver) -> None:
    for roll, pause_s in ((0.0, 5.0), (0.5, 62.5), (1.0, 120.0)):
        endpoint = await post.endpoint(receiver.url("/500"))
        await post.put(endpoint)
        async with post.courier(roll=lambda roll=roll: roll) as round_:
            assert await round_.all_due() == pytest.approx(pause_s)
        (log,) = await post.log(endpoint)
        assert (log["status"], log["attempt_count"]) == ("pending", 1)
        await post.sent("DELETE", f"{WEBHOOKS}/{endpoint}")


async def test_a_receiver_that_recovers_gets_what_it_missed(post: Post, receiver: Receiver) -> None:
    receiver.answers["/soon"] = 503
    endpoint = await post.endpoint(receiver.url("/soon"))
    (event,) = await post.put(endpoint)
    async with post.courier() as round_:
        await round_.all_due()
        receiver.answers.clear()
        await round_.to_the_end()
    assert receiver.events("/soon") == [event, event]
    assert await post.ends(endpoint) == [("delivered", ["answered 503", ""])]
    assert await post.sql("SELECT * FROM endpoint_health") == []


@pytest.mark.parametrize("status", [301, 302, 304, 307, 308])
async def test_a_redirect_disables_at_once_and_is_not_followed(post: Post, receiver: Receiver, status: int) -> None:
    receiver.answers["/redirect"] = status
    endpoint = await post.endpoint(receiver.url("/redirect"))
    await post.put(endpoint, 5)
    async with post.courier() as round_:
        await round_.to_the_end()
        shown = await post.shown(endpoint)
        assert (shown["state"], shown["disabled_reason"]) == ("disabled", REDIRECTED)
        assert [each.path for each in receiver.requests] == ["/redirect"]
        assert [each[0] for each in await post.ends(endpoint)] == ["failed", *["dropped"] * 4]
        assert {each["reason"] for each in (await post.log(endpoint))[1:]} == {core.ENDPOINT_OFF}


async def test_of_both_kinds_of_endpoints_the_state_is_told_and_enabling_begins_anew(
    post: Post, receiver: Receiver
) -> None:
    endpoint = await post.endpoint("https://10.0.0.1/")
    own = await post.organization_endpoint("https://[fd00::1]/")
    await post.put(endpoint)
    await post.put(own, event_type="external_key.failed")
    async with post.courier() as round_:
        await round_.to_the_end()
        for each, within in ((endpoint, WEBHOOKS), (own, ORGANIZATION)):
            shown = await post.shown(each, within)
            assert (shown["state"], shown["disabled_reason"]) == ("disabled", NOT_PUBLIC), within
            again = await post.sent("POST", f"{within}/{each}", state="enabled")
            assert (again["state"], again["disabled_reason"]) == ("enabled", "")
        moved = await post.sent("POST", f"{WEBHOOKS}/{endpoint}", url=receiver.url("/ok"))
        assert moved["state"] == "enabled"
        await post.put(endpoint)
        await round_.to_the_end()
    assert [each[0] for each in await post.ends(endpoint)] == ["failed", "delivered"]
    assert [each[0] for each in await post.ends(own)] == ["failed"]


async def test_another_url_enables_what_was_disabled_for_the_old_one_but_not_what_a_person_disabled(
    post: Post, receiver: Receiver
) -> None:
    endpoint = await post.endpoint("https://10.0.0.1/")
    await post.put(endpoint)
    async with post.courier() as round_:
        await round_.to_the_end()
    moved = await post.sent("POST", f"{WEBHOOKS}/{endpoint}", url=receiver.url("/ok"))
    assert (moved["state"], moved["disabled_reason"]) == ("enabled", "")
    await post.sent("POST", f"{WEBHOOKS}/{endpoint}", state="disabled")
    moved = await post.sent("POST", f"{WEBHOOKS}/{endpoint}", url=receiver.url("/other"))
    assert (moved["state"], moved["disabled_reason"]) == ("disabled", "")


async def test_failing_for_long_and_often_disables_and_one_success_begins_anew(post: Post, receiver: Receiver) -> None:
    receiver.answers["/often"] = 500
    endpoint = await post.endpoint(receiver.url("/often"))
    async with post.courier() as round_:
        await post.put(endpoint, 7)
        await round_.to_the_end()
        assert (await post.shown(endpoint))["state"] == "enabled", "often, but not for long"
        post.clock.advance(core.SUSTAINED)
        receiver.answers.clear()
        await post.put(endpoint)
        await round_.to_the_end()
        receiver.answers["/often"] = 500
        await post.put(endpoint, 7)
        await round_.to_the_end()
        assert (await post.shown(endpoint))["state"] == "enabled", "one success began anew"
        post.clock.advance(core.SUSTAINED)
        await post.put(endpoint, 3)
        await round_.to_the_end()
        shown = await post.shown(endpoint)
        assert (shown["state"], shown["disabled_reason"]) == ("disabled", FAILING)
        assert shown["updated_at"] > shown["created_at"]
        assert await post.ends(endpoint) == [
            *[GAVE_UP] * 7, ("delivered", [""]), *[GAVE_UP] * 7, ("dropped", ["answered 500"]), *[("dropped", [])] * 2,
        ]  # fmt: skip


async def test_seldom_failing_for_long_does_not_disable(post: Post, receiver: Receiver) -> None:
    endpoint = await post.endpoint(receiver.url("/500"))
    async with post.courier() as round_:
        for _ in range(6):
            await post.put(endpoint)
            await round_.to_the_end()
            post.clock.advance(core.SUSTAINED)
    assert (await post.shown(endpoint))["state"] == "enabled"


async def test_what_hangs_delays_nobody_and_holds_one_place(post: Post, receiver: Receiver) -> None:
    hanging = [await post.endpoint(receiver.url(f"/hang/{number}")) for number in range(3)]
    healthy = await post.endpoint(receiver.url("/ok"))
    for each in hanging:
        await post.put(each, 50)
    events = await post.put(healthy, 100)
    async with post.courier(patience_s=60.0) as round_:
        most = 0
        while await round_.turn() and round_.courier.in_hand > len(hanging):
            most = max(most, round_.courier.in_hand)
            # More than those that hang is on its way as long as anything is left for the healthy one.
            await asyncio.wait(round_.courier._tasks, return_when=asyncio.FIRST_COMPLETED)
        assert sorted(receiver.events("/ok")) == events
        assert {receiver.most_at_once[f"/hang/{number}"] for number in range(3)} == {1}
        assert most == len(hanging) + core.WIDTH_MAX
        receiver.released.set()


async def test_memory_holds_what_is_on_its_way_and_no_more(post: Post, receiver: Receiver) -> None:
    endpoints = [await post.endpoint(receiver.url(f"/ok/{number}")) for number in range(4)]
    for each in endpoints:
        await post.put(each, 50)
    most = 0
    async with post.courier(at_once=6) as round_:
        while await round_.turn() and round_.courier._tasks:
            most = max(most, round_.courier.in_hand)
            await asyncio.wait(round_.courier._tasks, return_when=asyncio.FIRST_COMPLETED)
    assert 1 < most <= 2 * 6
    assert len(receiver.requests) == 200


async def test_a_body_without_end_is_not_read_and_counts_by_its_status(post: Post, receiver: Receiver) -> None:
    endpoints = [await post.endpoint(receiver.url(path)) for path in ("/endless", "/drip")]
    for each in endpoints:
        await post.put(each)
    async with post.courier(patience_s=60.0) as round_:
        await round_.to_the_end()
    assert [await post.ends(each) for each in endpoints] == [[("delivered", [""])]] * 2
    assert receiver.sent_bytes < 16 * 2**20


async def test_a_connection_is_used_again_as_long_as_the_name_leads_there(post: Post, receiver: Receiver) -> None:
    answers: list[Sequence[str]] = [["127.0.0.1"], ["127.0.0.1"], ["127.0.0.1", "10.0.0.1"]]

    async def resolve(host: str, port: int) -> Sequence[str]:
        return answers.pop(0)

    endpoint = await post.endpoint(receiver.url("/ok", "localhost"))
    async with post.courier(resolve=resolve) as round_:
        for _ in range(3):
            await post.put(endpoint)
            await round_.all_due()
    assert (len(receiver.requests), receiver.connections) == (2, 1)
    assert (await post.shown(endpoint))["disabled_reason"] == NOT_PUBLIC
    assert receiver.requests[0].headers["host"] == f"localhost:{receiver.port}"


async def test_another_secret_signs_what_waits(post: Post, receiver: Receiver) -> None:
    receiver.answers["/soon"] = 500
    endpoint = await post.endpoint(receiver.url("/soon"))
    await post.put(endpoint, 3)
    async with post.courier() as round_:
        await round_.all_due()
        before = len(receiver.requests)
        fresh = (await post.sent("POST", f"{WEBHOOKS}/{endpoint}/regenerate_signing_secret"))["signing_secret"]
        post.clock.advance(timedelta(seconds=62.5))
        await round_.all_due()
    client = Anthropic(api_key="none")
    assert len(receiver.requests) == 2 * before == 6
    for number, each in enumerate(receiver.requests):
        key = fresh if number >= before else post.secrets[endpoint].reveal()
        assert client.beta.webhooks.unwrap(each.body, headers=each.headers, key=key).data.type == "agent.updated"


async def test_what_cannot_be_signed_waits_and_holds_nobody_up(post: Post, receiver: Receiver) -> None:
    endpoint, other = [await post.endpoint(receiver.url("/ok")) for _ in range(2)]
    delete = "DELETE FROM secrets WHERE holder = :endpoint"
    await post.engine._database.write(lambda tx: tx.run(delete, {"endpoint": endpoint}))
    await post.put(endpoint)
    await post.put(other)
    async with post.courier() as round_:
        await round_.all_due()
        assert await post.sql("SELECT status FROM deliveries ORDER BY seq") == [("pending",), ("delivered",)]
        await post.sent("POST", f"{WEBHOOKS}/{endpoint}/regenerate_signing_secret")
        await round_.all_due()
    assert await post.ends(endpoint) == [("delivered", [""])]


async def test_what_waits_for_an_endpoint_that_is_disabled_or_gone_is_dropped(post: Post, receiver: Receiver) -> None:
    endpoint, gone = [await post.endpoint(receiver.url("/ok")) for _ in range(2)]
    await post.put(endpoint, 2)
    await post.put(gone, 2)
    await post.sent("POST", f"{WEBHOOKS}/{endpoint}", state="disabled")
    await post.sent("DELETE", f"{WEBHOOKS}/{gone}")
    assert await post.sql("SELECT COUNT(*) FROM deliveries") == [(2,)], "what was to be told to it goes with it"
    await post.put(gone, 1)
    async with post.courier() as round_:
        await round_.to_the_end()
    assert await post.sql("SELECT status, reason FROM deliveries ORDER BY seq") == [
        ("dropped", core.ENDPOINT_OFF), ("dropped", core.ENDPOINT_OFF), ("dropped", core.ENDPOINT_GONE),
    ]  # fmt: skip
    assert receiver.requests == []


async def test_what_a_clock_that_is_ahead_has_put_down_is_delivered_and_retries_keep_their_pauses(
    post: Post, receiver: Receiver
) -> None:
    receiver.answers["/soon"] = 500
    endpoint, other = [await post.endpoint(receiver.url(path)) for path in ("/soon", "/ok")]
    post.clock.advance(timedelta(hours=1))
    await post.put(endpoint)
    await post.put(other, 3)
    post.clock.advance(-timedelta(hours=1))
    async with post.courier() as round_:
        assert await round_.all_due() == pytest.approx(62.5)
        assert (receiver.came["/soon"], receiver.came["/ok"]) == (1, 3)
        post.clock.advance(-timedelta(hours=1))
        receiver.answers.clear()
        await round_.to_the_end()
    assert await post.ends(endpoint) == [("delivered", ["answered 500", ""])], "set back, they would wait an hour"


@pytest.mark.parametrize("prepared_url", ["postgres"], indirect=True)
@pytest.mark.postgres
async def test_a_courier_goes_by_the_clock_of_the_database(post: Post, receiver: Receiver) -> None:
    receiver.answers["/soon"] = 500
    endpoint = await post.endpoint(receiver.url("/soon"))
    await post.put(endpoint)
    true = post.clock.now()
    post.clock.advance(timedelta(hours=1))
    async with post.courier() as round_:
        await round_.courier.recover()
        await round_.all_due()
    (log,) = await post.log(endpoint)
    assert abs(datetime.fromisoformat(log["due_at"]) - true) < timedelta(minutes=30)
    stamped = datetime.fromtimestamp(int(receiver.requests[0].headers["webhook-timestamp"]), UTC)
    assert abs(stamped - true) < timedelta(minutes=5), "or receivers refuse it"


async def test_of_an_endpoint_that_was_removed_while_it_was_told_nothing_is_left(
    post: Post, receiver: Receiver
) -> None:
    endpoint = await post.endpoint(receiver.url("/hang"))
    await post.put(endpoint)
    async with post.courier() as round_:
        await round_.turn()
        await receiver.reached("/hang", 1)
        await post.sent("DELETE", f"{WEBHOOKS}/{endpoint}")
        receiver.released.set()
        await round_.to_the_end()
    for table in ("deliveries", "delivery_attempts", "endpoint_health"):
        assert await post.sql(f"SELECT COUNT(*) FROM {table}") == [(0,)]


async def test_the_dead_are_followed_and_nobody_sends_what_another_has(post: Post, receiver: Receiver) -> None:
    endpoint = await post.endpoint(receiver.url("/hang"))
    await post.put(endpoint, 1)
    async with post.courier("runner_a", patience_s=60.0) as first, post.courier("runner_b") as second:
        await first.turn()
        await second.courier.recover()
        await second.all_due()
        assert second.courier.in_hand == 0
        await post.leave("runner_a")
        await second.courier.recover()
        await second.turn()
        assert second.courier.in_hand == 1
        receiver.released.set()
        await first.all_due()
        await second.all_due()
    (log,) = await post.log(endpoint)
    assert (log["attempt_count"], len(log["attempts"])) == (1, 1), "who lost it writes nothing"


async def test_a_courier_that_goes_gives_back_what_has_not_arrived(post: Post, receiver: Receiver) -> None:
    endpoint, other = [await post.endpoint(receiver.url(path)) for path in ("/hang", "/ok")]
    await post.put(endpoint, 1)
    await post.put(other, 1)
    async with post.courier(patience_s=60.0) as round_:
        await round_.turn()
    assert await post.sql("SELECT status, runner_id, attempts FROM deliveries ORDER BY seq") == [
        ("pending", None, 0), ("delivered", None, 1),
    ]  # fmt: skip


async def test_what_the_database_gave_and_nobody_has_is_freed(post: Post, receiver: Receiver) -> None:
    endpoint = await post.endpoint(receiver.url("/ok"))
    await post.put(endpoint)
    async with post.courier() as round_:
        await post.engine._database.write(lambda tx: tx.run("UPDATE deliveries SET runner_id = 'runner_a'"))
        await round_.courier.recover()
        await round_.all_due()
    assert await post.ends(endpoint) == [("delivered", [""])]


async def test_what_was_delivered_or_not_is_replayed_under_its_own_id(post: Post, receiver: Receiver) -> None:
    receiver.answers["/soon"] = 500
    endpoint = await post.endpoint(receiver.url("/soon"))
    (event,) = await post.put(endpoint)
    async with post.courier() as round_:
        await round_.to_the_end()
        receiver.answers.clear()
        (failed,) = await post.log(endpoint)
        again = await post.sent("POST", f"{WEBHOOKS}/{endpoint}/deliveries/{failed['id']}/replay")
        assert (again["status"], again["event_id"], again["event"]) == ("pending", event, failed["event"])
        await round_.to_the_end()
    assert receiver.events("/soon") == [event] * 4
    assert len({each.body for each in receiver.requests}) == 1
    assert [each["status"] for each in await post.log(endpoint)] == ["failed", "delivered"]
    own = await post.organization_endpoint("https://hooks.example/")
    tried = await post.sent("POST", f"{WEBHOOKS}/{own}/test")
    assert tried["event"]["data"] == {
        "type": "external_key.failed", "id": own, "organization_id": post.engine.settings.organization,
    }  # fmt: skip
