"""What may happen to notes: a closed set of operations, each with evidence, a reason and a verdict."""

from dataclasses import dataclass, field
from enum import StrEnum

from agentops.base.canonical import digest
from agentops.memory.evidence import Evidence, Origin
from agentops.memory.notes import NO_SUPPORT, NoteKind, Support, Trust

_ID_DIGITS = 12


class Verb(StrEnum):
    """The set that dreamers, gates and pull requests share."""

    ADD = "add"
    REINFORCE = "reinforce"
    """Evidence and counters only; the text stays."""

    REWORD = "reword"
    """The same meaning: keeps every number, name and negation."""

    MERGE = "merge"
    """Several notes become one, which lists them as its parents."""

    SUPERSEDE = "supersede"
    """A newer value replaces the note; the old one stays in the archive."""

    DISPUTE = "dispute"
    """Both stay, flagged, with a question for a person."""

    RETIRE = "retire"
    MOVE = "move"
    SPLIT = "split"
    REDACT = "redact"
    FORGET = "forget"
    PIN = "pin"
    UNPIN = "unpin"
    PROMOTE = "promote"
    """A note becomes a playbook."""

    NOOP = "noop"


class Finding(StrEnum):
    """What checking an operation against its evidence found."""

    SUPPORTED = "supported"
    PARTLY = "partly"
    CONTRADICTED = "contradicted"
    NOT_FOUND = "not_found"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the evidence bears the text, who says so, and the words that prove it."""

    finding: Finding
    by: str = "code"
    quote: str = ""
    """The shortest part of a cited event that proves it: a substring, checked by code."""

    score: float | None = None


UNCHECKED = Verdict(Finding.UNCHECKED)


@dataclass(frozen=True, slots=True)
class Author:
    """What proposed an operation."""

    engine: str
    """`lexical`, `messages`, `hosted` or `person`."""

    model: str = ""
    prompt: str = ""
    """The digest of the prompt."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One change to notes. The text it writes, the evidence for it, why, and what a check said."""

    verb: Verb
    author: Author
    targets: tuple[str, ...] = ()
    """Anchors of the notes it is about; none for `add`."""

    texts: tuple[str, ...] = ()
    """The new claim; several only for `split`."""

    path: str = ""
    """Where the new claim goes."""

    kind: NoteKind | None = None
    trust: Trust = Trust.OBSERVED
    origin: Origin = Origin.AGENT
    scope: str = ""
    about: str = ""
    evidence: tuple[Evidence, ...] = ()
    support: Support = NO_SUPPORT
    reason: str = ""
    verdict: Verdict = UNCHECKED
    against: tuple[Evidence, ...] = field(default=())
    """Evidence that speaks against the note."""

    @property
    def id(self) -> str:
        """Return what names it in a pull request: a digest of what it does, whoever proposed it and whenever."""
        said = [self.verb, sorted(self.targets), list(self.texts), self.path, self.kind]
        return digest(said)[:_ID_DIGITS]
