"""Sessions told event by event, and what a dream makes of them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from agentops.base.canonical import canonical_json
from agentops.dreaming import collecting
from agentops.dreaming.lexical import dreamt
from agentops.dreaming.port import Dream, Night
from agentops.dreaming.readers import openai_chat
from agentops.memory.applying import applied
from agentops.memory.evidence import Origin
from agentops.memory.notes import Memory
from agentops.memory.transcripts import Event, Sort, Transcript

TODAY = date(2026, 11, 21)
DATA = Path(__file__).parent.parent / "data"
EMPTY = Memory()


def user(text: str, **more: Any) -> Event:
    return Event("", Sort.MESSAGE, Origin.USER, text, **more)


def agent(text: str) -> Event:
    return Event("", Sort.MESSAGE, Origin.AGENT, text)


def recalled(text: str) -> Event:
    return Event("", Sort.RESULT, Origin.RECALLED, text)


def call(
    tool: str, result: str, *, is_error: bool = False, origin: Origin = Origin.TOOL, **arguments: Any
) -> list[Event]:
    """A call and its result."""
    made = Event("", Sort.CALL, Origin.AGENT, canonical_json(arguments), tool=tool, arguments=arguments)
    return [made, Event("", Sort.RESULT, origin, result, tool=tool, is_error=is_error)]


def session(name: str, *events: Event | list[Event], day: int = 0, **more: Any) -> Transcript:
    """A session whose events have ids and, with a day of November, the time of their day."""
    flat = [each for part in events for each in (part if isinstance(part, list) else [part])]
    at = datetime(2026, 11, day, 9, tzinfo=UTC) if day else None
    told = []
    for number, each in enumerate(flat):
        number_of_call = number if each.sort is Sort.CALL else number - 1
        id_ = f"call{number_of_call}" if each.sort in {Sort.CALL, Sort.RESULT} else ""
        told.append(replace(each, id=f"e{number}", at=each.at or at, call=each.call or id_))
    return Transcript(name, "openai-chat", tuple(told), **more)


def dream(*transcripts: Transcript, memory: Memory = EMPTY, today: date = TODAY) -> Dream:
    return dreamt(Night(memory, transcripts, today))


def after(*transcripts: Transcript, memory: Memory = EMPTY, today: date = TODAY) -> Memory:
    """The memory with all that the dream proposes, its cursor as it was: the next dream reads the same again."""
    found = dream(*transcripts, memory=memory, today=today)
    done = applied(memory, found.operations, dream="drm_1", today=today)
    assert not done.unfit
    return done.memory


def remembered(memory: Memory, transcripts: Iterable[Transcript]) -> Memory:
    """The memory whose cursor knows the sessions."""
    known = {**memory.ledger.dreamt, **collecting.dreamt(transcripts)}
    return replace(memory, ledger=replace(memory.ledger, dreamt=known))


@cache
def booking_sessions() -> tuple[Transcript, ...]:
    """Seventy real sessions of a booking agent."""
    name = "airline-sessions.jsonl"
    return tuple(openai_chat.read((DATA / "tau-bench" / name).read_text(), name=name).transcripts)
