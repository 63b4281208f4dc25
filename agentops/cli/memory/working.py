"""What memory commands do: stores brought in step, and what is proposed brought to the forge."""

from collections.abc import Sequence
from dataclasses import dataclass

from agentops.base.errors import StaleProposal
from agentops.base.threads import in_thread
from agentops.cli.memory.ground import Ground, ground
from agentops.memory_repo import layout
from agentops.memory_repo.git import Repository
from agentops.memory_repo.proposals.letter import Letter
from agentops.memory_repo.proposals.publishing import Proposed, Published, published
from agentops.memory_repo.proposals.refreshing import standing
from agentops.memory_repo.syncing.acting import Outcome, looked, sync
from agentops.memory_repo.syncing.proposing import Prepared, prepared
from agentops.memory_repo.syncing.subject import Subject


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one store."""

    outcome: Outcome
    prepared: Prepared | None = None
    published: Published | None = None
    waits_for_dream: bool = False
    """Whether a dream's proposal is open, which takes what is live along when it is refreshed."""


async def synced(names: Sequence[str], flag: str | None, *, writes: bool, proposes: bool) -> tuple[Done, ...]:
    """Bring stores in step: write what main has, propose what is live, or both."""
    async with ground(flag) as here:
        return tuple([await one(here, each, writes=writes, proposes=proposes) for each in here.subjects(names)])


async def one(here: Ground, subject: Subject, *, writes: bool = True, proposes: bool = True) -> Done:
    """Bring one store in step."""
    outcome = await sync(here.repository, await here.live(subject.store), subject, writes=writes)
    if not proposes:
        return Done(outcome)
    found = await in_thread(prepared, here.repository, subject)
    if await in_thread(_has_dream, here.repository, subject):
        return Done(outcome, found, waits_for_dream=True)
    main = outcome.comparison.main
    if found is None and (main is None or here.repository.head(layout.proposal_branch(subject.store)) is None):
        return Done(outcome)
    return Done(outcome, found, await published(here.repository, await here.forge(), _proposed(subject, found, main)))


async def compared(names: Sequence[str], flag: str | None) -> tuple[tuple[Outcome, str], ...]:
    """Return what a sync would find in each store, and the commit of the last one."""
    async with ground(flag) as here:
        found = []
        for each in here.subjects(names):
            outcome = await looked(here.repository, await here.live(each.store), each)
            found.append((outcome, outcome.commit or ""))
        return tuple(found)


def _has_dream(repository: Repository, subject: Subject) -> bool:
    try:
        return standing(repository, subject.store, main=subject.branch) is not None
    except StaleProposal:
        return True


def _proposed(subject: Subject, found: Prepared | None, main: str | None) -> Proposed:
    if found is None:
        assert main is not None
        return Proposed(Letter(subject.store, None), main, main, subject.branch)
    edits = tuple(each.subject for each in found.edits)
    letter = Letter(subject.store, None, live=edits, conflicts=found.conflicts)
    return Proposed(letter, found.commit, found.base, subject.branch)
