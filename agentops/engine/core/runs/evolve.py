"""How an entry of the log changes the thread that it is about: nothing is decided here."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from agentops.engine.core.conversation import Conversation, Usage
from agentops.engine.core.entries import Entry
from agentops.engine.core.json import Json, listed, parsed, written
from agentops.engine.core.runs.altered import altered
from agentops.engine.core.runs.setting import Setting
from agentops.engine.core.runs.state import END_TURN, Call, Phase, Standing, State, between
from agentops.engine.core.runs.team import WAIT

INTERRUPT = "user.interrupt"
INTERRUPTED = "Tool execution was interrupted before completion. Please retry."
"""Source: documented, platform.claude.com/docs/en/managed-agents/session-threads."""

_SEARCH = "web_search"
"""The tool whose results have a price; what failed has none."""

_MESSAGE = '{"role":'
"""How every message begins that was written; in a text its quotation marks would be escaped."""

Change = Callable[[State, Entry, Setting], State]


def evolve(state: State, entry: Entry, setting: Setting) -> State:
    """Return the state after one more entry; types that change nothing are passed over."""
    if entry.at is None:
        return altered(state, queue=(*state.queue, entry))
    if any(each.id == entry.id for each in state.queue):
        state = altered(state, queue=tuple(each for each in state.queue if each.id != entry.id))
    # What was decided before anybody knew of a thread's end stands behind it in the log.
    change = _CHANGES.get(entry.type) if state.phase is not Phase.TERMINATED else None
    return change(state, entry, setting) if change else state


def _message(state: State, entry: Entry, _setting: Setting) -> State:
    blocks = listed(entry.kept) if entry.kept else entry.body["content"]
    return altered(state, pending=(*state.pending, *blocks))


def _outcome(state: State, entry: Entry, _setting: Setting) -> State:
    task: Json = {"type": "text", "text": entry.body["description"]}
    return altered(state, task=task)


def _word(state: State, entry: Entry, _setting: Setting) -> State:
    """Another thread said something, or the engine about it."""
    if (call_id := entry.kept) is not None:
        return _answered(state, call_id, entry)
    name, sender = entry.body.get("from_agent_name"), entry.body["from_session_thread_id"]
    head: Json = {"type": "text", "text": f"[From {name or 'the lead'}, thread {sender}]"}
    return altered(state, pending=(*state.pending, head, *entry.body["content"]), is_called=True)


def _answered(state: State, call_id: str, entry: Entry) -> State:
    """Take an advisor's word as the result of the call that asked for it."""
    call = state.calls.get(call_id)
    if call is None or call.standing is Standing.DONE:
        return state
    return _finished(state, call, tuple(entry.body["content"]), is_error=False)


def laid_aside(state: State) -> State:
    """Return the state with a task that nobody came to as something that is read with whatever comes next."""
    return state if state.task is None else altered(state, pending=(*state.pending, state.task), task=None)


def _instructions(state: State, entry: Entry, _setting: Setting) -> State:
    return altered(state, instructions=(*state.instructions, *entry.body["content"]))


def _interrupt(state: State, _entry: Entry, _setting: Setting) -> State:
    told: Json = {"type": "text", "text": INTERRUPTED}
    closed = {each.id: _done(each, (told,), is_error=True) for each in state.open_calls}
    return altered(state, calls=_with(state.calls, closed), is_called=False)


def _confirmation(state: State, entry: Entry, setting: Setting) -> State:
    call = state.calls.get(entry.body["tool_use_id"])
    if call is None or call.awaits != entry.type:
        return state
    if entry.body["result"] == "allow":
        standing = _allowed(call, state, setting)
        return altered(state, calls=_with(state.calls, {call.id: replace(call, standing=standing)}))
    told: Json = {"type": "text", "text": rejection(call.name, entry.body.get("deny_message"))}
    refused = replace(call, standing=Standing.REJECTED, content=(told,), is_error=True)
    return altered(state, calls=_with(state.calls, {call.id: refused}))


