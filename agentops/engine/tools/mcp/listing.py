"""What a server says of its tools, as a model may be told it: bounded, and nothing that spoils a request.

The Messages API refuses a request for one bad schema in it, so a server could stop every session that has it.
Source: SDK 2.11.0 `types/beta/beta_tool_param.py`; platform.claude.com/docs/en/agents-and-tools/tool-use/overview.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

from jsonschema import Draft202012Validator

from agentops.engine.core.json import Json, written

_DESCRIPTION_MOST: Final = 8_000
_SCHEMA_MOST: Final = 32_000
_TOLD_MOST: Final = 4_000
_ALL_MOST: Final = 512_000
"""Of all definitions of one server; what does not fit any more is left out. Units: characters."""

_PROPERTY: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_CHOICES: Final = ("oneOf", "anyOf", "allOf")
_ANYTHING: Final[Json] = {"type": "object"}
_RULES: Final = Draft202012Validator(Draft202012Validator.META_SCHEMA)


def definitions(tools: Iterable[Json]) -> list[Json]:
    """Return the tools as `{name, description, input_schema}`, each name once."""
    found: dict[str, Json] = {}
    left = _ALL_MOST
    for each in tools:
        if each["name"] in found or not each["name"]:
            continue
        definition = _definition(each)
        left -= len(written(definition))
        if left < 0:
            break
        found[each["name"]] = definition
    return list(found.values())


def _definition(tool: Json) -> Json:
    schema = tool["inputSchema"]
    words = str(tool.get("description") or tool.get("title") or tool["name"])
    if len(words) > _DESCRIPTION_MOST:
        words = f"{words[:_DESCRIPTION_MOST]} […]"
    if not _is_usable(schema):
        words += f"\n\nIts input, as its server describes it: {written(schema)[:_TOLD_MOST]}"
        schema = _ANYTHING
    return {"name": tool["name"], "description": words, "input_schema": schema}


def _is_usable(schema: Any) -> bool:
    if not isinstance(schema, dict) or schema.get("type") != "object" or any(each in schema for each in _CHOICES):
        return False
    properties = schema.get("properties", {})
    if not isinstance(properties, dict) or not all(map(_PROPERTY.fullmatch, properties)):
        return False
    return len(written(schema)) <= _SCHEMA_MOST and _RULES.is_valid(schema)
