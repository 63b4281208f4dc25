"""One thing that people are told: a sentence that names the repository, the fact and the way out."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from agentops.base.canonical import digest
from agentops.base.paint import printable

_MOST_TEXT: Final = 2_000
"""Units: characters. More is not read in a chat; what there is to know stands in `agentops status`."""

_SHORT_COMMIT: Final = 12


class Kind(StrEnum):
    """What happened to a repository. Never renamed: configurations name them."""

    APPLIED = "applied"
    APPLY_FAILED = "apply_failed"
    REFUSED = "refused"
    APPROVAL_WANTED = "approval_wanted"
    DRIFTED = "drifted"
    HEALED = "healed"
    DREAM_PROPOSED = "dream_proposed"
    MEMORY_SYNCED = "memory_synced"
    UNREACHABLE = "unreachable"
    RECOVERED = "recovered"


_TITLES: Final = {
    Kind.APPLIED: "{} runs a new commit",
    Kind.APPLY_FAILED: "{} could not be applied",
    Kind.REFUSED: "{} has a commit that is refused",
    Kind.APPROVAL_WANTED: "{} waits for approval",
    Kind.DRIFTED: "{} was changed on its target",
    Kind.HEALED: "{} was changed on its target, and changed back",
    Kind.DREAM_PROPOSED: "{} has a dream to review",
    Kind.MEMORY_SYNCED: "{} has memories in step again",
    Kind.UNREACHABLE: "{} cannot be reached",
    Kind.RECOVERED: "{} is well again",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told once. Texts are printable, whatever they were made from."""

    kind: Kind
    repository: str
    commit: str
    """The full sha; nothing where no commit is meant."""

    title: str
    text: str
    """One sentence."""

    key: str
    """What makes it one change of state: the same kind with the same key is no news."""

    at: datetime
    url: str = ""
    """Where a person can look, if the forge told an address."""


@dataclass(frozen=True, slots=True)
class About:
    """What a notice is about."""

    repository: str
    commit: str
    at: datetime


def notice(kind: Kind, about: About, fact: str, way_out: str = "", *, key: str = "", url: str = "") -> Notice:
    """Return the notice: what happened, and what to do about it.

    Without a key, another commit and another fact are news, and the same fact about the same commit is none.
    """
    at = f" at {about.commit[:_SHORT_COMMIT]}" if about.commit else ""
    said = f"{about.repository}{at}: {fact.rstrip('.')}" + (f"; {way_out.rstrip('.')}" if way_out else "") + "."
    return Notice(
        kind=kind,
        repository=about.repository,
        commit=about.commit,
        title=_TITLES[kind].format(about.repository),
        text=_bounded(" ".join(printable(said).split())),
        key=key or digest([about.commit, fact])[:16],
        at=about.at,
        url=url if _is_address(url) else "",
    )


def _bounded(text: str) -> str:
    return text if len(text) <= _MOST_TEXT else f"{text[: _MOST_TEXT - 1]}…"


def _is_address(url: str) -> bool:
    """Tell whether a chat can be given the address as a link: nothing in it ends one or begins another."""
    return url.startswith("https://") and url.isascii() and url.isprintable() and not set(url) & set("<>|\"'` \\")
