"""What holds of every session at every moment, as questions to a desk."""

from collections import Counter
from collections.abc import Iterator

from agentops.engine.core.entries import Entry
from agentops.engine.core.json import Json
from agentops.engine.core.runs.altered import altered
from agentops.engine.core.runs.costs import cents
from agentops.engine.core.runs.evolve import laid_aside
from agentops.engine.core.runs.fold import fold
from agentops.engine.core.runs.session_state import SessionState, Stage, Thread
from agentops.engine.core.runs.state import ADVICE, Call, Phase, Standing, State
from agentops.engine.core.runs.team import WAIT

from .desk import Desk, tool_results

TURNS = ("user.message", "user.define_outcome", "system.message")
SENT, RECEIVED = "agent.thread_message_sent", "agent.thread_message_received"
START, END = "span.outcome_evaluation_start", "span.outcome_evaluation_end"


def _threads(desk: Desk) -> Iterator[tuple[str | None, Thread, State]]:
    for key, thread in desk.session.threads.items():
        yield key, thread, thread.state


def _is_evaluated(desk: Desk) -> bool:
    outcome = desk.session.outcome
    return outcome is not None and outcome.stage is Stage.EVALUATING


def _is_wait(call: Call) -> bool:
    return call.name == WAIT and call.type == "agent.tool_use" and call.standing is Standing.STARTED


def folding_the_log_gives_the_state(desk: Desk) -> None:
    if not desk.unheard:
        assert _unread(fold(desk.log, desk.settings)) == _unread(desk.session)


def _unread(session: SessionState) -> SessionState:
    """Return the session, whatever the order of what its agent has not read yet.

    An outcome stands in the log where it was received; who runs the session may have heard of it after the next step.
    """
    state = laid_aside(session.primary)
    state = altered(state, pending=tuple(sorted(state.pending, key=str)))
    return session.with_thread(None, altered(session.threads[None], state=state))


def what_is_under_way_is_what_the_state_says(desk: Desk) -> None:
    """So that no thread hangs, and none does a thing twice."""
    for key, _, state in _threads(desk):
        deeds, is_evaluated = desk.at(key), key is None and _is_evaluated(desk)
        started = [each for each in state.open_calls if each.standing is Standing.STARTED]
        assert deeds.asks == ([state.request_id] if state.request_id else [])
        assert sorted(deeds.tools) == sorted(each.id for each in started if each.type != ADVICE and not _is_wait(each))
        assert len(deeds.waits) == (state.phase is Phase.RESCHEDULING)
        assert deeds.summaries == (state.is_summing_up and not is_evaluated)
        assert len(deeds.evaluations) == is_evaluated
        waits = any(each.type == ADVICE or _is_wait(each) for each in started)
        assert state.is_active <= (bool(len(deeds)) or waits)
        assert bool(len(deeds) - len(deeds.evaluations)) <= state.is_active


def something_moves_every_session_that_runs(desk: Desk) -> None:
    session = desk.session
    assert desk.is_at_work == (session.phase in (Phase.RUNNING, Phase.RESCHEDULING))
    phases = [state.phase for _, _, state in _threads(desk)]
    if session.phase is Phase.IDLE:
        assert not {Phase.RUNNING, Phase.RESCHEDULING} & set(phases)
        assert not _is_evaluated(desk)
    if session.phase is Phase.RESCHEDULING:
        assert Phase.RUNNING not in phases
        assert Phase.RESCHEDULING in phases


def who_waits_waits_for_somebody(desk: Desk) -> None:
    """An advisor that is at work, or a thread whose turn has not come to its end."""
    session = desk.session
    advisors = {each.advises: each for _, each, _ in _threads(desk) if each.advises}
    for call in session.primary.open_calls:
        if call.type == ADVICE:
            assert advisors[call.id].state.is_active
        if _is_wait(call):
            assert any(key and each.counts and state.is_unfinished for key, each, state in _threads(desk))


