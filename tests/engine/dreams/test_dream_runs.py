"""Dreams while they run: what is written and when, what ends them, and what of them stays."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from anthropic import BadRequestError, ConflictError

from agentops.base.clock import ManualClock
from agentops.dreaming.port import Dream
from agentops.engine.core.dreams import Bounds
from agentops.engine.settings import Settings

from .bedroom import Bedroom, Held, lesson, listening, opened

pytestmark = pytest.mark.anyio

on_sqlite = pytest.mark.parametrize("prepared_url", ["sqlite"], indirect=True)
"""What does not depend on the database is seen on one of them."""

NOTES = {"/notes.md": "# Notes\n\n- be brief\n"}


async def a_dream(room: Bedroom, **fields: Any) -> tuple[Any, str, list[str]]:
    """Return a dream over two lessons, with its store and its sessions."""
    store = await room.store(NOTES)
    sessions = [await room.session(lesson(number)) for number in (7, 8)]
    return await room.dream(store, *sessions, **fields), store, sessions


async def test_what_is_learnt_goes_into_a_copy_and_every_operation_is_told(
    settings: Settings, clock: ManualClock
) -> None:
    async with opened(settings, clock) as room:
        dream, store, sessions = await a_dream(room)
        dream = await room.ended(dream)
        assert (dream.status, dream.error) == ("completed", None)
        assert await room.texts(store) == NOTES
        learnt = await room.texts(dream.outputs[0].memory_store_id)
        assert NOTES.items() <= learnt.items()
        assert "ticket must be a number" in learnt["/pitfalls/lookup.md"]
        (operation,) = await room.operations(dream)
        assert (operation["type"], operation["standing"], operation["verb"]) == ("dream_operation", "applied", "add")
        assert {each.partition("#")[0] for each in operation["evidence"]} <= set(sessions)
        assert await room.operations(dream, standings=["quarantined"]) == []


async def test_a_dream_may_write_into_its_own_store(settings: Settings, clock: ManualClock) -> None:
    async with opened(settings, clock) as room:
        dream, store, _ = await a_dream(room, updates=True)
        dream = await room.ended(dream)
        assert [each.memory_store_id for each in dream.outputs] == [store]
        learnt = await room.texts(store)
        assert learnt["/notes.md"] == NOTES["/notes.md"]
        assert "ticket must be a number" in learnt["/pitfalls/lookup.md"]
        versions = [each async for each in room.beta.memory_stores.memory_versions.list(store)]
        by_dream = {each.path for each in versions if each.created_by.type == "session_actor"}
        assert by_dream == learnt.keys() - NOTES.keys()


@on_sqlite
async def test_a_dream_over_what_teaches_nothing_completes_and_says_so(settings: Settings, clock: ManualClock) -> None:
    async with opened(settings, clock) as room:
        store = await room.store(NOTES)
        dream = await room.ended(await room.dream(store, await room.session([])))
        assert dream.status == "completed"
        assert await room.texts(dream.outputs[0].memory_store_id) == NOTES
        assert (await room.words(dream.session_id))[-1].startswith("Nothing to learn")
        assert await room.operations(dream) == []


@on_sqlite
async def test_the_next_dream_knows_what_the_last_one_learnt(settings: Settings, clock: ManualClock) -> None:
    async with opened(settings, clock) as room:
        dream, _, sessions = await a_dream(room)
        first = (await room.ended(dream)).outputs[0].memory_store_id
        learnt = await room.texts(first)
        again = await room.ended(await room.dream(first, *sessions))
        assert await room.texts(again.outputs[0].memory_store_id) == learnt
        assert await room.operations(again) == []
        more = await room.ended(await room.dream(first, await room.session(lesson(9)), updates=True))
        (operation,) = await room.operations(more)
        assert (operation["verb"], operation["standing"]) == ("reinforce", "applied")
        assert "support: {sessions: 3," in (await room.texts(first))["/pitfalls/lookup.md"]


# --- canceled --------------------------------------------------------------------------------------------------------


async def test_a_dream_that_is_canceled_stops_and_keeps_what_it_wrote(settings: Settings, clock: ManualClock) -> None:
    held = Held()
    async with opened(settings, clock, held) as room:
        dream, _, _ = await a_dream(room)
        await held.begun.wait()
        running = await room.beta.dreams.retrieve(dream.id)
        assert (running.status, len(running.outputs)) == ("running", 1)
        refused: list[Any] = []
        for act in (room.beta.dreams.archive(dream.id), room.beta.sessions.archive(running.session_id)):
            with pytest.raises(BadRequestError, match="cancel") as error:
                await act
            refused.append(error)
        held.meters[0].add({**running.usage.to_dict(), "input_tokens": 7})
        canceled = await room.beta.dreams.cancel(dream.id)
        assert (canceled.status, canceled.error, canceled.outputs) == ("canceled", None, running.outputs)
        await room.stopped(dream)
        assert held.was_canceled
        last = await room.beta.dreams.retrieve(dream.id)
        assert (last.status, last.ended_at, last.usage.input_tokens) == ("canceled", canceled.ended_at, 7)
        assert await room.texts(running.outputs[0].memory_store_id) == NOTES
        session = await room.beta.sessions.retrieve(running.session_id)
        assert (session.status, session.archived_at) == ("terminated", canceled.ended_at)
        assert (await room.words(running.session_id))[-1] == "The dream was canceled."


async def test_a_store_is_free_for_the_next_dream_only_once_the_last_has_stopped(
    settings: Settings, clock: ManualClock
) -> None:
    held = Held()
    async with opened(settings, clock, held) as room:
        dream, store, sessions = await a_dream(room, updates=True)
        await held.begun.wait()
        with pytest.raises(ConflictError, match="fully stopped"):
            await room.dream(store, *sessions, updates=True)
        await room.beta.dreams.cancel(dream.id)
        await room.stopped(dream)
        held.may_end.set()
        second = await room.ended(await room.dream(store, *sessions, updates=True))
        assert second.status == "completed"


@on_sqlite
async def test_what_has_ended_cannot_be_canceled(settings: Settings, clock: ManualClock) -> None:
    async with opened(settings, clock) as room:
        dream, _, _ = await a_dream(room)
        dream = await room.ended(dream)
        with pytest.raises(BadRequestError, match="completed"):
            await room.beta.dreams.cancel(dream.id)
        archived = await room.beta.dreams.archive(dream.id)
        assert (archived.status, archived.archived_at) == ("completed", clock.now())


@on_sqlite
async def test_the_session_of_a_dream_hears_nobody(settings: Settings, clock: ManualClock) -> None:
    held = Held()
    async with opened(settings, clock, held) as room:
        dream, _, _ = await a_dream(room)
        await held.begun.wait()
        running = await room.beta.dreams.retrieve(dream.id)
        message = {"type": "user.message", "content": [{"type": "text", "text": "Hurry."}]}
        with pytest.raises(BadRequestError, match=dream.id):
            await room.beta.sessions.events.send(running.session_id, events=[message])
        named = await room.beta.sessions.update(running.session_id, title="Ours")
        assert (named.title, named.status) == ("Ours", "running")
        held.may_end.set()
        assert (await room.ended(dream)).status == "completed"


@on_sqlite
async def test_a_dream_is_watched_while_it_runs(settings: Settings, clock: ManualClock) -> None:
    held = Held()
    async with opened(replace(settings, port=0), clock, held) as room, listening(room) as client:
        dream, _, _ = await a_dream(room)
        await held.begun.wait()
        running = await room.beta.dreams.retrieve(dream.id)
        assert (await room.beta.sessions.retrieve(running.session_id)).status == "running"
        async with await client.beta.sessions.events.stream(running.session_id) as stream:
            held.may_end.set()
            seen = [each.type async for each in stream]
        assert seen[-6:] == [
            "agent.message", "session.thread_status_idle", "session.usage", "session.status_idle",
            "session.thread_status_terminated", "session.status_terminated",
        ]  # fmt: skip


# --- failed ----------------------------------------------------------------------------------------------------------


UNAVAILABLE = {
    "the store is archived": ("input_memory_store_unavailable", lambda b, store, _: b.memory_stores.archive(store)),
    "the store is deleted": ("input_memory_store_unavailable", lambda b, store, _: b.memory_stores.delete(store)),
    "a session is archived": ("input_session_unavailable", lambda b, _, sessions: b.sessions.archive(sessions[1])),
    "a session is deleted": ("input_session_unavailable", lambda b, _, sessions: b.sessions.delete(sessions[0])),
}


@pytest.mark.parametrize("what", UNAVAILABLE)
async def test_an_input_that_goes_away_meanwhile_fails_the_dream(
    what: str, settings: Settings, clock: ManualClock
) -> None:
    kind, act = UNAVAILABLE[what]
    held = Held()
    async with opened(settings, clock, held) as room:
        dream, store, sessions = await a_dream(room)
        await held.begun.wait()
        await act(room.beta, store, sessions)
        held.may_end.set()
        dream = await room.ended(dream)
        assert (dream.status, dream.error.type) == ("failed", kind)
        assert store in dream.error.message or any(each in dream.error.message for each in sessions)
        assert await room.texts(dream.outputs[0].memory_store_id) == NOTES
        assert (await room.beta.sessions.retrieve(dream.session_id)).archived_at == dream.ended_at
        with pytest.raises(BadRequestError, match="failed"):
            await room.beta.dreams.cancel(dream.id)


@on_sqlite
async def test_a_dream_that_breaks_fails_and_shows_nothing_of_why(settings: Settings, clock: ManualClock) -> None:
    held = Held(error=RuntimeError("the secret of the house"))
    held.may_end.set()
    async with opened(settings, clock, held) as room:
        dream, _, _ = await a_dream(room)
        dream = await room.ended(dream)
        assert (dream.status, dream.error.type) == ("failed", "internal_error")
        assert "secret" not in dream.error.message


BOUNDS = {
    "timeout": Bounds(lifetime=timedelta(0)),
    "memory_store_org_limit_exceeded": Bounds(stores=1),
    "input_memory_store_too_large": Bounds(store_bytes=10),
}


@on_sqlite
@pytest.mark.parametrize("kind", BOUNDS)
async def test_a_dream_beyond_a_bound_fails_by_its_name(kind: str, settings: Settings, clock: ManualClock) -> None:
    async with opened(settings, clock, bounds=BOUNDS[kind]) as room:
        dream, store, _ = await a_dream(room)
        dream = await room.ended(dream)
        assert (dream.status, dream.error.type) == ("failed", kind)
        assert await room.texts(store) == NOTES
        stores = [each.id async for each in room.beta.memory_stores.list()]
        assert (stores, dream.outputs) == ([store], []), "nothing is begun that cannot be ended"


@on_sqlite
async def test_a_dream_that_takes_too_long_is_cut_off(settings: Settings, clock: ManualClock) -> None:
    held = Held()
    async with opened(settings, clock, held) as room:
        dream, _, _ = await a_dream(room)
        await held.begun.wait()
        clock.advance(timedelta(hours=3))
        held.may_end.set()
        assert (await room.ended(dream)).error.type == "timeout"


# --- what others do, and what gates say ------------------------------------------------------------------------------


async def test_what_agents_write_meanwhile_stays(settings: Settings, clock: ManualClock) -> None:
    held = Held()
    async with opened(settings, clock, held) as room:
        dream, store, _ = await a_dream(room, updates=True)
        await held.begun.wait()
        await room.beta.memory_stores.memories.create(store, path="/new.md", content="# New\n\n- from an agent\n")
        held.may_end.set()
        assert (await room.ended(dream)).status == "completed"
        found = await room.texts(store)
        assert found["/new.md"] == "# New\n\n- from an agent\n"
        assert "ticket must be a number" in found["/pitfalls/lookup.md"]


def invented(dream: Dream) -> Dream:
    """Return the dream with a claim that nothing of what was read bears out, and one that it took back itself."""
    (first,) = dream.operations
    false = replace(first, texts=("`lookup` opens the vault with 4711.",), path="/pitfalls/vault.md")
    return replace(dream, operations=(first, false), quarantined=(replace(first, reason="not found in its evidence"),))


@on_sqlite
async def test_what_the_gates_object_to_is_not_written_and_told_apart(settings: Settings, clock: ManualClock) -> None:
    held = Held(change=invented)
    held.may_end.set()
    async with opened(settings, clock, held) as room:
        dream, _, _ = await a_dream(room)
        dream = await room.ended(dream)
        assert dream.status == "completed"
        learnt = await room.texts(dream.outputs[0].memory_store_id)
        assert "4711" not in "".join(learnt.values())
        operations = await room.operations(dream)
        assert [each["standing"] for each in operations] == ["applied", "dropped", "quarantined"]
        assert operations[1]["why"]
        assert operations[2]["why"] == "not found in its evidence"
        apart = await room.operations(dream, standings=["dropped", "quarantined"])
        assert apart == operations[1:]


# --- how many, and how often -----------------------------------------------------------------------------------------


@on_sqlite
async def test_as_many_dreams_run_at_once_as_the_server_lets(settings: Settings, clock: ManualClock) -> None:
    held = Held()
    async with opened(settings, clock, held, bounds=Bounds(at_once=1)) as room:
        store, session = await room.store(NOTES), await room.session(lesson(7))
        dreams = [await room.dream(store, session) for _ in range(3)]
        await held.begun.wait()
        status = [(await room.beta.dreams.retrieve(each.id)).status for each in dreams]
        assert status == ["running", "pending", "pending"]
        held.may_end.set()
        assert [(await room.ended(each)).status for each in dreams] == ["completed"] * 3


async def test_a_dream_whose_server_goes_is_dreamt_by_the_next(settings: Settings, clock: ManualClock) -> None:
    held = Held()
    async with opened(settings, clock, held) as room:
        dream, _, _ = await a_dream(room)
        await held.begun.wait()
    async with opened(settings, clock) as room:
        dream = await room.ended(dream)
        assert (dream.status, len(dream.outputs)) == ("completed", 1)
        assert len([each async for each in room.beta.memory_stores.list()]) == 2
        assert any(each.startswith("Taken up again") for each in await room.words(dream.session_id))


@on_sqlite
async def test_a_dream_that_is_interrupted_time_and_again_fails(settings: Settings, clock: ManualClock) -> None:
    bounds = Bounds(takes=1)
    held = Held()
    async with opened(settings, clock, held, bounds=bounds) as room:
        dream, _, _ = await a_dream(room)
        await held.begun.wait()
    async with opened(settings, clock, bounds=bounds) as room:
        dream = await room.ended(dream)
        assert (dream.status, dream.error.type) == ("failed", "internal_error")
        assert "interrupted" in dream.error.message


# --- with models -----------------------------------------------------------------------------------------------------


@on_sqlite
async def test_a_model_that_says_nothing_of_use_is_paid_and_done_without(
    settings: Settings, clock: ManualClock
) -> None:
    mumbling = {"say": "Hm.", "usage": {"input_tokens": 10, "output_tokens": 2}, "times": "forever"}
    async with opened(settings, clock, None, mumbling) as room:
        dream, _, _ = await a_dream(room, model="claude-opus-5-5", instructions="Look for tickets.")
        dream = await room.ended(dream)
        assert dream.status == "completed"
        assert dream.usage.input_tokens == 5 * dream.usage.output_tokens > 0
        session = await room.beta.sessions.retrieve(dream.session_id)
        assert session.usage.input_tokens == dream.usage.input_tokens
        assert "ticket must be a number" in (await room.texts(dream.outputs[0].memory_store_id))["/pitfalls/lookup.md"]
        words = await room.words(dream.session_id)
        assert "Dreaming with claude-opus-5-5." in words


@on_sqlite
async def test_a_model_that_does_not_answer_is_done_without(settings: Settings, clock: ManualClock) -> None:
    refusing = {"error": {"kind": "billing"}, "times": "forever"}
    async with opened(settings, clock, None, refusing) as room:
        dream, _, _ = await a_dream(room, model="claude-opus-5-5")
        dream = await room.ended(dream)
        assert (dream.status, dream.usage.input_tokens) == ("completed", 0)
        assert "ticket must be a number" in (await room.texts(dream.outputs[0].memory_store_id))["/pitfalls/lookup.md"]
