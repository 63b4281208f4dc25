"""Whichever request of an apply of 60 objects goes wrong once, and however: it converges, and nothing is twice."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

import httpx2
import pytest

from agentops.base.errors import TargetError
from agentops.reconcile.objects import ObjectKind
from agentops.reconcile.removal import RemovalRules
from agentops.reconcile.resource import Resource, SeedMode
from agentops.reconcile.values import IdOf

from .given import (
    a_credential,
    a_deployment,
    a_schedule,
    a_seed,
    a_skill,
    a_store,
    a_team,
    a_vault,
    a_webhook,
    address,
    an_agent,
    an_agent_with,
    an_environment,
    pinned,
)
from .ground import opened, told

PRUNE = RemovalRules(prune=True, skips_grace=True, max_archive=60)
NEVER = 10**6


def project(word: str, *, count: int, few: int = 3) -> tuple[Resource, ...]:
    """Return as many agents as asked for, environments with them, and some of all else; a word goes into each."""
    agents = [an_agent(f"agent-{each:02}", system=f"{word} {each}") for each in range(count)]
    places = [an_environment(f"place-{each}", description=word) for each in range(few + 2 + count // 4)]
    stores = [
        a_store(f"lessons-{each}", {"/a.md": a_seed(f"{word} {each}"), f"/{word}.md": a_seed(word, SeedMode.GIT)})
        for each in range(few + 1)
    ]
    running = [
        a_deployment(
            f"triage-{each}",
            agent=pinned(f"agent-{each:02}"),
            environment_id=IdOf(address(f"Environment/place-{each}")),
        )
        for each in range(few + 2)
    ]
    return (
        *agents,
        *places,
        *stores,
        *running,
        *(
            a_team(f"crew-{each}", [f"agent-{each:02}", f"agent-{each + 1:02}"], description=word)
            for each in range(few + 1)
        ),
        *(a_schedule(f"nightly-{each}", f"lessons-{each}", min=len(word)) for each in range(few)),
        *(a_webhook(f"alerts-{each}", description=word) for each in range(few)),
        a_vault(metadata={"word": word}),
        a_credential("tickets"),
        a_credential("wiki", mcp_server_url=f"https://wiki.example.com/{word}"),
        a_skill(display_name="Triage"),
        an_agent_with("sorter"),
    )


FIRST = project("one", count=25)
SECOND = project("two", count=22)


How = Callable[[httpx2.AsyncBaseTransport, httpx2.Request], Awaitable[httpx2.Response]]
"""What becomes of the request that goes wrong."""


class Cut(httpx2.AsyncByteStream):
    """An answer that ends in the middle."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b'{"type": '
        raise httpx2.ReadError("connection reset by peer")


def answered(status: int, **headers: str) -> How:
    async def how(_inner: httpx2.AsyncBaseTransport, _request: httpx2.Request) -> httpx2.Response:
        error = {"type": "error", "error": {"type": "api_error", "message": "Not now."}}
        return httpx2.Response(status, json=error, headers=headers)

    return how


