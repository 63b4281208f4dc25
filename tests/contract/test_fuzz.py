"""Ten thousand requests, spread over every operation of the route table: each answer is a documented one.

Bodies are drawn from the wire shapes. Half of them are valid; the others are valid ones, broken in one place.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from agentops.base.clock import ManualClock
from agentops.engine.settings import Settings
from agentops.wire.lists import Query
from agentops.wire.problems import Path, check
from agentops.wire.shape import Shape
from agentops.wire.walk import fields

from .bodies import WORDS, Ids, made, mended, places, replaced, without
from .living import BOUNDARY, UPLOADS, Answer, Client, Run, World, a_form, headers_of, running
from .route_table import Operation, operations
from .test_robustness import assert_documented_body

REQUESTS = 10_000
"""How many there are at least, over all operations."""

BATCH = 10
"""Requests that one drawn example leads to: drawing costs more than sending."""

SHARE = math.ceil(REQUESTS / len(operations()) / BATCH) * BATCH

NOT_JSON = {"application/zip", "text/plain", "application/octet-stream", "text/event-stream; charset=utf-8"}

NEVER_GOOD = {
    "POST /v1/sessions/{session_id}/threads/{thread_id}/archive",  # the primary thread ends with its session
    "POST /v1/dreams/{dream_id}/archive",  # it has not ended
    "GET /v1/files/{file_id}/content",  # what was uploaded cannot be downloaded
    "POST /v1/memory_stores/{store_id}/memory_versions/{version_id}/redact",  # the newest version stays
    "POST /v1/environments/{environment_id}/work/{work_id}/heartbeat",  # nobody took the item
    "POST /v1/sessions/{session_id}/resources/{resource_id}",  # a file has no token
    "POST /v1/x-agentops/webhooks/{endpoint_id}/deliveries/{delivery_id}/replay",  # it has not ended
}
"""What no request of this test can make succeed, with the reason."""

JUNK: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 2**63, -(2**70), "", " ", "\x00", "\ud800", "a" * 300, "a" * 3000, "é" * 200, "../..",
    "self", "agent_01X", [], {}, [None], [[]], {"": ""}, {"type": "nothing"}, {"type": None}, {"a": {"b": [1, {}]}},
    ["a"] * 600, {str(number): "x" for number in range(20)},
)  # fmt: skip

SERIAL = {"path": "{}.{}.md", "mcp_server_url": "{}/{}", "secret_name": "{}_{}"}
"""Fields of which no two objects may have the same."""

fuzzed = settings(
    max_examples=SHARE // BATCH,
    deadline=None,
    database=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # an example is ten requests: shrinking would send thousands more
    suppress_health_check=list(HealthCheck),
)


class Drawn:
    """Leaves every choice to Hypothesis."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def of(self, path: Path, options: int) -> int:
        return self._draw(st.integers(0, options - 1))

    def text(self, path: Path, known: tuple[str, ...]) -> str:
        if known is WORDS:
            return self._draw(st.sampled_from(WORDS) | st.text(st.characters(codec="utf-8"), min_size=1, max_size=12))
        return SERIAL.get(path[-1], "{}").format(self._draw(st.sampled_from(known)), self._draw(st.integers(0, 9999)))

    def has(self, path: Path) -> bool:
        return self._draw(st.booleans())

    def count(self, path: Path, least: int) -> int:
        return self._draw(st.integers(least, least + 2))


@st.composite
def bodies(draw: st.DrawFn, shape: type[Shape], ids: Ids) -> Any:
    """Draw a valid request of a shape."""
    return mended(shape, made(shape, Drawn(draw), ids))


