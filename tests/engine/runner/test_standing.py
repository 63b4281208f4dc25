"""What a session's row remembers of a budget: which one was told to be used up, whoever runs the session next."""

from dataclasses import replace

from agentops.engine.core.json import Json, written
from agentops.engine.core.runs.setting import Setting, Settings
from agentops.engine.core.sessions import RUNNING, Session, progress
from agentops.engine.runner.standing import Standings
from tests.engine.core.runs.agents import setting
from tests.engine.core.runs.desk import Desk

AT = "2026-11-21T12:00:00.000000Z"
NEW = Session("sesn_1", RUNNING, "env_1", None, "{}", "{}", "{}", written(progress([])), AT, AT)


def within(own: Setting) -> Settings:
    return lambda _thread_id, _agent: own


def limit(own: Setting) -> Json:
    assert own.budget is not None
    return own.budget


def test_a_budget_is_remembered_and_another_one_is_not() -> None:
    small, large = setting(budget=1), setting(budget=100)
    desk = Desk(small)
    desk.message()
    standings = Standings(NEW)
    assert not standings.has_told(limit(small))
    desk.reply("Done.")
    standing = standings.of_session(desk.session, within(small))
    assert standing is not None
    for each in (standings, Standings(replace(NEW, progress=written(standing.progress)))):
        assert each.has_told(limit(small))
        assert not each.has_told(limit(large))
        assert each.has_told(None)
