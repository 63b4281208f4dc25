"""A budget is looked at before each request, stops the work, and lets it go on when it is raised."""

from agentops.engine.core.runs.state import Phase

from .agents import setting
from .desk import Desk

SPENT = {"type": "budget_reached"}


def spent() -> Desk:
    """A session whose first request, with a call in it, used its budget up."""
    desk = Desk(setting(budget=1))
    desk.message()
    desk.reply({"lookup": {}})
    return desk


def test_results_are_taken_at_the_cap_and_the_model_is_not_asked() -> None:
    desk = spent()
    desk.answer(desk.calls[0])
    assert desk.said == ["session.thread_status_idle", "session.usage", "session.status_idle"]
    assert (desk.stop, desk.asks) == (SPENT, [])
    assert desk.body("session.usage")["budget"]["max_list_cost"]["amount"] == "1"


def test_raising_it_goes_on_with_the_work() -> None:
    desk = spent()
    desk.answer(desk.calls[0])
    desk.update(setting(budget=100))
    assert desk.said == ["session.status_running", "session.thread_status_running", "span.model_request_start"]
    assert desk.last_user_blocks[0]["type"] == "tool_result"


def test_a_change_that_is_not_enough_changes_nothing() -> None:
    desk = spent()
    desk.answer(desk.calls[0])
    desk.update(setting(budget=1))
    assert desk.said == []


def test_a_thread_that_ended_by_itself_says_so_and_the_session_that_it_is_spent() -> None:
    desk = Desk(setting(budget=1))
    desk.message()
    desk.reply("Done.")
    assert desk.body("session.thread_status_idle")["stop_reason"] == {"type": "end_turn"}
    assert (desk.stop, desk.session.rests_for) == (SPENT, "budget_reached")
    desk.update(setting())
    assert desk.asks == []
    desk.message("more")
    desk.reply("Done.")
    assert (desk.stop, desk.session.rests_for) == ({"type": "end_turn"}, "end_turn")


def test_messages_that_waited_are_kept_for_when_it_is_raised() -> None:
    desk = Desk(setting(budget=1))
    desk.message()
    desk.message("and")
    desk.reply("Done.")
    assert (desk.state.phase, desk.stop) == (Phase.IDLE, SPENT)
    desk.update(setting())
    assert desk.last_user_blocks[0]["text"] == "and"
