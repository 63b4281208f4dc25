"""Workflow runs from the agent's call to its turn about the end, as the SDK sees them."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from anthropic import BadRequestError
from anyio.from_thread import BlockingPortal

from agentops.base.clock import ManualClock
from agentops.engine.sandbox.bubblewrap import Bubblewrap
from agentops.engine.settings import Settings
from tests.conftest import NO_SANDBOX

from .conftest import VAULT_KEY
from .given import MODEL, the_agent_toolset
from .plays import DEAR, LIMIT, asking
from .stage import Play, Scene, Stage, confirmation, opened

HELD = 41
"""The gate of the scout that works until somebody lets it end."""

PHASES = [{"name": "look", "description": "Everybody looks."}, {"name": "sum up"}]
TWO_PHASES = """
    with phase("look"):
        found = parallel([lambda w=w: agent(f"Look at {w}.", agent="scout") for w in ("logs", "metrics")])
    log("looked")
    with phase("sum up"):
        report(agent("Sum up: " + ", ".join(found), name="writer", system="Be brief.", tools=["bash"]))
"""
NOTED = {"when": {"last": "workflow run"}, "say": "Noted.", "times": "forever"}
LOOKS = {"when": {"agent": "scout"}, "say": "All is well.", "times": "forever"}
HOLDS = {"when": {"agent": "scout"}, "say": "At last.", "delay_ms": HELD}
ONE = 'report(agent("Look.", agent="scout"))'

Acted = Callable[[Scene], Coroutine[Any, Any, None]]


def a_plan(program: str) -> dict[str, Any]:
    return {"tool": "run_workflow", "input": {"name": "Sweep", "phases": PHASES, "program": dedent(program)}}


def begins(*programs: str) -> dict[str, Any]:
    return {"when": {"last": "Go."}, "call": [a_plan(each) for each in programs]}


def acted(stage: Stage, portal: BlockingPortal, act: Acted, *turns: dict[str, Any], **fields: Any) -> Scene:
    """Play what a client does with a session whose agent may run plans, with a scout in its roster."""
    # Whoever began a plan ends its turn before it hears of the end.
    turns = (*turns, NOTED, {"say": "It runs.", "times": "forever"})
    play = Play(act.__name__, turns, {}, {}, "cloud", (), act)
    stage.cast.rehearse(play)

    async def played() -> Scene:
        async with planned(stage, play, **fields) as scene:
            await act(scene)
            return scene

    return portal.call(played)


@asynccontextmanager
async def planned(stage: Stage, play: Play, scouts: Any = None, **session: Any) -> AsyncIterator[Scene]:
    beta = stage.client.beta
    scout = await beta.agents.create(name="scout", model=MODEL, tools=[scouts or the_agent_toolset()])
    enabled: Any = {"type": "enabled"}
    agent = await beta.agents.create(
        name=play.name,
        model=MODEL,
        tools=[the_agent_toolset()],
        multiagent={
            "type": "multiagent_20261001",
            "subagents": {"type": "disabled"},
            "workflows": {"type": "enabled", "inline_agents": enabled, "predefined_agents": [scout.id]},
        },
    )
    environment_id = await stage.environment("cloud")
    made = await beta.sessions.create(agent=agent.id, environment_id=environment_id, **session)
    async with await beta.sessions.events.stream(made.id) as stream:
        yield Scene(stage, made, aiter(stream))


async def its_end(scene: Scene) -> Any:
    """Return how the first run that ends did, once the agent has had its turn about it."""
    ended = await scene.until("workflow_run.status_ended")
    await scene.idle()
    return ended.result


async def seen(scene: Scene, *event_types: str) -> None:
    """Read until each was seen, whatever comes first."""
    for each in event_types:
        if not scene.all(each):
            await scene.until(each)


def ran(scene: Scene) -> list[str]:
    """Return what became of runs and of their threads, in order."""
    shown = ("workflow_run.", "session.thread_created", "session.thread_status_terminated", "session.status_")
    return [each.type for each in scene.seen if each.type.startswith(shown)]


def told(scene: Scene) -> str:
    """Return what the agent read last."""
    asks = [each for each in scene.stage.cast.asked[scene.session.id] if each.agent_name not in ("scout", "writer")]
    return asks[-1].messages[-1].decode()


async def refusal(request: Coroutine[Any, Any, Any]) -> str:
    with pytest.raises(BadRequestError) as refused:
        await request
    return str(refused.value)


async def two_phases(scene: Scene) -> None:
    await scene.say()
    assert (await its_end(scene)).type == "completed"


def test_a_run_has_phases_and_agents_and_the_agent_a_turn_when_it_has_ended(
    stage: Stage, portal: BlockingPortal
) -> None:
    sums_up = {"when": {"agent": "writer", "last": "Sum up: All is well., All is well."}, "say": "Sound."}
    scene = acted(stage, portal, two_phases, begins(TWO_PHASES), LOOKS, sums_up)
    _in_the_documented_order(scene)
    _the_agent_is_told(scene)
    portal.call(_threads_of_the_run, scene)


def _in_the_documented_order(scene: Scene) -> None:
    created, terminated = "session.thread_created", "session.thread_status_terminated"
    begun, ended = "workflow_run.phase_started", "workflow_run.phase_ended"
    found = ran(scene)
    assert found[:4] == ["session.status_running", "workflow_run.created", "workflow_run.status_running", begun]
    assert sorted(found[4:8]) == sorted([created, created, terminated, terminated])
    assert found[8:] == [
        *(ended, begun, created, terminated, ended, "workflow_run.status_ended", "session.status_idle")
    ]
    run = scene.last("workflow_run.created")
    assert [(each.name, each.description) for each in run.phases] == [("look", "Everybody looks."), ("sum up", None)]
    created_ids = {each.workflow_run_id for each in scene.all(created)}
    assert created_ids == {run.workflow_run_id}
    assert scene.last("session.status_idle").stop_reason.type == "end_turn"
    assert not [each for each in scene.seen if each.type.startswith("agent.thread_message")]


def _the_agent_is_told(scene: Scene) -> None:
    notice = told(scene)
    assert all(each in notice for each in ("has completed", "Sound.", "looked", "3 agents asked, 0 failed"))
    by_name = {each.agent_name: each for each in scene.stage.cast.asked[scene.session.id]}
    assert by_name["writer"].system.startswith("Be brief.")
    for name in ("scout", "writer"):
        assert not any(each in by_name[name].tools for each in (b"run_workflow", b"send_to_parent"))
    assert b"stop_workflow" in by_name["two_phases"].tools


async def _threads_of_the_run(scene: Scene) -> None:
    threads = scene.client.beta.sessions.threads
    primary, *others = [each async for each in threads.list(scene.session.id)]
    run_id = scene.last("workflow_run.created").workflow_run_id
    assert [(each.agent.name, each.status, each.workflow_run_id) for each in others] == [
        ("scout", "terminated", run_id),
        ("scout", "terminated", run_id),
        ("writer", "terminated", run_id),
    ]
    assert (primary.workflow_run_id, primary.status, others[2].agent.type) == (None, "idle", "inline")
    feed = [each async for each in threads.events.list(others[2].id, session_id=scene.session.id)]
    assert feed[0].type == "agent.thread_message_received"
    assert (feed[0].from_session_thread_id, feed[0].from_agent_name) == (primary.id, None)
    assert [each.type for each in feed[-2:]] == ["session.thread_status_idle", "session.thread_status_terminated"]


async def failures(scene: Scene) -> None:
    await scene.say()
    assert (await its_end(scene)).type == "completed"
    assert "the words of the failure" in told(scene)
    await scene.say("Again.")
    result = await its_end(scene)
    assert (result.type, result.error.type) == ("error", "program_error")
    error = scene.last("workflow_run.error")
    assert error.error.message == result.error.message
    assert "NameError" not in error.error.message
    assert "NameError: name 'nothing' is not defined" in told(scene)
    assert ran(scene)[-4:] == [
        *("workflow_run.phase_ended", "workflow_run.error", "workflow_run.status_ended", "session.status_idle")
    ]


def test_a_plan_may_outlive_an_agent_that_fails_and_ends_with_its_own_mistake(
    stage: Stage, portal: BlockingPortal
) -> None:
    outlives = """
        try:
            agent("Look.", agent="scout")
        except AgentFailed as error:
            report(f"It failed: {error}")
    """
    again = {"when": {"last": "Again."}, "call": [a_plan('with phase("look"):\n    nothing()')]}
    fails = {"when": {"agent": "scout"}, "error": {"kind": "rejected", "message": "the words of the failure"}}
    acted(stage, portal, failures, begins(outlives), again, fails)


async def an_open_run(scene: Scene) -> None:
    sessions = scene.client.beta.sessions
    await scene.say()
    # Its agent rests, and the session does not: its run goes on.
    await seen(scene, "session.thread_created", "session.thread_status_idle")
    child = scene.last("session.thread_created").session_thread_id
    await scene.send({"type": "user.interrupt"})
    await scene.until("user.interrupt", 2)
    change: Any = {"tools": [the_agent_toolset()]}
    assert "workflow_run_open" in await refusal(sessions.update(scene.session.id, agent=change))
    assert "workflow_run_open" in await refusal(sessions.threads.archive(child, session_id=scene.session.id))
    assert "wrun_" in await refusal(sessions.archive(scene.session.id))
    assert (await sessions.retrieve(scene.session.id)).status == "running"
    assert (await anext(aiter(sessions.threads.list(scene.session.id)))).status == "idle"
    await scene.say("Stop.")
    assert (await its_end(scene)).type == "stopped"
    assert ran(scene)[-3:] == ["session.thread_status_terminated", "workflow_run.status_ended", "session.status_idle"]
    assert (await sessions.threads.retrieve(child, session_id=scene.session.id)).status == "terminated"
    await sessions.update(scene.session.id, agent={"tools": [asking("bash")]})  # type: ignore[typeddict-item] # a dict


def test_an_open_run_outlives_an_interrupt_and_keeps_the_agent_until_it_is_stopped(
    stage: Stage, portal: BlockingPortal
) -> None:
    call = {"tool": "stop_workflow", "input": {"workflow_run_id": "{run}"}}
    stop = {"when": {"last": "Stop."}, "find": {"run": r"(wrun_\w+)"}, "call": [call]}
    scene = acted(stage, portal, an_open_run, begins(ONE), stop, HOLDS)
    assert "was stopped" in told(scene)


async def too_many(scene: Scene) -> None:
    await scene.say()
    error = await scene.until("workflow_run.error")
    assert (error.workflow_run_id, error.error.type) == (None, "max_workflow_runs_error")
    refused = await scene.until("agent.tool_result")
    assert (refused.is_error, "No workflow was started." in refused.content[0].text) == (True, True)
    scene.gates.open(HELD, 4)
    await scene.until("workflow_run.status_ended", 2)
    await scene.idle()


def test_a_session_has_so_many_open_runs_and_no_more(stage: Stage, portal: BlockingPortal) -> None:
    acted(stage, portal, too_many, begins(ONE, ONE, ONE), HOLDS)


async def a_call_that_waits(scene: Scene) -> None:
    await scene.say()
    call = await scene.until("agent.tool_use", 2)
    assert (call.evaluated_permission, call.session_thread_id is None) == ("ask", False)
    assert not scene.all("session.status_idle")
    await scene.send(confirmation(call))
    assert (await its_end(scene)).type == "completed"


def test_a_call_in_a_run_is_answered_while_the_session_runs(stage: Stage, portal: BlockingPortal) -> None:
    echo = {"when": {"agent": "scout"}, "call": [{"tool": "bash", "input": {"command": "echo one"}}]}
    scene = acted(stage, portal, a_call_that_waits, begins(ONE), echo, LOOKS, scouts=asking("bash"))
    assert "All is well." in told(scene)


TWO_LOOKS = """
    agent("Look.", agent="scout")
    report(agent("Look again.", agent="scout"))
