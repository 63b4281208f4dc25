"""What happens to a session, each in one play: the script of its model, and what its client does.

A gate holds a model in the middle of a reply until the client is where the play wants it; nothing waits for a clock.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from anthropic import BadRequestError, beta_async_tool
from anthropic.lib.sessions import accumulate_managed_agents_event

from .given import a_custom_tool, the_agent_toolset
from .stage import Act, Play, Scene, answer, confirmation, message

PLAYS: dict[str, Play] = {}

HELLO = {"say": "Hello."}
DONE = {"say": "Done."}
ECHO = {"call": [{"tool": "bash", "input": {"command": "echo one"}}]}
LOOKUP = {"call": [{"tool": "lookup", "input": {"ticket": 7}}]}
LIMIT = {"type": "limit", "max_list_cost": {"amount": "100", "currency": "USD"}}
DEAR = {"usage": {"output_tokens": 60_000}}
"""A bit more than the limit, at list prices."""


def asking(*names: str, policy: str = "always_ask") -> dict[str, Any]:
    return the_agent_toolset(*({"name": each, "permission_policy": {"type": policy}} for each in names))


def play(
    *turns: dict[str, Any],
    tools: tuple[dict[str, Any], ...] = (the_agent_toolset(), a_custom_tool()),
    environment: str = "cloud",
    deltas: tuple[str, ...] = (),
    **session: Any,
) -> Callable[[Act], Act]:
    def enter(act: Act) -> Act:
        PLAYS[act.__name__] = Play(act.__name__, turns, {"tools": list(tools)}, session, environment, deltas, act)
        return act

    return enter


@play(HELLO, {"say": "Still here."})
async def plain_turn(scene: Scene) -> None:
    await scene.turn()
    await scene.turn("And?")


@play({"think": True, "say": "Hello."})
async def thinking(scene: Scene) -> None:
    await scene.turn()


@play({"think": True, "say": "All is well, and nothing is to be done."}, deltas=("agent.message", "agent.thinking"))
async def deltas(scene: Scene) -> None:
    await scene.turn()


@play({"say": "I look.", "call": [ECHO["call"][0], {"tool": "bash", "input": {"command": "echo two"}}]}, DONE)
async def parallel_tools(scene: Scene) -> None:
    await scene.turn()


@play(ECHO, DONE, tools=(asking("bash"),))
async def confirmation_allow(scene: Scene) -> None:
    await scene.turn()
    await scene.send(confirmation(scene.last("agent.tool_use")))
    await scene.idle()


@play(ECHO, DONE, tools=(asking("bash"),))
async def confirmation_deny(scene: Scene) -> None:
    await scene.turn()
    await scene.send(confirmation(scene.last("agent.tool_use"), "deny", deny_message="Not on a Friday."))
    await scene.idle()


@play({"call": [ECHO["call"][0]] * 3}, DONE, tools=(asking("bash"),))
async def confirmations_one_by_one(scene: Scene) -> None:
    """What was allowed is held until every call has its answer."""
    await scene.turn()
    first, second, third = scene.all("agent.tool_use")
    await scene.send(confirmation(first))
    await scene.idle()
    await scene.send(confirmation(third, "deny"))
    await scene.idle()
    await scene.send(confirmation(second))
    await scene.idle()


@play(
    {"call": [{"tool": "glob", "input": {"pattern": "*.none"}}, {"tool": "bash", "input": {"command": "echo one"}}]},
    DONE,
    tools=(the_agent_toolset(default_config={"permission_policy": {"type": "auto"}}),),
)
async def judged_by_the_server(scene: Scene) -> None:
    """What is harmless runs; of the rest this server cannot judge, and asks."""
    await scene.turn()
    await scene.send(confirmation(scene.all("agent.tool_use")[1]))
    await scene.idle()


@play(LOOKUP, DONE)
async def custom_tool(scene: Scene) -> None:
    await scene.turn()
    await scene.send(answer(scene.last("agent.custom_tool_use")))
    await scene.idle()


@play({"call": [LOOKUP["call"][0]] * 2}, DONE)
async def custom_tools_one_by_one(scene: Scene) -> None:
    """A second result for the same call is taken and changes nothing."""
    await scene.turn()
    first, second = scene.all("agent.custom_tool_use")
    await scene.send(answer(second))
    await scene.idle()
    await scene.send(answer(second, "43"), answer(first, "No such ticket.", is_error=True))
    await scene.idle()


@play({"say": "I look.", "call": [ECHO["call"][0], LOOKUP["call"][0]]}, DONE)
async def both_kinds_of_tools(scene: Scene) -> None:
    await scene.turn()
    await scene.send(answer(scene.last("agent.custom_tool_use")))
    await scene.idle()


@play(
    {"when": {"last": "Go."}, "say": "This will never be told to its end.", "delay_ms": 11},
    HELLO,
    deltas=("agent.message",),
)
async def interrupt_a_reply(scene: Scene) -> None:
    """What was shown of it is not kept; a message behind the interrupt begins the next turn."""
    await scene.say()
    scene.gates.open(11)
    await scene.until("event_delta")
    await scene.send({"type": "user.interrupt"}, message("Something else."))
    await scene.idle()
    await scene.idle()


@play(ECHO, DONE, {"call": [{"tool": "bash", "input": {"command": "tail -f /dev/null"}}]}, DONE)
async def interrupt_a_tool(scene: Scene) -> None:
    """The turn before has started the sandbox: what is cut off here is the call alone."""
    await scene.turn()
    await scene.say("Wait for news.")
    await scene.until("span.model_request_end")
    await scene.send({"type": "user.interrupt"})
    await scene.idle()
    await scene.turn("Go on.")


@play({"call": [ECHO["call"][0], LOOKUP["call"][0]]}, DONE, tools=(asking("bash"), a_custom_tool()))
async def interrupt_while_it_waits(scene: Scene) -> None:
    await scene.turn()
    await scene.send({"type": "user.interrupt"})
    await scene.idle()
    await scene.turn("Go on.")


@play(HELLO)
async def interrupt_at_rest(scene: Scene) -> None:
    await scene.turn()
    await scene.send({"type": "user.interrupt"})
    await scene.until("user.interrupt", times=2)


@play({**HELLO, "delay_ms": 13}, initial_events=[message("Go."), message("And be quick.")])
async def initial_events(scene: Scene) -> None:
    """The session is running from its creation on."""
    assert scene.session.status == "running"
    scene.gates.open(13, times=2)
    await scene.idle()
    await scene.retell()


@play({"say": "One.", "delay_ms": 12}, {"say": "Two and three."})
async def messages_while_it_runs(scene: Scene) -> None:
    """They are read together with the next request, in the same turn."""
    await scene.say("First.")
    await scene.until("span.model_request_start")
    await scene.say("Second.")
    await scene.say("Third.")
    await scene.until("user.message", times=2)
    scene.gates.open(12, times=2)
    await scene.idle()


def instructions(words: str = "Be brief.") -> Any:
    return {"type": "system.message", "content": [{"type": "text", "text": words}]}


@play(HELLO)
async def system_message_with_a_message(scene: Scene) -> None:
    await scene.send(message(), instructions())
    await scene.idle()


@play(LOOKUP, DONE)
async def system_message_with_a_result(scene: Scene) -> None:
    await scene.turn()
    await scene.send(answer(scene.last("agent.custom_tool_use")), instructions())
    await scene.idle()


@play({"error": {"kind": "overloaded"}}, {"error": {"kind": "rate_limited", "retry_after_s": 3}}, HELLO)
async def retried(scene: Scene) -> None:
    await scene.turn()


@play({"error": {"kind": "unreachable"}, "times": 3}, HELLO)
async def retries_exhausted(scene: Scene) -> None:
    """The next message begins a new turn."""
    await scene.turn()
    await scene.turn("Again.")


@play({"error": {"kind": "rejected", "message": "Nobody answers for this model."}})
async def rejected_request(scene: Scene) -> None:
    await scene.turn()


@play({"error": {"kind": "billing"}})
async def unpaid(scene: Scene) -> None:
    await scene.turn()


@play({"say": "That I", "refuse": {"category": "cyber", "explanation": "It would do harm."}}, HELLO)
async def refusal(scene: Scene) -> None:
    await scene.turn()
    await scene.turn("Something else.")


@play({**LOOKUP, **DEAR}, DONE, budget=LIMIT)
async def budget_reached_then_raised(scene: Scene) -> None:
    """Results are taken at the cap; the change alone goes on with the work."""
    await scene.turn()
    await scene.send(answer(scene.last("agent.custom_tool_use")))
    await scene.idle()
    raised = {"type": "limit", "max_list_cost": {"amount": "500", "currency": "USD"}}
    await scene.client.beta.sessions.update(scene.session.id, budget=raised)
    scene.note("raise the budget")
    await scene.idle()


@play({**HELLO, **DEAR}, DONE, budget=LIMIT)
async def budget_used_up_by_the_last_request(scene: Scene) -> None:
    """The thread came to its end by itself; the session takes nothing more until its budget is raised."""
    await scene.turn()
    await scene.send({"type": "user.interrupt"})
    await scene.client.beta.sessions.update(scene.session.id, budget=None)
    scene.note("remove the budget")
    await scene.turn("More.")


@play(
    {"when": {"last": "Go."}, "say": "A lot.", "usage": {"input_tokens": 200_000}},
    {"when": {"last": "Below is the record"}, "say": "They said go."},
    DONE,
)
async def compaction(scene: Scene) -> None:
    await scene.turn()
    await scene.turn("And now?")


@play(
    {"when": {"last": "Below is the record"}, "say": "They said go.", "times": "forever"},
    {"error": {"kind": "context_too_long"}, "times": "forever"},
)
async def compaction_limit(scene: Scene) -> None:
    await scene.turn()


@play({**ECHO, "times": "forever"})
async def tool_use_limit(scene: Scene) -> None:
    await scene.turn()


@play(
    {"call": [{"tool": "write", "input": {}}, {"tool": "teleport", "input": {}}, {"tool": "bash", "input": '{"comm'}]},
    DONE,
    tools=(the_agent_toolset({"name": "write", "enabled": False}),),
)
async def calls_that_cannot_run(scene: Scene) -> None:
    """A disabled tool, one that there is not, and an input that nobody can read."""
    await scene.turn()


@play({"raw": []}, HELLO)
async def empty_reply(scene: Scene) -> None:
    await scene.turn()
    await scene.turn("Well?")


@play({"say": "long ", "repeat": 200_000})
async def long_text(scene: Scene) -> None:
    await scene.turn()


@play({"say": "I am not", "stop_reason": "pause_turn"}, {"say": "finished."})
async def pause_turn(scene: Scene) -> None:
    await scene.turn()


@play({"say": "Cut of", "stop_reason": "max_tokens"})
async def reply_cut_off(scene: Scene) -> None:
    await scene.turn()


@play(HELLO, DONE)
async def updated_at_rest(scene: Scene) -> None:
    await scene.turn()
    sessions = scene.client.beta.sessions
    await sessions.update(scene.session.id, title="Nightly", metadata={"team": "blue"})
    await sessions.update(scene.session.id, agent={"tools": []})
    scene.note("set the title, metadata, and no tools")
    await scene.until("session.updated", times=2)
    await scene.turn("Still there?")


@play(HELLO)
async def archive(scene: Scene) -> None:
    await scene.turn()
    await scene.client.beta.sessions.archive(scene.session.id)
    scene.note("archive")
    await scene.end()


@play(HELLO)
async def delete(scene: Scene) -> None:
    await scene.turn()
    await scene.client.beta.sessions.delete(scene.session.id)
    scene.note("delete")
    await scene.end()


@play(ECHO, DONE, environment="self_hosted")
async def tool_of_a_worker(scene: Scene) -> None:
    await scene.turn()
    await scene.send(worked(scene.last("agent.tool_use")))
    await scene.idle()


@play(ECHO, DONE, environment="self_hosted", tools=(asking("bash"),))
async def tool_of_a_worker_confirmed(scene: Scene) -> None:
    """Once a person allows the call it is the worker's; the session still waits for it, and says nothing new."""
    await scene.turn()
    call = scene.last("agent.tool_use")
    await scene.send(confirmation(call))
    await scene.until("user.tool_confirmation", times=2)
    await scene.send(worked(call))
    await scene.idle()


