"""A plan that is run again after a crash: it is given what it was given before, and held to what it asked before."""

import pytest

from agentops.engine.core.workflows import ends
from agentops.engine.core.workflows.happenings import (
    AgentEnded,
    Asked,
    Choice,
    Finished,
    Happening,
    PhaseBegun,
    PhaseLeft,
    TakenUp,
    Waits,
)
from tests.engine.core.workflows.desk import Desk, bounded

ONE, TWO = Asked(1, "one"), Asked(2, "two")


def _answered(desk: Desk, *numbers: int) -> Desk:
    for each in numbers:
        desk.happen(AgentEnded(desk.run.agents[each].thread_id, f"result {each}"))
    return desk


def test_answers_come_in_the_recorded_order_and_none_before_it_was_asked_for() -> None:
    desk = _answered(Desk().happen(ONE, TWO), 2, 1)
    first, desk.told = desk.told, []
    desk.happen(TakenUp(), ONE)
    assert desk.told == []
    desk.happen(TWO)
    assert desk.told == first == [(2, "result 2", False), (1, "result 1", False)]


def test_an_answer_that_comes_while_the_plan_catches_up_waits_for_its_turn() -> None:
    desk = _answered(Desk().happen(ONE, TWO), 1).happen(TakenUp())
    desk.told = []
    _answered(desk, 2)
    assert desk.told == []
    assert desk.happen(ONE, TWO).told == [(1, "result 1", False), (2, "result 2", False)]


def test_work_that_goes_on_is_not_begun_again() -> None:
    desk = Desk(bounded(threads_at_once=1)).happen(PhaseBegun(1, "find"), TWO, Asked(3, "three"))
    log = list(desk.log)
    desk.happen(TakenUp(), PhaseBegun(1, "find"), TWO, Asked(3, "three"), Waits(0))
    assert desk.log == log
    _answered(desk, 2)
    assert len(desk.threads) == 1
    assert desk.run.agents[3].thread_id == desk.threads[0]


def test_a_phase_that_was_left_stays_left() -> None:
    desk = Desk().happen(PhaseBegun(1, "find"), PhaseLeft(1))
    desk.happen(TakenUp(), PhaseBegun(1, "find"), PhaseLeft(1), PhaseBegun(2, "find"), Finished())
    assert desk.types.count("phase_started") == desk.types.count("phase_ended") == 2


@pytest.mark.parametrize(
    "again",
    [
        (Asked(1, "another"),),
        (Asked(1, "one", Choice("Reviewer")),),
        (PhaseBegun(1, "find"),),
        (ONE, TWO),
        (ONE, PhaseBegun(2, "fix")),
        (ONE, Waits(1)),
        (Waits(0),),
        (Finished(),),
        (ONE, Finished()),
    ],
)
def test_a_plan_that_asks_for_something_else_is_ended(again: tuple[Happening, ...]) -> None:
    desk = _answered(Desk().happen(ONE), 1).happen(PhaseBegun(2, "find"))
    desk.happen(TakenUp(), *again)
    assert desk.result == {"type": "error", "error": ends.NOT_REPEATED}


def test_a_plan_that_has_not_taken_everything_in_is_given_time() -> None:
    desk = _answered(Desk().happen(ONE), 1).happen(PhaseBegun(2, "find"))
    desk.happen(TakenUp(), ONE, Waits(0), PhaseBegun(2, "find"), Waits(1))
    assert desk.run.is_open
