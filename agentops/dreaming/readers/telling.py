"""The events of one session as a reader tells them one after the other, with the origin of each."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from agentops.base.canonical import canonical_json
from agentops.dreaming.origins import DEFAULT, Origins, parts
from agentops.dreaming.readers.reading import fields, items, plain, spoken
from agentops.memory.evidence import Origin
from agentops.memory.transcripts import Event, Sort

_FAILS = re.compile(
    r"\s{0,99}(?:<tool_use_error>|"
    r"[A-Za-z_.]{0,60}(?:error|exception)\b(?:\s?[\[(]?[\w-]{1,30}[\])]?)?\s?(?::|!|$| - )|"
    r"traceback \(most recent call|"
    r"(?:fatal|failed|failure|panic|abort(?:ed)?|(?:permission )?denied|command not found)\b\s{0,9}(?::|$)|"
    r"command failed|exit code:? [1-9]|"
    r"\{\s{0,20}\"(?:error|errors|exception)\"\s{0,9}:\s{0,9}(?!null|false|\"\"|\[\]|\{\}|0\b)|"
    r"\{\s{0,20}\"(?:success|ok)\"\s{0,9}:\s{0,9}false)",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a log something stands."""

    id: str
    at: datetime | None = None
    thread: str = ""


@dataclass
class Telling:
    """What was told so far."""

    origins: Origins = DEFAULT
    events: list[Event] = field(default_factory=list)
    _ids: dict[str, int] = field(default_factory=dict)
    _calls: dict[str, Event] = field(default_factory=dict)

    def say(self, place: Place, text: Any, origin: Origin, *, tool: str = "", call: str = "") -> None:
        """Add what somebody said; memory that was put into it is told apart."""
        for part, is_recalled in parts(spoken(text)):
            if part.strip():
                said = Origin.RECALLED if is_recalled else origin
                self._add(place, Sort.MESSAGE, said, part.strip(), tool=tool, call=call)

    def call(self, place: Place, tool: str, arguments: Any, call: str) -> None:
        """Add a call; arguments that are JSON in a text are read."""
        given = plain(understood(arguments))
        text = canonical_json(given)
        self._add(place, Sort.CALL, Origin.AGENT, text, tool=tool or "unknown", call=call, arguments=given)
        self._calls[call] = self.events[-1]

    def result(self, place: Place, call: str, text: Any, *, is_error: bool | None, tool: str = "") -> None:
        """Add what a call brought; where the log does not say whether it failed, the text does."""
        made = self._calls.get(call)
        tool, given = (made.tool, made.arguments) if made else (tool, {})
        origin = self.origins.of_result(tool, given) if tool else Origin.EXTERNAL
        texts = [*parts(spoken(text))]
        answer = "".join(part for part, is_recalled in texts if not is_recalled).strip()
        fails = is_failure(answer) if is_error is None else is_error
        self._add(place, Sort.RESULT, origin, answer, tool=tool, call=call, is_error=fails)
        for part in (part for part, is_recalled in texts if is_recalled):
            self._add(place, Sort.MESSAGE, Origin.RECALLED, part)

    def judge(self, place: Place, text: Any, *, is_error: bool) -> None:
        """Add what a grader or the surroundings said about the work."""
        self._add(place, Sort.OUTCOME, Origin.TOOL, spoken(text), is_error=is_error)

    def tool_of(self, call: str) -> str:
        """Return the tool that a call used; empty where nobody heard of it."""
        return self._calls[call].tool if call in self._calls else ""

    def _add(self, place: Place, sort: Sort, origin: Origin, text: str, **more: Any) -> None:
        name = self._own(place.id)
        self.events.append(Event(name, sort, origin, text, at=place.at, thread=place.thread, **more))

    def _own(self, name: str) -> str:
        """Return an id that no event has: what one line of a log tells further is numbered behind a dot."""
        if name not in self._ids:
            self._ids[name] = 0
            return name
        for number in count(self._ids[name] + 1):
            if (other := f"{name}.{number}") not in self._ids:
                self._ids[name], self._ids[other] = number, 0
                return other
        raise AssertionError("numbers do not end")


def is_failure(text: str) -> bool:
    """Tell whether a result reads like one of a call that failed: by how it begins, not by what it speaks of."""
    return _FAILS.match(text[:400]) is not None


def understood(arguments: Any) -> Mapping[str, Any]:
    """Return arguments as an object, which many logs keep as JSON in a text."""
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments) if arguments.strip() else {}
        except (ValueError, RecursionError):
            return {"input": arguments}
    if arguments is None:
        return {}
    return arguments if isinstance(arguments, dict) else {"input": arguments}


def text_of(content: Any) -> str:
    """Return the text of a message's content: a text, or blocks of which those without words are named."""
    if isinstance(content, str):
        return content
    if isinstance(content, dict):
        return _block(content)
    return "\n".join(filter(None, (each if isinstance(each, str) else _block(each) for each in items(content))))


def _block(block: Any) -> str:
    body = fields(block)
    match body.get("type"):
        case "image" | "image_url" | "input_image" | "document" | "file" | "audio" | "input_audio":
            return f"({body['type']})"
        case "search_result":
            return "\n".join(filter(None, (spoken(body.get("title")), text_of(body.get("content")))))
    return next((spoken(body[key]) for key in ("text", "output_text", "content") if isinstance(body.get(key), str)), "")
