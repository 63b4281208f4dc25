"""Push webhooks at the door: who is believed, what is answered, and that nothing but a look comes of it."""

import hmac
import json
from collections.abc import Mapping
from pathlib import Path

import httpx2
import pytest
from starlette.types import Message

from agentops.base.errors import StorageError
from agentops.controller.config import Config
from agentops.controller.doors import PREFIX, Doors
from agentops.controller.pushes import MOST_BYTES
from agentops.controller.reading import Secrets
from agentops.wire.problems import check

pytestmark = pytest.mark.anyio

PUSH = json.dumps({"ref": "refs/heads/main", "after": "a" * 40}).encode()


def signed(body: bytes, secret: str = "shared") -> Mapping[str, str]:
    return {
        "x-github-event": "push",
        "x-hub-signature-256": "sha256=" + hmac.new(secret.encode(), body, "sha256").hexdigest(),
    }


@pytest.fixture
async def door(tmp_path: Path) -> tuple[httpx2.AsyncClient, list[str]]:
    """A client before the door, and the repositories that were looked at."""
    repositories = [
        {"name": "shop", "url": "/x", "push_secret": {"env": "PUSH"}},
        {"name": "closed", "url": "/x"},
        {"name": "broken", "url": "/x", "push_secret": {"env": "PUSH"}},
    ]
    config, problems = check(Config, {"repositories": repositories})
    assert config, problems
    looked: list[str] = []

    async def push(name: str) -> None:
        if name == "broken":
            raise StorageError
        looked.append(name)

    doors = Doors({each.name: each for each in config.repositories}, Secrets({"PUSH": "shared"}, tmp_path), push)
    transport = httpx2.ASGITransport(app=doors)
    return httpx2.AsyncClient(transport=transport, base_url=f"http://door.test{PREFIX}"), looked


async def test_a_signed_push_of_the_followed_branch_leads_to_a_look(
    door: tuple[httpx2.AsyncClient, list[str]],
) -> None:
    client, looked = door
    assert (await client.post("shop", content=PUSH, headers=signed(PUSH))).status_code == 202
    assert looked == ["shop"]
    other = PUSH.replace(b"main", b"next")
    assert (await client.post("shop", content=other, headers=signed(other))).status_code == 200
    assert looked == ["shop"]


@pytest.mark.parametrize(
    ("name", "body", "secret", "status"),
    [
        pytest.param("shop", PUSH, "guessed", 401, id="another secret"),
        pytest.param("closed", PUSH, "shared", 401, id="no secret is set"),
        pytest.param("nowhere", PUSH, "shared", 401, id="no such repository, which is not told"),
        pytest.param("shop", b"x" * (MOST_BYTES + 1), "shared", 413, id="too long"),
        pytest.param("broken", PUSH, "shared", 503, id="the database is away"),
    ],
)
async def test_nothing_else_leads_to_anything(
    door: tuple[httpx2.AsyncClient, list[str]], name: str, body: bytes, secret: str, status: int
) -> None:
    client, looked = door
    assert (await client.post(name, content=body, headers=signed(body, secret))).status_code == status
    assert looked == []


async def test_only_posts_are_taken_and_only_there(door: tuple[httpx2.AsyncClient, list[str]]) -> None:
    client, _ = door
    assert (await client.get("shop")).status_code == 405
    assert (await client.get("http://door.test/v1/agents")).status_code == 404


async def test_who_hangs_up_is_no_trouble(tmp_path: Path) -> None:
    came = [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]
    answered: list[Message] = []

    async def receive() -> Message:
        return came.pop(0)

    async def send(message: Message) -> None:
        answered.append(message)

    async def push(_name: str) -> None:
        raise AssertionError

    scope = {"type": "http", "method": "POST", "path": f"{PREFIX}shop", "headers": [], "query_string": b""}
    await Doors({}, Secrets({}, tmp_path), push)(scope, receive, send)
    assert answered[0]["status"] == 400
