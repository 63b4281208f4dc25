"""A candidate: what distilling proposes, before anything decides whether it is new, true or already known."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from agentops.memory.evidence import Evidence, Origin, worst
from agentops.memory.notes import NoteKind, Support, Trust
from agentops.memory.transcripts import Event, Transcript

LONGEST_REASON = 120


@dataclass(frozen=True, slots=True)
class Witness:
    """An event and the session it happened in."""

    transcript: Transcript
    event: Event

    @property
    def evidence(self) -> Evidence:
        """Return how a note cites it."""
        return self.transcript.evidence(self.event)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One claim with what speaks for it."""

    kind: NoteKind
    text: str
    path: str
    about: str
    """What it is about, without its value: two candidates about one thing agree, or one of them is out of date."""

    witnesses: tuple[Witness, ...]
    trust: Trust = Trust.OBSERVED
    scope: str = ""
    reason: str = ""
    value: str = ""
    """What is said of it; empty where being about the same says it all."""

    is_certain: bool = False
    """Whether one session alone shows it: the way out worked, or nothing that was tried did."""

    against: tuple[Witness, ...] = ()

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Return its citations, each once, sorted."""
        return tuple(sorted({each.evidence for each in self.witnesses}))

    @property
    def origin(self) -> Origin:
        """Return the least trusted of its witnesses."""
        return worst(each.event.origin for each in self.witnesses)

    @property
    def latest(self) -> datetime | None:
        """Return when it was last seen; None where nobody knows."""
        return max((each.event.at for each in self.witnesses if each.event.at), default=None)

    @property
    def support(self) -> Support:
        """Return how many sessions, days and people speak for it, and how many sessions against."""
        return support(self.witnesses, self.against)


def support(witnesses: Iterable[Witness], against: Iterable[Witness] = ()) -> Support:
    """Return how many distinct sessions, days and people there are; mentions do not count."""
    seen = tuple(witnesses)
    return Support(
        sessions=len({each.transcript.session for each in seen}),
        days=len({each.event.at.date() for each in seen if each.event.at}),
        principals=len({each.transcript.principal for each in seen if each.transcript.principal}),
        against=len({each.transcript.session for each in against}),
    )


def shortened(text: str, most: int) -> str:
    """Return a text cut at a word."""
    if len(text) <= most:
        return text
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"