def rest_is_rest(desk: Desk) -> None:
    if desk.unheard:
        return
    for key, _, state in _threads(desk):
        assert not [each.type for each in state.queue if each.type in ("user.interrupt", "user.tool_confirmation")]
        if state.phase is Phase.TERMINATED:
            assert not state.open_calls
        if state.phase is not Phase.IDLE:
            continue
        waiting = [each.id for each in state.waits_for]
        assert (state.stop["type"] == "requires_action") == bool(waiting)
        if waiting:
            assert state.stop["event_ids"] == waiting
            continue
        assert all(map(_is_wait, state.open_calls))
        is_held = bool(state.open_calls) or (key is None and _is_evaluated(desk))
        assert is_held or not [each.type for each in state.queue if each.type in TURNS]
        assert is_held or state.stop["type"] == "budget_reached" or not (state.is_called or state.task)


def the_session_rests_for_what_its_threads_rest_for(desk: Desk) -> None:
    session = desk.session
    if session.phase is not Phase.IDLE or desk.unheard:
        return
    waiting = [call.id for _, call in session.waits_for]
    assert (session.stop["type"] == "requires_action") == bool(waiting)
    assert session.stop.get("event_ids", []) == waiting
    types = {state.stop["type"] for _, _, state in _threads(desk)}
    assert session.stop["type"] in {"budget_reached", *types}


def statuses_take_turns(desk: Desk) -> None:
    """A run begins once, and usage precedes every rest of the session."""
    every = [each.type.removeprefix("session.status_") for each in desk.shown if _is_status(each, "session.status_")]
    _take_turns(every)
    for key in desk.session.threads:
        of_thread = [
            each for each in desk.shown if each.thread_id == key and _is_status(each, "session.thread_status_")
        ]
        _take_turns([each.type.removeprefix("session.thread_status_") for each in of_thread])
    for place, each in enumerate(types := desk.types):
        if each == "session.status_idle":
            assert types[place - 1] == "session.usage"
        if each == "session.status_running":
            assert types[place + 1] == "session.thread_status_running"
        if each == "session.status_rescheduled":
            assert types[place - 1].startswith("session.thread_status_")


def _is_status(entry: Entry, start: str) -> bool:
    return entry.type.startswith(start)


def _take_turns(statuses: list[str]) -> None:
    for before, after in zip(["idle", *statuses], statuses, strict=False):
        if before == "terminated":
            return
        assert after != "running" or before != "running"
        assert after != "rescheduled" or before == "running"


def who_is_alone_says_all_of_it_twice(desk: Desk) -> None:
    """Every change of the session's is also that of its only thread."""
    if len(desk.session.threads) > 1:
        return
    types, both = desk.types, ("session.status_", "session.thread_status_")
    session, thread = ([each.removeprefix(start) for each in types if each.startswith(start)] for start in both)
    assert session == thread


def requests_end_once(desk: Desk) -> None:
    for key, thread, state in _threads(desk):
        open_request = None
        for each in (each for each in desk.shown if each.thread_id == key):
            if each.type == "span.model_request_start":
                assert open_request is None
                open_request = each.id
            elif each.type == "span.model_request_end":
                assert each.body["model_request_start_id"] == open_request
                open_request = None
            elif each.type in ("agent.message", "agent.thinking", "agent.tool_use", "agent.custom_tool_use"):
                assert open_request is not None
            elif each.type in ("session.thread_status_idle", "session.status_idle", "session.status_rescheduled"):
                assert open_request is None or each.type != "session.thread_status_idle"
        assert thread.is_over or open_request == state.request_id


def calls_end_once(desk: Desk) -> None:
    results = [
        each.body.get("tool_use_id") or each.body["mcp_tool_use_id"]
        for each in desk.shown
        if each.type in ("agent.tool_result", "agent.mcp_tool_result")
    ]
    assert len(results) == len(set(results))
    for key in desk.session.threads:
        assert not set(results) & set(desk.calls_of(key))


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
        setting = desk.settings(use.thread_id, desk.session.threads[use.thread_id].agent)
        grant = setting.grants(use.body["name"])
        assert use.type != "agent.tool_use" or grant is None or grant.kind == "builtin"


def nothing_sent_is_lost(desk: Desk, sent: list[str]) -> None:
    entries = {each.id: each for each in desk.log}
    assert len(entries) == len(desk.log)
    unheard = {each.id for each in desk.unheard}
    for each in sent:
        assert entries[each].at is not None or each in desk.waiting_ids | unheard


