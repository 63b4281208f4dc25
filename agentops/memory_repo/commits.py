"""What a repository tells and is told about commits: plain values, so that nobody else speaks git's own words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

LARGEST_FILE_BYTES = 1024 * 1024
"""Ten memories' worth: what is larger is no text that anybody reads, and is not loaded."""

MOST_FILES = 20_000
MOST_BYTES = 256 * 1024 * 1024

_TRAILER = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*): (.*)")
_UNFIT_IN_NAMES = re.compile(r"[<>\x00-\x1f]")


@dataclass(frozen=True, slots=True)
class Person:
    """Who wrote or made a commit."""

    name: str
    email: str

    def __str__(self) -> str:
        """Return the spelling of commits: without what would end the field."""
        name, email = (_UNFIT_IN_NAMES.sub("", each).strip(" .,:;\"'\\") for each in (self.name, self.email))
        return f"{name or 'unknown'} <{email}>"


AGENTOPS = Person("agentops", "agentops@agentops.invalid")
"""Who commits what nobody typed. The domain cannot exist. Source: RFC 2606, 2."""

Trailers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A commit to be made. Equal drafts are the same commit, whoever makes it and whenever."""

    tree: str
    parents: tuple[str, ...]
    message: str
    at: datetime
    author: Person = AGENTOPS
    committer: Person = AGENTOPS
    trailers: Trailers = ()

    def encoded(self) -> bytes:
        """Return the object's bytes. Source: gitformat-commit(5)."""
        stamp = f"{int(self.at.timestamp())} +0000"
        parents = "".join(f"parent {each}\n" for each in self.parents)
        lines = "".join(f"{key}: {' '.join(value.split())}\n" for key, value in self.trailers)
        message = self.message.strip().replace("\x00", "") + "\n" + (f"\n{lines}" if lines else "")
        head = f"tree {self.tree}\n{parents}author {self.author} {stamp}\ncommitter {self.committer} {stamp}\n"
        return f"{head}\n{message}".encode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit that is."""

    sha: str
    parents: tuple[str, ...]
    author: Person
    committer: Person
    at: datetime
    """When it was written: the author's date."""

    message: str

    @property
    def subject(self) -> str:
        """Return the first line."""
        return self.message.split("\n", 1)[0]

    @property
    def trailers(self) -> Trailers:
        """Return the lines `Key: value` of the last paragraph, if it has no others."""
        lines = self.message.rstrip().rsplit("\n\n", 1)[-1].splitlines()
        found = [_TRAILER.fullmatch(each) for each in lines]
        return tuple((each[1], each[2]) for each in found if each) if all(found) else ()

    def values(self, key: str) -> tuple[str, ...]:
        """Return every value of a trailer."""
        return tuple(value for name, value in self.trailers if name.lower() == key.lower())

    def value(self, key: str) -> str:
        """Return the last value of a trailer; empty where it has none."""
        return next(reversed(self.values(key)), "")

    @property
    def is_ours(self) -> bool:
        """Tell whether this program made it: a person's commits have a person as committer."""
        return self.committer.email == AGENTOPS.email


@dataclass(frozen=True, slots=True)
class Files:
    """The files below a folder of a commit."""

    texts: Mapping[str, str] = field(default_factory=dict)
    unfit: Mapping[str, str] = field(default_factory=dict)
    """Why a file is none that can be read as text, by its path: `is a symbolic link`."""


@dataclass(frozen=True, slots=True)
class Merged:
    """Two commits merged."""

    tree: str
    """With conflict markers where they conflict."""

    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """Where a ref shall go, and where it must be for that; None: it is not there."""

    new: str | None
    old: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """What one commit changed against its first parent."""

    commit: str
    blobs: Mapping[str, str | None]
    """The new blob of each path; None where it was taken out."""


@dataclass(frozen=True, slots=True)
class BlamedLine:
    """One line of a file and the commit that wrote it."""

    number: int
    text: str
    commit: str


def ref_of(name: str) -> str:
    """Return the full name of a ref; what is none yet is a branch."""
    return name if name.startswith("refs/") else f"refs/heads/{name}"


def moment(seconds: str) -> datetime:
    """Return the time of a commit."""
    return datetime.fromtimestamp(int(seconds), UTC)
