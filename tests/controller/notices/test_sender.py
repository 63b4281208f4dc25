"""Telling receivers over real sockets: tried again, never waited for, counted beyond their hour, unnamed in logs."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from standardwebhooks import Webhook

from agentops.base.clock import ManualClock, SystemClock
from agentops.base.errors import UsageError
from agentops.base.secrets import Secret
from agentops.controller.notices.notice import About, Kind, Notice, notice
from agentops.controller.notices.sender import Channel, Means, Sender
from agentops.engine.outbound import Outbound

from .receiver import HANGS, HANGS_UP, receiver

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECRET = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")


class Naps:
    """Keeps what it was asked to wait, and waits for nothing."""

    def __init__(self) -> None:
        self.lengths: list[float] = []

    async def __call__(self, length_s: float) -> None:
        self.lengths.append(length_s)


def told(at: datetime = NOW, number: int = 0, kind: Kind = Kind.REFUSED) -> Notice:
    return notice(kind, About("prod", "a" * 40, at), f"fact {number}", "fix it")


@asynccontextmanager
async def sending(*channels: Channel, naps: Naps | None = None, clock: Any = None) -> AsyncIterator[Sender]:
    means = Means(Outbound(allow_loopback=True), clock or ManualClock(NOW), naps or Naps(), Random(7))
    sender = Sender(channels, means)
    await sender.open()
    try:
        yield sender
    finally:
        await sender.close(within_s=0.0)


def channel(url: str, name: str = "ops", **rest: Any) -> Channel:
    return Channel(name, Secret(url), **rest)


async def test_a_notice_arrives_signed() -> None:
    async with receiver() as found, sending(channel(found.url, secret=SECRET), clock=SystemClock()) as sender:
        await sender.send(told())
        await sender.drained()
    [got] = found.got
    assert got.path == "/services/T1/B2/very-secret"
    data = Webhook(SECRET.reveal()).verify(got.body, dict(got.headers))
    assert (data["type"], data["version"]) == ("repository.refused", 1)
    assert data["data"]["text"] == "prod at aaaaaaaaaaaa: fact 0; fix it."


async def test_a_chat_gets_words_and_no_signature() -> None:
    async with receiver() as found, sending(channel(found.url, format="slack", secret=SECRET)) as sender:
        await sender.send(told())
        await sender.drained()
    [got] = found.got
    assert {"text", "blocks"} <= json.loads(got.body).keys()
    assert "webhook-signature" not in got.headers


@pytest.mark.parametrize("first", [500, 503, 429, 408, HANGS_UP])
async def test_what_fails_for_the_moment_is_tried_again(first: int) -> None:
    naps = Naps()
    async with receiver(first, first, 200) as found, sending(channel(found.url), naps=naps) as sender:
        await sender.send(told())
        await sender.drained()
    assert len(found.got) == 3
    assert len({each.body for each in found.got}) == 1
    assert 1 <= naps.lengths[0] <= 3
    assert 5 <= naps.lengths[1] <= 15


async def test_after_three_tries_the_next_notice_has_its_turn() -> None:
    async with receiver(500, 500, 500, 200) as found, sending(channel(found.url)) as sender:
        await sender.send(told(number=1))
        await sender.send(told(number=2))
        await sender.drained()
    assert ["fact 1" in str(each.body) for each in found.got] == [True, True, True, False]


@pytest.mark.parametrize("status", [302, 400, 401, 404, 410])
async def test_a_receiver_that_says_no_is_not_asked_again(status: int, caplog: pytest.LogCaptureFixture) -> None:
    async with receiver(status) as found, sending(channel(found.url)) as sender:
        await sender.send(told())
        await sender.drained()
    assert len(found.got) == 1
    assert f"ops (127.0.0.1) was not told: refused with {status}" in caplog.text


async def test_a_receiver_that_hangs_keeps_no_other_waiting() -> None:
    async with receiver(HANGS) as stuck, receiver() as well:
        channels = (channel(stuck.url, "stuck"), channel(well.url, "well"))
        async with sending(*channels) as sender:
            await sender.send(told())
            await asyncio.wait_for(well.arrived.wait(), 10)
            await asyncio.wait_for(stuck.arrived.wait(), 10)


async def test_only_who_is_named_is_told_of_what_it_asked_for() -> None:
    async with receiver() as one, receiver() as other:
        picky = channel(other.url, "picky", events=frozenset({Kind.DRIFTED}))
        async with sending(channel(one.url, "all"), picky) as sender:
            await sender.send(told(number=1))
            await sender.send(told(number=2, kind=Kind.DRIFTED))
            await sender.send(told(number=3, kind=Kind.DRIFTED), names=["all"])
            await sender.drained()
    assert len(one.got) == 3
    assert [json.loads(each.body)["type"] for each in other.got] == ["repository.drifted"]


async def test_beyond_its_hour_a_receiver_learns_how_many_there_were() -> None:
    clock = ManualClock(NOW)
    async with receiver() as found, sending(channel(found.url, per_hour=2), clock=clock) as sender:
        for number in range(5):
            await sender.send(told(number=number))
        await sender.drained()
        clock.advance(timedelta(hours=1))
        await sender.send(told(number=9))
        await sender.drained()
    said = [json.loads(each.body)["data"] for each in found.got]
    assert [each["held_back"] for each in said] == [0, 0, 3]
    assert [each["is_last_of_the_hour"] for each in said] == [False, True, False]


async def test_a_flood_is_bounded_and_counted() -> None:
    async with receiver() as found, sending(channel(found.url, per_hour=10_000)) as sender:
        for number in range(5_000):
            await sender.send(told(number=number))
        await sender.drained()
        await sender.send(told(number=9_999))
        await sender.drained()
    said = [json.loads(each.body)["data"] for each in found.got]
    assert len(said) == 101
    assert sum(each["held_back"] for each in said) == 4_900


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/very-secret",
        "http://192.0.2.1/very-secret",
        "ftp://127.0.0.1/very-secret",
        "https://169.254.169.254/very-secret",
        "not an address/very-secret",
        "https://user:very-secret@127.0.0.1:1/",
    ],
)
async def test_nothing_is_sent_in_the_clear_and_the_log_has_no_address(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "agentops")
    async with sending(channel(url)) as sender:
        await sender.send(told())
        await sender.drained()
    assert "was not told" in caplog.text
    assert "very-secret" not in caplog.text
    assert "very-secret" not in repr(channel(url))


async def test_a_receiver_that_is_down_is_told_of_once(caplog: pytest.LogCaptureFixture) -> None:
    async with receiver(404) as found, sending(channel(found.url)) as sender:
        await asyncio.gather(*(sender.send(told(number=number)) for number in range(5)))
        await sender.drained()
    assert len(found.got) == 5
    assert caplog.text.count("was not told") == 1


@pytest.mark.parametrize("secret", ["whsec_base6", "whsec_no-base64!", "whsec_", "words"])
async def test_a_secret_that_cannot_sign_is_refused_at_the_start(secret: str) -> None:
    means = Means(Outbound(), ManualClock(NOW), Naps(), Random(7))
    with pytest.raises(UsageError, match="receiver ops") as caught:
        Sender([channel("https://hooks.example.com/x", secret=Secret(secret))], means)
    assert secret not in str(caught.value)


async def test_closing_waits_no_longer_than_it_is_told(caplog: pytest.LogCaptureFixture) -> None:
    async with receiver(HANGS) as found:
        sender = Sender([channel(found.url)], Means(Outbound(allow_loopback=True), ManualClock(NOW), Naps(), Random(7)))
        await sender.open()
        await sender.send(told(number=1))
        await sender.send(told(number=2))
        await asyncio.wait_for(found.arrived.wait(), 10)
        await sender.close(within_s=0.01)
    assert "1 were not told" in caplog.text


def names(found: Sequence[Channel]) -> list[str]:
    return [each.shown for each in found]


async def test_a_receiver_is_shown_by_name_and_host() -> None:
    assert names([channel("https://hooks.slack.com/services/T1/B2/very-secret")]) == ["ops (hooks.slack.com)"]