"""
DEAR_LOOK = {"when": {"agent": "scout", "last": "Look."}, "say": "Dear.", **DEAR}


async def a_budget(scene: Scene) -> None:
    await scene.say()
    assert (await scene.idle()).stop_reason.type == "budget_reached"
    assert ran(scene)[-2:] == ["workflow_run.status_idle", "session.status_idle"]
    await scene.client.beta.sessions.update(
        scene.session.id, budget={"type": "limit", "max_list_cost": {"amount": "900", "currency": "USD"}}
    )
    await scene.until("workflow_run.status_running")
    assert (await its_end(scene)).type == "completed"


def test_a_budget_pauses_a_run_and_one_that_is_raised_resumes_it(stage: Stage, portal: BlockingPortal) -> None:
    scene = acted(stage, portal, a_budget, begins(TWO_LOOKS), DEAR_LOOK, LOOKS, budget=LIMIT)
    assert "All is well." in told(scene)


async def an_end(scene: Scene) -> None:
    sessions = scene.client.beta.sessions
    await scene.turn()
    change: Any = {"tools": [the_agent_toolset()]}
    assert "workflow_run_open" in await refusal(sessions.update(scene.session.id, agent=change))
    await sessions.archive(scene.session.id)
    await scene.retell()
    ended = scene.last("workflow_run.status_ended")
    assert ended.result.type == "stopped"
    of_a_thread = "session.thread_status_terminated"
    ends = [of_a_thread, "workflow_run.status_ended", of_a_thread, "session.status_terminated"]
    assert [each.type for each in scene.seen[-4:]] == ends
    _, *others = [each async for each in sessions.threads.list(scene.session.id)]
    assert {(each.status, each.archived_at is None) for each in others} == {("terminated", False)}


def test_the_runs_of_an_archived_session_are_stopped(stage: Stage, portal: BlockingPortal) -> None:
    acted(stage, portal, an_end, begins(TWO_LOOKS), DEAR_LOOK, budget=LIMIT)


def test_a_plan_runs_in_a_real_sandbox(portal: BlockingPortal, tmp_path: Path, clock: ManualClock) -> None:
    sandboxes = Bubblewrap()
    if problem := portal.call(sandboxes.isolation).problem:
        pytest.skip(f"{NO_SANDBOX}{problem}")
    settings = Settings(database=f"sqlite:///{tmp_path}/engine.db", data=tmp_path, port=0, vault_key=VAULT_KEY)
    with ExitStack() as stack:
        stage = stack.enter_context(portal.wrap_async_context_manager(opened(settings, clock, [], sandboxes=sandboxes)))
        scene = acted(stage, portal, two_phases, begins(ONE), LOOKS)
    assert "All is well." in told(scene)
