"""What a session does not take, with the reason and without a trace; and what it takes though nobody has come to it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from anthropic import BadRequestError
from anyio.from_thread import BlockingPortal

from .plays import LIMIT, PLAYS, instructions, worked
from .stage import Scene, Stage, answer, confirmation, message, watched
from .test_sdk_surface import assert_envelope

Work = Callable[[Scene], Awaitable[Any]]
NOWHERE = "sevt_01" + "1" * 22
NO_THREAD = "sthr_01" + "1" * 22


async def in_scene(stage: Stage, name: str, work: Work, more: dict[str, Any]) -> None:
    async with watched(stage, replace(PLAYS[name], **more)) as scene:
        await work(scene)


@pytest.fixture
def acted(stage: Stage, portal: BlockingPortal) -> Callable[..., None]:
    """Does something to a session whose model follows the script of a play."""

    def act(name: str, work: Work, **more: Any) -> None:
        portal.call(partial(in_scene, stage, name, work, more))

    return act


async def refused(scene: Scene, events: list[Any], *words: str) -> None:
    """The request is a bad one, says why, and leaves nothing in the log."""
    before = await sent(scene)
    with pytest.raises(BadRequestError) as caught:
        await scene.events.send(scene.session.id, events=events)
    assert_envelope(caught.value, "invalid_request_error")
    missing = [each for each in words if each not in (caught.value.api_message or "")]
    assert not missing, (caught.value.api_message, missing)
    assert await sent(scene) == before


async def sent(scene: Scene) -> set[str]:
    """Return the ids of what clients sent; the session itself may go on meanwhile."""
    return {each.id for each in await scene.listed() if each.type.startswith(("user.", "system."))}


UNREADABLE = "# Short\n\n```agentops-rubric\n{}\n```\n"
"""A rubric whose block holds no criteria."""


def outcome(content: str = "It is short.") -> Any:
    rubric = {"type": "text", "content": content}
    return {"type": "user.define_outcome", "description": "Write.", "rubric": rubric}


def test_a_session_that_waits_takes_answers_and_nothing_else(acted: Callable[..., None]) -> None:
    async def work(scene: Scene) -> None:
        await scene.turn()
        asked, awaited = scene.last("agent.tool_use"), scene.last("agent.custom_tool_use")
        nowhere = scene.last("session.usage")
        file = {"type": "image", "source": {"type": "file", "file_id": "file_01" + "1" * 22}}
        redacted = {"type": "user.message", "content": [{"type": "redacted"}]}
        for events, words in (
            ([message()], ("events.0", "wait for an answer", asked.id, awaited.id)),
            ([answer(awaited), message()], ("events.1", asked.id)),
            ([confirmation(awaited)], ("events.0.tool_use_id", "waits for a confirmation", awaited.id)),
            ([confirmation(nowhere)], ("events.0.tool_use_id", nowhere.id)),
            ([confirmation(asked), confirmation(asked, "deny")], ("events.1.tool_use_id", asked.id)),
            ([confirmation(asked, deny_message="No.")], ("events.0.deny_message", "result deny")),
            ([worked(asked)], ("events.0", "self-hosted")),
            ([{**answer(awaited), "custom_tool_use_id": NOWHERE}], ("events.0.custom_tool_use_id",)),
            ([{**answer(awaited), "custom_tool_use_id": asked.id}], ("agent.custom_tool_use",)),
            ([answer(awaited, ""), outcome()], ("events",)),
            ([outcome()], ("events.0", "wait for an answer")),
            ([outcome(UNREADABLE)], ("events.0", "rubric.content")),
            ([instructions()], ("events.0", "must directly follow")),
            ([confirmation(asked), instructions()], ("events.1", "must directly follow")),
            ([answer(awaited), instructions(), confirmation(asked)], ("events.1", "must be the last")),
            ([{"type": "user.interrupt", "session_thread_id": NO_THREAD}], ("session_thread_id", NO_THREAD)),
            ([{"type": "user.interrupt"}, {**message(), "content": [file]}], ("events.1.content.0.source.file_id",)),
            ([redacted], ("events.0.content.0",)),
            ([{"type": "agent.message", "content": []}], ("events.0",)),
            ([], ("events",)),
            ([answer(awaited)] * 101, ("events", "100")),
        ):
            await refused(scene, events, *words)

    acted("interrupt_while_it_waits", work)


def test_answers_count_before_anybody_has_come_to_them(acted: Callable[..., None]) -> None:
    async def work(scene: Scene) -> None:
        await scene.turn()
        await scene.send(answer(scene.last("agent.custom_tool_use")))
        await scene.send(confirmation(scene.last("agent.tool_use")))
        await refused(scene, [confirmation(scene.last("agent.tool_use"))], "waits for a confirmation")
        await scene.say("And then rest.")
        await scene.until("agent.message")

    acted("interrupt_while_it_waits", work)


def test_a_message_may_follow_an_interrupt_at_once(acted: Callable[..., None]) -> None:
    async def work(scene: Scene) -> None:
        await scene.turn()
        await scene.send({"type": "user.interrupt"})
        await scene.say("Something else.")
        await scene.until("agent.message")

    acted("custom_tool", work)


def test_a_running_session_takes_no_answers_that_nobody_waits_for(acted: Callable[..., None]) -> None:
    async def work(scene: Scene) -> None:
        await scene.turn()
        await scene.say("Wait for news.")
        await scene.until("span.model_request_end")
        await refused(scene, [confirmation(scene.last("agent.tool_use"))], "waits for a confirmation")
        await refused(scene, [outcome(), outcome()], "one by one")
        thread_id = scene.last("session.thread_status_running").session_thread_id
        await scene.send({"type": "user.interrupt", "session_thread_id": thread_id})
        await scene.idle()

    acted("interrupt_a_tool", work)


def test_at_the_cap_only_answers_and_interrupts_are_taken(acted: Callable[..., None]) -> None:
    async def work(scene: Scene) -> None:
        await scene.turn()
        four = ("user.tool_confirmation", "user.tool_result", "user.custom_tool_result", "user.interrupt")
        await refused(scene, [message()], "budget", *four)
        await refused(scene, [outcome()], "budget", *four)
        raised = {"type": "limit", "max_list_cost": {"amount": "500", "currency": "USD"}}
        await scene.client.beta.sessions.update(scene.session.id, budget=raised)
        await scene.turn("It is raised.")

    acted("budget_used_up_by_the_last_request", work, session={"budget": LIMIT})


def test_a_worker_answers_for_what_it_may_run(acted: Callable[..., None]) -> None:
    async def work(scene: Scene) -> None:
        await scene.turn()
        call = scene.last("agent.tool_use")
        await refused(scene, [worked(call)], "events.0.tool_use_id", "waits for a result", call.id)
        await refused(scene, [{**worked(call), "tool_use_id": NOWHERE}], NOWHERE)
        await scene.send(confirmation(call))
        await scene.until("user.tool_confirmation", times=2)
        await refused(scene, [confirmation(call, "deny")], "waits for a confirmation")
        await refused(scene, [message()], "wait for an answer", call.id)

    acted("tool_of_a_worker_confirmed", work)


def test_an_archived_session_takes_nothing(acted: Callable[..., None]) -> None:
    async def work(scene: Scene) -> None:
        await scene.client.beta.sessions.archive(scene.session.id)
        await refused(scene, [message()], "archived")
        await refused(scene, [{"type": "user.interrupt"}], "archived")

    acted("plain_turn", work)


def test_instructions_are_refused_for_models_that_cannot_have_them(acted: Callable[..., None]) -> None:
    async def work(scene: Scene) -> None:
        await refused(scene, [message(), instructions()], "model_does_not_support_mid_conversation_system")

    acted("plain_turn", work, agent={"model": "claude-sonnet-4-6"})


def test_previews_are_of_two_types_and_asked_for_a_hundred_times_at_most(acted: Callable[..., None]) -> None:
    async def work(scene: Scene) -> None:
        for values in (["agent.tool_use"], ["agent.message"] * 101):
            with pytest.raises(BadRequestError, match="event_deltas") as caught:
                await scene.events.stream(scene.session.id, event_deltas=values)
            assert_envelope(caught.value, "invalid_request_error")

    acted("plain_turn", work)
