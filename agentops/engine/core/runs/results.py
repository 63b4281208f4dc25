"""What calls came to, as events."""

from collections.abc import Sequence

from agentops.engine.core.json import Json
from agentops.engine.core.runs.draft import Draft
from agentops.engine.core.runs.state import ADVICE, Call, Standing

_RESULTS = {"agent.tool_use": ("agent.tool_result", "tool_use_id")}
_MCP_RESULT = ("agent.mcp_tool_result", "mcp_tool_use_id")


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
    elif call.type == ADVICE:
        return
    else:
        result(draft, call, content, is_error=True)
        return
    event_type, field = answer
    draft.say(event_type, {field: call.id, "content": list(content), "is_error": True})
