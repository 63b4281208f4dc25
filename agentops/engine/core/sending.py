"""May these events be sent to a session as it is? What keeps them out, and what is logged of those let in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

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

_TASKS = ("user.message", session_events.OUTCOME)
"""What is not taken while calls wait for an answer."""

_AT_ONCE = (CUSTOM_RESULT, RESULT)
"""What counts as processed when it is received. Source: documented, events-and-streaming."""

_UNABLE = ("claude-haiku-4", "claude-mythos-preview", "claude-sonnet-4", "claude-opus-4-5", "claude-opus-4-6",
           "claude-opus-4-7")  # fmt: skip
"""How the ids of models begin that take no instructions in the middle of a conversation.

Source: the documented list of those that do, platform.claude.com/docs/en/managed-agents/events-and-streaming.
"""

_UNABLE_TOO = ("claude-sonnet-5",)
"""Such ids whole: others that do begin alike."""


_LATE = "must be the id of a call of a thread that can go on, {} has ended"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something in the log comes from."""

    type: str
    thread_id: str | None
    """None for the primary thread."""


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
    waits_in: Mapping[str, str] = field(default_factory=dict)
    """The threads of the calls that wait, where that is not the primary one."""

    origins: Mapping[str, Origin] = field(default_factory=dict)
    """Where the calls come from that are answered."""

    open_threads: frozenset[str] = frozenset()
    """Which of the threads that are concerned can still go on, the primary one apart."""

    outcome_id: str | None = None
    """The outcome that is worked on."""


def unanswered(
    waits_for: Mapping[str, str], waits_in: Mapping[str, str], late: Sequence[Event], primary_id: str
) -> Mapping[str, str]:
    """Return the calls that still wait after the newest answers and interrupts: nobody may have come to them yet."""
    bodies = [(each, parsed(each.body)) for each in late]
    for each, body in bodies:
        if each.type == INTERRUPT and each.processed_at is None:
            waits_for = _after_interrupt(waits_for, waits_in, body.get("session_thread_id"), primary_id)
    answered = {(answered_call(body), each.type) for each, body in bodies}
    return {call_id: wanted for call_id, wanted in waits_for.items() if (call_id, wanted) not in answered}


def _after_interrupt(
    waits_for: Mapping[str, str], waits_in: Mapping[str, str], thread_id: str | None, primary_id: str
) -> Mapping[str, str]:
    """Return what still waits: without a thread, every one is interrupted. Source: `…user_interrupt_event.py`."""
    if thread_id is None:
        return {}
    return {each: wanted for each, wanted in waits_for.items() if waits_in.get(each, primary_id) != thread_id}


def problems(events: Sequence[Json], situation: Situation) -> Iterator[Problem]:
    """Yield why events cannot be sent now, paths relative to the request."""
    waits_for = situation.waits_for
    for index, event in enumerate(events):
        path = ("events", index)
        if situation.is_capped and event["type"] not in AT_THE_CAP:
            yield Problem(path, "bad-combination", f"must be one of {', '.join(AT_THE_CAP)}: the budget is used up")
        else:
            yield from _problems(event, waits_for, situation, path)
        waits_for = _after(event, waits_for, situation)
    yield from _crowding_problems(events, situation)


def _problems(
    event: Json, waits_for: Mapping[str, str], situation: Situation, path: tuple[str, int]
) -> Iterator[Problem]:
    kind = event["type"]
    if kind == INTERRUPT:
        yield from _interrupt_problems(event.get("session_thread_id"), situation, path)
    elif kind in _TASKS and waits_for and situation.rests_for == "requires_action":
        open_calls = ", ".join(list(waits_for)[:5])
        yield Problem(path, "bad-combination", f"cannot be sent while calls wait for an answer: {open_calls}")
    elif kind == "system.message":
        yield from _instruction_problems(situation, path)
    elif kind in (CONFIRMATION, RESULT):
        yield from _answer_problems(event, waits_for, situation, path)
    elif kind == CUSTOM_RESULT:
        yield from _custom_answer_problems(event, situation, path)


def _after(event: Json, waits_for: Mapping[str, str], situation: Situation) -> Mapping[str, str]:
    """Return the calls that wait once the event is there."""
    if event["type"] == INTERRUPT:
        named = event.get("session_thread_id")
        return _after_interrupt(waits_for, situation.waits_in, named, situation.thread_id)
    answered = (answered_call(event), event["type"])
    return {call_id: wanted for call_id, wanted in waits_for.items() if (call_id, wanted) != answered}


