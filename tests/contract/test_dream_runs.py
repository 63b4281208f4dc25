"""Dreams from their creation to their end: watched as sessions, written at once, canceled, failed, taken up again."""

import asyncio
from typing import Any

from anyio.from_thread import BlockingPortal

from .given import a_custom_tool, inputs_of
from .stage import Play, Scene, Stage, answer, watched

PATIENCE_S = 10

LOOKUP = {"call": [{"tool": "lookup", "input": {"ticket": "seven"}}]}
AGAIN = {"call": [{"tool": "lookup", "input": {"ticket": 7}}]}


async def a_lesson(scene: Scene) -> None:
    """Have a tool refuse a wrong argument, and take the right one."""
    await scene.turn("Look up ticket seven. Always write dates as YYYY-MM-DD.")
    await scene.send(answer(scene.last("agent.custom_tool_use"), "ticket must be a number", is_error=True))
    await scene.idle()
    await scene.send(answer(scene.last("agent.custom_tool_use"), "open since 2026-11-01"))
    await scene.idle()


LESSON = Play(
    "lesson", (LOOKUP, AGAIN, {"say": "It is open."}), {"tools": [a_custom_tool()]}, {}, "cloud", (), a_lesson
)


async def a_talk(stage: Stage) -> str:
    """Return a session in which a lesson was to be learnt."""
    stage.cast.rehearse(LESSON)
    async with watched(stage, LESSON) as scene:
        await a_lesson(scene)
        return str(scene.session.id)


async def ended(client: Any, dream_id: str) -> Any:
    """Return the dream once it has ended."""
    async with asyncio.timeout(PATIENCE_S):
        while (dream := await client.beta.dreams.retrieve(dream_id)).ended_at is None:
            pass
    return dream


async def a_store(stage: Stage, **files: str) -> str:
    """Return a store with files, by their names without `.md`."""
    stores = stage.client.beta.memory_stores
    store = await stores.create(name="Lessons", description="What was learnt.", metadata={"team": "night"})
    for name, text in files.items():
        await stores.memories.create(store.id, path=f"/{name}.md", content=text)
    return store.id


async def texts(client: Any, store_id: str) -> dict[str, str]:
    listed = client.beta.memory_stores.memories.list(store_id, view="full")
    return {each.path: each.content async for each in listed}


def test_a_dream_writes_what_was_learnt_into_a_copy(portal: BlockingPortal, stage: Stage) -> None:
    async def play() -> None:
        beta = stage.client.beta
        store_id = await a_store(stage, notes="# Notes\n\n- be brief\n", empty="")
        before = await texts(stage.client, store_id)
        talks = [await a_talk(stage) for _ in range(2)]
        dream = await beta.dreams.create(inputs=inputs_of(store_id, *talks), model="lexical")
        assert (dream.status, dream.outputs, dream.session_id) == ("pending", [], None)
        dream = await ended(stage.client, dream.id)
        assert (dream.status, dream.error, dream.usage.input_tokens) == ("completed", None, 0)
        copy = await beta.memory_stores.retrieve(dream.outputs[0].memory_store_id)
        assert copy.name == f"Lessons ({dream.id})"
        assert copy.description == "What was learnt."
        assert copy.metadata == {"dream_id": dream.id, "input_memory_store_id": store_id}
        found = await texts(stage.client, copy.id)
        assert {path: found[path] for path in before} == before
        assert "ticket must be a number" in found["/pitfalls/lookup.md"]
        assert await texts(stage.client, store_id) == before
        versions = [each async for each in beta.memory_stores.memory_versions.list(copy.id)]
        assert {(each.created_by.type, each.created_by.session_id) for each in versions} == {
            ("session_actor", dream.session_id)
        }

    portal.call(play)


def test_a_dream_is_watched_as_the_session_that_runs_it(portal: BlockingPortal, stage: Stage) -> None:
    async def play() -> None:
        beta = stage.client.beta
        store_id, talk = await a_store(stage), await a_talk(stage)
        dream = await ended(
            stage.client, (await beta.dreams.create(inputs=inputs_of(store_id, talk), model="lexical")).id
        )
        session = await beta.sessions.retrieve(dream.session_id)
        assert (session.status, session.title) == ("terminated", f"Dream {dream.id}")
        assert session.archived_at == dream.ended_at
        events = [each async for each in beta.sessions.events.list(dream.session_id)]
        kinds = [each.type for each in events]
        assert kinds[:2] == ["session.status_running", "session.thread_status_running"]
        assert set(kinds[2:-5]) == {"agent.message"}
        assert kinds[-5:] == [
            "session.thread_status_idle", "session.usage", "session.status_idle",
            "session.thread_status_terminated", "session.status_terminated",
        ]  # fmt: skip
        said = [each.content[0].text for each in events if each.type == "agent.message"]
        assert said[0] == f"Reading memory store {store_id} and one session."
        assert said[1] == f"What is learnt goes into a copy of it, {dream.outputs[0].memory_store_id}."

    portal.call(play)