def variants(body: Any, shape: type[Shape], random: Random) -> Iterator[Any]:
    """Yield the body, some that leave out what may be left out, and as many that are broken in one place."""
    inside = [each for each in places(body) if each]
    yield body
    for _ in range(BATCH // 2 - 1):
        less = mended(shape, without(body, random.choice(inside))) if inside else body
        yield body if check(shape, less)[1] else less
    for _ in range(BATCH // 2):
        yield broken(body, random)


def broken(body: Any, random: Random) -> Any:
    """Return the body with one place in it changed."""
    path = random.choice(list(places(body)))
    junk = random.choice(JUNK)
    match random.randrange(4):
        case 0 if path:
            return without(body, path)
        case 1:
            more = {"nobody_knows": junk}
            return replaced(body, path, lambda value: {**value, **more} if isinstance(value, dict) else junk)
        case 2:
            return replaced(body, path, lambda value: value * 300 if isinstance(value, list | str) else junk)
        case _:
            return replaced(body, path, lambda _: junk)


def strange_queries(query: type[Query] | None, ids: list[str]) -> st.SearchStrategy[str]:
    """Return query strings of known and unknown names, with likely and unlikely values."""
    names = [*(fields(query) if query else ()), "limit", "page", "beta", "created_at[near]", "é"]
    values = ["", "1", "0", "-1", "100", "1000000", "true", "asc", "page_x", "2026-01-01T00:00:00Z", "%00", "%ff", *ids]
    pairs = st.tuples(st.sampled_from(names), st.sampled_from(values) | st.text("a1%&=[]+/é", max_size=6))
    return st.lists(pairs, max_size=4).map(lambda found: "&".join(f"{name}={value}" for name, value in found))


def strange_path(path: str, random: Random) -> str:
    """Return the path with one of its ids, if it has any, made into something else."""
    segments = path.split("/")
    index = random.randrange(3, len(segments)) if len(segments) > 3 else 2
    segments[index] = random.choice(
        ("", "x", "é", "a" * 300, "\x00", "..", "%2e", "agent_01X", segments[index][:-1] + "0")
    )
    return "/".join(segments)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, clock: ManualClock) -> Iterator[tuple[Client, Run]]:
    """An engine of this module's own: what is sent here would fill the lists of others."""
    folder = tmp_path_factory.mktemp("fuzz")
    settings = Settings(database=f"sqlite:///{folder}/engine.db", data=folder)
    with running(settings, clock) as (engine, run):
        yield Client(engine.app, engine.credential.reveal()), run


def assert_documented(answer: Answer, sent: Any) -> None:
    """The answer is a success, or the error envelope with a documented status and type."""
    if answer.status == 200 and answer.headers["content-type"] in NOT_JSON:
        return
    try:
        assert_documented_body(answer.status, answer.json)
    except AssertionError as error:
        error.add_note(f"sent: {sent!r}")
        raise


@dataclass
class Barrage:
    """Requests of one operation, and what became of them."""

    client: Client
    operation: Operation
    path: str
    """With the ids of living objects."""

    sent: int = 0
    good: int = 0

    @property
    def shape(self) -> type[Shape] | None:
        """Return what JSON bodies are of."""
        return None if self.operation.name in UPLOADS else self.operation.body

    async def send(self, body: Any, query: str, random: Random) -> None:
        """Send what one example leads to."""
        for number, content in enumerate(self._contents(body, random)):
            path = strange_path(self.path, random) if number % 5 == 3 else self.path
            with_query = query if number % 5 == 4 or (body is None and number) else ""
            sent = (self.operation.method, path, with_query, content)
            answer = await self.client.ask(
                *sent[:2], query=with_query, body=content, headers=headers_of(self.operation)
            )
            assert_documented(answer, sent)
            self.sent += 1
            self.good += answer.status == 200
            if self.shape and check(self.shape, json.loads(content))[1]:
                assert answer.status in (400, 404), sent

    def _contents(self, body: Any, random: Random) -> Iterator[bytes]:
        if self.shape:
            return (json.dumps(each).encode() for each in variants(body, self.shape, random))
        if self.operation.name in UPLOADS:
            form = UPLOADS[self.operation.name]
            return (a_strange_form(form(number), random, number) for number in range(BATCH))
        return (random.choice((b"", b"", b"{}", b"nothing", b"\xff")) for _ in range(BATCH))


@pytest.mark.parametrize("operation", operations(), ids=attrgetter("name"))
def test_every_answer_is_a_documented_one(engine: tuple[Client, Run], operation: Operation) -> None:
    client, run = engine
    world = World(client)
    barrage = Barrage(run(world.sender(operation)), operation, run(world.path(operation.path)))
    run(world.body(operation))

    @fuzzed
    @given(data=st.data(), seed=st.integers(0, 2**32))
    def fuzz(data: st.DataObject, seed: int) -> None:
        query = data.draw(strange_queries(operation.query, sorted(world.ids.values())))
        body = data.draw(bodies(barrage.shape, world.id)) if barrage.shape else None
        run(barrage.send(body, query, Random(seed)))

    fuzz()
    assert barrage.sent >= SHARE
    assert barrage.good or operation.name in NEVER_GOOD


def a_strange_form(form: bytes, random: Random, number: int) -> bytes:
    """Return the form, or for odd numbers one that is broken in one place."""
    if number % 2 == 0:
        return form
    at = random.randrange(len(form))
    extra = a_form((random.choice(("file", "files[]", "display_name", "expires_in_seconds", "x")), None, b"\xff1"))
    return random.choice(
        (form[:at], form[:at] + bytes([random.randrange(256)]) + form[at + 1 :], form.replace(b"name=", b"nme="),
         form[: -len(BOUNDARY) - 6] + extra, extra, form.replace(b"\r\n", b"\n"), form[:at] + form[at + 9 :])
    )  # fmt: skip


def test_there_are_as_many_requests_as_promised() -> None:
    assert SHARE * len(operations()) >= REQUESTS
