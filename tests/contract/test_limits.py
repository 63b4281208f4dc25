"""Bodies that are too long, too deep, too many or wrongly encoded get their documented status, and cost no memory."""

import tracemalloc
from collections.abc import Iterator
from operator import attrgetter

import pytest

from agentops.base.clock import ManualClock
from agentops.engine.settings import Settings

from .living import BOUNDARY, UPLOADS, Client, Run, World, headers_of, running
from .route_table import Operation, operations

LIMIT = 1024 * 1024
"""What the engine of these tests takes; the default is 32 MB, and the bounds are multiples of it."""

WITH_JSON = [each for each in operations() if each.body and each.name not in UPLOADS]
WITH_FORM = [each for each in operations() if each.name in UPLOADS]

WRONG = {
    "UTF-16": '{"name": "a"}'.encode("utf-16"),
    "UTF-32": '{"name": "a"}'.encode("utf-32"),
    "Latin-1": '{"name": "é"}'.encode("latin-1"),
    "with a byte order mark": b'\xef\xbb\xbf{"name": "a"}',
    "half a surrogate pair": b'{"name": "\\ud800"}',
    "half a surrogate pair in bytes": b'{"name": "\xed\xa0\x80"}',
    "too long a form of a slash": b'{"name": "\xc0\xaf"}',
    "cut off": b'{"name": "a',
    "more than one": b'{"name": "a"}{}',
    "the same key twice": b'{"name": "a", "name": "b"}',
    "no number": b'{"name": NaN}',
    "a huge number": b'{"name": 1e999}',
    "a number of many digits": b'{"name": ' + b"1" * 5000 + b"}",
    "a control character": b'{"name": "a\nb"}',
    "a list": b"[]",
    "a string": b'"a"',
    "deep lists": b'{"name": ' + b"[" * 200 + b"]" * 200 + b"}",
    "deep objects": b'{"name": ' + b'{"a":' * 200 + b"1" + b"}" * 200 + b"}",
    "deeper than any stack": b'{"name": ' + b"[" * (LIMIT - 20),
}

FLOODS = {
    "lists": b'{"name": [' + b"[]," * (LIMIT // 3 - 10) + b"[]]}",
    "objects": b'{"name": [' + b"{}," * (LIMIT // 3 - 10) + b"{}]}",
    "numbers": b'{"name": [' + b"1," * (LIMIT // 2 - 10) + b"1]}",
    "keys": b"{" + b",".join(b'"%x":1' % each for each in range(LIMIT // 10)) + b"}",
    "one text": b'{"name": "' + b"a" * (LIMIT - 20) + b'"}',
    "spaces": b"{" + b" " * (LIMIT - 2) + b"}",
    "escapes": b'{"name": "' + b"\\u0041" * (LIMIT // 6 - 10) + b'"}',
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, clock: ManualClock) -> Iterator[tuple[Client, Run]]:
    folder = tmp_path_factory.mktemp("limits")
    settings = Settings(database=f"sqlite:///{folder}/engine.db", data=folder, body_limit=LIMIT, file_limit=LIMIT)
    with running(settings, clock) as (engine, run):
        yield Client(engine.app, engine.credential.reveal()), run


@pytest.mark.parametrize("operation", WITH_JSON, ids=attrgetter("name"))
def test_a_body_that_is_wrongly_made_is_refused(engine: tuple[Client, Run], operation: Operation) -> None:
    client, run = engine

    async def statuses() -> dict[str, int]:
        world = World(client)
        path, sender = await world.path(operation.path), await world.sender(operation)
        headers = headers_of(operation)
        wrong = {name: await sender.ask("POST", path, body=each, headers=headers) for name, each in WRONG.items()}
        assert all(each.json["error"]["type"] == "invalid_request_error" for each in wrong.values())
        return {name: each.status for name, each in wrong.items()}

    assert run(statuses()) == dict.fromkeys(WRONG, 400)


@pytest.mark.parametrize("operation", [*WITH_JSON, *WITH_FORM], ids=attrgetter("name"))
def test_a_body_that_is_too_long_is_refused_with_413(engine: tuple[Client, Run], operation: Operation) -> None:
    client, run = engine

    async def work() -> None:
        world = World(client)
        path, sender = await world.path(operation.path), await world.sender(operation)
        headers = headers_of(operation)
        announced = {**headers, "content-length": str(10**12)}
        assert (await sender.ask("POST", path, body=b"{}", headers=announced)).status == 413
        if operation not in WITH_FORM:
            answer = await sender.ask("POST", path, body=[b" " * LIMIT, b" "], headers=headers)
            assert answer.status == 413
            assert answer.json["error"]["type"] == "request_too_large"

    run(work())


def test_a_form_that_never_ends_is_cut_off(engine: tuple[Client, Run]) -> None:
    client, run = engine
    head = f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n'.encode()
    operation = WITH_FORM[0]
    pieces = [head, *[b"x" * 65536] * (2 * LIMIT // 65536)]
    grown, answer = cost(run, client.ask("POST", operation.path, body=pieces, headers=headers_of(operation)))
    assert answer.status == 413
    assert grown < 2 * LIMIT


@pytest.mark.parametrize("flood", FLOODS)
def test_a_body_of_many_small_things_takes_a_bounded_multiple_of_its_length(
    engine: tuple[Client, Run], flood: str
) -> None:
    client, run = engine
    operation = next(each for each in WITH_JSON if each.name == "POST /v1/agents")
    grown, answer = cost(run, client.ask("POST", operation.path, body=FLOODS[flood], headers=headers_of(operation)))
    assert answer.status == 400
    assert grown < 12 * LIMIT


def test_a_body_that_is_too_long_is_not_kept(engine: tuple[Client, Run]) -> None:
    client, run = engine
    operation = WITH_JSON[0]
    pieces = [bytes([32 + number % 2]) * 65536 for number in range(4 * LIMIT // 65536)]
    grown, answer = cost(run, client.ask("POST", operation.path, body=pieces, headers=headers_of(operation)))
    assert answer.status == 413
    assert grown < LIMIT


def cost(run: Run, work: object) -> tuple[int, object]:
    """Return how many bytes more than before there were at most while the work was done, and what it returned."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        answer = run(work)
        return tracemalloc.get_traced_memory()[1] - before, answer
    finally:
        tracemalloc.stop()
