"""The port of a forge: what is done with a pull request. The few calls that every forge has."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class State(StrEnum):
    """Where a pull request is."""

    OPEN = "open"
    CLOSED = "closed"
    MERGED = "merged"


class Mark(StrEnum):
    """What a commit status says. Each forge has its own words for these four."""

    PENDING = "pending"
    SUCCESS = "success"
    FAILURE = "failure"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a pull request shall say."""

    branch: str
    """The head: `agentops/memory/NAME`."""

    base: str
    title: str
    body: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PullRequest:
    """One pull request, or merge request, as the forge tells it."""

    number: int
    url: str
    state: State
    branch: str
    base: str
    title: str
    body: str
    head: str
    """The commit at the head of its branch, as the forge knows it."""


class Forge(Protocol):
    """A forge, for one repository."""

    async def latest(self, branch: str) -> PullRequest | None:
        """Return the open pull request of the branch, or else its newest one, or None."""
        ...

    async def open(self, draft: Draft) -> PullRequest:
        """Open one; where the forge says that there is one already, return that."""
        ...

    async def update(self, number: int, draft: Draft) -> PullRequest:
        """Give it another title and body."""
        ...

    async def close(self, number: int, *, words: str) -> None:
        """Close it without merging, and say why in a comment."""
        ...

    async def merge(self, number: int, *, head: str) -> PullRequest:
        """Merge it, if `head` is still the commit at its head.

        Raises:
            StaleProposal: somebody pushed meanwhile.
        """
        ...

    async def status(self, commit: str, mark: Mark, *, context: str, words: str, url: str = "") -> None:
        """Set a commit status. Units: `words` at most 140 characters."""
        ...
