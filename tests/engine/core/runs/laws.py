"""What holds of every session at every moment, as questions to a desk."""

from agentops.engine.core.json import Json
from agentops.engine.core.runs.fold import fold
from agentops.engine.core.runs.state import Phase, Standing

from .desk import Desk, tool_results

TURNS = ("user.message", "user.define_outcome", "system.message")
STATUSES = ("running", "idle", "rescheduled", "terminated")


def folding_the_log_gives_the_state(desk: Desk) -> None:
    if not desk.unheard:
        assert fold(desk.log, desk.settings) == desk.session


def something_moves_every_session_that_runs(desk: Desk) -> None:
    """What is under way is what the state says, so that a session neither hangs nor does a thing twice."""
    state = desk.state
    assert desk.asks == ([state.request_id] if state.request_id else [])
    assert sorted(desk.tools) == sorted(each.id for each in state.open_calls if each.standing is Standing.STARTED)
    assert len(desk.waits) == (state.phase is Phase.RESCHEDULING)
    assert desk.summaries == state.is_summing_up
    under_way = len(desk.asks) + len(desk.tools) + len(desk.waits) + desk.summaries
    assert bool(under_way) == (state.phase in (Phase.RUNNING, Phase.RESCHEDULING))


def rest_is_rest(desk: Desk) -> None:
    state = desk.state
    if state.phase is not Phase.IDLE or desk.unheard:
        return
    assert not [each.type for each in state.queue if each.type in ("user.interrupt", "user.tool_confirmation")]
    waiting = [each.id for each in state.waits_for]
    assert (state.stop["type"] == "requires_action") == bool(waiting)
    if waiting:
        assert state.stop["event_ids"] == waiting
    else:
        assert not state.open_calls
        assert not [each.type for each in state.queue if each.type in TURNS]


def statuses_take_turns(desk: Desk) -> None:
    """A run begins once, every change of the session's is also its thread's, and usage precedes every rest."""
    session = [each.removeprefix("session.status_") for each in desk.types if each.startswith("session.status_")]
    thread = [
        each.removeprefix("session.thread_status_") for each in desk.types if each.startswith("session.thread_status_")
    ]
    assert session == thread
    for before, after in zip(["idle", *session], session, strict=False):
        assert after != "running" or before != "running"
        assert after != "rescheduled" or before == "running"
    types = desk.types
    for place, each in enumerate(types):
        if each == "session.status_idle":
            assert types[place - 2 : place] == ["session.thread_status_idle", "session.usage"]
        if each in ("session.status_running", "session.status_rescheduled"):
            assert each.replace(".status", ".thread_status") in types[max(0, place - 1) : place + 2]


def requests_end_once(desk: Desk) -> None:
    open_request = None
    for each in desk.shown:
        if each.type == "span.model_request_start":
            assert open_request is None
            open_request = each.id
        elif each.type == "span.model_request_end":
            assert each.body["model_request_start_id"] == open_request
            open_request = None
        elif each.type in ("agent.message", "agent.thinking", "agent.tool_use", "agent.custom_tool_use"):
            assert open_request is not None
        elif each.type in ("session.status_idle", "session.status_rescheduled"):
            assert open_request is None
    assert open_request == desk.state.request_id


def calls_end_once(desk: Desk) -> None:
    results = [
        each.body.get("tool_use_id") or each.body["mcp_tool_use_id"]
        for each in desk.shown
        if each.type in ("agent.tool_result", "agent.mcp_tool_result")
    ]
    assert len(results) == len(set(results))
    assert not set(results) & set(desk.calls)


def nothing_is_run_twice(desk: Desk) -> None:
    """But what is harmless; and nothing runs that the log does not permit."""
    entries = {each.id: each for each in desk.log}
    allowed = {
        each.body["tool_use_id"]
        for each in desk.shown
        if each.type == "user.tool_confirmation" and each.body["result"] == "allow"
    }
    for call_id, times in desk.ran.items():
        use = entries[call_id]
        assert times == 1 or use.body["name"] in ("read", "web_fetch")
        assert use.body["evaluated_permission"] == "allow" or call_id in allowed
        assert use.body["evaluated_permission"] != "deny"
        grant = desk.setting.grants(use.body["name"])
        assert use.type != "agent.tool_use" or grant is None or grant.kind == "builtin"


def nothing_sent_is_lost(desk: Desk, sent: list[str]) -> None:
    entries = {each.id: each for each in desk.log}
    assert len(entries) == len(desk.log)
    unheard = {each.id for each in desk.unheard}
    for each in sent:
        assert entries[each].at is not None or each in desk.waiting_ids | unheard


def the_model_can_read_it(desk: Desk) -> None:
    """The conversation is one that the Messages API takes: every call has its one result, in the message behind it."""
    conversation = desk.conversation
    if not conversation:
        return
    assert conversation[0]["role"] == "user"
    owed: list[str] = []
    for message in conversation:
        blocks: list[Json] = message["content"]
        assert blocks
        assert all(each["text"].strip() for each in blocks if each["type"] == "text")
        results = [each["tool_use_id"] for each in tool_results(blocks)]
        assert all(each["content"] for each in tool_results(blocks))
        assert results == owed, "each call has one result, in order, directly behind it"
        assert [each["type"] for each in blocks[: len(results)]] == ["tool_result"] * len(results)
        owed = [each["id"] for each in blocks if each["type"] == "tool_use"]
        assert message["role"] == "assistant" or not owed
        assert message["role"] != "assistant" or "thinking" not in blocks[-1]["type"]
    if desk.asks:
        assert not owed
    else:
        standing = [each.tool_use_id for each in desk.state.calls.values()]
        assert standing == owed or not owed


ALWAYS = (
    folding_the_log_gives_the_state,
    something_moves_every_session_that_runs,
    rest_is_rest,
    statuses_take_turns,
    requests_end_once,
    calls_end_once,
    nothing_is_run_twice,
    the_model_can_read_it,
)
