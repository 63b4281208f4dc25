"""What happens between the threads of a session, each in one play: a lead, and agents that it delegates to.

Threads run at the same time. A gate holds all but the one whose turn it is, so that the order is the play's.
"""

from collections.abc import Callable
from typing import Any

import pytest
from anthropic import BadRequestError

from .given import a_custom_tool, the_agent_toolset
from .outcome_plays import CAUSE, GOOD, outcome, rubric
from .stage import Act, Play, Scene, answer, confirmation

PLAYS: dict[str, Play] = {}

TASK = "Find the cause."
DONE = {"say": "The disk was full."}
WAITS = {"call": [{"tool": "wait_for_agents"}]}
LIMIT = {"type": "limit", "max_list_cost": {"amount": "100", "currency": "USD"}}
ASKING = {"tools": [the_agent_toolset(default_config={"permission_policy": {"type": "always_ask"}})]}
ALLOWED = {"tools": [the_agent_toolset()]}
LOOKUP = {"call": [{"tool": "lookup", "input": {"ticket": 7}}]}
ECHO = {"call": [{"tool": "bash", "input": {"command": "echo one"}}]}
REPLY = 3
"""How often a gate lets through what the scout finds: two pieces, and the end."""


def team_play(
    *turns: dict[str, Any],
    members: dict[str, dict[str, Any]] | None = None,
    team: dict[str, Any] | None = None,
    deltas: tuple[str, ...] = (),
    **session: Any,
) -> Callable[[Act], Act]:
    hired = {"scout": ALLOWED} if members is None else members

    def enter(act: Act) -> Act:
        name = act.__name__
        PLAYS[name] = Play(name, turns, ALLOWED, session, "cloud", deltas, act, hired, team or {})
        return act

    return enter


def sends(*agents: str, message: str = TASK) -> dict[str, Any]:
    return {"call": [{"tool": "send_to_agent", "input": {"agent": each, "message": message}} for each in agents]}


def goes_on(message: str = TASK) -> dict[str, Any]:
    """Return a turn in which the lead says more to the scout that it began last."""
    return {**sends("{scout}", message=message), "find": {"scout": r'"thread_id":"(\w+)","agent":"scout"'}}


def scout(**turn: Any) -> dict[str, Any]:
    return {**(turn or DONE), "when": {"agent": "scout", **turn.get("when", {})}}


def writer(**turn: Any) -> dict[str, Any]:
    return {**(turn or {"say": "It is written."}), "when": {"agent": "writer"}}


BOTH: dict[str, dict[str, Any]] = {"scout": ALLOWED, "writer": ALLOWED}


@team_play(sends("scout"), {"say": "I wait."}, {"say": "So it was the disk."}, scout(**DONE, delay_ms=101))
async def delegation(scene: Scene) -> None:
    """The lead rests while the other works, and its report begins the lead's next turn."""
    await scene.say()
    await scene.until("session.thread_status_idle")
    scene.gates.open(101, REPLY)
    await scene.idle()
    threads = [each async for each in scene.client.beta.sessions.threads.list(scene.session.id)]
    assert [(each.agent.name, each.status, each.usage.output_tokens) for each in threads] == [
        ("delegation", "idle", 15),
        ("scout", "idle", 5),
    ]
    assert [each.parent_thread_id for each in threads] == [None, threads[0].id]


@team_play(
    sends("scout", "writer"), WAITS, {"say": "Both are done."},
    scout(**DONE, delay_ms=102), writer(say="It is written.", delay_ms=103), members=BOTH,
)  # fmt: skip
async def two_in_parallel(scene: Scene) -> None:
    """Who waits for both is told of both at once, whoever is done first."""
    await scene.say()
    await scene.until("span.model_request_end", times=2)
    scene.gates.open(103, 2)
    await scene.until("session.thread_status_idle")
    scene.gates.open(102, REPLY)
    await scene.idle()


@team_play(
    sends("scout"), {"say": "I wait."}, goes_on("How full?"), {"say": "I wait again."},
    {"say": "Full."}, scout(**DONE, delay_ms=104), scout(say="99%.", delay_ms=104),
)  # fmt: skip
async def follow_up(scene: Scene) -> None:
    """A thread that rests is gone on with by its id, and knows what was said before."""
    await scene.say()
    await scene.until("session.thread_status_idle")
    scene.gates.open(104, REPLY)
    await scene.until("session.thread_status_idle", times=2)
    scene.gates.open(104, 2)
    await scene.idle()
    of_scout = [each for each in scene.stage.cast.asked[scene.session.id] if each.agent_name == "scout"]
    assert [len(each.messages) for each in of_scout] == [1, 3]
    assert len({each.thread_id for each in of_scout}) == 1


