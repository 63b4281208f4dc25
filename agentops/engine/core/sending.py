"""May these events be sent to a session as it is? What keeps them out, and what is logged of those let in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agentops.base.ids import IdSource
from agentops.engine.core import session_events
from agentops.engine.core.json import Json, parsed, written
from agentops.engine.core.session_events import Event
from agentops.wire.problems import Problem
from agentops.wire.wording import quoted

CONFIRMATION, RESULT, CUSTOM_RESULT = "user.tool_confirmation", "user.tool_result", "user.custom_tool_result"
INTERRUPT = "user.interrupt"

ANSWERS = (CONFIRMATION, RESULT, CUSTOM_RESULT, INTERRUPT)
"""What changes for which calls a session waits."""

AT_THE_CAP = (CONFIRMATION, RESULT, CUSTOM_RESULT, INTERRUPT)
"""What a session takes whose budget is used up. Source: platform.claude.com/docs/en/managed-agents/budgets."""

_AT_ONCE = (CUSTOM_RESULT, RESULT)
"""What counts as processed when it is received. Source: documented, events-and-streaming."""

_UNABLE = ("claude-haiku-4", "claude-mythos-preview", "claude-sonnet-4", "claude-opus-4-5", "claude-opus-4-6",
           "claude-opus-4-7")  # fmt: skip
"""How the ids of models begin that take no instructions in the middle of a conversation.

Source: the documented list of those that do, platform.claude.com/docs/en/managed-agents/events-and-streaming.
"""

_UNABLE_TOO = ("claude-sonnet-5",)
"""Such ids whole: others that do begin alike."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides about events that are sent."""

    session_id: str
    thread_id: str
    """The primary one."""

    waits_for: Mapping[str, str]
    """The calls that wait for the client, each with the type of the event that answers it."""

    rests_for: str | None
    """Why it rests; None while it runs."""

    is_capped: bool
    """Whether its budget is used up."""

    is_self_hosted: bool
    model_id: str


def unanswered(waits_for: Mapping[str, str], late: Sequence[Event]) -> Mapping[str, str]:
    """Return the calls that still wait after the newest answers and interrupts: nobody may have come to them yet."""
    if any(each.type == INTERRUPT and each.processed_at is None for each in late):
        return {}
    answered = {(_answered(parsed(each.body)), each.type) for each in late}
    return {call_id: wanted for call_id, wanted in waits_for.items() if (call_id, wanted) not in answered}


def problems(events: Sequence[Json], situation: Situation) -> Iterator[Problem]:
    """Yield why events cannot be sent now, paths relative to the request."""
    waits_for = dict(situation.waits_for)
    for index, event in enumerate(events):
        path, kind = ("events", index), event["type"]
        if situation.is_capped and kind not in AT_THE_CAP:
            yield Problem(path, "bad-combination", f"must be one of {', '.join(AT_THE_CAP)}: the budget is used up")
        elif kind == INTERRUPT:
            waits_for = {}
            yield from _interrupt_problems(event, situation, path)
        elif kind == "user.message" and waits_for and situation.rests_for == "requires_action":
            open_calls = ", ".join(list(waits_for)[:5])
            yield Problem(path, "bad-combination", f"cannot be sent while calls wait for an answer: {open_calls}")
        elif kind == "system.message":
            yield from _instruction_problems(situation, path)
        elif kind in (CONFIRMATION, RESULT):
            yield from _answer_problems(event, waits_for, situation, path)
        if (call_id := _answered(event)) is not None and waits_for.get(call_id) == kind:
            del waits_for[call_id]


def _answered(event: Json) -> str | None:
    call_id: str | None = event.get("tool_use_id") or event.get("custom_tool_use_id")
    return call_id


def _interrupt_problems(event: Json, situation: Situation, path: tuple[str, int]) -> Iterator[Problem]:
    thread_id = event.get("session_thread_id")
    if thread_id not in (None, situation.thread_id):
        message = f"must be a thread of session {situation.session_id} that runs, {quoted(thread_id)} is not"
        yield Problem((*path, "session_thread_id"), "invalid-value", message)


def _instruction_problems(situation: Situation, path: tuple[str, int]) -> Iterator[Problem]:
    if situation.model_id.startswith(_UNABLE) or situation.model_id in _UNABLE_TOO:
        message = f"cannot be sent to {situation.model_id} (model_does_not_support_mid_conversation_system)"
        yield Problem(path, "bad-combination", message)


def _answer_problems(
    event: Json, waits_for: Mapping[str, str], situation: Situation, path: tuple[str, int]
) -> Iterator[Problem]:
    call_id, kind = event["tool_use_id"], event["type"]
    if kind == RESULT and not situation.is_self_hosted:
        yield Problem(path, "bad-combination", "is only taken where tools run in a self-hosted environment")
    elif waits_for.get(call_id) != kind:
        wanted = "a confirmation" if kind == CONFIRMATION else "a result"
        message = f"must be the id of a tool call that waits for {wanted}, {quoted(call_id)} is not"
        yield Problem((*path, "tool_use_id"), "invalid-value", message)


def received(sent: Json, ids: IdSource, at: str) -> Event:
    """Return what is logged of an event. Source: SDK 2.11.0 `…/sessions/beta_managed_agents_user_*_event.py`."""
    if sent["type"] in ("user.message", session_events.OUTCOME):
        return session_events.received(sent, ids, at)[0]
    event_id = ids.new("sevt")
    body = {"type": sent["type"], "id": event_id, **{key: value for key, value in sent.items() if key != "type"}}
    return Event(event_id, sent["type"], at if sent["type"] in _AT_ONCE else None, written(body))
