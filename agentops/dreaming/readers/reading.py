"""What every reader answers with, and how they take in text that nobody promised to be well formed."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from itertools import chain
from typing import Any, NoReturn

from agentops.memory.transcripts import Transcript

_LONGEST_LINE = 32_000_000
"""Units: characters. Longer ones are files that somebody printed into a log."""

_LONGEST_TEXT, _TAIL = 64_000, 16_000
"""Units: characters of one event. The end of an output says how it ended, so both ends are kept."""

_DEPTH, _WIDTH = 12, 500
"""How deep and wide an argument may be: beyond it nobody reads, and recursion ends."""

_UNSPEAKABLE = str.maketrans(dict.fromkeys("#[] \t\n\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\u2028\u2029\u3000", "-"))
"""What an evidence's spelling has no place for."""


@dataclass(frozen=True, slots=True)
class Read:
    """The transcripts of a log, and why the rest of it is not among them."""

    transcripts: tuple[Transcript, ...] = ()
    skipped: Mapping[str, int] = field(default_factory=dict)
    """How often, by reason: a phrase that works alone. What no reader knows is counted, never raised."""

    def __iter__(self) -> Iterator[Transcript]:
        """Return the transcripts one by one."""
        return iter(self.transcripts)


def merged(*reads: Read) -> Read:
    """Return one reading of several logs: a session and its subagents are often kept in one each."""
    skipped = Counter[str]()
    for each in reads:
        skipped.update(each.skipped)
    return Read(distinct(chain.from_iterable(reads), skipped), skipped)


def distinct(transcripts: Iterable[Transcript], skipped: Counter[str]) -> tuple[Transcript, ...]:
    """Return each session once: logs that tell of one session are joined, whatever order they come in."""
    found: dict[str, list[Transcript]] = {}
    for each in transcripts:
        found.setdefault(each.session, []).append(each)
    return tuple(_joined(each, skipped) for each in found.values())


def _joined(logs: list[Transcript], skipped: Counter[str]) -> Transcript:
    """Return one transcript of the logs of one session; one that says otherwise than a longer one is left out."""
    whole, *others = sorted(logs, key=lambda each: (-len(each.events), [event.id for event in each.events]))
    for each in others:
        known = {event.id: event for event in whole.events}
        more = tuple(event for event in each.events if event.id not in known)
        if any(known.get(event.id, event) != event for event in each.events) or each.source != whole.source:
            skipped["a second, different log of one session"] += 1
        elif not more:
            skipped["a session that was read already"] += 1
        else:
            whole = replace(whole, events=whole.events + more)
    return whole


def values(text: str, skipped: Counter[str]) -> Iterator[Any]:
    """Return what a JSON document holds, or each line of JSON lines: whatever can be read."""
    text = text.removeprefix("\ufeff")
    whole, fault = _parsed(text) if len(text) <= _LONGEST_LINE else (None, "")
    if whole is not None:
        yield from whole if _is_many(whole) else (whole,)
        return
    found = _lines(text, skipped)
    first = next(found, None)
    if first is None:
        if text.strip():
            skipped.clear()
            skipped[f"a text that is no JSON ({fault or 'nothing in it can be read'})"] += 1
        return
    yield from chain((first,), found)


def _lines(text: str, skipped: Counter[str]) -> Iterator[Any]:
    start = 0
    while start < len(text):
        newline = text.find("\n", start)
        end = len(text) if newline < 0 else newline
        if end - start > _LONGEST_LINE:
            skipped[f"a line of more than {_LONGEST_LINE:,} characters"] += 1
        elif line := text[start:end].strip():
            found, _fault = _parsed(line)
            if found is not None:
                yield found
            else:
                skipped["a last line that was cut off" if newline < 0 else "a line that is no JSON"] += 1
        start = end + 1


def _parsed(text: str) -> tuple[Any, str]:
    try:
        return json.loads(text, parse_constant=_no_number), ""
    except RecursionError:
        return None, "it is nested too deeply"
    except ValueError as error:
        return None, str(error)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _is_many(value: Any) -> bool:
    """Tell a list of sessions from one session that is a list of messages or events."""
    return isinstance(value, list) and not any(
        isinstance(each, dict) and ("role" in each or "type" in each) for each in value[:20]
    )


def spoken(value: Any) -> str:
    """Return a text that can be written anywhere and is not too long; the middle of a longer one is left out."""
    text = value if isinstance(value, str) else ""
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode()
    if len(text) <= _LONGEST_TEXT:
        return text
    head = _LONGEST_TEXT - _TAIL
    return f"{text[:head]}\n… {len(text) - _LONGEST_TEXT:,} characters left out …\n{text[-_TAIL:]}"


def plain(value: Any, depth: int = _DEPTH) -> Any:
    """Return a JSON value within bounds."""
    if isinstance(value, str):
        return spoken(value)
    if isinstance(value, dict | list) and not depth:
        return "…"
    if isinstance(value, dict):
        return {spoken(str(key)): plain(each, depth - 1) for key, each in list(value.items())[:_WIDTH]}
    if isinstance(value, list):
        return [plain(each, depth - 1) for each in value[:_WIDTH]]
    return value


def fields(value: Any) -> dict[str, Any]:
    """Return the value where it is an object, else an empty one: a field that is not there says nothing."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """Return the value where it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def word(value: Any) -> str:
    """Return a value that names something as a text: empty where it is none."""
    return spoken(value).strip() if isinstance(value, str) else str(value) if type(value) is int else ""


def identifier(*pieces: str) -> str:
    """Return the pieces that say something as one name that evidence can be cited by."""
    name = "-".join(filter(None, pieces)).translate(_UNSPEAKABLE)
    return name if len(name) <= 128 else f"{name[:100]}-{sha256(name.encode()).hexdigest()[:12]}"


def score(value: Any) -> float | None:
    """Return an outcome from 0 to 1, or None where it is none."""
    if isinstance(value, bool):
        return float(value)
    return min(1.0, max(0.0, float(value))) if isinstance(value, int | float) else None


def moment(value: Any) -> datetime | None:
    """Return the time that a log gives, as ISO 8601 or as seconds or milliseconds since 1970."""
    try:
        if isinstance(value, str):
            found = datetime.fromisoformat(value)
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None
