"""What becomes of a session that works towards an outcome, each in one play; its grader follows the script too."""

from collections.abc import Callable
from typing import Any

import pytest
from anthropic import BadRequestError

from agentops.wire.rubric_text import block

from .given import the_agent_toolset
from .stage import BEAT, Act, Play, Scene, confirmation, message

PLAYS: dict[str, Play] = {}

WRITTEN = {"say": "I have written the report."}
MENDED = {"say": "The cause is named now."}
CAUSE = {"id": "cause", "text": "The report names the cause."}
BRIEF = {"id": "brief", "text": "It is short."}


def outcome_play(*turns: dict[str, Any], policy: str = "always_allow") -> Callable[[Act], Act]:
    def enter(act: Act) -> Act:
        tools = the_agent_toolset(default_config={"permission_policy": {"type": policy}})
        PLAYS[act.__name__] = Play(act.__name__, turns, {"tools": [tools]}, {}, "cloud", (), act)
        return act

    return enter


def rubric(*criteria: dict[str, Any]) -> str:
    return f"# Report\n\n{block({'criteria': list(criteria)})}"


def outcome(content: str = rubric(CAUSE, BRIEF), **fields: Any) -> Any:
    wanted = {"type": "text", "content": content}
    return {"type": "user.define_outcome", "description": "Write the report.", "rubric": wanted, **fields}


def judged(*, rubric_fits: bool = True, **degrees: str) -> dict[str, Any]:
    """Return a turn in which the grader hands its verdict in."""
    criteria = [{"id": name, "degree": each, "reason": f"I looked: {each}."} for name, each in degrees.items()]
    verdict = {"criteria": criteria, "rubric_fits": rubric_fits, "summary": "The task wants it long, the rubric short."}
    return {"when": {"agent": "grader"}, "call": [{"tool": "submit_verdict", "input": verdict}]}


GOOD = judged(cause="met", brief="met")
POOR = judged(cause="not_met", brief="met")
SATISFIED_BY_IT = {**GOOD, "when": {"agent": "grader", "last": "report.md"}}
"""Each grader begins anew, and the first that finds a file among the outputs is satisfied."""

MUTTERS = {"when": {"agent": "grader"}, "say": "It is fine, I should think."}


def leaves(name: str = "report.md", words: str = "The disk was full.") -> dict[str, Any]:
    """Return a turn in which the agent leaves a file among the outputs; without walls its shell is beside them."""
    return {"call": [{"tool": "bash", "input": {"command": f"mkdir -p ../outputs; echo {words} > ../outputs/{name}"}}]}


@outcome_play(WRITTEN, GOOD)
async def outcome_satisfied_at_once(scene: Scene) -> None:
    await scene.send(outcome())
    await scene.idle()
    (found,) = await evaluations(scene)
    assert (found.result, found.iteration, found.completed_at is None) == ("satisfied", 0, False)


async def evaluations(scene: Scene) -> list[Any]:
    found = await scene.client.beta.sessions.retrieve(scene.session.id)
    return list(found.outcome_evaluations)


@outcome_play(WRITTEN, leaves(), MENDED, SATISFIED_BY_IT, POOR)
async def outcome_revised(scene: Scene) -> None:
    """What is missing comes back to the agent, who goes on in the same turn."""
    await scene.send(outcome())
    await scene.idle()
    (found,) = await evaluations(scene)
    assert (found.result, found.iteration) == ("satisfied", 1)
    mended = scene.stage.cast.asked[scene.session.id][2]
    assert b"cause: The report names the cause. (not met): I looked: not_met." in mended.messages[-1]


@outcome_play(WRITTEN, MENDED, {"say": "The cause is still missing."}, POOR)
async def outcome_max_iterations_reached(scene: Scene) -> None:
    """The agent has one more turn, to say how it stands; nobody grades that."""
    await scene.send(outcome(max_iterations=2))
    await scene.idle()
    (found,) = await evaluations(scene)
    assert (found.result, found.iteration) == ("max_iterations_reached", 1)


@outcome_play(WRITTEN, {**GOOD, "delay_ms": 67})
async def outcome_graded_for_long(scene: Scene) -> None:
    """While it is graded the session says so, again and again."""
    await scene.send(outcome())
    await scene.until("span.outcome_evaluation_start")
    for _ in range(2):
        scene.gates.open(BEAT)
        await scene.until("span.outcome_evaluation_ongoing")
    scene.gates.open(67)
    await scene.idle()


@outcome_play(WRITTEN, judged(cause="not_met", brief="not_met", rubric_fits=False))
async def outcome_rubric_does_not_fit(scene: Scene) -> None:
    await scene.send(outcome())
    await scene.idle()


@outcome_play(WRITTEN, MUTTERS, {**MUTTERS, "say": "Yes, fine."})
async def outcome_grader_is_not_understood(scene: Scene) -> None:
    """It is told what is wrong, and once more asked from the beginning; then it is no pass."""
    await scene.send(outcome())
    await scene.idle()
    assert [each.agent_name for each in scene.stage.cast.asked[scene.session.id]][1:] == ["grader"] * 4


@outcome_play(WRITTEN, {"when": {"agent": "grader"}, "error": {"kind": "rejected", "message": "There is no judge."}})
async def outcome_grader_is_not_there(scene: Scene) -> None:
    await scene.send(outcome())
    await scene.idle()


