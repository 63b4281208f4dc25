"""The head of a file of notes: YAML between two lines of dashes."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import yaml

_HEAD = re.compile(r"---[ \t]*\r?\n((?:[^\n]*\n)*?)---[ \t]*(?:\r?\n|\Z)")
_CHARACTERS_MOST = 4 * 1024
"""A head is a few hundred characters. A parser takes seconds for depth in a longer one."""

_PLAIN = re.compile(r"[A-Za-z][\w./()+-]*(?: [\w./()+-]+)*", re.ASCII)
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
_IN_LISTS = re.compile(r"[A-Za-z][\w./-]*(?:#[\w./-]+)?", re.ASCII)
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def split(text: str) -> tuple[Any, str]:
    """Return what the head says (None without one, or with one that is not YAML) and the rest."""
    found = _HEAD.match(text)
    if found is None:
        return None, text
    is_yaml, said = _loaded(found[1])
    return (_copied(said), text[found.end() :]) if is_yaml else (None, text)


def lines(said: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a line for each key, in the order of the keys, without their ends: of words, days, numbers and lists."""
    return tuple(f"{key}: {_value(value)}" for key, value in said.items())


def _copied(said: Any) -> Any:
    """Return the value with mappings and lists of its own: whoever asked may change them."""
    match said:
        case dict():
            return {key: _copied(value) for key, value in said.items()}
        case list():
            return [_copied(each) for each in said]
    return said


@lru_cache(maxsize=1024)
def _loaded(head: str) -> tuple[bool, Any]:
    if len(head) > _CHARACTERS_MOST:
        return False, None
    try:
        return True, yaml.safe_load(head)
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError):  # a day that no month has, or depth without end
        return False, None


def _value(value: Any, plain: re.Pattern[str] = _PLAIN) -> str:
    match value:
        case None:
            return "null"
        case date() | int():
            return str(value)
        case str():
            return value if plain.fullmatch(value) and value.lower() not in _WORDS else _quoted(value)
        case Mapping():
            return f"{{{', '.join(f'{key}: {_value(one, _IN_LISTS)}' for key, one in value.items())}}}"
        case Sequence():
            return f"[{', '.join(_value(one, _IN_LISTS) for one in value)}]"
        case _:
            return _quoted(str(value))


def _quoted(text: str) -> str:
    """Return the text in double quotes, as JSON and YAML both read it."""
    return _UNPRINTABLE.sub(lambda found: _escaped(found[0]), json.dumps(text, ensure_ascii=False))


def _escaped(character: str) -> str:
    return f"\\u{ord(character):04x}"
