"""What a plain YAML scalar means: the core types of YAML 1.2, and the words that older YAML read differently."""

import math
import re
from typing import Any

WORDS: dict[str, Any] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
"""Plain scalars that are not text. Source: YAML 1.2.2, 10.3.2."""

LOOK_ALIKES = {
    form: meaning
    for word, meaning in (("yes", "true"), ("no", "false"), ("on", "true"), ("off", "false"))
    for form in (word, word.capitalize(), word.upper())
}
"""Text here, truth values in YAML 1.1: what each would have meant there. Source: yaml.org/type/bool.html."""

UNUSUAL = frozenset((*WORDS, *LOOK_ALIKES))
"""Plain words that are not simply text."""

NUMBER_STARTS = frozenset("0123456789+-.")

MAX_INTEGER = 2**63 - 1
"""Integers beyond 64 bits are refused: JSON readers elsewhere would round them."""

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_MOST_DIGITS = 24
"""Longer integers are out of range whatever their base; this keeps the conversion from costing anything."""


class BadNumber(ValueError):
    """A number that JSON cannot carry; the text says why."""


def number(text: str) -> int | float | str:
    """Return the number that a plain scalar spells, or the text when it spells none.

    A leading zero keeps it text: `010` is 8 to YAML 1.1, 10 to YAML 1.2, and most often a code or a phone number.

    Raises:
        BadNumber: it is infinite, not a number, or an integer beyond 64 bits.
    """
    if _INTEGER.fullmatch(text):
        return _integer(text)
    if _NOT_FINITE.fullmatch(text):
        raise BadNumber("is not a finite number")
    if _FLOAT.fullmatch(text):
        value = float(text)
        if not math.isfinite(value):
            raise BadNumber("is too large for a number")
        return value
    return text


def _integer(text: str) -> int:
    value = None if len(text) > _MOST_DIGITS else int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    if value is None or abs(value) > MAX_INTEGER:
        raise BadNumber("is beyond 64 bits")
    return value


def escaped(quoted: str) -> str:
    """Return YAML with everything unseen in it as an escape, which means that between double quotes only."""
    return quoted if _is_seen(quoted) else "".join(each if _is_seen(each) else _escape(each) for each in quoted)


def _is_seen(text: str) -> bool:
    return text.isprintable() or text.replace("\n", "").replace("\t", "").isprintable()


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
