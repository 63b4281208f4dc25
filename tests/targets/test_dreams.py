"""Dreams that a target runs by itself, against our engine through the public API alone."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from agentops.base.clock import ManualClock
from agentops.base.errors import DreamFailed, TargetError
from agentops.base.ids import RandomIds
from agentops.dreaming.hosted.dreamer import HostedDreamer
from agentops.dreaming.hosted.port import Wanted
from agentops.dreaming.port import Night
from agentops.engine.assembly import Sources, means
from agentops.engine.models.endpoints import Endpoints
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings
from agentops.memory.notes import Memory
from agentops.memory.operations import Finding, Verb
from agentops.targets.dreams import Order, TargetDreams
from agentops.targets.endpoint import Endpoint
from agentops.targets.live import LiveTarget, in_process
from agentops.targets.memory import Memory as Store
from agentops.targets.sessions import Sessions
from agentops.targets.transcripts import fetched
from tests.dreaming.messages.nights import TODAY

pytestmark = pytest.mark.anyio

SCRIPT = {"turns": [{"say": "Noted.", "times": "forever"}]}
SAID = "The billing service listens on port 5433. Always write dates as YYYY-MM-DD."
NOTES = "# Notes\n\n- Be brief.\n"


@pytest.fixture
async def engine(tmp_path: Path, clock: ManualClock, anyio_backend: str) -> AsyncIterator[Engine]:
    settings = Settings(database=f"sqlite:///{tmp_path}/engine.db", data=tmp_path)
    hired = means(settings, clock, Sources(Endpoints(), SCRIPT), unsafe_local_tools=True)
    async with build(settings, clock=clock, ids=RandomIds(), means=hired) as running:
        yield running


@pytest.fixture
async def target(engine: Engine) -> AsyncIterator[LiveTarget]:
    async with in_process(Endpoint("here", "http://engine.test", engine.credential), engine.app) as found:
        yield found


async def a_store(target: LiveTarget) -> str:
    beta = target.sdk().beta
    store = await beta.memory_stores.create(name="Lessons")
    await beta.memory_stores.memories.create(store.id, path="/notes.md", content=NOTES)
    return store.id


async def a_session(target: LiveTarget, said: str = SAID) -> str:
    beta = target.sdk().beta
    agent = await beta.agents.create(name="desk", model="claude-opus-5")
    environment = await beta.environments.create(name="here", config={"type": "cloud"})
    session = await beta.sessions.create(agent=agent.id, environment_id=environment.id)
    await Sessions(target).send(session.id, [{"type": "user.message", "content": [{"type": "text", "text": said}]}])
    async with asyncio.timeout(10):
        while "Noted." not in repr(await Sessions(target).events(session.id)):
            await _turn(0)
    async with asyncio.timeout(10):
        while (await Sessions(target).read(session.id))["status"] != "idle":
            await _turn(0)
    return session.id


def dreams_of(target: LiveTarget, store_id: str, **more: Any) -> TargetDreams:
    pauses = more.pop("sleep", None) or _turn
    return TargetDreams(target, Order(store_id, "lexical", **more), sleep=pauses)


async def _turn(_: float) -> None:
    await asyncio.sleep(0)


async def test_a_dream_of_a_target_becomes_operations_with_evidence(target: LiveTarget) -> None:
    store_id, session_id = await a_store(target), await a_session(target)
    transcripts = (await fetched(Sessions(target), [session_id])).transcripts
    heard: list[str] = []
    elsewhere = TargetDreams(
        target, Order(store_id, "lexical"), hear=lambda event: heard.append(str(event["type"])), sleep=_turn
    )
    night = Night(Memory({"/notes.md": NOTES}), tuple(transcripts), TODAY)
    dream = await HostedDreamer(elsewhere).dream(night)
    assert "The billing service listens on port `5433`." in [text for each in dream.operations for text in each.texts]
    for each in dream.operations:
        assert each.verb is Verb.ADD
        assert each.verdict.finding is Finding.SUPPORTED
        assert {cited.session for cited in each.evidence} == {session_id}
    assert dream.spent.dollars is None
    assert "agent.message" in heard


async def test_the_store_that_is_read_stays_and_the_copy_is_put_away(target: LiveTarget) -> None:
    store_id, session_id = await a_store(target), await a_session(target)
    told = await dreams_of(target, store_id).dreamt(Wanted((session_id,), "Be brief."))
    assert told.before == {"/notes.md": NOTES}
    assert set(told.after) > set(told.before)
    assert (await Store(target, store_id).about())["archived_at"] is None
    beta = target.sdk().beta
    stores = [each async for each in beta.memory_stores.list(include_archived=True)]
    assert {each.id: each.archived_at is None for each in stores}[store_id]
    assert sum(each.archived_at is not None for each in stores) == 1
    assert [each async for each in beta.dreams.list()] == []
    (dream,) = [each async for each in beta.dreams.list(include_archived=True)]
    assert (dream.instructions, dream.output_behavior.type) == ("Be brief.", "create_new")


async def test_what_is_kept_is_left_as_it_is(target: LiveTarget) -> None:
    store_id, session_id = await a_store(target), await a_session(target)
    await dreams_of(target, store_id, keeps=True).dreamt(Wanted((session_id,), "Be brief."))
    beta = target.sdk().beta
    assert len([each async for each in beta.dreams.list()]) == 1
    assert len([each async for each in beta.memory_stores.list()]) == 2


async def test_a_dream_is_cancelled_with_its_caller(target: LiveTarget) -> None:
    store_id, session_id = await a_store(target), await a_session(target)
    waiting = asyncio.Event()

    async def forever(_: float) -> None:
        waiting.set()
        await asyncio.Event().wait()

    dreams = dreams_of(target, store_id, sleep=forever)
    dreaming = asyncio.create_task(dreams.dreamt(Wanted((session_id,), "Be brief.")))
    await waiting.wait()
    dreaming.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dreaming
    (dream,) = [each async for each in target.sdk().beta.dreams.list(include_archived=True)]
    assert dream.status in {"canceled", "completed"}
    assert dream.archived_at is not None


async def test_a_dream_that_cannot_begin_says_why(target: LiveTarget) -> None:
    store_id = await a_store(target)
    with pytest.raises(TargetError, match="refused to begin a dream"):
        await dreams_of(target, store_id).dreamt(Wanted(("sesn_nobody",), "Be brief."))


class Bent(httpx2.AsyncBaseTransport):
    """The way to the engine, on which looks at a dream are answered as it is told here, one after the other."""

    def __init__(self, engine: Engine, *looks: dict[str, Any] | int | None) -> None:
        self._inside = httpx2.ASGITransport(app=engine.app)
        self.looks = list(looks)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.method != "GET" or "/v1/dreams/" not in request.url.path or not self.looks:
            return await self._inside.handle_async_request(request)
        look = self.looks.pop(0)
        if isinstance(look, int):
            return httpx2.Response(look, json={"error": {"message": "not now"}})
        if look is None:
            raise httpx2.ConnectError("gone")
        answer = await self._inside.handle_async_request(request)
        return httpx2.Response(200, json={**json.loads(await answer.aread()), **look})


async def bent(engine: Engine, *looks: dict[str, Any] | int | None) -> Any:
    """Dream over such a way, with a store and a session made on the straight one."""
    endpoint = Endpoint("here", "http://engine.test", engine.credential)
    async with in_process(endpoint, engine.app) as straight:
        store_id, session_id = await a_store(straight), await a_session(straight)
    async with LiveTarget(endpoint, Bent(engine, *looks), sleep=_turn) as target:
        return await dreams_of(target, store_id).dreamt(Wanted((session_id,), "Be brief."))


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        ({"type": "input_session_unavailable", "message": "sesn_1 is gone"}, "dream over those that are left"),
        ({"type": "memory_store_org_limit_exceeded", "message": "too many"}, "archive memory stores"),
        ({"type": "something_new", "message": "x" * 9_000}, "dream again"),
        ("words", "dream again"),
        (None, "dream again"),
    ],
)
async def test_a_dream_that_failed_tells_the_reason_and_the_way_out(engine: Engine, error: Any, hint: str) -> None:
    with pytest.raises(DreamFailed, match=r"The dream .* failed on here: ") as failed:
        await bent(engine, {"status": "failed", "error": error})
    assert hint in failed.value.hint
    assert len(failed.value.message) < 700


async def test_a_dream_that_somebody_cancels_is_told(engine: Engine) -> None:
    with pytest.raises(DreamFailed, match=r"Somebody cancelled the dream .* on here"):
        await bent(engine, {"status": "canceled"})


async def test_a_status_that_nobody_knows_is_waited_out(engine: Engine) -> None:
    told = await bent(engine, {"status": "rehearsing"}, {"status": "", "outputs": "later"})
    assert "/notes.md" in told.after


async def test_looks_that_fail_for_a_while_lose_no_dream(engine: Engine) -> None:
    told = await bent(engine, *[503] * 3, None, 503, 503, *[429] * 3)
    assert "/notes.md" in told.after


async def test_a_target_that_stays_away_ends_the_dream(engine: Engine) -> None:
    with pytest.raises(TargetError, match="not now"):
        await bent(engine, *[503] * 15)


@pytest.mark.parametrize(
    "outputs", [[], "nowhere", [{"type": "page"}], [{"type": "memory_store", "memory_store_id": 7}]]
)
async def test_a_dream_without_a_result_is_no_success(engine: Engine, outputs: Any) -> None:
    with pytest.raises(DreamFailed, match="ended without a store of its own"):
        await bent(engine, {"status": "completed", "outputs": outputs})


async def test_numbers_that_are_none_count_as_nothing(engine: Engine) -> None:
    told = await bent(engine, {"status": "running"}, {"usage": {"input_tokens": "many", "output_tokens": -4}})
    assert (told.spent.input_tokens, told.spent.output_tokens) == (0, 0)
