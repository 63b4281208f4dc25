"""Against the engine: whichever request loses its answer or never arrives, running again converges without a twin."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx2
import pytest

from agentops.base.errors import TargetError
from agentops.reconcile.removal import RemovalRules
from agentops.reconcile.resource import Resource

from .given import a_credential, a_seed, a_skill, a_store, a_team, a_vault, an_agent, an_agent_with, an_environment
from .ground import Ground, Wrapper, by_identity, opened, told

FIRST = (
    an_agent("scribe", system="one"),
    a_team("crew", ["scribe"]),
    an_environment(description="one"),
    a_store("lessons", {"/a.md": a_seed("A")}),
)
SECOND = (
    an_agent("scribe", system="two"),
    a_team("crew", ["scribe"]),
    an_environment(description="two"),
    a_store("lessons", {"/a.md": a_seed("A, edited"), "/b.md": a_seed("B")}),
)
KEPT = (
    a_vault(),
    a_credential("tickets"),
    a_credential("old", mcp_server_url="https://old.example.com"),
    a_skill(),
    an_agent_with("scribe"),
)
KEPT_OTHERWISE = (
    a_vault(metadata={"tier": "1"}),
    a_credential("issues"),
    a_credential("new", mcp_server_url="https://old.example.com", type="static_bearer"),
    a_credential("old", mcp_server_url="https://new.example.com"),
    a_skill(display_name="Sorts tickets"),
    an_agent_with("scribe"),
)
STAGES = {"first apply": ((), FIRST), "second apply": (FIRST, SECOND), "secrets and skills": (KEPT, KEPT_OTHERWISE)}
NEVER = 10**6


class Unreliable(httpx2.AsyncBaseTransport):
    """A transport whose n-th request goes wrong, and from there on every one if the process died."""

    def __init__(
        self,
        inner: httpx2.AsyncBaseTransport,
        n: int,
        *,
        is_lost: Callable[[httpx2.Request], bool] = lambda _: True,
        arrives: bool = True,
        dies: bool = False,
    ) -> None:
        self._inner, self._n, self._is_lost, self._arrives, self._dies = inner, n, is_lost, arrives, dies
        self.count = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if self._dies and self.count >= self._n:
            raise httpx2.ReadError("the process is dead")
        self.count += self._is_lost(request)
        if self.count != self._n or not self._is_lost(request):
            return await self._inner.handle_async_request(request)
        if self._arrives:
            await self._inner.handle_async_request(request)
        raise httpx2.ReadError("the answer got lost")


def is_write(request: httpx2.Request) -> bool:
    return request.method != "GET"


def losing(n: int, **how: Any) -> Wrapper:
    return lambda inner: Unreliable(inner, n, **how)


@dataclass(frozen=True, slots=True)
class Stage:
    """What is on the engine before a run, what the run brings, and how many requests it takes undisturbed."""

    beginning: Path
    wanted: tuple[Resource, ...]
    requests: int
    writes: int
    is_long: bool
    """Whether trouble with its writes is all that is tried: the other stages try it with every request."""


@pytest.fixture(scope="module", params=STAGES)
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    before, wanted = STAGES[request.param]
    folder = tmp_path_factory.mktemp("beginning")

    async def run() -> tuple[int, int]:
        async with opened() as ground:
            await ground.settle(*before)
            copytree(ground.engine.settings.data, folder, dirs_exist_ok=True)
            writes = Unreliable(httpx2.ASGITransport(app=ground.engine.app), NEVER, is_lost=is_write)
            requests = Unreliable(writes, NEVER)
            outcome = await ground.through(lambda _: requests).apply(*wanted)
            assert outcome.is_complete, told(outcome)
            return requests.count, writes.count

    return Stage(folder, wanted, *asyncio.run(run()), is_long=request.param == "secrets and skills")


async def converge(ground: Ground, wrap: Wrapper, wanted: tuple[Resource, ...]) -> None:
    """Run once through trouble, then again without, and look at what is there."""
    with suppress(TargetError):  # the world could not even be read
        await ground.through(wrap).apply(*wanted)
    await ground.settle(*wanted)
    await assert_whole(ground, wanted)


async def assert_whole(ground: Ground, wanted: tuple[Resource, ...]) -> None:
    everything = await ground.everything(archived=False)
    assert {*by_identity(everything)} == {str(each.address) for each in wanted}
    assert sum(map(len, everything.values())) == len(wanted)
    seeds = [(path, each.sha256) for resource in wanted for path, each in resource.seeds.items()]
    memories = [
        memory for store in everything["memory_stores"] for memory in await ground.target.list_memories(store["id"])
    ]
    assert sorted((each["path"], each["content_sha256"]) for each in memories) == sorted(seeds)


WAYS: dict[str, dict[str, Any]] = {
    "lost answer": {},
    "never arrived": {"arrives": False},
    "died after the commit": {"dies": True},
    "died before the request": {"arrives": False, "dies": True},
}


@pytest.mark.parametrize("way", WAYS)
def test_trouble_at_any_request_leaves_nothing_twice_and_nothing_missing(way: str, stage: Stage) -> None:
    async def run() -> None:
        # To the server and to the run, an answer to a GET that gets lost is a GET that never arrived.
        is_all = not stage.is_long and not WAYS[way].get("arrives", True)
        count, which = (stage.requests, {}) if is_all else (stage.writes, {"is_lost": is_write})
        for n in range(1, count + 1):
            async with opened(stage.beginning) as ground:
                await converge(ground, losing(n, **WAYS[way], **which), stage.wanted)

    asyncio.run(run())


def test_one_lost_answer_to_a_write_does_not_even_fail_the_run(stage: Stage) -> None:
    async def run() -> None:
        for n in range(1, stage.writes + 1):
            async with opened(stage.beginning) as ground:
                outcome = await ground.through(losing(n, is_lost=is_write)).apply(*stage.wanted)
                assert outcome.is_complete, (n, told(outcome))
                assert (await ground.plan(*stage.wanted)).is_empty
                await assert_whole(ground, stage.wanted)

    asyncio.run(run())


def test_a_create_that_never_arrived_is_left_to_the_next_run_and_its_dependants_with_it() -> None:
    async def run() -> None:
        async with opened() as ground:
            wrap = losing(1, is_lost=is_write, arrives=False)
            outcome = await ground.through(wrap).apply(a_team("crew", ["scribe"]), an_agent("scribe"))
            assert [each[:2] for each in told(outcome)] == [("Agent/scribe", "failed"), ("Team/crew", "skipped")]
            assert "gave no answer" in outcome.results[0].detail
            await ground.settle(a_team("crew", ["scribe"]), an_agent("scribe"))

    asyncio.run(run())


def test_a_lost_answer_to_an_archive_or_delete_is_no_failure() -> None:
    async def run() -> None:
        wanted = (an_agent("scribe"), an_environment(), a_store())
        for n in range(1, len(wanted) + 1):
            async with opened() as ground:
                await ground.settle(*wanted)
                wrap = losing(n, is_lost=is_write)
                outcome = await ground.through(wrap).apply(removal=RemovalRules(destroy=True))
                assert outcome.is_complete, told(outcome)
                assert not any((await ground.everything(archived=False)).values())

    asyncio.run(run())


class Busy(httpx2.AsyncBaseTransport):
    """A server that answers each write with a status of its own first, and does it all the same or not."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, status: int, *, does_it: bool) -> None:
        self._inner, self._status, self._does_it = inner, status, does_it
        self._seen: set[bytes] = set()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        body = await request.aread()
        if request.method == "GET" or body in self._seen:
            return await self._inner.handle_async_request(request)
        self._seen.add(body)
        if self._does_it:
            await self._inner.handle_async_request(request)
        return httpx2.Response(self._status, json={"type": "error", "error": {"type": "api_error", "message": "Busy."}})


