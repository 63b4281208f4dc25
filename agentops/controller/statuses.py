"""What the forge shows beside a followed commit: whether it is what runs, is on its way, or is refused, and why."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agentops.base.canonical import digest
from agentops.base.errors import AgentopsError, RepositoryError, UsageError
from agentops.base.paint import printable
from agentops.base.secrets import Secret
from agentops.controller.state import Phase, State
from agentops.memory_repo.forges import finding
from agentops.memory_repo.forges.local import LocalForge
from agentops.memory_repo.forges.port import Forge, Mark
from agentops.memory_repo.git import Repository

_MOST_WORDS: Final = 140
"""Source: GitHub Docs, "Commit statuses"."""

_MARKS: Final = {
    Phase.IN_SYNC: (Mark.SUCCESS, "is what runs"),
    # The commit is applied; what somebody did to the target is not its fault.
    Phase.DRIFTED: (Mark.SUCCESS, "was applied; the target was changed since"),
    Phase.OUT_OF_SYNC: (Mark.PENDING, "is being applied"),
    Phase.WAITING: (Mark.PENDING, "waits"),
    Phase.REFUSED: (Mark.FAILURE, "is refused"),
    Phase.FAILED: (Mark.FAILURE, "could not be applied, and is tried again"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What is said of one commit."""

    commit: str
    context: str
    """By which a forge tells it from other checks: two followers of one repository do not overwrite each other."""

    mark: Mark
    words: str
    """Units: at most 140 characters."""

    @property
    def key(self) -> str:
        """Return what is the same for the same words about the same commit."""
        return digest([self.commit, self.context, self.mark, self.words])[:16]


@dataclass(frozen=True, slots=True)
class Spoken:
    """What became of saying it."""

    key: str
    """Of what the forge shows now: to be remembered, and given back next time."""

    problem: str = ""
    """Why it could not be said; nothing where it was, or where it is no news."""


def standing(state: State) -> Standing | None:
    """Return what there is to say of the newest commit; nothing before it was looked at."""
    if state.phase not in _MARKS or not state.seen:
        return None
    mark, fact = _MARKS[state.phase]
    why = " ".join(printable(state.message).split())
    words = f"{fact}: {why}" if why and mark is not Mark.SUCCESS else fact
    short = words if len(words) <= _MOST_WORDS else f"{words[: _MOST_WORDS - 1]}…"
    return Standing(state.seen, f"agentops/{state.name}", mark, short)


async def say(forge: Forge, state: State, last: str) -> Spoken:
    """Set the status of the newest commit, once for each change; a forge that cannot be told stops nothing.

    `last` is the key of what was said last.
    """
    found = standing(state)
    if found is None or found.key == last:
        return Spoken(last)
    try:
        await forge.status(found.commit, found.mark, context=found.context, words=found.words)
    except AgentopsError as error:
        return Spoken(last, error.message)
    return Spoken(found.key)


Sleep = Callable[[float], Awaitable[None]]


@asynccontextmanager
async def forge_of(url: str, kind: str, token: Secret | None, sleep: Sleep) -> AsyncIterator[Forge | None]:
    """Open the forge on which a repository lives; None where there is none that can be told.

    `kind` is what the operator says speaks there, for hosts that nobody knows.

    Raises:
        UsageError: there is a token, and nothing tells which forge it is for, or it would travel in the clear.
    """
    async with AsyncExitStack() as stack:
        if token is not None:
            client, hosted = finding.hosted(finding.place_of(url, kind), token, sleep=sleep)
            await stack.enter_async_context(client)
            yield hosted
        elif repository := _bare(url):
            yield LocalForge(stack.enter_context(repository))
        else:
            yield None


def _bare(url: str) -> Repository | None:
    """Return the repository of a folder of this machine; a working copy is nobody's forge."""
    try:
        place = finding.place_of(url)
        return Repository(Path(place.repository)) if place.kind is finding.ForgeKind.LOCAL else None
    except (RepositoryError, UsageError):
        return None
