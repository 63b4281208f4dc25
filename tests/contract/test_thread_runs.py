"""Threads while they run: seen one by one, previewed one by one, answered, interrupted and ended one by one."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from anthropic import BadRequestError
from anyio.from_thread import BlockingPortal

from agentops.base.clock import ManualClock
from agentops.base.paint import Paint
from agentops.cli.sessions.drawing import lines
from agentops.cli.sessions.gathering import gather
from agentops.cli.sessions.lineage import tree
from agentops.engine.settings import Settings
from tests.conftest import empty_postgres

from .conftest import VAULT_KEY
from .given import MODEL, the_agent_toolset
from .plays import asking
from .stage import Play, Scene, Stage, confirmation, message, opened, watched

TALK = 31
"""The gate of the one who talks."""


def to(agent: str) -> dict[str, Any]:
    return {"tool": "send_to_agent", "input": {"agent": agent, "message": f"Go on, {agent}.", "reason": "It is time."}}


async def nothing(_scene: Scene) -> None: ...


PLAY = Play(
    "lead",
    (
        {"when": {"last": "Begin."}, "call": [to("asker"), to("talker")]},
        {"when": {"agent": "asker", "turn": 1}, "call": [{"tool": "bash", "input": {"command": "echo one"}}]},
        {"when": {"agent": "asker"}, "say": "Seen.", "times": "forever"},
        {"when": {"agent": "talker"}, "say": "This will never be told to its end.", "delay_ms": TALK},
        {"say": "Noted.", "times": "forever"},
    ),
    {},
    {},
    "cloud",
    ("agent.message",),
    nothing,
)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def team(
    request: pytest.FixtureRequest, portal: BlockingPortal, tmp_path_factory: pytest.TempPathFactory, clock: ManualClock
) -> Iterator[Stage]:
    data = tmp_path_factory.mktemp(f"team-{request.param}")
    with ExitStack() as stack:
        url = f"sqlite:///{data}/engine.db"
        if request.param == "postgres":
            url = stack.enter_context(empty_postgres(request.getfixturevalue("postgres")))
        settings = Settings(database=url, data=data, port=0, vault_key=VAULT_KEY)
        yield stack.enter_context(portal.wrap_async_context_manager(opened(settings, clock, [PLAY])))


@asynccontextmanager
async def begun(stage: Stage) -> AsyncIterator[tuple[Scene, str, str]]:
    """Begin a session whose agent delegates at once, and return it with the two threads."""
    agents = stage.client.beta.agents
    asker = await agents.create(name="asker", model=MODEL, tools=[asking("bash")])
    talker = await agents.create(name="talker", model=MODEL, tools=[the_agent_toolset()])
    roster = {"type": "coordinator", "agents": [asker.id, talker.id]}
    async with watched(stage, replace(PLAY, agent={"multiagent": roster})) as scene:
        await scene.say("Begin.")
        await scene.until("session.thread_created", times=2)
        named = {each.agent_name: each.session_thread_id for each in scene.all("session.thread_created")}
        yield scene, named["asker"], named["talker"]


def test_threads_are_watched_and_ended_one_by_one(team: Stage, portal: BlockingPortal) -> None:
    portal.call(one_by_one, team)


async def one_by_one(stage: Stage) -> None:
    async with begun(stage) as (scene, asker, talker):
        threads, session_id = scene.client.beta.sessions.threads, scene.session.id
        async with await threads.events.stream(talker, session_id=session_id, event_deltas=["agent.message"]) as stream:
            scene.gates.open(TALK)
            kinds = await read(stream, "event_delta")
            await scene.send({"type": "user.interrupt", "session_thread_id": talker})
            kinds += await read(stream, "session.thread_status_idle")
            assert kinds[-5:] == [
                "event_delta",
                "user.interrupt",
                "span.model_request_end",
                "user.interrupt",
                "session.thread_status_idle",
            ]
        call = await waiting(scene)
        assert call.session_thread_id == asker
        await scene.send(confirmation(call))
        rest = await scene.idle()
        while rest.stop_reason.type != "end_turn":
            rest = await scene.idle()
        primary, *children = [each async for each in threads.list(session_id)]
        assert [each.id for each in children] == [asker, talker]
        assert {each.parent_thread_id for each in children} == {primary.id}
        assert {each.status for each in (primary, *children)} == {"idle"}
        assert children[0].usage is not None
        assert children[0].usage.output_tokens == 10
        own = [each async for each in threads.events.list(asker, session_id=session_id)]
        assert [each.type for each in own if each.id == call.id] == ["agent.tool_use"]
        ended = await threads.archive(asker, session_id=session_id)
        assert (ended.status, ended.archived_at is not None) == ("terminated", True)
        await scene.until("session.thread_status_terminated")
        with pytest.raises(BadRequestError, match=asker):
            await scene.send(confirmation(call))
        assert await scene.listed() == listed(scene)
        await scene.turn("Still there?")
        previewed = {each.event.id for each in scene.all("event_start")}
        assert previewed <= {each.id for each in scene.all("agent.message")}, "the session previews its own agent alone"
        assert previewed


async def read(stream: Any, event_type: str) -> list[str]:
    """Return of which types the events are up to one of the type."""
    kinds = [""]
    async with asyncio.timeout(10):
        while kinds[-1] != event_type:
            kinds.append((await anext(stream)).type)
    return kinds[1:]


async def waiting(scene: Scene) -> Any:
    """Return the call that the session waits with."""
    while True:
        rest = scene.last("session.status_idle") if scene.all("session.status_idle") else await scene.idle()
        if rest.stop_reason.type == "requires_action":
            (call_id,) = rest.stop_reason.event_ids
            return next(each for each in scene.seen if getattr(each, "id", None) == call_id)
        await scene.idle()


def listed(scene: Scene) -> list[Any]:
    """Return what was seen as the list has it: each event once, as it is now, by the moment at which it took effect."""
    found = {each.id: each for each in scene.seen if hasattr(each, "id")}
    return sorted(found.values(), key=lambda each: each.processed_at)


def test_the_tree_of_a_session_is_read_from_what_the_api_tells(team: Stage, portal: BlockingPortal) -> None:
    portal.call(as_a_tree, team)


async def as_a_tree(stage: Stage) -> None:
    async with begun(stage) as (scene, asker, talker):
        await scene.send({"type": "user.interrupt", "session_thread_id": talker})
        await waiting(scene)
        session = scene.client.beta.sessions.with_raw_response
        known = (await session.retrieve(scene.session.id)).http_response.json()
        shelf: Any = Shelf(scene)
        root = tree(await gather(shelf, known), datetime(2026, 11, 22, tzinfo=UTC))
    asked, *children = root["children"]
    assert (root["agent"], asked["text"], root["tool_calls"]) == ("lead", "Begin.", 2)
    assert [(each["agent"], each["id"]) for each in children] == [("asker", asker), ("talker", talker)]
    assert [(each["status"], each["stop"]) for each in children] == [("idle", "requires_action"), ("idle", "end_turn")]
    for each in children:
        (said,) = each["messages"]
        assert (said["reason"], said["text"]) == ("It is time.", f"Go on, {each['agent']}.")
    assert len(list(lines(root, Paint(), 120))) == 9


class Shelf:
    """The lists that a session's tree is read from."""

    def __init__(self, scene: Scene) -> None:
        self._events = scene.events
        self._threads = scene.client.beta.sessions.threads

    async def threads(self, session_id: str) -> list[Any]:
        return [each.to_dict(mode="json") async for each in self._threads.list(session_id)]

    async def events(self, session_id: str, _params: Any) -> list[Any]:
        return [each.to_dict(mode="json") async for each in self._events.list(session_id)]

    async def thread_events(self, session_id: str, thread_id: str) -> list[Any]:
        found = self._threads.events.list(thread_id, session_id=session_id)
        return [each.to_dict(mode="json") async for each in found]


def test_a_thread_that_is_archived_while_it_waits_is_left_behind(team: Stage, portal: BlockingPortal) -> None:
    portal.call(left_behind, team)


async def left_behind(stage: Stage) -> None:
    async with begun(stage) as (scene, asker, talker):
        threads, session_id = scene.client.beta.sessions.threads, scene.session.id
        await scene.send({"type": "user.interrupt", "session_thread_id": talker})
        await waiting(scene)
        with pytest.raises(BadRequestError, match="wait for an answer"):
            await scene.send(message("Next."))
        await threads.archive(asker, session_id=session_id)
        await scene.until("session.thread_status_terminated")
        await scene.turn("And now?")
        assert (await threads.retrieve(asker, session_id=session_id)).status == "terminated"
