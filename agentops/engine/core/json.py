"""JSON data, and the one way the engine writes it."""

import json
from typing import Any

Json = dict[str, Any]

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def written(value: Any) -> str:
    """Return the value as JSON without spaces; keys keep their order."""
    return _encode(value)


def parsed(text: str) -> Json:
    """Return the object that `written` wrote."""
    value: Json = json.loads(text)
    return value


def listed(text: str) -> list[Json]:
    """Return the array of objects that `written` wrote."""
    value: list[Json] = json.loads(text)
    return value
