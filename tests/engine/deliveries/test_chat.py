"""Endpoints of the kind that chats have: one line an event, a few messages a minute, and nothing lost for that."""

import json

import httpx2
import pytest
from standardwebhooks import Webhook

from agentops.engine.core import slack

from .conftest import Post
from .receiver import Receiver

pytestmark = pytest.mark.anyio


async def test_a_chat_is_told_names_signed_and_what_comes_together_goes_together(
    post: Post, receiver: Receiver, http: httpx2.AsyncClient
) -> None:
    made = await http.post("/v1/agents", json={"name": "Triage <!channel>", "model": "claude-opus-5-5"})
    agent = made.json()["id"]
    endpoint = await post.endpoint(receiver.url("/ok"), format="slack")
    async with post.courier() as round_:
        await post.put(endpoint, of=agent)
        await round_.to_the_end()
        await post.put(endpoint, 27, of=agent)
        await round_.to_the_end()
    first, second = [json.loads(each.body) for each in receiver.requests]
    line = f"Agent Triage &lt;!channel&gt; ({agent}) was updated."
    assert first == {"text": line}
    assert second == {"text": "\n".join([*[line] * slack.LINES_MAX, "… and 17 more."])}
    assert [each[0] for each in await post.ends(endpoint)] == ["delivered"] * 28
    for each in receiver.requests:
        assert Webhook(post.secrets[endpoint].reveal()).verify(each.body, each.headers)


async def test_a_chat_is_told_something_thirty_times_a_minute_at_most(post: Post, receiver: Receiver) -> None:
    endpoint = await post.endpoint(receiver.url("/ok"), format="slack")
    began = post.clock.now()
    async with post.courier() as round_:
        for _ in range(3):
            await post.put(endpoint, slack.TOGETHER_MAX)
        await round_.to_the_end()
    assert len(receiver.requests) == 3
    assert (post.clock.now() - began).total_seconds() >= 2 * slack.PACE_S
    assert [each[0] for each in await post.sql("SELECT DISTINCT status FROM deliveries")] == ["delivered"]


async def test_what_a_chat_did_not_take_is_told_again_together(post: Post, receiver: Receiver) -> None:
    receiver.answers["/soon"] = 429
    endpoint = await post.endpoint(receiver.url("/soon"), format="slack")
    await post.put(endpoint, 3)
    async with post.courier() as round_:
        await round_.all_due()
        receiver.answers.clear()
        await round_.to_the_end()
    assert len(receiver.requests) == 2
    assert await post.ends(endpoint) == [("delivered", ["answered 429", ""])] * 3