@pytest.mark.parametrize("status", [429, 500, 503, 529])
@pytest.mark.parametrize("does_it", [False, True])
def test_a_server_that_cannot_now_is_asked_again_and_nothing_is_made_twice(status: int, does_it: bool) -> None:
    async def run() -> None:
        async with opened() as ground:
            busy = ground.through(lambda inner: Busy(inner, status, does_it=does_it))
            outcome = await busy.apply(*FIRST)
            assert outcome.is_complete, told(outcome)
            await ground.settle(*FIRST)
            await assert_whole(ground, FIRST)

    asyncio.run(run())


@pytest.mark.parametrize("status", [408, 502, 504, 524])
@pytest.mark.parametrize("does_it", [False, True])
def test_a_create_behind_a_gateway_that_gave_up_is_not_repeated_blindly(status: int, does_it: bool) -> None:
    async def run() -> None:
        async with opened() as ground:
            outcome = await ground.through(lambda inner: Busy(inner, status, does_it=does_it)).apply(an_agent())
            assert outcome.is_complete is does_it, told(outcome)
            assert len((await ground.everything())["agents"]) == does_it
            await ground.settle(an_agent())

    asyncio.run(run())


def test_a_create_whose_answer_is_no_json_is_found_again() -> None:
    class Garbled(httpx2.AsyncBaseTransport):
        def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
            self._inner = inner

        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            answer = await self._inner.handle_async_request(request)
            return answer if request.method == "GET" else httpx2.Response(200, content=b"<html>proxy</html>")

    async def run() -> None:
        async with opened() as ground:
            outcome = await ground.through(Garbled).apply(an_agent(), an_environment())
            assert outcome.is_complete, told(outcome)
            assert (await ground.plan(an_agent(), an_environment())).is_empty

    asyncio.run(run())
