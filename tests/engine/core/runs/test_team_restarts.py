"""A server that dies after any commit of a fan-out and its grading: the next one brings all of it to the same end."""

from collections.abc import Iterator, Mapping

import pytest

from agentops.engine.core.json import Json
from agentops.engine.core.runs.session_state import Stage

from . import laws
from .agents import team_setting
from .desk import Desk

SAYS: Mapping[str, list[list[Json | str]]] = {
    "": [
        [
            {"send_to_agent": {"agent": "writer", "message": "Write."}},
            {"send_to_agent": {"agent": "tester", "message": "Test."}},
            {"wait_for_agents": {}},
        ],
        [{"consult_advisor": {}}],
        ["It is done."],
        ["Now it really is."],
    ],
    "writer": [[{"read": {}}, {"lookup": {}}], ["Written."]],
    "tester": [["Tested."]],
    "anthropic.advisor": [["Look again."]],
}
"""What each agent's model answers, one after the other."""

STEPS = 12


def begun() -> Desk:
    desk = Desk(team_setting())
    desk.define()
    return desk


def to_the_end(desk: Desk) -> Iterator[None]:
    """Do what is under way, one thing at a time, until there is nothing more."""
    while desk.is_at_work or desk.session.waits_for:
        _do(desk)
        yield


def _do(desk: Desk) -> None:
    if desk.session.waits_for:
        desk.answer(desk.session.waits_for[0][1].id)
        return
    thread, deeds = next((key, each) for key, each in desk.under_way.items() if len(each))
    if deeds.tools:
        desk.end(deeds.tools[0], thread=thread)
    elif deeds.asks:
        answered = sum(each["role"] == "assistant" for each in desk.conversation_of(thread))
        desk.reply(*SAYS[desk.session.threads[thread].name][answered], thread=thread)
    else:
        outcome = desk.session.outcome
        desk.grade("needs_revision" if outcome and outcome.iteration == 0 else "satisfied")


@pytest.mark.parametrize("crashes_after", range(STEPS))
def test_nothing_is_lost_and_nothing_done_twice(crashes_after: int) -> None:
    desk = begun()
    for step, _ in enumerate(to_the_end(desk)):
        for law in laws.ALWAYS:
            law(desk)
        if step == crashes_after:
            desk.crash()
    assert [each["result"] for each in desk.session.evaluations] == ["satisfied"]
    assert [desk.session.threads[each].name for each in desk.children] == ["writer", "tester", "anthropic.advisor"]
    words = b"".join(desk.state.conversation).decode()
    assert [words.count(each) for each in ("Written.", "Tested.", "Look again.")] == [1, 1, 1]
    for law in (*laws.ALWAYS, *laws.AT_THE_END):
        law(desk)


def test_the_crashes_are_at_every_step() -> None:
    assert len(list(to_the_end(begun()))) == STEPS


def test_grading_that_was_under_way_is_begun_again_under_its_own_id() -> None:
    desk = begun()
    for _ in to_the_end(desk):
        if desk.evaluations:
            break
    started = list(desk.evaluations)
    desk.crash()
    assert (desk.said, desk.evaluations) == ([], started)
    assert desk.session.outcome is not None
    assert desk.session.outcome.stage is Stage.EVALUATING