def _allowed(call: Call, state: State, setting: Setting) -> Standing:
    """While others run it runs too; while the session rests it is held until every answer is there."""
    if call.type == "agent.tool_use" and _is_remote(call.name, setting):
        return Standing.AWAITED
    return Standing.STARTED if state.phase is Phase.RUNNING else Standing.ALLOWED


def rejection(name: str, reason: str | None) -> str:
    """Return what the model is told of a call that a person refused."""
    return f"Permission to use {name} has been denied." + (f" {reason}" if reason else "")


def _client_result(state: State, entry: Entry, _setting: Setting) -> State:
    call = state.calls.get(entry.body.get("custom_tool_use_id") or entry.body.get("tool_use_id") or "")
    if call is None or call.awaits != entry.type:
        return state
    content = tuple(listed(entry.kept) if entry.kept else entry.body.get("content") or ())
    return _finished(state, call, content, is_error=bool(entry.body.get("is_error")))


def _result(state: State, entry: Entry, _setting: Setting) -> State:
    call = state.calls.get(entry.body.get("tool_use_id") or entry.body.get("mcp_tool_use_id") or "")
    if call is None:
        return state
    content = tuple(entry.body.get("content") or ())
    # Who waited for others may rest with them, and goes on when they do.
    is_called = state.is_called or (call.name == WAIT and state.phase is Phase.IDLE)
    state = altered(state, is_called=is_called) if is_called is not state.is_called else state
    if call.name == _SEARCH and call.type == "agent.tool_use" and not entry.body.get("is_error"):
        state = altered(state, web_searches=state.web_searches + 1)
    return _finished(state, call, content, is_error=bool(entry.body.get("is_error")))


def _finished(state: State, call: Call, content: tuple[Json, ...], *, is_error: bool) -> State:
    return altered(state, calls=_with(state.calls, {call.id: _done(call, content, is_error=is_error)}))


def _done(call: Call, content: tuple[Json, ...], *, is_error: bool) -> Call:
    return replace(call, standing=Standing.DONE, content=content, is_error=is_error)


def _tool_use(state: State, entry: Entry, setting: Setting) -> State:
    call = Call(
        id=entry.id,
        tool_use_id=entry.kept or entry.id,
        name=entry.body["name"],
        input=entry.body["input"],
        standing=_standing(entry, setting),
        type=entry.type,
        mcp_server_name=entry.body.get("mcp_server_name"),
    )
    return altered(state, calls=_with(state.calls, {call.id: call}), compactions=0)


def _standing(entry: Entry, setting: Setting) -> Standing:
    if entry.type == "agent.custom_tool_use":
        return Standing.AWAITED
    if entry.body.get("evaluated_permission") == "ask":
        return Standing.ASKED
    is_remote = entry.type == "agent.tool_use" and _is_remote(entry.body["name"], setting)
    is_denied = entry.body.get("evaluated_permission") == "deny"
    return Standing.AWAITED if is_remote and not is_denied else Standing.STARTED


def _is_remote(name: str, setting: Setting) -> bool:
    grant = setting.grants(name)
    return grant is not None and grant.kind == "remote"


def _request_start(state: State, entry: Entry, _setting: Setting) -> State:
    is_told = state.task is not None and written(state.task) in (entry.kept or "")
    return altered(
        state,
        conversation=state.conversation.and_then(_messages(entry.kept)),
        pending=(),
        instructions=(),
        calls=MappingProxyType({}),
        request_id=entry.id,
        requests=state.requests + 1,
        is_called=False,
        task=None if is_told else state.task,
    )


def _request_end(state: State, entry: Entry, _setting: Setting) -> State:
    said = tuple(each.encode() for each in (entry.kept,) if each)
    used = entry.body["model_usage"]
    length = sum(used.values())
    return altered(
        state,
        conversation=state.conversation.and_then(said),
        request_id=None,
        usage=added(state.usage, used),
        context_tokens=length or state.context_tokens,
        attempts=state.attempts if entry.body.get("is_error") else 0,
    )


def added(usage: Usage, used: Json) -> Usage:
    """Return what was taken with what an event says was taken too."""
    return Usage(
        usage.input_tokens + used["input_tokens"],
        usage.output_tokens + used["output_tokens"],
        usage.cache_creation_input_tokens + used["cache_creation_input_tokens"],
        usage.cache_read_input_tokens + used["cache_read_input_tokens"],
    )


