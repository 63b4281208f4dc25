"""The documented limits of a run, and how each of them ends."""

import pytest

from agentops.base.ids import CountingIds
from agentops.engine.core.workflows import ends, events
from agentops.engine.core.workflows.begin import Begun, Refused, begin
from agentops.engine.core.workflows.happenings import (
    AgentEnded,
    Asked,
    Cause,
    Choice,
    Continued,
    Failed,
    Finished,
    Happening,
    Logged,
    Lost,
    Paused,
    PhaseBegun,
    PhaseLeft,
    Stopped,
    TakenUp,
    TimeUp,
    Waits,
)
from agentops.engine.core.workflows.state import Bounds, Setting
from tests.engine.core.workflows.desk import AT, SETTING, Desk, bounded


def _asked(first: int, last: int) -> list[Asked]:
    return [Asked(number, f"work {number}") for number in range(first, last + 1)]


def test_no_more_than_64_threads_work_at_once_and_the_others_follow() -> None:
    desk = Desk(Setting()).happen(*_asked(1, 100))
    assert len(desk.threads) == 64
    desk.end_thread(5)
    assert (len(desk.threads), desk.most) == (64, 64)
    for _ in range(99):
        desk.end_thread(0)
    assert len(desk.run.answers) == 100


def test_the_agent_after_the_thousandth_ends_the_run() -> None:
    desk = Desk(Setting())
    for each in _asked(1, 1_000):
        desk.happen(each)
        if len(desk.threads) == 64:
            desk.end_thread(0)
    assert desk.run.is_open
    desk.happen(Asked(1_001, "one more"))
    assert desk.result["error"] == ends.thread_limit_error(Bounds())
    assert not desk.threads
    assert desk.types.count("session.thread_created") == 1_000


def test_an_eleventh_open_run_is_an_error_of_no_run() -> None:
    assert isinstance(begin(Desk.input(), 9, SETTING, CountingIds(), AT), Begun)
    refused = begin(Desk.input(), 10, SETTING, CountingIds(), AT)
    assert isinstance(refused, Refused)
    (entry,) = refused.entries
    assert entry.type == events.ERROR
    assert entry.body["workflow_run_id"] is None
    assert entry.body["error"]["type"] == "max_workflow_runs_error"
    assert "Wait for one to end" in refused.words


def test_a_run_lives_for_a_day() -> None:
    desk = Desk(Setting())
    assert desk.run.expires_at == "2026-10-07T12:00:00.000000Z"
    desk.happen(Asked(1, "work"), Paused("interrupt"), TimeUp())
    assert desk.result["error"]["type"] == "timeout_error"
    assert "86400 seconds" in desk.result["error"]["message"]


@pytest.mark.parametrize("happening", [Logged("more"), PhaseLeft(1), Waits(0)])
def test_a_plan_that_asks_without_end_is_ended(happening: Happening) -> None:
    desk = Desk(bounded(requests=8)).happen(PhaseBegun(1, "find"), *([happening] * 7))
    assert desk.run.is_open
    assert desk.happen(happening).result["error"] == ends.ENDLESS
    many = Desk(bounded(threads_at_once=1, waiting=2)).happen(*_asked(1, 3))
    assert many.run.is_open
    assert many.happen(Asked(4, "work 4")).result["error"] == ends.ENDLESS
    assert Desk(bounded(visits=1)).happen(PhaseBegun(1, "find"), PhaseBegun(2, "fix")).result["error"] == ends.ENDLESS


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (Asked(1, "work", Choice("Nobody")), ends.NO_SUCH_AGENT),
        (Asked(1, "work", Choice("Reviewer", tools=("bash",))), ends.NO_SUCH_AGENT),
        (Asked(1, "work", Choice(tools=("rocket",))), ends.NO_SUCH_AGENT),
        (Asked(1, "work", Choice(name="anthropic.advisor")), ends.NO_SUCH_AGENT),
        (Asked(2, "work"), ends.LOST[Cause.GARBLED]),
        (PhaseBegun(1, "rest"), ends.NO_SUCH_PHASE),
        (PhaseBegun(0, "find"), ends.LOST[Cause.GARBLED]),
        (PhaseLeft(1), ends.LOST[Cause.GARBLED]),
        (Lost(Cause.CPU), ends.LOST[Cause.CPU]),
    ],
)
def test_what_a_plan_may_not_ask_for_ends_it(asked: Happening, error: object) -> None:
    assert Desk().happen(asked).result == {"type": "error", "error": error}


def test_nobody_is_made_up_where_that_is_disabled() -> None:
    only_roster = Setting(type(SETTING.facts)(("Reviewer",), has_inline=False))
    assert Desk(only_roster).happen(Asked(1, "work", Choice("Reviewer"))).run.is_open
    assert Desk(only_roster).happen(Asked(1, "work")).result["error"] == ends.NO_SUCH_AGENT


def test_a_stopped_run_ends_its_threads_and_phases_first_and_nothing_comes_after() -> None:
    desk = Desk().happen(PhaseBegun(1, "find"), Asked(2, "work"), PhaseBegun(3, "fix"))
    thread = desk.threads[0]
    desk.happen(Stopped(), AgentEnded(thread, "too late"), Finished(), TimeUp())
    assert desk.types[2:] == [
        "phase_started", "session.thread_created", "phase_started",
        "session.thread_status_terminated", "phase_ended", "phase_ended", "status_ended",
    ]  # fmt: skip
    assert desk.log[-2].body["phase_started_id"] == desk.log[2].id
    assert desk.result == {"type": "stopped"}
    assert not desk.run.answers


def test_a_paused_run_begins_nothing_new_and_goes_on_when_it_may() -> None:
    desk = Desk().happen(Asked(1, "first"), Paused("budget"), Paused("interrupt"), Asked(2, "second"))
    assert len(desk.threads) == 1
    desk.end_thread(0)
    desk.happen(TakenUp(), Asked(1, "first"), Asked(2, "second"))
    assert desk.told[0] == desk.told[1]
    assert not desk.threads
    assert desk.happen(Continued("interrupt")).run.pause == "budget"
    desk.happen(Continued("budget"))
    assert desk.types[-2:] == ["status_running", "session.thread_created"]
    assert len(desk.threads) == 1


def test_an_exception_s_words_reach_the_agent_and_no_event() -> None:
    desk = Desk().happen(Logged("half way"), Failed("ValueError: the secret plan"))
    assert "the secret plan" not in str([each.body for each in desk.log])
    assert "the secret plan" in desk.run.notice
    assert "half way" in desk.run.notice
    assert ends.RAISED["message"] in desk.run.notice


def test_a_report_reaches_the_agent() -> None:
    desk = Desk().happen(Asked(1, "work"))
    desk.end_thread(0, is_error=True)
    desk.happen(Finished("three bugs"))
    assert "three bugs" in desk.run.notice
    assert "1 agent asked, 1 failed" in desk.run.notice
    assert desk.result == {"type": "completed"}
