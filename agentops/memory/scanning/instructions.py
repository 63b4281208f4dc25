"""Sentences that command whoever reads them, hidden among what a note should be: an observation.

Sorts: `override`, `identity`, `authority`, `concealment`, `persistence`, `remote-execution`, `egress`,
`disabling-checks`, `role-marker`, `spelled-out` and `encoded`, which decode to one of the others.
An attacker finds another wording: of commands that were worded anew when the patterns were done, 20 of 26 were found
(the probes `reworded`), and no harmless line was. The taint of a note's evidence carries the weight, not this.
"""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator
from itertools import chain

from agentops.memory.scanning.addressing import ADDRESSED
from agentops.memory.scanning.commands import COMMANDS
from agentops.memory.scanning.hits import Hit, Rules, apart
from agentops.memory.scanning.telling import lower

_RULES = Rules(COMMANDS + ADDRESSED)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{24,8192}={0,2}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){16,4096}")
_SPELLED = re.compile(r"(?<!\w)\w(?:[ .*_-]{1,4}\w(?!\w)){7,120}")
_BETWEEN = re.compile(r"[.*_-]| (?! )")
_TO_STANDARD = str.maketrans("-_", "+/")


def find(text: str) -> Iterator[Hit]:
    """Return the commands of a text in its order, none of which overlap."""
    return apart(chain(_commands(text), _encoded(text), _spelled(text)))


def _commands(text: str) -> Iterator[Hit]:
    return _RULES.find(lower(text))


def _encoded(text: str) -> Iterator[Hit]:
    for pattern, decoded in ((_BASE64, _from_base64), (_HEX, _from_hex)):
        for found in pattern.finditer(text):
            if any(_commands(decoded(found[0]))):
                yield Hit(*found.span(), "encoded")


def _from_base64(text: str) -> str:
    body = text.rstrip("=").translate(_TO_STANDARD)
    try:
        return _printable(b64decode(body[: len(body) - (len(body) % 4 == 1)] + "=" * (-len(body) % 4)))
    except (Error, ValueError):
        return ""


def _from_hex(text: str) -> str:
    return _printable(bytes.fromhex(text))


def _printable(content: bytes) -> str:
    """Return the text that bytes spell; empty where they are something else, as nearly all digests and images are."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return ""
    return text if sum(each.isprintable() or each.isspace() for each in text) > 0.95 * len(text) else ""


def _spelled(text: str) -> Iterator[Hit]:
    """Find commands that were written with a gap behind each letter."""
    for found in _SPELLED.finditer(text):
        joined = re.sub(r" {2,}", " ", _BETWEEN.sub("", found[0].replace("   ", "  ")))
        if any(_commands(joined)):
            yield Hit(*found.span(), "spelled-out")
