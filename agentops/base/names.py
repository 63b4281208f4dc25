"""Kinds, names and addresses: `Agent/reviewer`, parsed, printed and guessed at."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
"""A DNS label (RFC 1123): safe in paths, URLs, branch names and metadata values."""


class Kind(StrEnum):
    """What a manifest can declare."""

    PROJECT = "Project"
    AGENT = "Agent"
    TEAM = "Team"
    RUBRIC = "Rubric"
    ENVIRONMENT = "Environment"
    MEMORY_STORE = "MemoryStore"
    DREAM_SCHEDULE = "DreamSchedule"
    DEPLOYMENT = "Deployment"
    SKILL = "Skill"
    VAULT = "Vault"
    WEBHOOK = "Webhook"

    # Equal to its text, so with the text's hash; an enum's own one is a call in Python for each look at a table.
    __hash__ = str.__hash__


_WITH_PARTS = frozenset({Kind.VAULT})
"""Kinds in which named things are objects of their own."""


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """The identity of a declared thing: independent of its path and of its display name."""

    kind: Kind
    name: str
    part: str = ""
    """The name of a thing inside the declared one that is an object of its own: a Vault's credential."""

    def __str__(self) -> str:
        """Return `Kind/name`, or `Kind/name/part`."""
        return f"{self.kind}/{self.name}/{self.part}" if self.part else f"{self.kind}/{self.name}"

    @classmethod
    def parse(cls, text: str) -> "Address | None":
        """Return the address that the text spells, or None when it spells none."""
        kind, *names = text.split("/")
        if kind not in Kind._value2member_map_ or not all(map(is_name, names)):
            return None
        most = 2 if kind in _WITH_PARTS else 1
        return cls(Kind(kind), *names) if 1 <= len(names) <= most else None


def is_name(text: str) -> bool:
    """Tell whether the text can be a manifest's `metadata.name`."""
    return NAME.fullmatch(text) is not None


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that the word most likely misspells, or None when none is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - most words are right

    by_lower = {each.lower(): each for each in sorted(candidates, reverse=True)}
    found = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None