@team_play(
    sends("scout"), {"say": "I wait."}, {"say": "Go on."}, {"say": "So it was the disk."},
    scout(call=[{"tool": "send_to_parent", "input": {"message": "It is one of two disks."}}], delay_ms=105),
    scout(**DONE, delay_ms=105),
)  # fmt: skip
async def message_midway(scene: Scene) -> None:
    await scene.say()
    await scene.until("session.thread_status_idle")
    scene.gates.open(105)
    await scene.until("session.thread_status_idle")
    scene.gates.open(105, REPLY)
    await scene.idle()


@team_play(sends("scout"), WAITS, {"say": "Fine."}, scout(**ECHO), scout(), members={"scout": ASKING})
async def confirmation_of_a_child(scene: Scene) -> None:
    """What a child asks the session shows, and the answer finds its way without a thread's id."""
    await scene.turn()
    await scene.send(confirmation(scene.last("agent.tool_use")))
    await scene.idle()


@team_play(sends("scout"), WAITS, {"say": "Fine."}, scout(**ECHO), scout(), members={"scout": ASKING})
async def confirmation_of_a_child_denied(scene: Scene) -> None:
    await scene.turn()
    await scene.send(confirmation(scene.last("agent.tool_use"), "deny", deny_message="Not on a Friday."))
    await scene.idle()


@team_play(
    sends("scout", "writer"), WAITS, {"say": "Fine."}, scout(**ECHO, delay_ms=106), scout(**DONE, delay_ms=106),
    writer(**ECHO, delay_ms=107), writer(), members={"scout": ASKING, "writer": ASKING},
)  # fmt: skip
async def confirmations_of_two_children(scene: Scene) -> None:
    """Each goes on as soon as its own call is answered; the session rests once more for the other's."""
    await scene.say()
    await scene.until("span.model_request_end", times=2)
    scene.gates.open(106)
    await scene.until("session.thread_status_idle")
    scene.gates.open(107)
    await scene.idle()
    first, second = scene.all("agent.tool_use")[-2:]
    await scene.send(confirmation(first))
    await scene.until("session.thread_status_running")
    scene.gates.open(106, REPLY)
    await scene.idle()
    await scene.send(confirmation(second))
    await scene.idle()


@team_play(
    sends("scout"), WAITS, {"say": "Fine."}, scout(**LOOKUP), scout(), members={"scout": {"tools": [a_custom_tool()]}}
)
async def custom_tool_of_a_child(scene: Scene) -> None:
    await scene.turn()
    await scene.send(answer(scene.last("agent.custom_tool_use")))
    await scene.idle()


def interrupt(thread_id: str | None = None) -> Any:
    return {"type": "user.interrupt", **({"session_thread_id": thread_id} if thread_id else {})}


@team_play(
    sends("scout", "writer"), WAITS, {"say": "Without the scout, then."},
    scout(say="Never told.", delay_ms=108), writer(say="It is written.", delay_ms=109), members=BOTH,
)  # fmt: skip
async def interrupt_one_of_two(scene: Scene) -> None:
    """It sends no report; the other does, and the lead that waits for both goes on."""
    await scene.say()
    await scene.until("span.model_request_end", times=2)
    await scene.send(interrupt(scene.thread("scout")))
    await scene.until("session.thread_status_idle")
    scene.gates.open(109, 2)
    await scene.idle()


@team_play(
    sends("scout", "writer"), WAITS, {"say": "As you wish."},
    scout(say="Never told.", delay_ms=110), writer(say="Never told.", delay_ms=110), members=BOTH,
)  # fmt: skip
async def interrupt_everybody(scene: Scene) -> None:
    await scene.say()
    await scene.until("span.model_request_end", times=2)
    await scene.send(interrupt())
    await scene.idle()
    await scene.turn("Stop here.")


@team_play(sends("scout"), WAITS, {"say": "So it was the disk."}, scout(**DONE, delay_ms=111))
async def interrupt_the_lead_alone(scene: Scene) -> None:
    """The other goes on, and its report begins a turn of the lead's."""
    await scene.say()
    await scene.until("span.model_request_end", times=2)
    await scene.send(interrupt(scene.thread("lead")))
    await scene.until("session.thread_status_idle")
    scene.gates.open(111, REPLY)
    await scene.idle()


