"""Secrets in a text: what providers made recognisable, what a word beside it gives away, credentials in URLs.

Own patterns, because the packages that were measured do worse on what sessions hold: detect-secrets 1.5 reads files,
takes 2 ms a line and misses secrets in prose ("the api key is …", spaced one-time codes). The probes under
`tests/data/scanning` say how these patterns do.
"""

import re
from collections.abc import Iterator
from itertools import chain

from agentops.memory.scanning import telling
from agentops.memory.scanning.hits import Hit, Rules, apart
from agentops.memory.scanning.providers import AROUND, DISCORD, PROVIDERS

_IN_URL = re.compile(r"://[^\s/:@\"'<>]{0,64}:(?P<value>[^\s/\"'<>@]{3,160})@[\w\[]")
_NOT_IN_URL = re.compile(
    r"(?:pass(?:word|wd)?|pwd|secret|token|user|xxx+|\*+|[$%<{].*|\.{3}|…|•+|⟨.*|your.*|example|changeme|redacted)$",
    re.IGNORECASE,
)
_PROVIDERS = Rules(PROVIDERS)
_DISCORD_DOT = re.compile(r"\.[A-Za-z0-9_-]{6}\.")


def find(text: str) -> Iterator[Hit]:
    """Return the secrets of a text in its order, none of which overlap."""
    return apart(chain(_forms(text), _in_urls(text), telling.find(text)))


def _forms(text: str) -> Iterator[Hit]:
    yield from _PROVIDERS.find(text)
    for what, fixed, form, before in AROUND:
        at = text.find(fixed)
        while at >= 0:
            found = form.search(text, max(0, at - before), min(len(text), at + 60))
            if found is not None:
                yield Hit(found.start(), found.end(), what)
            at = text.find(fixed, max(at + 1, found.end() if found else 0))
    for dot in _DISCORD_DOT.finditer(text):
        for found in DISCORD.finditer(text, max(0, dot.start() - 28), min(len(text), dot.end() + 46)):
            yield Hit(found.start(), found.end(), "discord-token")


def _in_urls(text: str) -> Iterator[Hit]:
    at = text.find("://")
    while at >= 0:
        found = _IN_URL.match(text, at)
        if found is not None and not _NOT_IN_URL.match(found["value"]):
            yield Hit(*found.span("value"), "url-credentials")
        at = text.find("://", at + 3)