def every_word_between_threads_arrives_once(desk: Desk) -> None:
    """Only notices of the engine, and an advisor's advice, were sent by nobody."""
    sent: Counter[tuple[str, str, str]] = Counter()
    for each in desk.shown:
        here, words = each.thread_id or desk.setting.thread_id, str(each.body.get("content"))
        if each.type == SENT:
            sent[here, each.body["to_session_thread_id"], words] += 1
        elif each.type == RECEIVED:
            whence = each.body["from_session_thread_id"]
            if each.kept is None and not words.startswith("[{'type': 'text', 'text': '(The "):
                sent[whence, here, words] -= 1
    assert not [each for each, count in sent.items() if count and "(The agent ended" not in each[2]]


def evaluations_end_once(desk: Desk) -> None:
    """And none goes on while anybody else is at work."""
    open_start = ""
    for each in desk.shown:
        if each.type == START:
            assert open_start == ""
            open_start = each.id
        elif each.type == END:
            assert each.body["outcome_evaluation_start_id"] == open_start
            open_start = ""
    outcome = desk.session.outcome
    assert open_start == (outcome.start_id if outcome else "")
    if _is_evaluated(desk):
        assert not any(state.is_unfinished for key, _, state in _threads(desk) if key is not None)
        assert not desk.session.primary.open_calls


def records_of_outcomes_say_how_far_they_are(desk: Desk) -> None:
    session = desk.session
    *earlier, newest = session.evaluations or (None,)
    if newest is None:
        return
    done = ("satisfied", "max_iterations_reached", "failed", "interrupted")
    over = [*earlier, *([] if session.outcome else [newest])]
    assert all(each["result"] in done and each["completed_at"] and each["explanation"] for each in over)
    if session.outcome is not None:
        assert newest["completed_at"] is None
        assert newest["iteration"] in (session.outcome.iteration, session.outcome.iteration - 1)
        assert newest["result"] in (("evaluating",) if _is_evaluated(desk) else ("pending", "running"))
        assert newest["result"] == "pending" or session.primary.task is None


def nobody_is_asked_beyond_the_budget(desk: Desk) -> None:
    budget = desk.setting.budget
    cost = cents(desk.session, desk.settings)
    if budget is None or cost is None or cost < int(budget["max_list_cost"]["amount"]):
        return
    for each in reversed(desk.last.entries):
        if "usage" in str(each.kept) or each.type in ("span.model_request_end", END):
            return
        assert each.type not in ("span.model_request_start", START)


def the_model_can_read_it(desk: Desk) -> None:
    """The conversation is one that the Messages API takes: every call has its one result, in the message behind it."""
    for key, thread, state in _threads(desk):
        if not thread.is_over:
            _can_read(desk.conversation_of(key), state)


def _can_read(conversation: list[Json], state: State) -> None:
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
    if state.request_id:
        assert not owed
    else:
        standing = [each.tool_use_id for each in state.calls.values()]
        assert sorted(standing) == sorted(owed) or not owed


def every_word_reaches_the_model(desk: Desk, words: list[str]) -> None:
    """What took effect is in the conversation, or goes into it next; a summary may leave it out."""
    if any(each.type == "agent.thread_context_compacted" for each in desk.shown) or desk.unheard:
        return
    state = desk.session.primary
    known = b"".join(state.conversation).decode() + str(state.pending) + str(state.task) + str(state.queue)
    assert [each for each in words if each not in known] == []


ALWAYS = (
    what_is_under_way_is_what_the_state_says,
    something_moves_every_session_that_runs,
    who_waits_waits_for_somebody,
    rest_is_rest,
    the_session_rests_for_what_its_threads_rest_for,
    nobody_is_asked_beyond_the_budget,
    records_of_outcomes_say_how_far_they_are,
)
"""What the state alone tells: asked after every step."""

AT_THE_END = (
    folding_the_log_gives_the_state,
    statuses_take_turns,
    who_is_alone_says_all_of_it_twice,
    requests_end_once,
    calls_end_once,
    nothing_is_run_twice,
    every_word_between_threads_arrives_once,
    evaluations_end_once,
    the_model_can_read_it,
)
"""What the whole log tells: asked once, and of the state at every crash."""