@team_play(sends("scout"), WAITS, {"say": "So be it."}, scout(**ECHO), scout(), members={"scout": ASKING})
async def interrupt_a_child_that_asks(scene: Scene) -> None:
    """Its call is closed with a result, and it rests; documented: no model is asked."""
    await scene.turn()
    await scene.send(interrupt(scene.thread("scout")))
    await scene.idle()


@team_play(
    sends("scout"), WAITS, {"say": "It failed."}, sends("scout", message="Look again."), WAITS, DONE,
    scout(error={"kind": "rejected", "message": "Nobody answers for this model."}, when={"last": TASK}), scout(),
)  # fmt: skip
async def failing_child(scene: Scene) -> None:
    """The lead hears why; the thread is over, and another one is the lead's choice."""
    await scene.turn()
    await scene.turn("Again.")


@team_play(
    sends("scout"), WAITS, {"say": "So it was the disk."}, scout(error={"kind": "overloaded"}), scout(),
)  # fmt: skip
async def child_that_tries_again(scene: Scene) -> None:
    await scene.turn()


@team_play(
    sends("scout"), WAITS, {"say": "It will not."},
    scout(say="That I", refuse={"category": "cyber", "explanation": "It would do harm."}),
)  # fmt: skip
async def child_that_refuses(scene: Scene) -> None:
    await scene.turn()


async def archive_the_scout(scene: Scene) -> None:
    threads = scene.client.beta.sessions.threads
    await threads.archive(scene.thread("scout"), session_id=scene.session.id)
    scene.note("archive the scout")


@team_play(sends("scout"), WAITS, {"say": "So it was the disk."}, goes_on(), {"say": "It is gone."}, scout())
async def archived_child(scene: Scene) -> None:
    """Its thread is over: nobody can go on in it."""
    await scene.turn()
    await archive_the_scout(scene)
    await scene.until("session.thread_status_terminated")
    with pytest.raises(BadRequestError, match="can go on"):
        await scene.send(interrupt(scene.thread("scout")))
    await scene.turn("And now?")


@team_play(sends("scout"), WAITS, {"say": "So it was the disk."}, scout())
async def archived_team(scene: Scene) -> None:
    """With a session all of its threads end, the primary one last."""
    await scene.turn()
    await scene.client.beta.sessions.archive(scene.session.id)
    scene.note("archive")
    await scene.end()


ADVICE = {"when": {"agent": "anthropic.advisor"}, "say": "Look at the disk."}
ADVISOR = {"subagents": {"type": "disabled"}, "advisor": {"type": "enabled", "model": "claude-fable-5-1"}}
CONSULTS = {"say": "I ask.", "call": [{"tool": "consult_advisor", "input": {"question": "Where do I look?"}}]}


@team_play(CONSULTS, {"say": "I look at the disk."}, ADVICE, members={}, team=ADVISOR)
async def advisor(scene: Scene) -> None:
    """Neither a call nor a message to the advisor is shown, only what it says."""
    await scene.turn()
    asked = scene.stage.cast.asked[scene.session.id]
    assert b"Look at the disk." in asked[-1].messages[-1]
    assert b"Where do I look?" in asked[1].messages[0]


@team_play(sends("scout"), WAITS, {"say": "Without it, then."}, scout(**ECHO), scout(), members={"scout": ASKING})
async def archived_child_that_asks(scene: Scene) -> None:
    """Who waits for it waits no more, and goes on."""
    await scene.turn()
    await archive_the_scout(scene)
    await scene.idle()


@team_play(
    sends("scout"), {"say": "I wait."}, {"say": "Never mind."}, scout(**ECHO, delay_ms=117), scout(),
    members={"scout": ASKING},
)  # fmt: skip
async def archived_child_for_which_the_session_waits(scene: Scene) -> None:
    """There is nothing left that the client could answer, and the session says so."""
    await scene.say()
    await scene.until("session.thread_status_idle")
    scene.gates.open(117)
    await scene.idle()
    await archive_the_scout(scene)
    await scene.idle()
    await scene.turn("And now?")


@team_play(
    CONSULTS, {"say": "I look by myself."}, {"when": {"agent": "anthropic.advisor"}, "error": {"kind": "rejected"}},
    members={}, team=ADVISOR,
)  # fmt: skip
async def advisor_that_fails(scene: Scene) -> None:
    """The turn goes on without advice."""
    await scene.turn()


INLINE = {"name": "counter", "system": "You count."}