async def refused(_inner: httpx2.AsyncBaseTransport, _request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("connection refused")


async def never_arrived(_inner: httpx2.AsyncBaseTransport, _request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ReadError("connection reset by peer")


async def lost(inner: httpx2.AsyncBaseTransport, request: httpx2.Request) -> httpx2.Response:
    await (await inner.handle_async_request(request)).aread()
    raise httpx2.ReadError("the answer got lost")


async def cut(inner: httpx2.AsyncBaseTransport, request: httpx2.Request) -> httpx2.Response:
    await (await inner.handle_async_request(request)).aread()
    return httpx2.Response(200, headers={"content-length": "1000"}, stream=Cut())


async def failed_after_all(inner: httpx2.AsyncBaseTransport, request: httpx2.Request) -> httpx2.Response:
    await (await inner.handle_async_request(request)).aread()
    return await answered(500)(inner, request)


FAULTS: Mapping[str, How] = {
    "refused": refused,
    "never arrived": never_arrived,
    "429": answered(429, **{"retry-after": "7"}),
    "500": answered(500),
    "500 although it was done": failed_after_all,
    "503": answered(503),
    "529": answered(529),
    "the answer got lost": lost,
    "cut in the middle of the answer": cut,
}


CHEAP = ("refused", "429", "the answer got lost", "cut in the middle of the answer")
"""What `make test` tries, too."""


class Faulty(httpx2.AsyncBaseTransport):
    """A way to the engine on which some requests go wrong."""

    def __init__(
        self, inner: httpx2.AsyncBaseTransport, goes_wrong: Callable[[httpx2.Request, int], bool], how: How
    ) -> None:
        self._inner, self._goes_wrong, self._how = inner, goes_wrong, how
        self.seen: list[httpx2.Request] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.seen.append(request)
        if self._goes_wrong(request, len(self.seen)):
            return await self._how(self._inner, request)
        return await self._inner.handle_async_request(request)


def nth(n: int) -> Callable[[httpx2.Request, int], bool]:
    return lambda _request, count: count == n


class FirstOfEach:
    """Lets the first request of every sort go wrong, once writing has begun: a world half seen is not planned for."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, str]] = set()
        self._has_begun = False

    def __call__(self, request: httpx2.Request, _count: int) -> bool:
        self._has_begun = self._has_begun or request.method != "GET"
        if not self._has_begun:
            return False
        sort = sort_of(request)
        is_new = sort not in self.seen
        self.seen.add(sort)
        return is_new


_IDS = re.compile(r"/[a-z]+_01\w+")


def sort_of(request: httpx2.Request) -> tuple[str, str]:
    """Return what a request does: its method, and its path without ids."""
    return request.method, _IDS.sub("/{id}", request.url.path)


@dataclass(frozen=True, slots=True)
class Stage:
    """What is on the engine before an apply, what the apply brings, and the requests that it takes undisturbed."""

    beginning: Path
    wanted: tuple[Resource, ...]
    requests: Sequence[httpx2.Request]


def staged(folder: Path, before: tuple[Resource, ...], wanted: tuple[Resource, ...], how: How = refused) -> Stage:
    async def run() -> Sequence[httpx2.Request]:
        async with opened() as ground:
            if before:
                await ground.settle(*before)
            copytree(ground.engine.settings.data, folder, dirs_exist_ok=True)
            way = Faulty(httpx2.ASGITransport(app=ground.engine.app), nth(NEVER), how)
            outcome = await ground.through(lambda _: way).apply(*wanted, removal=PRUNE)
            assert outcome.is_complete, told(outcome)
            return way.seen

    return Stage(folder, wanted, asyncio.run(run()))


async def converges(stage: Stage, goes_wrong: Callable[[httpx2.Request, int], bool], how: How) -> None:
    """Apply through trouble, then without, and look at what is there."""
    async with opened(stage.beginning) as ground:
        way = Faulty(httpx2.ASGITransport(app=ground.engine.app), goes_wrong, how)
        with suppress(TargetError):  # the world could not even be read
            await ground.through(lambda _: way).apply(*stage.wanted, removal=PRUNE)
        outcome = await ground.apply(*stage.wanted, removal=PRUNE)
        assert outcome.is_complete, told(outcome)
        left = await ground.plan(*stage.wanted, removal=PRUNE)
        assert left.is_empty, [(str(each.address), each.action, each.changes) for each in left.steps]
        await ground.holds_exactly(stage.wanted)


@pytest.fixture(scope="module", params=["made", "changed"])
def small(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    one, two = project("one", count=8, few=1), project("two", count=6, few=1)
    before, wanted = ((), one) if request.param == "made" else (one, two)
    return staged(tmp_path_factory.mktemp("small"), before, wanted)


@pytest.mark.parametrize(
    "fault", [each if each in CHEAP else pytest.param(each, marks=pytest.mark.long) for each in FAULTS]
)
def test_the_first_request_of_every_sort_goes_wrong(small: Stage, fault: str) -> None:
    asyncio.run(converges(small, FirstOfEach(), FAULTS[fault]))


def test_what_goes_wrong_is_of_every_sort(small: Stage) -> None:
    sorts = {sort_of(each) for each in small.requests}
    writes = {each for each in sorts if each[0] != "GET"}
    assert len(writes) >= 10, writes


@pytest.fixture(scope="module", params=["everything is made", "everything changes, and some goes"])
def large(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    before = () if request.param == "everything is made" else FIRST
    return staged(tmp_path_factory.mktemp("large"), before, SECOND if before else FIRST)


SLICES = 8
RARE = ("503", "529")
"""Said for the same reason as a 500 and taken the same way, so requests meet one of them in turn."""


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("part", range(SLICES))
@pytest.mark.parametrize("fault", ["503 or 529", *(each for each in FAULTS if each not in RARE)])
def test_every_request_of_an_apply_of_60_objects_goes_wrong_once(large: Stage, fault: str, part: int) -> None:
    async def run() -> None:
        for n in range(1 + part, len(large.requests) + 1, SLICES):
            how = RARE[n // SLICES % len(RARE)] if fault == "503 or 529" else fault
            await converges(large, nth(n), FAULTS[how])

    asyncio.run(run())


def test_the_project_has_60_objects_of_every_kind() -> None:
    assert len(FIRST) >= 60
    assert {each.object for each in FIRST} == {*ObjectKind}
