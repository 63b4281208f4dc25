"""The one client: where the token goes, what is repeated, and what is said when nothing helps."""

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from agentops.base.clock import ManualClock
from agentops.base.errors import ForgeError, ForgeUnavailable, UsageError
from agentops.base.secrets import Secret
from agentops.memory_repo.forges.answers import Answer
from agentops.memory_repo.forges.http import Call, Client, Site
from tests.conftest import NOW
from tests.memory_repo.forges.fake.server import FakeForge

pytestmark = pytest.mark.anyio

TOKEN = Secret("t0ken-that-nobody-sees")
HOME = "https://forge.example/api/v1"
READ = Call("read it", "GET", "/thing")
WRITE = Call("write it", "POST", "/thing", {"a": 1})

Handler = Callable[[httpx2.Request], httpx2.Response]


def client(handler: Handler, naps: list[float] | None = None, **site: Any) -> Client:
    async def nap(seconds: float) -> None:
        if naps is not None:
            naps.append(seconds)

    transport = httpx2.MockTransport(handler)
    return Client(Site("forge.example", HOME, TOKEN, **site), sleep=nap, clock=ManualClock(NOW), transport=transport)


def data(answer: Answer) -> Any:
    return answer.data


async def never() -> None:
    raise AssertionError("nobody asks whether it was done")


@pytest.mark.parametrize("url", ["http://forge.example/api", "ftp://forge.example", "forge.example", ""])
def test_only_https_is_spoken_away_from_this_machine(url: str) -> None:
    with pytest.raises(UsageError, match="HTTPS"):
        Site("forge.example", url, TOKEN)


@pytest.mark.parametrize("token", ["two\nlines", "tab\there", "ümlaut", "nul\0"])
def test_a_token_that_no_header_holds_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(UsageError, match="one line of ASCII") as error:
        Site("forge.example", HOME, Secret(token), "GITEA_TOKEN")

    assert token not in f"{error.value!r} {error.value.hint}"
    assert "GITEA_TOKEN" in error.value.hint


async def test_a_forge_that_repeats_the_token_is_not_repeated() -> None:
    def echo(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(400, json={"message": f"unknown token {request.headers['authorization']}"})

    async with client(echo) as asked:
        with pytest.raises(ForgeError, match="unknown token Bearer •••") as error:
            await asked.read(READ, data)

    assert TOKEN.reveal() not in repr(error.value)
    assert error.value.__cause__ is None


async def test_nothing_that_is_logged_has_the_token(forge: FakeForge, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async with forge.speaking("github") as port:
        await port.latest("main")

    assert caplog.text
    assert forge.token.reveal() not in caplog.text
    assert TOKEN.reveal() not in repr(Site("forge.example", HOME, TOKEN))


async def test_a_redirect_at_home_keeps_method_body_and_token() -> None:
    seen: list[tuple[str, str, bytes, str]] = []

    def moved(request: httpx2.Request) -> httpx2.Response:
        seen.append((request.method, request.url.path, request.content, request.headers["authorization"]))
        if request.url.path == "/api/v1/thing":
            return httpx2.Response(307, headers={"location": "/api/v1/other"})
        return httpx2.Response(201, json={"id": 1})

    async with client(moved) as asked:
        assert await asked.write(WRITE, data, never) == {"id": 1}

    assert seen == [("POST", f"/api/v1/{name}", b'{"a":1}', f"Bearer {TOKEN.reveal()}") for name in ("thing", "other")]


@pytest.mark.parametrize(
    "where",
    [
        "http://forge.example/api/v1/other",
        "https://forge.example:8443/",
        "https://forge.example.evil.example/",
        "https://forge.example@evil.example/",
        "//evil.example/",
    ],
)
async def test_another_origin_never_hears_the_token(where: str) -> None:
    asked_for: list[str] = []

    def away(request: httpx2.Request) -> httpx2.Response:
        asked_for.append(str(request.url))
        return httpx2.Response(301, headers={"location": where})

    async with client(away) as asked:
        with pytest.raises(ForgeError, match="the token does not go there"):
            await asked.read(READ, data)

    assert asked_for == [f"{HOME}/thing"]


async def test_a_page_of_a_list_is_fetched_at_home_alone() -> None:
    def page(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json=[{}], headers={"link": '<https://evil.example/2>; rel="next"'})

    async with client(page) as asked:
        with pytest.raises(ForgeError, match=r"evil\.example"):
            [each async for each in asked.pages(READ, str)]


async def test_a_list_without_end_has_one() -> None:
    def page(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json=[{}], headers={"link": f'<{HOME}/thing?page=2>; rel="next"'})

    async with client(page) as asked:
        assert len([each async for each in asked.pages(READ, str)]) == 20


async def test_a_way_that_goes_round_is_left() -> None:
    async with client(lambda _: httpx2.Response(308, headers={"location": "/api/v1/thing"})) as asked:
        with pytest.raises(ForgeError, match="round and round"):
            await asked.read(READ, data)


async def test_who_is_not_reached_has_done_nothing() -> None:
    calls: list[str] = []

    def away(request: httpx2.Request) -> httpx2.Response:
        calls.append(request.method)
        raise httpx2.ConnectError("Connection refused", request=request)

    naps: list[float] = []
    async with client(away, naps) as asked:
        with pytest.raises(ForgeUnavailable, match="gave no answer to write it: Connection refused"):
            await asked.write(WRITE, data, never)

    assert (calls, naps) == (["POST"] * 4, [1, 4, 15])


async def test_writes_come_one_after_the_other_with_a_rest_between() -> None:
    under_way, most, naps = 0, 0, list[float]()

    async def slow(_: httpx2.Request) -> httpx2.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return httpx2.Response(201, json={})

    async with client(slow, naps, write_pause_s=1.0) as asked:
        await asyncio.gather(*(asked.write(WRITE, data, never) for _ in range(3)))

    assert (most, naps) == (1, [1.0, 1.0])


async def test_an_empty_success_is_one() -> None:
    async with client(lambda _: httpx2.Response(204)) as asked:
        assert await asked.read(READ, data) is None


async def test_deep_json_is_no_answer() -> None:
    async with client(lambda _: httpx2.Response(200, content=b"[" * 100_000)) as asked:
        with pytest.raises(ForgeUnavailable, match="no JSON"):
            await asked.read(READ, data)


async def test_a_server_that_is_silent_is_left_after_a_while() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        site = Site("127.0.0.1", f"http://127.0.0.1:{silent.getsockname()[1]}", TOKEN)

        async def nap(_: float) -> None:
            pass

        async with Client(site, sleep=nap, timeout_s=0.01) as asked:
            with pytest.raises(ForgeUnavailable, match="gave no answer to read it"):
                await asked.read(READ, data)
