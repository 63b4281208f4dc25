"""The head of a file of notes: YAML between two lines of dashes."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

_HEAD = re.compile(r"---[ \t]*\r?\n((?:[^\n]*\n)*?)---[ \t]*(?:\r?\n|\Z)")
_WIDEST = 1 << 30


def split(text: str) -> tuple[Any, str]:
    """Return what the head says (None without one, or with one that is not YAML) and the rest."""
    found = _HEAD.match(text)
    if found is None:
        return None, text
    try:
        return yaml.safe_load(found[1]), text[found.end() :]
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError):  # a day that no month has, or depth without end
        return None, text


def lines(said: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a line for each key, in the order of the keys, without their ends."""
    return tuple(_line(key, value) for key, value in said.items())


def _line(key: str, value: Any) -> str:
    flow = isinstance(value, (list, dict))
    text = yaml.safe_dump(
        value if flow else {key: value}, allow_unicode=True, width=_WIDEST, default_flow_style=flow, sort_keys=False
    )
    return (f"{key}: {text}" if flow else str(text)).removesuffix("\n")
