"""What a tool server says, judged line by line: a model's code runs beside it, so every byte of it may be hostile."""

import json
from typing import Any

from agentops.engine.core.json import Json

LINE_MAX = 48 * 1024 * 1024
"""Units: bytes."""

_PARTS_MAX = 2_000_000
"""Of arrays, objects and their members: what takes far more memory than it has bytes. Text may hold as many commas."""

_LARGE = 256 * 1024
"""What is longer is looked at before it is parsed. Units: bytes."""


class Garbled(Exception):
    """It is not what a tool server says."""


def answer(line: bytes) -> tuple[int, Json]:
    """Return the number of a request, and what came of it: `ok` or `error`.

    Raises:
        Garbled: it is no answer.
    """
    match parsed(line):
        case {"id": int(number), "ok": dict(result)} if not isinstance(number, bool):
            return number, {"ok": result}
        case {"id": int(number), "error": str(words)} if not isinstance(number, bool):
            return number, {"error": words}
    raise Garbled("it is no answer")


def is_greeting(line: bytes) -> bool:
    """Tell whether the line says that the tool server is ready.

    Raises:
        Garbled: it is no object.
    """
    return parsed(line).get("ready") is True


def parsed(line: bytes) -> Json:
    """Return the object of a line, every text in it one that can be written down again.

    Raises:
        Garbled: there is none.
    """
    if len(line) > _LARGE and sum(map(line.count, (b",", b"[", b"{"))) > _PARTS_MAX:
        raise Garbled("it has too many parts")
    try:
        value: Any = json.loads(line, parse_constant=_refused)
        if b"\\ud" in line or b"\\uD" in line:  # half of a pair can be escaped, but never encoded
            value = json.loads(json.dumps(value, ensure_ascii=False).encode(errors="replace"))
    except (ValueError, RecursionError):
        raise Garbled("it is not JSON") from None
    if not isinstance(value, dict):
        raise Garbled("it is no object")
    return value


def _refused(constant: str) -> object:
    raise Garbled(f"{constant} is not JSON")
