"""From a model's reply to events: what it said, the calls it makes, and what it is told of those it may not make."""

from agentops.engine.core.conversation import Reply
from agentops.engine.core.json import Json
from agentops.engine.core.runs import delegation, messages, permissions, reports
from agentops.engine.core.runs.draft import Draft
from agentops.engine.core.runs.effects import RunTool
from agentops.engine.core.runs.happenings import Preview, Replied
from agentops.engine.core.runs.results import result
from agentops.engine.core.runs.setting import Grant
from agentops.engine.core.runs.state import Call, Standing
from agentops.engine.core.runs.team import ADVISE

TOOL_USE_LIMIT = 128
"""Calls in one reply; what makes more has lost its way."""

ADVICE_LIMIT = 4
"""Questions to the advisor in one reply: each is a thread of its own that reads the whole conversation."""

_UNREADABLE_SHOWN = 200
"""How much of an unreadable input is shown to the model. Units: characters."""

_UNEXPLAINED: Json = {"type": "refusal", "category": None, "explanation": None}


def replied(draft: Draft, happening: Replied) -> None:
    """Log a reply and start its calls; one that was refused ends the turn."""
    reply = happening.reply
    _say_what_was_said(draft, reply, happening.preview)
    is_refusal = reply.stop_reason == "refusal"
    # What a refused reply calls was cut off with it: nobody runs it, and nothing would answer for it.
    every = [] if is_refusal else [each for each in reply.content if each["type"] == "tool_use"]
    consultations = [each for each in every if _is_consultation(draft, each)][:ADVICE_LIMIT]
    uses = [each for each in every if each not in consultations]
    obstacles = [_obstacle(use, draft.setting.grants(use["name"]), number) for number, use in enumerate(uses)]
    calls = [_say_call(draft, use, is_barred=bool(why)) for use, why in zip(uses, obstacles, strict=True)]
    body = {"model_request_start_id": draft.state.request_id, "model_usage": reply.usage.shown()}
    draft.say("span.model_request_end", body, kept=messages.reply_message(reply, list(map(_object, every))))
    if is_refusal:
        reports.refused(draft, reply.stop_details or _UNEXPLAINED)
    for call_id, why_not in zip(calls, obstacles, strict=True):
        call = draft.state.calls[call_id]
        if why_not:
            result(draft, call, ({"type": "text", "text": why_not},), is_error=True)
        elif call.standing is Standing.STARTED:
            _start(draft, call)
    for use in consultations:
        delegation.consult(draft, use)


def _start(draft: Draft, call: Call) -> None:
    grant = draft.setting.grants(call.name)
    if call.type == "agent.tool_use" and grant is not None and grant.kind == "team":
        delegation.carry_out(draft, call)
    else:
        draft.do(RunTool(call))


def _is_consultation(draft: Draft, use: Json) -> bool:
    return use["name"] == ADVISE and draft.setting.team.advisor is not None


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
        return draft.say("agent.custom_tool_use", said, kept=use["id"], is_asking=True)
    if grant is not None and grant.kind == "mcp":
        server, permitted = {"mcp_server_name": grant.mcp_server_name}, permissions.evaluated(grant)
        is_asking = permitted["evaluated_permission"] == "ask"
        return draft.say("agent.mcp_tool_use", {**server, **said, **permitted}, kept=use["id"], is_asking=is_asking)
    permitted = permissions.evaluated(grant)
    is_asking = permitted["evaluated_permission"] == "ask" or (grant is not None and grant.kind == "remote")
    return draft.say("agent.tool_use", {**said, **permitted}, kept=use["id"], is_asking=is_asking)


def _obstacle(use: Json, grant: Grant | None, number: int) -> str | None:
    """Return what the model is told of a call that cannot run, whatever a person would say to it."""
    if grant is None or not grant.is_enabled:
        return permissions.refusal(use["name"], grant)
    if not isinstance(use["input"], dict):
        return (
            f"The input of {use['name']} is not a JSON object, so the tool did not run. It began: "
            f"{str(use['input'])[:_UNREADABLE_SHOWN]!r}. Send a complete JSON object."
        )
    if use["name"] == ADVISE and grant.kind == "team":
        return f"One reply may ask the advisor at most {ADVICE_LIMIT} questions; this one is beyond that."
    if number >= TOOL_USE_LIMIT:
        return f"One reply may call at most {TOOL_USE_LIMIT} tools; this call is beyond that and did not run."
    return None


def _object(use: Json) -> Json:
    return use["input"] if isinstance(use["input"], dict) else {}