def _crowding_problems(events: Sequence[Json], situation: Situation) -> Iterator[Problem]:
    """Yield where more than one outcome would be worked on. Source: documented, managed-agents/define-outcomes."""
    outcomes = [index for index, each in enumerate(events) if each["type"] == session_events.OUTCOME]
    if outcomes and situation.outcome_id is not None:
        message = f"cannot be sent before {situation.outcome_id} has ended, which is worked on: interrupt it, or wait"
        yield Problem(("events", outcomes[0]), "bad-combination", message)
    for index in outcomes[1:]:
        message = "must be the only user.define_outcome: outcomes are worked on one by one"
        yield Problem(("events", index), "not-unique", message)


def brings_work(events: Sequence[Json], situation: Situation) -> bool:
    """Tell whether a session that rests goes on because of events: what it waits for is there, or a task is."""
    if situation.is_capped or all(each["type"] == INTERRUPT for each in events):
        return False
    waits_for = situation.waits_for
    if not waits_for:
        return any(each["type"] in _TASKS for each in events)
    for each in events:
        waits_for = _after(each, waits_for, situation)
    return not waits_for


def answered_call(event: Json) -> str | None:
    """Return the id of the call that an event answers; None of what answers none."""
    call_id: str | None = event.get("tool_use_id") or event.get("custom_tool_use_id")
    return call_id


def addressed(events: Sequence[Json], origins: Mapping[str, Origin]) -> set[str]:
    """Return the threads that events are for, of those that are named or made the calls that are answered."""
    named = [each.get("session_thread_id") for each in events if each["type"] == INTERRUPT]
    return {each for each in (*named, *(origin.thread_id for origin in origins.values())) if each is not None}


def _interrupt_problems(thread_id: str | None, situation: Situation, path: tuple[str, int]) -> Iterator[Problem]:
    if thread_id is not None and thread_id != situation.thread_id and thread_id not in situation.open_threads:
        message = f"must be a thread of session {situation.session_id} that can go on, {quoted(thread_id)} is not"
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
    elif thread_id := _closed_thread(call_id, situation):
        yield Problem((*path, "tool_use_id"), "invalid-value", _LATE.format(thread_id))
    elif waits_for.get(call_id) != kind:
        wanted = "a confirmation" if kind == CONFIRMATION else "a result"
        message = f"must be the id of a tool call that waits for {wanted}, {quoted(call_id)} is not"
        yield Problem((*path, "tool_use_id"), "invalid-value", message)


def _custom_answer_problems(event: Json, situation: Situation, path: tuple[str, int]) -> Iterator[Problem]:
    """Yield why a result is of no call; a second one of the same call is taken and changes nothing, as documented."""
    call_id = event["custom_tool_use_id"]
    origin = situation.origins.get(call_id)
    here = (*path, "custom_tool_use_id")
    if origin is None or origin.type != "agent.custom_tool_use":
        yield Problem(here, "invalid-value", "must be the id of an agent.custom_tool_use event of this session")
    elif thread_id := _closed_thread(call_id, situation):
        yield Problem(here, "invalid-value", _LATE.format(thread_id))


def _closed_thread(call_id: str, situation: Situation) -> str | None:
    """Return the thread of a call if it has ended. Source: documented, managed-agents/workflow-runs."""
    origin = situation.origins.get(call_id)
    thread_id = origin.thread_id if origin else None
    return None if thread_id is None or thread_id in situation.open_threads else thread_id


def received(sent: Json, situation: Situation, ids: IdSource, at: str) -> Event:
    """Return what is logged of an event, in the thread that it is for.

    Whoever answers need not say in which thread the call was made; what older clients say of it does not count.
    Source: SDK 2.11.0 `…/sessions/beta_managed_agents_user_*_event.py`.
    """
    if sent["type"] in ("user.message", session_events.OUTCOME):
        return session_events.received(sent, ids, at)[0]
    event_id = ids.new("sevt")
    thread_id = _thread_of(sent, situation)
    left_out = ("type",) if sent["type"] == INTERRUPT else ("type", "session_thread_id")
    body = {"type": sent["type"], "id": event_id, **{key: each for key, each in sent.items() if key not in left_out}}
    return Event(
        event_id,
        sent["type"],
        at if sent["type"] in _AT_ONCE else None,
        written(body),
        thread_id=thread_id,
        is_crossposted=thread_id is not None,
    )


def _thread_of(sent: Json, situation: Situation) -> str | None:
    """Return the thread that an event is for; None for the primary one and for all."""
    if sent["type"] == INTERRUPT:
        named: str | None = sent.get("session_thread_id")
        return None if named == situation.thread_id else named
    call_id = answered_call(sent)
    origin = situation.origins.get(call_id) if call_id else None
    return origin.thread_id if origin else None
