"""How a value and a broken limit are said in a person's words."""

from collections.abc import Callable, Mapping
from typing import Any

from agentops.base.wording import in_number

_LONGEST_QUOTE = 60

_TYPES: Mapping[str, str] = {
    "string_type": "a string",
    "int_parsing": "an integer",
    "int_parsing_size": "an integer",
    "bool_parsing": "true or false",
    "int_type": "an integer",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "string_or_object": "a string or an object",
}
"""What each of pydantic's wrong-type errors wanted."""


def described(value: object) -> str:
    """Return the JSON type of the value with its article: `a list`."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    named = {str: "a string", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return next((name for kind, name in named.items() if isinstance(value, kind)), f"a {type(value).__name__}")


def quoted(text: str) -> str:
    """Return the text in quotes, escaped and cut so that it fits a line."""
    cut = text if len(text) <= _LONGEST_QUOTE else f"{text[: _LONGEST_QUOTE - 1]}…"
    return '"' + "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in cut) + '"'


def _limit(count: int, noun: str) -> str:
    """Return a limit with its noun: in bare digits, as one searches for it."""
    return f"{count} {in_number(noun, count)}"


def _long_text(ctx: Mapping[str, Any], value: Any) -> tuple[str, str]:
    return "too-long", f"must be at most {_limit(ctx['max_length'], 'character')}, is {len(value)}"


def _short_text(ctx: Mapping[str, Any], value: Any) -> tuple[str, str]:
    if not value:
        return "too-short", "must not be empty"
    return "too-short", f"must be at least {_limit(ctx['min_length'], 'character')}, is {len(value)}"


def _many(ctx: Mapping[str, Any], value: Any) -> tuple[str, str]:
    return "too-many", f"must have at most {_limit(ctx['max_length'], 'entry')}, has {len(value)}"


def _few(ctx: Mapping[str, Any], value: Any) -> tuple[str, str]:
    if not value:
        return "too-few", "must not be empty"
    return "too-few", f"must have at least {_limit(ctx['min_length'], 'entry')}, has {len(value)}"


def _bound(key: str, words: str) -> Callable[[Mapping[str, Any], Any], tuple[str, str]]:
    def said(ctx: Mapping[str, Any], value: Any) -> tuple[str, str]:
        # A JSON integer has no largest value, and Python refuses to print those of more than 4,300 digits.
        short = isinstance(value, str) or abs(value) < 10**18
        shown = f", is {value}" if short else ""
        return "invalid-value", f"must be {words} {ctx[key]}{shown}"

    return said


_LIMITS: Mapping[str, Callable[[Mapping[str, Any], Any], tuple[str, str]]] = {
    "string_too_long": _long_text,
    "string_too_short": _short_text,
    "too_long": _many,
    "too_short": _few,
    "greater_than_equal": _bound("ge", "at least"),
    "greater_than": _bound("gt", "more than"),
    "less_than_equal": _bound("le", "at most"),
    "less_than": _bound("lt", "less than"),
}
"""Kind and sentence for each of pydantic's limit errors, from its context and the value."""

_FIXED: Mapping[str, tuple[str, str]] = {
    "missing": ("missing-field", "is required"),
    "string_unicode": ("bad-format", "must be valid Unicode, holds half of a surrogate pair"),
}


def sentence(error: str, ctx: Mapping[str, Any], value: object, fallback: str) -> tuple[str, str]:
    """Return kind and sentence for one of pydantic's error types."""
    if error in _FIXED:
        return _FIXED[error]
    if error in _TYPES:
        return "wrong-type", f"must be {_TYPES[error]}, is {described(value)}"
    if error in _LIMITS:
        return _LIMITS[error](ctx, value)
    return "invalid-value", fallback.replace("Input should be", "must be")
