"""The receiver in docs/webhooks.md takes what is signed, once, and nothing else."""

import re
from pathlib import Path
from typing import Any

import httpx2
import pytest

from .conftest import Post
from .receiver import Receiver

pytestmark = pytest.mark.anyio

DOCS = Path(__file__).parents[3] / "docs" / "webhooks.md"


async def test_the_receiver_of_the_docs_works(post: Post, receiver: Receiver) -> None:
    endpoint = await post.endpoint(receiver.url("/ok"))
    await post.put(endpoint)
    async with post.courier() as round_:
        await round_.to_the_end()
    (request,) = receiver.requests
    code = re.search(r"```python\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    assert code
    seen: list[str] = []

    async def seen_before(event_id: str) -> bool:
        return event_id in seen

    async def remember(event_id: str, *_: str) -> None:
        seen.append(event_id)

    names: dict[str, Any] = {
        "SECRET": post.secrets[endpoint].reveal(), "seen_before": seen_before, "remember": remember,
    }  # fmt: skip
    exec(code[1], names)
    transport = httpx2.ASGITransport(app=names["app"])
    async with httpx2.AsyncClient(transport=transport, base_url="http://hooks.test") as client:
        bodies = (request.body, request.body, request.body + " ")
        answers = [await client.post("/agentops", content=each, headers=request.headers) for each in bodies]
    assert [each.status_code for each in answers] == [204, 204, 401]
    assert seen == [request.headers["webhook-id"]]