@outcome_play({"when": {"last": "Write"}, "say": "Never told.", "delay_ms": 61}, {"say": "Very well."})
async def outcome_interrupted_before_grading(scene: Scene) -> None:
    """A message behind the interrupt begins a turn that nobody grades."""
    await scene.send(outcome())
    await scene.until("span.model_request_start")
    await scene.send({"type": "user.interrupt"}, message("Leave it."))
    await scene.idle()
    await scene.idle()
    (found,) = await evaluations(scene)
    assert (found.result, found.completed_at is None) == ("interrupted", False)


@outcome_play({"when": {"last": "Go"}, "say": "Never told.", "delay_ms": 67}, WRITTEN, GOOD)
async def outcome_behind_an_interrupt(scene: Scene) -> None:
    """One request stops what is under way and says what to do instead."""
    await scene.say()
    await scene.until("span.model_request_start")
    await scene.send({"type": "user.interrupt"}, outcome())
    await scene.idle()
    await scene.idle()
    (found,) = await evaluations(scene)
    assert found.result == "satisfied"


@outcome_play(WRITTEN, {**GOOD, "delay_ms": 62})
async def outcome_interrupted_while_it_is_graded(scene: Scene) -> None:
    await scene.send(outcome())
    await scene.until("span.outcome_evaluation_start")
    await scene.send({"type": "user.interrupt"})
    await scene.idle()


@outcome_play(WRITTEN, leaves(), MENDED, {**SATISFIED_BY_IT, "delay_ms": 63}, {**POOR, "delay_ms": 63})
async def outcome_interrupted_in_the_second_round(scene: Scene) -> None:
    await scene.send(outcome())
    scene.gates.open(63)
    await scene.until("span.outcome_evaluation_start", times=2)
    await scene.send({"type": "user.interrupt"})
    await scene.idle()


@outcome_play({**WRITTEN, "delay_ms": 64}, MENDED, GOOD)
async def outcome_steered_while_it_is_worked_on(scene: Scene) -> None:
    """What is said meanwhile is read before anything is graded."""
    await scene.send(outcome())
    await scene.until("span.model_request_start")
    await scene.say("Name the cause.")
    await scene.until("user.message")
    scene.gates.open(64, times=3)
    await scene.idle()


@outcome_play(WRITTEN, leaves(), MENDED, {"say": "Thank you."}, SATISFIED_BY_IT, {**POOR, "delay_ms": 65})
async def outcome_steered_while_it_is_graded(scene: Scene) -> None:
    """What is said meanwhile waits, and is read together with what is missing."""
    await scene.send(outcome())
    await scene.until("span.outcome_evaluation_start")
    await scene.say("Name the cause.")
    await scene.until("user.message")
    scene.gates.open(65)
    await scene.idle()


@outcome_play({**WRITTEN, "delay_ms": 66}, MENDED, GOOD)
async def outcome_after_another(scene: Scene) -> None:
    """One at a time; the next may come once the first has its result."""
    await scene.send(outcome())
    await scene.until("span.model_request_start")
    with pytest.raises(BadRequestError, match=r"before outc_.* has ended"):
        await scene.send(outcome())
    scene.gates.open(66, times=3)
    await scene.idle()
    await scene.send({**outcome(), "description": "Name the cause."})
    await scene.idle()
    first, second = await evaluations(scene)
    assert (first.result, second.result) == ("satisfied", "satisfied")
    assert (first.description, second.description) == ("Write the report.", "Name the cause.")


THERE = {"id": "there", "text": "There is a report.", "required": True}


@outcome_play(WRITTEN, leaves(), MENDED, judged(there="met", cause="met"))
async def outcome_settled_by_a_check(scene: Scene) -> None:
    """The grader says met, and the file is not there: that is not its to say."""
    check = {"exists": "/mnt/session/outputs/report.md"}
    await scene.send(outcome(rubric({**THERE, "check": check}, CAUSE)))
    await scene.idle()


@outcome_play(WRITTEN, leaves("cause"), MENDED)
async def outcome_settled_by_checks_alone(scene: Scene) -> None:
    """No model is asked for what code can tell."""
    await scene.send(outcome(rubric({**THERE, "check": {"run": "test -s ../outputs/cause"}})))
    await scene.idle()
    assert {each.agent_name for each in scene.stage.cast.asked[scene.session.id]} == {scene.session.agent.name}


@outcome_play(
    WRITTEN,
    {
        "when": {"agent": "grader"},
        "call": [
            {
                "tool": "submit_verdict",
                "input": {
                    "criteria": [{"criterion": "It is short.", "degree": "met", "reason": "Four words."}],
                    "rubric_fits": True,
                    "summary": "Short.",
                    "satisfied": True,
                },
            }
        ],
    },
)
async def outcome_by_a_rubric_in_a_file(scene: Scene) -> None:
    """Its text is what the event shows; of free text the grader finds the criteria itself."""
    file = await scene.client.beta.files.upload(file=("rubric.md", b"It is short.", "text/markdown"))
    await scene.send({**outcome(), "rubric": {"type": "file", "file_id": file.id}})
    await scene.idle()


@outcome_play({"call": [{"tool": "bash", "input": {"command": "true"}}]}, WRITTEN, GOOD, policy="always_ask")
async def outcome_worked_on_with_a_confirmation(scene: Scene) -> None:
    """Nothing is graded while the session waits for its client."""
    await scene.send(outcome())
    await scene.idle()
    await scene.send(confirmation(scene.last("agent.tool_use")))
    await scene.idle()