def _spoken(state: State, entry: Entry, _setting: Setting) -> State:
    return altered(state, compactions=0, said=tuple(entry.body["content"]))


def _compacted(state: State, entry: Entry, _setting: Setting) -> State:
    kept = parsed(entry.kept or "{}")
    return altered(
        state,
        conversation=Conversation().and_then(written(each).encode() for each in kept["messages"]),
        usage=added(state.usage, kept["usage"]),
        compactions=state.compactions + 1,
        context_tokens=0,
    )


def _messages(array: str | None) -> tuple[bytes, ...]:
    """Return the messages of an array; most hold one, which is not taken apart to be written again."""
    if array and array.count(_MESSAGE) == 1:
        return (array[1:-1].encode(),)
    return tuple(written(each).encode() for each in listed(array)) if array else ()


def _running(state: State, entry: Entry, _setting: Setting) -> State:
    held = [each for each in state.calls.values() if each.standing is Standing.ALLOWED]
    is_new_turn = state.phase is Phase.IDLE and state.stop["type"] != "requires_action"
    return altered(
        state,
        phase=Phase.RUNNING,
        calls=_with(state.calls, {each.id: replace(each, standing=Standing.STARTED) for each in held}),
        requests=0 if is_new_turn else state.requests,
        said=() if is_new_turn else state.said,
        running_since=state.running_since or entry.at,
        started_once=True,
    )


def _rescheduled(state: State, entry: Entry, _setting: Setting) -> State:
    return altered(_paused(state, entry), phase=Phase.RESCHEDULING, attempts=state.attempts + 1)


def _idle(state: State, entry: Entry, _setting: Setting) -> State:
    if entry.body["stop_reason"]["type"] == "retries_exhausted":
        # What came meanwhile is read with the next message, and starts nothing.
        state = altered(laid_aside(state), is_called=False)
    return altered(
        _paused(state, entry),
        phase=Phase.IDLE,
        stop=entry.body["stop_reason"],
        stop_details=entry.body.get("stop_details"),
        is_called=state.is_called and entry.body["stop_reason"] != END_TURN,
        request_id=None,
        attempts=0,
    )


def _terminated(state: State, entry: Entry, _setting: Setting) -> State:
    """Keep of a thread what it took: nobody waits for its calls, and nothing is sent to its model any more."""
    ended = _paused(state, entry)
    return State(
        phase=Phase.TERMINATED,
        queue=ended.queue,
        usage=ended.usage,
        web_searches=ended.web_searches,
        active_seconds=ended.active_seconds,
        started_once=ended.started_once,
    )


def _paused(state: State, entry: Entry) -> State:
    seconds = between(state.running_since, entry.at) if state.running_since else 0.0
    return altered(state, active_seconds=state.active_seconds + seconds, running_since=None)


def _with(calls: Mapping[str, Call], changed: Mapping[str, Call]) -> Mapping[str, Call]:
    return MappingProxyType({**calls, **changed})


_CHANGES: Mapping[str, Change] = {
    "user.message": _message,
    "user.define_outcome": _outcome,
    "system.message": _instructions,
    INTERRUPT: _interrupt,
    "user.tool_confirmation": _confirmation,
    "user.custom_tool_result": _client_result,
    "user.tool_result": _client_result,
    "agent.tool_use": _tool_use,
    "agent.mcp_tool_use": _tool_use,
    "agent.custom_tool_use": _tool_use,
    "agent.tool_result": _result,
    "agent.mcp_tool_result": _result,
    "agent.message": _spoken,
    "agent.thread_message_received": _word,
    "agent.thread_context_compacted": _compacted,
    "span.model_request_start": _request_start,
    "span.model_request_end": _request_end,
    "session.thread_status_running": _running,
    "session.thread_status_rescheduled": _rescheduled,
    "session.thread_status_idle": _idle,
    "session.thread_status_terminated": _terminated,
    "session.status_terminated": _terminated,
}
