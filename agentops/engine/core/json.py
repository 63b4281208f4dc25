"""JSON data, and the one way the engine writes it."""

import json
from typing import Any

from pydantic_core import to_json

Json = dict[str, Any]

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def written(value: Any) -> str:
    """Return the value as JSON without spaces; keys keep their order."""
    return _encode(value)


def line(value: Json | list[Json]) -> str:
    """Return the same for a line of a session's log, or a message in it, in a third of the time.

    Its numbers and texts were read from JSON, or are our own: there is nothing in them that JSON does not have.
    """
    try:
        return to_json(value).decode()
    except ValueError:  # nested deeper than this writer goes
        return written(value)


def parsed(text: str) -> Json:
    """Return the object that `written` wrote."""
    value: Json = json.loads(text)
    return value


def listed(text: str) -> list[Json]:
    """Return the array of objects that `written` wrote."""
    value: list[Json] = json.loads(text)
    return value
