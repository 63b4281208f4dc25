"""What to do about one path of a memory store, of which the sandbox has a copy: three states in, one step out."""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class Head:
    """A version of a memory: what the store holds, or held when the copy was last the same."""

    version_id: str
    sha256: str
    memory_id: str = ""


class Step(Enum):
    """What is to be done."""

    REST = "both say the same, and it is known"
    NOTE = "both say the same: remember it"
    FETCH = "the store's state goes into the copy"
    PUSH = "the copy's state goes into the store"
    CLASH = "both changed: the store's state goes into the copy, and what the copy held is kept beside it"


@dataclass(frozen=True, slots=True)
class Path:
    """One path; None where there is nothing at it."""

    known: Head | None
    """What the store held when the copy was the same, as far as it was noted."""

    copy: str | None
    """The digest of what the sandbox has."""

    store: Head | None

    is_old: bool = False
    """Whether what the sandbox has is known to be a state of the store since `known` was noted.

    A server that was killed between doing and noting left it there; nobody wrote it, so it is nobody's edit.
    """


def step(path: Path, *, is_writable: bool) -> Step:
    """Return what to do about a path."""
    if path.copy == (path.store.sha256 if path.store else None):
        return Step.REST if path.known == path.store else Step.NOTE
    if not is_writable or path.copy == (path.known.sha256 if path.known else None):
        return Step.FETCH
    is_as_known = _is_as_known(path)
    if is_as_known and path.known is not None:
        return Step.PUSH
    if path.is_old:
        return Step.FETCH
    return Step.PUSH if is_as_known else Step.CLASH


def _is_as_known(path: Path) -> bool:
    """Tell whether the store holds what the sandbox was given.

    A new text may take the place of an equal one of another version. Nothing may not: who brought the old text back
    wanted it to be there.
    """
    if path.known is None or path.store is None:
        return path.known is path.store
    is_edit = path.copy is not None
    return path.known == path.store or (is_edit and path.known.sha256 == path.store.sha256)