def worked(call: Any) -> Any:
    content = [{"type": "text", "text": "one"}]
    return {"type": "user.tool_result", "tool_use_id": call.id, "content": content}


@play(LOOKUP, {"say": "It is 42."})
async def helped_by_the_sdk(scene: Scene) -> None:
    """The SDK's own runner of tools finds the call, runs it, and ends with the session's turn."""

    @beta_async_tool
    async def lookup(ticket: int) -> str:
        """Look a ticket up.

        Args:
            ticket: Its number.
        """
        return f"Ticket {ticket} is 42."

    runner = scene.events.tool_runner(scene.session.id, tools=[lookup], max_idle=0)
    await scene.turn()
    assert [(each.name, each.posted, each.is_error) async for each in runner] == [("lookup", True, False)]
    await scene.idle()


@play({"think": True, "say": "All is well, and nothing is to be done."}, deltas=("agent.message",))
async def accumulated_by_the_sdk(scene: Scene) -> None:
    """Each part makes what was shown longer, up to the whole event."""
    await scene.turn()
    shown, steps = None, []
    for each in scene.seen:
        shown = accumulate_managed_agents_event(shown, each)
        if shown is not None:
            steps.append("".join(block.text for block in shown.content if block.type == "text"))
    assert all(after.startswith(before) for before, after in pairwise(steps))
    assert shown == scene.last("agent.message")


@play(HELLO)
async def its_thread(scene: Scene) -> None:
    """The primary thread has the session's events, and ends with it."""
    threads = scene.client.beta.sessions.threads
    session_id = scene.session.id
    (thread,) = [each async for each in threads.list(session_id)]
    assert (thread.status, thread.stats, thread.usage) == ("idle", None, None)
    async with await threads.events.stream(thread.id, session_id=session_id) as stream:
        await scene.turn()
        seen = []
        async for each in stream:
            seen.append(each)
            if each.type == "session.status_idle":
                break
    assert seen == scene.seen
    assert [each async for each in threads.events.list(thread.id, session_id=session_id)] == await scene.listed()
    after = await threads.retrieve(thread.id, session_id=session_id)
    assert (after.status, after.usage and after.usage.output_tokens) == ("idle", 5)
    with pytest.raises(BadRequestError, match="primary"):
        await threads.archive(thread.id, session_id=session_id)