@team_play(
    {"call": [{"tool": "send_to_agent", "input": {"inline": INLINE, "message": "Count the disks."}}]}, WAITS,
    {"say": "There are two."}, {"when": {"agent": "counter", "system": "You count."}, "say": "Two."},
    members={}, team={"subagents": {"type": "enabled", "inline_agents": {"type": "enabled"}}},
)  # fmt: skip
async def inline_agent(scene: Scene) -> None:
    """An agent that is made up on the spot has no id, and the lead's own tools."""
    await scene.turn()
    threads = scene.client.beta.sessions.threads
    made = (await threads.retrieve(scene.thread("counter"), session_id=scene.session.id)).agent
    assert (made.type, made.name, made.system) == ("inline", "counter", "You count.")


@team_play(
    {"call": [
        *sends("nobody")["call"],
        *sends("scout", message=" ")["call"],
        {"tool": "send_to_agent", "input": {"inline": INLINE, "message": TASK}},
        {"tool": "send_to_parent", "input": {"message": "Hello?"}},
        {"tool": "wait_for_agents", "input": {"threads": [{}, 7]}},
        {"tool": "list_agents"},
        *sends("scout")["call"],
    ]},
    {"say": "I wait."}, DONE, scout(**sends("writer"), delay_ms=116), scout(**DONE, delay_ms=116), members=BOTH,
)  # fmt: skip
async def calls_of_a_team_that_cannot_be_done(scene: Scene) -> None:
    """Nobody by that name, nothing to say, agents that are not allowed, no parent; and a child delegates nothing."""
    await scene.say()
    await scene.until("session.thread_status_idle")
    scene.gates.open(116, 1 + REPLY)
    await scene.idle()


@team_play(
    sends("scout"), {"say": "I wait."}, DONE, scout(think=True, say="It was the disk, which is full.", delay_ms=112)
)
async def stream_of_a_thread(scene: Scene) -> None:
    """It shows the thread's own events, and what of its replies is still coming."""
    await scene.say()
    await scene.until("session.thread_status_idle")
    events = scene.client.beta.sessions.threads.events
    thread_id, session_id = scene.thread("scout"), scene.session.id
    types: list[Any] = ["agent.message", "agent.thinking"]
    async with await events.stream(thread_id, session_id=session_id, event_deltas=types) as stream:
        scene.gates.open(112, 4)
        await scene.idle()
        scene.note("what the stream of the scout's thread showed")
        seen = []
        async for each in stream:
            scene.tell(each)
            seen.append(each)
            if each.type == "session.thread_status_idle":
                break
    listed = [each async for each in events.list(thread_id, session_id=session_id)]
    assert [each for each in seen if each.type not in ("event_start", "event_delta")] == listed[3:]


@team_play(
    sends("scout"), WAITS, {"say": "So it was the disk."},
    scout(**ECHO, usage={"output_tokens": 60_000}), scout(), budget=LIMIT,
)  # fmt: skip
async def budget_reached_by_a_child(scene: Scene) -> None:
    """Every thread stops before its next request; the raise lets all go on."""
    await scene.turn()
    raised = {"type": "limit", "max_list_cost": {"amount": "500", "currency": "USD"}}
    await scene.client.beta.sessions.update(scene.session.id, budget=raised)
    scene.note("raise the budget")
    await scene.idle()


@team_play(sends("scout"), {"say": "I wait."}, {"say": "The report is written."}, GOOD, scout(**DONE, delay_ms=113))
async def outcome_of_a_team(scene: Scene) -> None:
    """Nothing is graded while anybody is at work."""
    await scene.send(outcome())
    await scene.until("session.thread_status_idle")
    scene.gates.open(113, REPLY)
    await scene.idle()


@team_play(sends("scout"), {"say": "I wait."}, {"say": "Very well."}, scout(say="Never told.", delay_ms=114))
async def outcome_of_a_team_interrupted(scene: Scene) -> None:
    """One interrupt ends the work of all, and the outcome with it."""
    await scene.send(outcome(rubric(CAUSE)))
    await scene.until("session.thread_status_idle")
    await scene.send(interrupt())
    await scene.idle()
    await scene.turn("Leave it.")


@team_play(sends("scout"), {"say": "I wait."}, {"say": "It looks."}, DONE, scout(**DONE, delay_ms=115))
async def message_while_a_child_works(scene: Scene) -> None:
    """The lead answers at once; the session rests when everybody does."""
    await scene.say()
    await scene.until("session.thread_status_idle")
    await scene.say("How far are you?")
    await scene.until("session.thread_status_idle")
    scene.gates.open(115, REPLY)
    await scene.idle()
