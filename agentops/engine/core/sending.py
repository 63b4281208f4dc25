"""May these events be sent to a session as it is? What keeps them out, and what is logged of those let in."""

from collections.abc import Iterator, Mapping, Sequence

from agentops.base.ids import IdSource
from agentops.engine.core import session_events
from agentops.engine.core.json import Json, written
from agentops.engine.core.session_events import Event
from agentops.wire.problems import Problem
from agentops.wire.wording import quoted

AT_THE_CAP = ("user.tool_confirmation", "user.tool_result", "user.custom_tool_result", "user.interrupt")
"""What a session takes whose budget is used up. Source: platform.claude.com/docs/en/managed-agents/budgets."""

_AT_ONCE = ("user.custom_tool_result", "user.tool_result")
"""What counts as processed when it is received. Source: documented, events-and-streaming."""

_CALLS = ("agent.tool_use", "agent.mcp_tool_use")


def problems(events: Sequence[Json], progress: Json, *, is_self_hosted: bool) -> Iterator[Problem]:
    """Yield why events cannot be sent now, paths relative to the request."""
    waits_for: Mapping[str, str] = progress.get("waits_for") or {}
    known: Mapping[str, str] = progress.get("open") or {}
    answered: set[str] = set()
    is_interrupted = False
    for index, event in enumerate(events):
        path = ("events", index)
        kind = event["type"]
        if progress.get("stop") == "budget_reached" and kind not in AT_THE_CAP:
            yield Problem(path, "bad-combination", f"must be one of {', '.join(AT_THE_CAP)}: the budget is used up")
        elif kind == "user.interrupt":
            is_interrupted = True
        elif kind == "user.message" and not is_interrupted and (still := _blocking(progress, answered)):
            open_calls = ", ".join(still[:5])
            yield Problem(path, "bad-combination", f"cannot be sent while calls wait for an answer: {open_calls}")
        elif kind == "user.tool_confirmation":
            yield from _confirmation_problems(event, waits_for, known, path)
            answered.add(event["tool_use_id"])
        elif kind == "user.tool_result":
            yield from _result_problems(event["tool_use_id"], known, path, is_self_hosted=is_self_hosted)
            answered.add(event["tool_use_id"])
        elif kind == "user.custom_tool_result":
            answered.add(event["custom_tool_use_id"])


def _blocking(progress: Json, answered: set[str]) -> list[str]:
    """Return the calls that a resting session waits for."""
    waits_for = progress.get("waits_for") or {}
    return [each for each in waits_for if each not in answered] if progress.get("stop") == "requires_action" else []


def _confirmation_problems(
    event: Json, waits_for: Mapping[str, str], known: Mapping[str, str], path: tuple[str, int]
) -> Iterator[Problem]:
    call_id = event["tool_use_id"]
    if waits_for.get(call_id) not in _CALLS and known.get(call_id) not in _CALLS:
        message = f"must be the id of a tool call that waits for a confirmation, {quoted(call_id)} is not"
        yield Problem((*path, "tool_use_id"), "invalid-value", message)


def _result_problems(
    call_id: str, known: Mapping[str, str], path: tuple[str, int], *, is_self_hosted: bool
) -> Iterator[Problem]:
    if not is_self_hosted:
        message = "is only taken where tools run in a self-hosted environment"
        yield Problem(path, "bad-combination", message)
    elif call_id not in known:
        message = f"must be the id of a tool call without a result, {quoted(call_id)} is not"
        yield Problem((*path, "tool_use_id"), "invalid-value", message)


def received(sent: Json, ids: IdSource, at: str) -> Event:
    """Return what is logged of an event. Source: SDK 2.11.0 `…/sessions/beta_managed_agents_user_*_event.py`."""
    if sent["type"] in ("user.message", session_events.OUTCOME):
        return session_events.received(sent, ids, at)[0]
    event_id = ids.new("sevt")
    body = {"type": sent["type"], "id": event_id, **{key: value for key, value in sent.items() if key != "type"}}
    return Event(event_id, sent["type"], at if sent["type"] in _AT_ONCE else None, written(body))
