"""What a session does is told as often as its log says it, and of a dream what it does as a session."""

from collections import Counter
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal

from .extensions import WEBHOOKS
from .given import inputs_of
from .repertoire import PLAYS
from .stage import Play, Scene, Stage, watched
from .test_dream_runs import a_store, a_talk, ended
from .told import OF_SESSIONS, URL, Message, messages, read_by_the_sdk

BEGUN = Counter({"created": 1, "pending": 1})
TURN = Counter({"status_run_started": 1, "running": 1, "status_idled": 1, "idled": 1})
WAIT = Counter({"status_run_started": 1, "running": 1, "status_idled": 1, "requires_action": 1})
CHILD = Counter({"thread_created": 1, "thread_idled": 1})

PLAYED: dict[str, Counter[str]] = {
    "parallel_tools": BEGUN + TURN,
    "plain_turn": BEGUN + TURN + TURN + Counter(pending=1),
    "initial_events": BEGUN + TURN,
    "confirmation_allow": BEGUN + WAIT + TURN + Counter(pending=1),
    "custom_tools_one_by_one": BEGUN + WAIT + TURN + Counter(pending=1, status_idled=1, requires_action=1),
    "retried": BEGUN + TURN + Counter(status_rescheduled=2, status_run_started=2, running=2),
    "delegation": BEGUN + TURN + CHILD,
    "advisor": BEGUN + TURN + CHILD + Counter(thread_terminated=1),
    "archived_child": BEGUN + TURN + TURN + CHILD + Counter(pending=1, thread_terminated=1),
    "outcome_revised": BEGUN + TURN + Counter(outcome_evaluation_ended=2),
    "budget_reached_then_raised": (
        BEGUN + WAIT + TURN + Counter(pending=1, status_idled=1, idled=1, budget_reached=1, updated=1)
    ),
    "interrupt_at_rest": BEGUN + TURN,
    "archive": BEGUN + TURN + Counter(archived=1, status_terminated=1),
    "archived_team": BEGUN + TURN + CHILD + Counter(thread_terminated=1, archived=1, status_terminated=1),
    "delete": BEGUN + TURN + Counter(deleted=1),
}
"""What each play tells, `session.` left out."""


async def played(stage: Stage, play: Play) -> tuple[Scene, list[Message], str]:
    endpoint: Any = await stage.client.post(WEBHOOKS, cast_to=object, body={"url": URL, "events": OF_SESSIONS})
    async with watched(stage, play) as scene:
        await play.act(scene)
    heard = await messages(stage.engine, endpoint["id"])
    await stage.client.delete(f"{WEBHOOKS}/{endpoint['id']}", cast_to=object)
    return scene, heard, endpoint["signing_secret"]


@pytest.mark.parametrize("name", PLAYED)
def test_what_a_session_does_is_told_as_often_as_it_does_it(stage: Stage, portal: BlockingPortal, name: str) -> None:
    scene, heard, secret = portal.call(played, stage, PLAYS[name])
    assert Counter(each.event_type.removeprefix("session.") for each in heard) == PLAYED[name]
    assert len({each.event_id for each in heard}) == len(heard)
    children = {each.session_thread_id for each in scene.seen if each.type == "session.thread_created"}
    for each in heard:
        assert each.data["id"] == scene.session.id
        assert ("session_thread_id" in each.data) == each.event_type.startswith("session.thread_")
        assert each.data.get("session_thread_id") in {None, *children}
        read_by_the_sdk(each, secret)


async def dreamt(stage: Stage) -> tuple[Any, list[Message]]:
    """Have a dream, and return it with what is told from its beginning on."""
    talk, store = await a_talk(stage), await a_store(stage, dates="Dates are written as people like.")
    asked = [*OF_SESSIONS, "memory_store.created"]
    endpoint: Any = await stage.client.post(WEBHOOKS, cast_to=object, body={"url": URL, "events": asked})
    dream = await stage.client.beta.dreams.create(model="lexical", inputs=inputs_of(store, talk))
    ended_dream = await ended(stage.client, dream.id)
    heard = await messages(stage.engine, endpoint["id"])
    await stage.client.delete(f"{WEBHOOKS}/{endpoint['id']}", cast_to=object)
    return ended_dream, heard


def test_a_dream_tells_of_its_session_and_its_store_and_not_of_itself(stage: Stage, portal: BlockingPortal) -> None:
    """Documented: it runs as an ordinary session and clones a store; dreams have no events of their own."""
    dream, heard = portal.call(dreamt, stage)
    told = Counter(TURN) + Counter({"created": 1, "archived": 1, "status_terminated": 1})
    expected = {(f"session.{name}", dream.session_id): count for name, count in told.items()}
    [output] = dream.outputs
    expected["memory_store.created", output.memory_store_id] = 1
    assert Counter((each.event_type, each.data["id"]) for each in heard) == Counter(expected)
