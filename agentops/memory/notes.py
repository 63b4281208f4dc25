"""A note: one claim on one line with an anchor that stays; and its record, which is kept apart from the text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from agentops.memory.evidence import Evidence, Origin


class NoteKind(StrEnum):
    """What a note is about; each has a folder."""

    PREFERENCE = "preference"
    FACT = "fact"
    PITFALL = "pitfall"
    PLAYBOOK = "playbook"
    DECISION = "decision"
    REFERENCE = "reference"


class Status(StrEnum):
    """Where a note is in its life."""

    PROBATION = "probation"
    ACTIVE = "active"
    DISPUTED = "disputed"
    SUPERSEDED = "superseded"
    ARCHIVED = "archived"
    QUARANTINED = "quarantined"
    """Kept aside until a person pins it: its only evidence is external, or it has none."""


class Trust(StrEnum):
    """How the claim came to be known."""

    STATED = "stated"
    OBSERVED = "observed"
    INFERRED = "inferred"


@dataclass(frozen=True, slots=True)
class Note:
    """One bullet of one file."""

    anchor: str
    """`n7k2`, without the caret: never used twice in a store. Lines that nobody gave an anchor have an implied one,
    `~` and a digest of path and text, which lasts until the line changes."""

    path: str
    """The memory's path in the store, which begins with `/`."""

    text: str
    """The claim, without bullet and anchor."""


@dataclass(frozen=True, slots=True)
class Support:
    """How many distinct sessions, days and people speak for a note, and how many sessions against it."""

    sessions: int = 0
    days: int = 0
    principals: int = 0
    against: int = 0


NO_SUPPORT = Support()


@dataclass(frozen=True, slots=True)
class Record:
    """What is known about a note and costs its readers no context. One line of `ledger/<store>/notes.jsonl`."""

    anchor: str
    kind: NoteKind
    status: Status
    trust: Trust
    origin: Origin
    evidence: tuple[Evidence, ...] = ()
    against: tuple[Evidence, ...] = ()
    """What speaks against it."""

    support: Support = NO_SUPPORT
    scope: str = ""
    """`org`, `repo:x`, `agent:x` or `user:x`; empty: whoever reads the store."""

    first_seen: date | None = None
    last_seen: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    review_after: date | None = None
    reworded: int = 0
    """How often the text was changed since it was last written from raw evidence."""

    parents: tuple[str, ...] = ()
    replaced_by: str = ""
    pinned: bool = False
    about: str = ""
    """The tool, error template or topic that it is about: how the next dream finds it again."""

    dream: str = ""
    """The dream, or the commit, that wrote it last."""

    born: str = ""
    """The id of the operation that wrote it first: the same operation does not write it again."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Something forgotten that must not be learnt again: a salted digest of its words, never the words."""

    salt: str
    digests: tuple[str, ...]
    """Of the whole normalised claim and of its shingles: what a paraphrase is recognised by."""

    at: date
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What a repository knows about a store beside its text."""

    records: Mapping[str, Record] = field(default_factory=dict)
    """By anchor, those of archived notes too."""

    dreamt: Mapping[str, str] = field(default_factory=dict)
    """The sessions already dreamt, each with the digest of what was read. `ledger/<store>/cursor.json`."""

    rejected: frozenset[str] = frozenset()
    """Ids and gists of operations that a person turned down: not proposed again. `ledger/<store>/rejected.jsonl`."""

    tombstones: tuple[Tombstone, ...] = ()


@dataclass(frozen=True, slots=True)
class Memory:
    """A store as text, exactly, and its ledger."""

    files: Mapping[str, str] = field(default_factory=dict)
    """Text by path in the store (`/pitfalls/booking.md`): every byte, free-form files of agents and people too."""

    ledger: Ledger = field(default_factory=Ledger)
