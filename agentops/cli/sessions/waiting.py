"""The calls that a session waits with: found in its log, shown, and answered."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from agentops.base.errors import UsageError
from agentops.base.names import nearest
from agentops.base.paint import printable
from agentops.cli.output import say, stderr_paint
from agentops.cli.sessions import words
from agentops.cli.sessions.asking import confirmation

if TYPE_CHECKING:
    from agentops.targets.sessions import Sessions

Call = Mapping[str, Any]

CALLS = ("agent.tool_use", "agent.mcp_tool_use", "agent.custom_tool_use")
_CALLS_LOOKED_AT = 200


async def calls(sessions: "Sessions", session: Mapping[str, Any]) -> list[Call]:
    """Return the calls that the session waits with; none unless it rests for them."""
    if session["status"] != "idle":
        return []
    last = await sessions.last_events(session["id"], 1, ["session.status_idle"])
    stop = last[0]["stop_reason"] if last else {"type": "end_turn"}
    if stop["type"] != "requires_action":
        return []
    made = await sessions.last_events(session["id"], _CALLS_LOOKED_AT, CALLS)
    known = {each["id"]: each for each in made}
    return [known.get(each, {"id": each, "type": "", "name": "a call", "input": {}}) for each in stop["event_ids"]]


def is_asked(call: Call) -> bool:
    """Tell whether a person's word is waited for."""
    return call.get("evaluated_permission") == "ask"


def explain(found: Sequence[Call], command: str, said: Callable[[Call], str] | None = None) -> None:
    """Say on standard error what waits and who can answer; `said` tells a call with whose it is."""
    paint = stderr_paint()
    for each in found:
        told = said(each) if said else words.call(printable(each["name"]), each.get("input") or {})
        say(f"{paint('yellow', 'waits')}: {each['id']}  {told}")
    if any(map(is_asked, found)):
        say(f"answer with `{command}`, or with --deny REASON")
    elif found:
        say("only a program can answer: it sends the results of custom tools through the SDK")


def answers(found: Sequence[Call], named: Sequence[str], deny: str | None, session_id: str) -> list[dict[str, Any]]:
    """Return the confirmations for the named calls, or for all.

    Raises:
        UsageError: nothing waits, or a name is none of them.
    """
    asked = {str(each["id"]): each for each in found if is_asked(each)}
    if not asked:
        raise UsageError(f"{session_id} waits for no confirmation", hint="`agentops session show` tells what it does")
    for each in named:
        if each not in asked:
            near = nearest(each, asked)
            hint = f"did you mean {near}?" if near else f"it waits with: {', '.join(asked)}"
            raise UsageError(f"{session_id} does not wait with a call {each}", hint=hint)
    return [confirmation(each, "yes" if deny is None else deny or "no") for each in named or asked]
