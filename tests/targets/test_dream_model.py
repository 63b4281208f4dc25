"""The model that dreams, over real HTTP: one by one, in batches, through faults, and with every character."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from agentops.base.secrets import Secret
from agentops.dreaming.messages.dreamer import MessagesDreamer, Models, Terms
from agentops.dreaming.messages.port import Unanswered
from agentops.targets.dream_model import DreamModel, ModelServer
from tests.dreaming.messages.nights import night
from tests.dreaming.messages.scripted import Model, malicious
from tests.dreaming.messages.test_dreamer import check

pytestmark = pytest.mark.anyio
KEY = "the-key-of-the-server"
MODEL = "claude-haiku-5-5"
HELLO = {"model": MODEL, "max_tokens": 10, "messages": [{"role": "user", "content": "hello"}]}
Fault = Callable[[web.Request], web.Response | None]


@dataclass(slots=True)
class Server:
    """A server of the Messages API with a scripted model behind it."""

    model: Model = field(default_factory=Model)
    url: str = ""
    has_batches: bool = True
    looks: int = 2
    """How often a batch is looked at before it ends."""

    fault: Fault = lambda _: None
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    batches: dict[str, Any] = field(default_factory=dict)

    async def handle(self, request: web.Request) -> web.Response:
        self.asked.append((f"{request.method} {request.path}", dict(request.headers)))
        if (fault := self.fault(request)) is not None:
            return fault
        if request.path == "/v1/messages":
            return web.json_response(self._answer(await request.json()))
        if request.path.startswith("/v1/messages/batches") and self.has_batches:
            return await self._batch(request)
        return error(404, "no such path")

    def _answer(self, body: dict[str, Any]) -> dict[str, Any]:
        if body["messages"] == HELLO["messages"]:
            return {"content": [{"type": "text", "text": f"I am {body['model']}"}], "usage": {}}
        return self.model.answer(body)

    async def _batch(self, request: web.Request) -> web.Response:
        if request.path == "/v1/messages/batches":
            self.batches["b1"] = (await request.json())["requests"]
            return web.json_response({"id": "b1", "processing_status": "in_progress"})
        if request.path.endswith("/cancel"):
            return web.json_response({"id": "b1", "processing_status": "canceling"})
        if not request.path.endswith("/results"):
            self.looks -= 1
            return web.json_response({"id": "b1", "processing_status": "ended" if self.looks <= 0 else "in_progress"})
        lines = [json.dumps(self._result(each)) for each in self.batches["b1"]]
        return web.Response(text="\n".join(reversed(lines)))

    def _result(self, each: dict[str, Any]) -> dict[str, Any]:
        message = self._answer(each["params"])
        message["usage"] = {**message["usage"], "service_tier": "batch"}
        return {"custom_id": each["custom_id"], "result": {"type": "succeeded", "message": message}}


def error(status: int, message: str, **headers: str) -> web.Response:
    body = {"type": "error", "error": {"type": "api_error", "message": message}}
    return web.json_response(body, status=status, headers=headers)


@pytest.fixture
async def server(anyio_backend: str) -> AsyncIterator[Server]:
    found = Server()
    app = web.Application(client_max_size=2**26)
    app.router.add_route("*", "/{path:.*}", found.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield found
    await runner.cleanup()


@pytest.fixture
async def model(server: Server) -> AsyncIterator[DreamModel]:
    async with DreamModel(ModelServer(server.url, Secret(KEY)), sleep=_no_sleep) as made:
        yield made


async def _no_sleep(_: float) -> None:
    """Let a batch end at once."""


async def test_a_question_is_answered(server: Server, model: DreamModel) -> None:
    assert (await model.say(HELLO))["content"][0]["text"] == f"I am {MODEL}"
    ((path, headers),) = server.asked
    assert path == "POST /v1/messages"
    assert headers["Authorization"] == f"Bearer {KEY}"


async def test_a_server_may_call_models_by_names_of_its_own(server: Server) -> None:
    async with DreamModel(ModelServer(server.url, auth_token=Secret(KEY), names={"*": "tiny"})) as model:
        assert (await model.say(HELLO))["content"][0]["text"] == "I am tiny"


async def test_what_passes_is_tried_again(server: Server, model: DreamModel) -> None:
    faults = [error(529, "overloaded", **{"retry-after-ms": "1"}), None]
    server.fault = lambda _: faults.pop(0)
    assert "content" in await model.say(HELLO)


@pytest.mark.parametrize(("status", "retry"), [(401, "permanent"), (400, "permanent"), (529, "temporary")])
async def test_what_does_not_pass_is_told_without_the_key(
    server: Server, model: DreamModel, status: int, retry: str
) -> None:
    server.fault = lambda _: error(status, f"bad key {KEY}", **{"x-should-retry": "false"})
    with pytest.raises(Unanswered) as failed:
        await model.say(HELLO)
    assert failed.value.retry == retry
    assert KEY not in repr(failed.value)


async def test_an_answer_that_is_not_the_apis_is_none(server: Server, model: DreamModel) -> None:
    server.fault = lambda _: web.Response(text="<html>log in</html>")
    with pytest.raises(Unanswered, match="not the API's JSON"):
        await model.say(HELLO)


async def test_nobody_there_is_told(server: Server) -> None:
    async with DreamModel(ModelServer("http://127.0.0.1:9", Secret(KEY))) as model:
        model._sdk().max_retries = 0
        with pytest.raises(Unanswered, match="gave no answer"):
            await model.say(HELLO)


async def test_many_travel_in_one_batch_and_come_back_in_order(server: Server, model: DreamModel) -> None:
    asked = [{**HELLO, "model": f"m{number}"} for number in range(12)]
    said = await model.say_all(asked)
    texts = [each["content"][0]["text"] for each in said if not isinstance(each, Unanswered)]
    assert texts == [f"I am m{number}" for number in range(12)]
    assert [path for path, _ in server.asked] == [
        "POST /v1/messages/batches",
        "GET /v1/messages/batches/b1",
        "GET /v1/messages/batches/b1",
        "GET /v1/messages/batches/b1/results",
    ]


async def test_a_server_without_batches_is_asked_one_by_one_from_then_on(server: Server, model: DreamModel) -> None:
    server.has_batches = False
    for _ in range(2):
        said = await model.say_all([HELLO, HELLO])
        assert not any(isinstance(each, Unanswered) for each in said)
    assert [path for path, _ in server.asked].count("POST /v1/messages/batches") == 1


async def test_results_that_are_missing_or_broken_are_no_answers(server: Server, model: DreamModel) -> None:
    results = [
        '{"custom_id": "q0", "result": {"type": "errored", "error": {}}}',
        '{"custom_id": "q1", "result": {"type": "expired"}}',
        "not json",
        '{"custom_id": "q3", "result": {"type": "succeeded", "message": 5}}',
        '["custom_id"]',
    ]
    server.fault = lambda request: web.Response(text="\n".join(results)) if "results" in request.path else None
    said = await model.say_all([HELLO] * 4)
    assert [each.retry for each in said if isinstance(each, Unanswered)] == ["permanent", *["temporary"] * 3]


async def test_a_batch_is_cancelled_with_the_dream(server: Server) -> None:
    waiting = asyncio.Event()

    async def forever(_: float) -> None:
        waiting.set()
        await asyncio.Event().wait()

    async with DreamModel(ModelServer(server.url, Secret(KEY)), sleep=forever) as model:
        asking = asyncio.create_task(model.say_all([HELLO, HELLO]))
        await waiting.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    assert server.asked[-1][0] == "POST /v1/messages/batches/b1/cancel"


async def test_a_server_that_wants_no_key_is_not_sent_the_users(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-of-the-user")
    async with DreamModel(ModelServer(server.url)) as model:
        await model.say(HELLO)
    assert "sk-of-the-user" not in repr(server.asked)


async def test_a_dream_over_http_is_the_dream_in_process_at_half_the_price(server: Server, model: DreamModel) -> None:
    here = await MessagesDreamer(Model(), Models.one(MODEL)).dream(night())
    there = await MessagesDreamer(model, Models.one(MODEL)).dream(night())
    check(there)
    assert there.operations == here.operations
    assert there.spent.input_tokens == here.spent.input_tokens
    assert there.spent.dollars is not None
    assert here.spent.dollars is not None
    assert there.spent.dollars < here.spent.dollars * 3 / 4


async def test_a_malicious_model_over_http_proposes_nothing_of_its_own(server: Server, model: DreamModel) -> None:
    server.model = Model(malicious, in_prose=True)
    dream = await MessagesDreamer(model, Models.one(MODEL), terms=Terms()).dream(night())
    check(dream)
    assert not [each for each in dream.operations if each.author.engine == "messages"]
