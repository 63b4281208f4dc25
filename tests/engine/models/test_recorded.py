"""What a model answered once, answered again without it."""

import asyncio
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agentops.base.clock import SystemClock
from agentops.base.errors import UsageError
from agentops.base.secrets import Secret
from agentops.engine.core.conversation import Ask, Reply
from agentops.engine.models.endpoints import Endpoint, Endpoints
from agentops.engine.models.messages import Messages
from agentops.engine.models.port import Model, ModelOverloaded, ModelRefusedRequest, Piece
from agentops.engine.models.recorded import Recorded, Recording
from agentops.engine.models.script import Script
from agentops.engine.models.scripted import Scripted
from tests.engine.models.model_server import ModelServer, asking

pytestmark = pytest.mark.anyio

CALL = {"type": "tool_use", "id": "toolu_1", "name": "bash", "input": {"command": "ls"}}
FIRST = {"role": "user", "content": "Look, agent_0123456789abcdef, at 2026-11-21T08:30:00Z"}
SECOND = [FIRST, {"role": "assistant", "content": [CALL]}, {"role": "user", "content": "sesn_0123456789abcdef ends"}]


async def at_once(_wait_s: float) -> None:
    """Wait for nothing."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cassettes" / "run.jsonl"


@pytest.fixture
def live() -> Model:
    turns: list[dict[str, Any]] = [
        {"think": True, "say": "I look. " * 10, "call": [{"tool": "bash", "input": {"command": "ls é"}}]},
        {"error": {"kind": "overloaded", "retry_after_s": 3}},
        {"say": "Done.", "stop_reason": "max_tokens"},
    ]
    return Scripted(Script.model_validate({"turns": turns}), at_once)


def written(path: Path) -> str:
    return path.read_text()


async def heard(model: Model, ask: Ask) -> tuple[Reply | str, list[Piece]]:
    pieces: list[Piece] = []
    try:
        return await model.ask(ask, pieces.append), pieces
    except ModelOverloaded as error:
        return f"{error.message} {error.retry_after_s} {error.may_pass}", pieces


async def test_a_replay_is_the_run_again(path: Path, live: Model) -> None:
    asks = [asking(FIRST), asking(*SECOND), asking(*SECOND)]
    recording = Recording(live, path)
    run = [await heard(recording, each) for each in asks]
    replay = Recorded.of(path)
    assert [await heard(replay, each) for each in asks] == run
    assert isinstance(run[1][0], str)


async def test_ids_and_times_of_another_run_are_the_same_request(path: Path, live: Model) -> None:
    reply, _ = await heard(Recording(live, path), asking(*SECOND))
    later = [
        {"role": "user", "content": "Look, agent_fedcba9876543210, at 2027-01-02T10:00:00.5+01:00"},
        SECOND[1],
        {"role": "user", "content": "sesn_fedcba9876543210 ends"},
    ]
    ask = asking(*later, session_id="sesn_2", thread_id="sthr_2")
    assert (await heard(Recorded.of(path), ask))[0] == reply
    same = [*later[:2], {"role": "user", "content": "agent_fedcba9876543210 ends"}]
    with pytest.raises(ModelRefusedRequest):
        await heard(Recorded.of(path), asking(*same))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda: asking(FIRST, system="Be long."), "From the settings on it is another: recorded .*Be brief.*Be long"),
        (lambda: asking({"role": "user", "content": "Look away"}), "From message 1 on .*recorded .*Look, .*Look away"),
        (lambda: asking(*SECOND, FIRST), 'The recording ends before message 4: \'{"role": "user"'),
        (lambda: asking(*SECOND[:2]), "only as the beginning of longer ones"),
    ],
)
async def test_a_request_that_was_not_recorded_says_where_it_differs(
    path: Path, live: Model, change: Callable[[], Ask], message: str
) -> None:
    recording = Recording(live, path)
    await heard(recording, asking(FIRST))
    await heard(recording, asking(*SECOND))
    with pytest.raises(ModelRefusedRequest, match=message):
        await heard(Recorded.of(path), change())


async def test_each_message_is_kept_once(path: Path, live: Model) -> None:
    recording = Recording(live, path)
    for ask in (asking(FIRST), asking(*SECOND), asking(*SECOND)):
        await heard(recording, ask)
    assert written(path).count("Look, ") == 1
    await heard(Recording(live, path), asking(*SECOND))
    assert written(path).count("Look, ") == 1
    assert written(path).count('"cassette"') == 1


async def test_a_line_that_a_crash_cut_off_does_no_harm(path: Path, live: Model) -> None:
    reply, _ = await heard(Recording(live, path), asking(FIRST))
    with path.open("ab") as file:
        file.write('{"part": "é'.encode()[:-1])
    assert (await heard(Recorded.of(path), asking(FIRST)))[0] == reply
    await heard(Recording(live, path), asking(*SECOND))
    assert len((await heard(Recorded.of(path), asking(*SECOND)))[1]) == 0
    assert (await heard(Recorded.of(path), asking(FIRST)))[0] == reply


@pytest.mark.parametrize("text", ["x\n", "{}\n", '{"cassette": 2}\n', '{"cassette": 1}\n{"to": 5}\n', "x\ny", "\n"])
def test_what_is_no_cassette_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "x").write_text(text)
    with pytest.raises(UsageError, match=r"Line [12] of the cassette"):
        Recorded.of(tmp_path / "x")


async def test_no_credential_and_no_address_is_recorded(server: ModelServer, path: Path) -> None:
    real = Messages(Endpoints(Endpoint(server.url, api_key=Secret("hidden-key"))), SystemClock(), ())
    run = await heard(Recording(real, path), asking())
    await real.close()
    assert await heard(Recorded.of(path), asking()) == run
    assert not [each for each in ("hidden", "127.0.0.1", "anthropic-version") if each in written(path)]


def test_a_cassette_is_its_owners(path: Path, live: Model) -> None:
    asyncio.run(Recording(live, path).ask(asking(FIRST), lambda _: None))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
