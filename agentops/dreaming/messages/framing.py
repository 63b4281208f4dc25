"""What others said, as a model is shown it: one line of JSON for each thing, between tags that nothing in it forges.

JSON keeps a text on its line and inside its quotes, and no `<` is left in it: a text can neither end the frame nor
begin another.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from agentops.base.canonical import canonical_json
from agentops.memory.transcripts import Event

EVENT_LIMIT = 6_000
"""How much of one event is shown: its beginning and its end. Units: characters."""

_FORGERY = re.compile(
    r"[<>&\u0000-\u001f\u007f-\u00a0\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\U000e0000-\U000e0fff]"
)
"""What closes a tag, and what a reader would not see."""


def framed(tag: str, things: Iterable[Mapping[str, Any]]) -> str:
    """Return the things as data."""
    lines = [_unforged(canonical_json(each)) for each in things]
    return "\n".join([f"<{tag}>", *lines, f"</{tag}>"])


def _unforged(line: str) -> str:
    plain = line.encode("utf-8", "replace").decode()  # halves of characters become question marks
    return _FORGERY.sub(lambda found: _escaped(found[0]), plain)


def _escaped(character: str) -> str:
    """Return a character as JSON may spell it. Beyond the first plane it takes two escapes."""
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[index]:02x}{units[index + 1]:02x}" for index in range(0, len(units), 2))


def shown(event: Event) -> dict[str, Any]:
    """Return an event as a model sees it."""
    said: dict[str, Any] = {"id": event.id, "by": event.origin.value, "is": event.sort.value, "text": cut(event.text)}
    if event.tool:
        said["tool"] = event.tool
    if event.is_error:
        said["error"] = True
    if event.at is not None:
        said["on"] = event.at.date().isoformat()
    return said


def cut(text: str, limit: int = EVENT_LIMIT) -> str:
    """Return the beginning and the end of a text that is too long."""
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]} … {len(text) - 2 * half} characters are left out here … {text[-half:]}"
