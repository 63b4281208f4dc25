"""What a note rests on: single events of sessions, and how far each may be trusted."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

_SPELLING = re.compile(r"(?P<session>[^\s#\[\]]{1,256})#(?P<event>[^\s#\[\]]{1,256})")


class Origin(StrEnum):
    """Who said it, from the most to the least trusted. A note is as good as the worst of its evidence."""

    USER = "user"
    AGENT = "agent"
    TOOL = "tool"
    """A tool that only sees the agent's own surroundings."""

    EXTERNAL = "external"
    """A tool that brings in what strangers wrote: pages, mail, tickets, foreign repositories."""

    RECALLED = "recalled"
    """Memory given to the session: it proves nothing, or a dream would learn its own notes again."""


_ORDER = tuple(Origin)


def worst(origins: Iterable[Origin]) -> Origin:
    """Return the least trusted; with none, what strangers say."""
    return max(origins, key=_ORDER.index, default=Origin.EXTERNAL)


@dataclass(frozen=True, slots=True, order=True)
class Evidence:
    """One event of one session, spelled `sesn_01a#sevt_20`."""

    session: str
    event: str

    def __str__(self) -> str:
        """Return the spelling."""
        return f"{self.session}#{self.event}"

    @classmethod
    def parse(cls, text: str) -> "Evidence | None":
        """Return what the text spells, or None when it spells none."""
        found = _SPELLING.fullmatch(text)
        return None if found is None else cls(found["session"], found["event"])
