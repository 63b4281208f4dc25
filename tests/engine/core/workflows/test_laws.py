"""What holds for every plan, however its agents end, whenever it is paused, stopped or lost to a crash."""

import itertools
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.engine.core.workflows import ends, events
from agentops.engine.core.workflows.evolve import fold
from agentops.engine.core.workflows.happenings import (
    Cause,
    Continued,
    Failed,
    Finished,
    Happening,
    Lost,
    Paused,
    PhaseLeft,
    Stopped,
    TimeUp,
    Waits,
)
from tests.engine.core.workflows.desk import Desk, bounded

OUTSIDE: tuple[Happening, ...] = (
    Paused("budget"), Paused("interrupt"), Continued("budget"), Continued("interrupt"),
)  # fmt: skip
ENDS: tuple[Happening, ...] = (
    Stopped(), TimeUp(), Failed("boom"), Lost(Cause.DIED), Lost(Cause.UNAVAILABLE), Finished("half"), PhaseLeft(10**6),
)  # fmt: skip

STEPS = st.lists(
    st.one_of(
        st.sampled_from(["plan", "plan", "plan", "all of the plan"]),
        st.tuples(st.just("thread"), st.integers(0, 9), st.booleans()),
        st.tuples(st.just("thread"), st.integers(0, 9), st.booleans()),
        st.sampled_from(OUTSIDE),
        st.just("crash"),
    ),
    min_size=10,
    max_size=50,
)


def _walk(desk: Desk, steps: list[object]) -> None:
    for step in steps:
        match step:
            case "plan":
                desk.hear_plan()
            case "all of the plan":
                while desk.hear_plan():
                    pass
            case "crash" if desk.run.is_open:
                desk.crash()
            case ("thread", int(index), bool(is_error)):
                desk.end_thread(index, is_error=is_error)
            case Paused() | Continued():
                desk.happen(step)


def _check(desk: Desk) -> None:
    log = desk.log
    types = [each.type for each in log]
    assert fold(log) == {desk.run.id: desk.run}
    assert types[:2] == [events.CREATED, events.STATUS_RUNNING]
    assert types.count(events.STATUS_ENDED) == 1
    assert types[-1] == events.STATUS_ENDED
    errors = [each.body["error"] for each in log if each.type == events.ERROR]
    result = log[-1].body["result"]
    assert errors == ([result["error"]] if result["type"] == "error" else [])
    assert not errors or types[-2] == events.ERROR
    started = [each.id for each in log if each.type == events.PHASE_STARTED]
    assert Counter(started) == Counter(each.body["phase_started_id"] for each in log if each.type == events.PHASE_ENDED)
    begun = [each.body["session_thread_id"] for each in log if each.type == events.THREAD_CREATED]
    over = [each.body["session_thread_id"] for each in log if each.type == events.THREAD_TERMINATED]
    assert Counter(begun) == Counter(over)
    assert len(begun) == len(set(begun)) == len(desk.run.agents)
    for opened, closed in ((events.THREAD_CREATED, events.THREAD_TERMINATED),):
        for each in begun:
            assert _place(log, opened, each) < _place(log, closed, each)
    assert not desk.threads
    assert desk.has_ended
    assert desk.most <= desk.setting.bounds.threads_at_once
    idle = [each for each in types if each in (events.STATUS_IDLE, events.STATUS_RUNNING)]
    assert all(one != other for one, other in itertools.pairwise(idle))


def _place(log: list[Any], event_type: str, thread_id: str) -> int:
    return next(
        index
        for index, each in enumerate(log)
        if each.type == event_type and each.body["session_thread_id"] == thread_id
    )


@settings(max_examples=70, deadline=None)
@given(seed=st.integers(0, 10**6), steps=STEPS, at_once=st.integers(1, 4), end=st.sampled_from(ENDS))
def test_whatever_happens_the_events_come_in_the_documented_order(
    seed: int, steps: list[object], at_once: int, end: Happening
) -> None:
    desk = Desk(bounded(threads_at_once=at_once), seed)
    _walk(desk, steps)
    desk.happen(end)
    _check(desk)
    length = len(desk.log)
    desk.happen(*ENDS, *OUTSIDE)
    assert len(desk.log) == length, "something came after the end"


@settings(max_examples=70, deadline=None)
@given(seed=st.integers(0, 10**6), steps=STEPS)
def test_a_plan_that_is_run_again_goes_on_where_it_was(seed: int, steps: list[object]) -> None:
    desk = Desk(bounded(threads_at_once=3), seed)
    _walk(desk, steps)
    if desk.run.is_open:
        desk.happen(Continued("budget"), Continued("interrupt"))
        desk.crash()
        desk.to_the_end()
    _check(desk)
    assert desk.result == ends.COMPLETED
    numbers = [(*desk.run.visits, *desk.run.agents)]
    assert len(set(*numbers)) == len(*numbers)


@settings(max_examples=70, deadline=None)
@given(seed=st.integers(0, 10**6), steps=STEPS)
def test_an_uninterrupted_run_and_one_full_of_crashes_say_the_same(seed: int, steps: list[object]) -> None:
    """Both are given the same answers in the same order, each as soon as there is nothing else to do."""
    whole, torn = Desk(seed=seed), Desk(seed=seed)
    for step in steps:
        for desk in (whole, torn):
            while desk.hear_plan():
                pass
        _walk(torn, [step] if step == "crash" else [])
        while torn.hear_plan():
            pass
        if isinstance(step, tuple) and step[0] == "thread":
            _walk(whole, [step])
            _walk(torn, [step])
    whole.to_the_end()
    torn.to_the_end()
    assert [(each.type, each.kept) for each in whole.log[:-1]] == [(each.type, each.kept) for each in torn.log[:-1]]
    assert whole.result == torn.result


@settings(max_examples=70, deadline=None)
@given(seed=st.integers(0, 10**6), other=st.integers(0, 10**6), steps=STEPS)
def test_a_plan_that_does_not_repeat_itself_never_hangs(seed: int, other: int, steps: list[object]) -> None:
    desk = Desk(bounded(threads_at_once=3), seed)
    _walk(desk, steps)
    if desk.run.is_open:
        desk.happen(Continued("budget"), Continued("interrupt"))
        desk.crash(other)
        desk.to_the_end()
    _check(desk)
    if desk.result["type"] == "error":
        assert desk.result["error"] == ends.NOT_REPEATED


@given(heard=st.integers(0, 5))
def test_waiting_is_no_reproach_while_nothing_is_known(heard: int) -> None:
    assert Desk().happen(Waits(heard)).run.is_open
