"""Names of notes. They come from what a note first said, so that two machines give the same note the same name."""

import re
from collections.abc import Container
from typing import Any

from agentops.base.canonical import digest

_LETTERS = "abcdefghjkmnpqrstvwxyz"
_CHARACTERS = _LETTERS + "23456789"
_SHORTEST = 4
_IMPLIED_DIGITS = 10

AT_END = re.compile(r"[ \t]\^([a-z][a-z0-9-]{1,31})[ \t]*$")
"""An anchor at the end of a line."""


def implied(path: str, text: str, again: int = 0) -> str:
    """Return the anchor of a line that nobody gave one; `again`: how often the same line stood before in its file."""
    return "~" + digest([path, text, again] if again else [path, text])[:_IMPLIED_DIGITS]


def is_implied(anchor: str) -> bool:
    """Tell whether an anchor lasts only until its line changes."""
    return anchor.startswith("~")


def derived(seed: Any, taken: Container[str]) -> str:
    """Return the shortest anchor of what a seed says that nothing else has, or had."""
    salt = 0
    while True:
        spelled = _spelled(int(digest([seed, salt] if salt else seed), 16))
        for length in range(_SHORTEST, len(spelled) + 1):
            anchor = spelled[:length]
            if anchor not in taken:
                return anchor
        salt += 1


def _spelled(number: int) -> str:
    number, first = divmod(number, len(_LETTERS))
    said = [_LETTERS[first]]
    while number and len(said) < 24:
        number, at = divmod(number, len(_CHARACTERS))
        said.append(_CHARACTERS[at])
    return "".join(said)
