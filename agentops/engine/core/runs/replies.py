"""From a model's reply to events: what it said, the calls it makes, and what it is told of those it may not make."""

from collections.abc import Sequence

from agentops.engine.core.conversation import Reply, Usage
from agentops.engine.core.json import Json
from agentops.engine.core.runs import messages, permissions
from agentops.engine.core.runs.draft import Draft
from agentops.engine.core.runs.effects import RunTool
from agentops.engine.core.runs.happenings import Preview, Replied
from agentops.engine.core.runs.setting import Grant
from agentops.engine.core.runs.state import Call, Standing

TOOL_USE_LIMIT = 128
"""Calls in one reply; what makes more has lost its way."""

_UNREADABLE_SHOWN = 200
"""How much of an unreadable input is shown to the model. Units: characters."""

_UNEXPLAINED: Json = {"type": "refusal", "category": None, "explanation": None}
_RESULTS = {"agent.tool_use": ("agent.tool_result", "tool_use_id")}
_MCP_RESULT = ("agent.mcp_tool_result", "mcp_tool_use_id")


def replied(draft: Draft, happening: Replied) -> None:
    """Log a reply and start its calls; one that was refused ends the turn."""
    reply = happening.reply
    _say_what_was_said(draft, reply, happening.preview)
    is_refusal = reply.stop_reason == "refusal"
    # What a refused reply calls was cut off with it: nobody runs it, and nothing would answer for it.
    uses = [] if is_refusal else [each for each in reply.content if each["type"] == "tool_use"]
    obstacles = [_obstacle(use, draft.setting.grants(use["name"]), number) for number, use in enumerate(uses)]
    calls = [_say_call(draft, use, is_barred=bool(why)) for use, why in zip(uses, obstacles, strict=True)]
    body = {"model_request_start_id": draft.state.request_id, "model_usage": shown(reply.usage)}
    draft.say("span.model_request_end", body, kept=messages.reply_message(reply, list(map(_object, uses))))
    if is_refusal:
        draft.rest({"type": "refusal"}, reply.stop_details or _UNEXPLAINED)
    for call_id, why_not in zip(calls, obstacles, strict=True):
        call = draft.state.calls[call_id]
        if why_not:
            result(draft, call, ({"type": "text", "text": why_not},), is_error=True)
        elif call.standing is Standing.STARTED:
            draft.do(RunTool(call))


def _say_what_was_said(draft: Draft, reply: Reply, preview: Preview) -> None:
    shown_ids = iter(preview.thinking_ids)
    for block in reply.content:
        if block["type"] in ("thinking", "redacted_thinking"):
            draft.say("agent.thinking", event_id=next(shown_ids, None))
    texts = [
        {"type": "text", "text": each["text"]} for each in reply.content if each["type"] == "text" and each["text"]
    ]
    if texts:
        draft.say("agent.message", {"content": texts}, event_id=preview.message_id)


def _say_call(draft: Draft, use: Json, *, is_barred: bool) -> str:
    grant = draft.setting.grants(use["name"])
    said = {"name": (grant.event_name if grant else None) or use["name"], "input": _object(use)}
    if is_barred:
        return draft.say("agent.tool_use", {**said, "evaluated_permission": "deny"}, kept=use["id"])
    if grant is not None and grant.kind == "custom":
        return draft.say("agent.custom_tool_use", said, kept=use["id"])
    if grant is not None and grant.kind == "mcp":
        server = {"mcp_server_name": grant.mcp_server_name}
        return draft.say("agent.mcp_tool_use", {**server, **said, **permissions.evaluated(grant)}, kept=use["id"])
    return draft.say("agent.tool_use", {**said, **permissions.evaluated(grant)}, kept=use["id"])


def _obstacle(use: Json, grant: Grant | None, number: int) -> str | None:
    """Return what the model is told of a call that cannot run, whatever a person would say to it."""
    if grant is None or not grant.is_enabled:
        return permissions.refusal(use["name"], grant)
    if not isinstance(use["input"], dict):
        return (
            f"The input of {use['name']} is not a JSON object, so the tool did not run. It began: "
            f"{str(use['input'])[:_UNREADABLE_SHOWN]!r}. Send a complete JSON object."
        )
    if number >= TOOL_USE_LIMIT:
        return f"One reply may call at most {TOOL_USE_LIMIT} tools; this call is beyond that and did not run."
    return None


def result(draft: Draft, call: Call | None, content: Sequence[Json], *, is_error: bool) -> None:
    """Log what a call came to; one that is over already is not heard of again."""
    if call is None or call.standing is Standing.DONE:
        return
    event_type, field = _RESULTS.get(call.type, _MCP_RESULT)
    draft.say(event_type, {field: call.id, "content": list(content), "is_error": is_error})


def broken_off(draft: Draft, call: Call, content: Sequence[Json]) -> None:
    """Log that nobody waits for a call any more.

    What a client carries out is answered as the client would have: the SDK's worker and its tool runner take a call
    without such an answer for open, and would carry it out whenever they read the log again.
    Source: SDK 2.11.0 `lib/tools/_beta_session_runner.py`, `_reconcile`.
    """
    grant = draft.setting.grants(call.name)
    if call.type == "agent.custom_tool_use":
        answer = ("user.custom_tool_result", "custom_tool_use_id")
    elif call.type == "agent.tool_use" and grant is not None and grant.kind == "remote":
        answer = ("user.tool_result", "tool_use_id")
    else:
        result(draft, call, content, is_error=True)
        return
    event_type, field = answer
    draft.say(event_type, {field: call.id, "content": list(content), "is_error": True})


def _object(use: Json) -> Json:
    return use["input"] if isinstance(use["input"], dict) else {}


def shown(usage: Usage) -> Json:
    """Return what a request took.

    Source: SDK 2.11.0 `types/beta/sessions/beta_managed_agents_span_model_usage.py`.
    """
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cache_creation_input_tokens": usage.cache_creation_input_tokens,
        "cache_read_input_tokens": usage.cache_read_input_tokens,
    }
