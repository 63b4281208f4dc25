"""Colour, and text that cannot play tricks on a terminal."""

import re
from dataclasses import dataclass

_CODES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
}
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, bidirectional marks, odd line ends, lone surrogates: what could move a cursor or hide a line."""


@dataclass(frozen=True, slots=True)
class Paint:
    """Puts colour around text, or does not. A symbol or a word always says the same as the colour."""

    is_on: bool = False

    def __call__(self, colour: str, text: str) -> str:
        """Return the text in a colour: bold, dim, red, green, yellow, blue, magenta, cyan."""
        return f"\x1b[{_CODES[colour]}m{text}\x1b[0m" if self.is_on and text else text


def printable(text: str) -> str:
    """Return the text with every character that could act on a terminal spelled out in hexadecimal."""
    return _UNPRINTABLE.sub(lambda each: each[0].encode("unicode_escape", "surrogatepass").decode("ascii"), text)


def on_one_line(text: str) -> str:
    """Return the text printable and without line ends: no name can pass for a line of ours."""
    return printable(text).replace("\n", "\\n").replace("\t", "\\t")
