"""The events of a streamed reply folded to the reply; pure, so that it can be held equal to the SDK's.

Source: SDK 2.11.0 `lib/streaming/_messages.py`, `accumulate_event`.
"""

import json
import math
from collections.abc import Sequence
from typing import Any

from pydantic_core import from_json

from agentops.engine.core.conversation import Reply, Usage
from agentops.engine.core.json import Json, written
from agentops.engine.models.port import Piece, TextPiece, ThinkingBegun

_THINKING = {"thinking", "redacted_thinking"}

_NEEDED = {"text": ("text",), "tool_use": ("id", "name")}
"""Without which a block could be neither shown nor answered."""

_GROWS = {"text_delta": ("text", "text"), "thinking_delta": ("thinking", "thinking")}
"""Which type of delta lengthens which field of which type of block."""

_COUNTS = ("input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


class Malformed(Exception):
    """An event is not one of the Messages API; the message says what it lacks."""


def read(data: bytes) -> Json:
    """Return the event.

    Raises:
        Malformed: it is not a JSON object.
    """
    try:
        event = from_json(data, allow_inf_nan=False)
    except ValueError:
        event = _read_slowly(data)
    if not isinstance(event, dict):
        raise Malformed("an event that is no object")
    return event


def _read_slowly(data: bytes) -> Any:
    """Return what the fast reader refuses, which knows no halves of surrogate pairs and no deep nesting."""
    try:
        return _strict.decode(data.decode())
    except (ValueError, RecursionError) as error:
        raise Malformed("an event that is no JSON") from error


class Fold:
    """A reply as far as it has come."""

    def __init__(self) -> None:
        """Begin before the first event."""
        self._has_begun = False
        self._blocks: list[Json] = []
        self._growing: dict[tuple[int, str], list[str]] = {}
        self._stop_reason: str | None = None
        self._stop_details: Json | None = None
        self._counts: dict[str, int] = {}

    def taken(self, event: Json) -> Sequence[Piece]:
        """Take the next event and return what is to be heard of it.

        Raises:
            Malformed: it does not fit to those before.
        """
        try:
            match event.get("type"):
                case "content_block_delta" if self._has_begun:
                    return self._grown(event["index"], event["delta"])
                case "content_block_start" if self._has_begun:
                    return self._begun(event["content_block"])
                case "message_delta" if self._has_begun:
                    self._end(event)
                case "message_start":
                    self._has_begun = True
                    self._count(event["message"].get("usage"))
                    return [each for block in event["message"].get("content") or () for each in self._begun(block)]
                case "content_block_start" | "content_block_delta" | "message_delta":
                    raise Malformed("a reply without its beginning")
                case _:
                    pass  # pings, ends of blocks, and what later versions will send
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise Malformed(f"a {event.get('type')} event that lacks something") from error
        return ()

    def reply(self) -> Reply | None:
        """Return the whole reply; None while its end has not come."""
        if self._stop_reason is None:
            return None
        for (index, name), parts in self._growing.items():
            block, text = self._blocks[index], "".join(parts)
            block[name] = _input(text, block[name]) if name == "input" else block[name] + text
        self._growing = {}
        details = _whole(self._stop_details) if self._stop_details else None
        return Reply(tuple(_whole(each) for each in self._blocks), self._stop_reason, Usage(**self._counts), details)

    def _begun(self, block: Json) -> Sequence[Piece]:
        kind = block["type"]
        if not (isinstance(kind, str) and all(isinstance(block[each], str) for each in _NEEDED.get(kind, ()))):
            raise Malformed("a block that does not say what it is")
        index = len(self._blocks)
        self._blocks.append({"input": {}, **block} if kind == "tool_use" else dict(block))
        if kind in _THINKING:
            return (ThinkingBegun(index),)
        return (TextPiece(index, _mended(block["text"])),) if kind == "text" and block["text"] else ()

    def _grown(self, index: int, delta: Json) -> Sequence[Piece]:
        block = self._blocks[index] if index >= 0 else None
        if block is None:
            raise Malformed("a piece of no block")
        kind = delta["type"]
        if kind in _GROWS and _GROWS[kind][0] == block["type"]:
            name = _GROWS[kind][1]
            text = _mended(delta[name])
            self._lengthen(index, name, text)
            return (TextPiece(index, text),) if name == "text" and text else ()
        if kind == "input_json_delta" and block["type"] in {"tool_use", "server_tool_use"}:
            self._lengthen(index, "input", delta["partial_json"])
        elif kind == "citations_delta" and block["type"] == "text":
            block["citations"] = [*(block.get("citations") or []), delta["citation"]]
        elif kind == "signature_delta" and block["type"] == "thinking":
            block["signature"] = delta["signature"]
        return ()

    def _lengthen(self, index: int, name: str, text: object) -> None:
        before: object = self._blocks[index].setdefault(name, {} if name == "input" else "")
        if not isinstance(text, str) or not (isinstance(before, str) or name == "input"):
            raise Malformed("a piece that is no text")
        self._growing.setdefault((index, name), []).append(text)

    def _end(self, event: Json) -> None:
        delta = event["delta"]
        if not isinstance(delta.get("stop_reason"), str | None):
            raise Malformed("an end without a reason")
        # Some servers send one event with the reason and another with the usage.
        self._stop_reason = delta.get("stop_reason") or self._stop_reason
        self._stop_details = delta.get("stop_details") or self._stop_details
        self._count(event.get("usage"))

    def _count(self, said: Json | None) -> None:
        """Replace what is said: counts are totals so far, and those that do not apply are left out."""
        if not said:
            return
        self._counts |= {name: said[name] for name in _COUNTS if _is_count(said.get(name))}
        hour = (said.get("cache_creation") or {}).get("ephemeral_1h_input_tokens")
        if isinstance(hour, int) and _is_count(hour):
            self._counts["cache_creation_1h_input_tokens"] = hour


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _input(text: str, sent_whole: Any) -> Any:
    """Return the tool's input: an object, or the text when it is none."""
    if not text:
        return sent_whole
    try:
        found = _strict.decode(text)
    except (ValueError, RecursionError):
        return text
    return found if isinstance(found, dict) else text


def _whole(block: Json) -> Json:
    """Return the block as it can be written: halves of surrogate pairs joined or replaced.

    Raises:
        Malformed: it is nested too deeply to be written, or holds a number that JSON does not have.
    """
    try:
        text = written(block)
        if text.isascii() or _is_encodable(text):
            return block
        found: Json = json.loads(_mended(text))
    except RecursionError as error:
        raise Malformed("a block that is nested too deeply") from error
    except ValueError as error:
        raise Malformed("a block with a number that is too large") from error
    return found


def _mended(text: str) -> str:
    """Return the text without halves of surrogate pairs, which JSON can escape and UTF-8 cannot hold."""
    if text.isascii() or _is_encodable(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refused(_constant: str) -> float:
    raise ValueError("JSON has no such number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("the number is too large")
    return number


_strict = json.JSONDecoder(parse_constant=_refused, parse_float=_finite)
