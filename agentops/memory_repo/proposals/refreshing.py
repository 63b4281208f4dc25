"""A proposal without what a person turned down, on top of what the repository and the live store hold by now."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime

from agentops.base.errors import RepositoryError, StaleProposal
from agentops.memory.applying import applied
from agentops.memory.gates.port import Policy
from agentops.memory.notes import Memory
from agentops.memory.rejecting import names
from agentops.memory_repo.git import Repository
from agentops.memory_repo.layout import proposal_branch
from agentops.memory_repo.proposals.committing import committed, dream_commit, letter_at, memory_at
from agentops.memory_repo.proposals.letter import Letter
from agentops.memory_repo.proposals.publishing import Proposed
from agentops.memory_repo.proposals.rejudging import rejudged


@dataclass(frozen=True, slots=True)
class Standing:
    """A store's proposal as the repository holds it."""

    letter: Letter
    head: str
    base: str
    """The commit that the dream's commit stands on: main, merged with what agents wrote."""

    at: datetime
    main: str


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The proposal afterwards."""

    proposed: Proposed
    dropped: tuple[str, ...]
    """What a person turned down, as ids."""

    unfit: tuple[tuple[str, str], ...]
    """What no longer fits what the repository holds now, and why."""


def standing(repository: Repository, store: str, *, main: str = "main") -> Standing | None:
    """Return the dream's proposal for a store; None where there is none.

    Raises:
        StaleProposal: a person committed on top of it: what they wrote is not replaced.
    """
    tip, head = repository.head(main), repository.head(proposal_branch(store))
    if tip is None or head is None or repository.is_ancestor(head, tip):
        return None
    newest = dream_commit(repository, tip, head)
    if newest is None:
        if any(not each.is_ours for each in repository.commits_between(tip, head)):
            raise StaleProposal(
                f"{proposal_branch(store)} has commits of a person on top of the dream's",
                hint="edit the files in the branch and merge it, or close the pull request and dream again",
            )
        return None
    letter = letter_at(repository, head, store, newest.value("Agentops-Dream"))
    if letter is None:
        raise RepositoryError(
            f"the ledger in {proposal_branch(store)} does not tell what its dream proposed",
            hint="close the pull request and dream again",
        )
    return Standing(letter, head, newest.parents[0], newest.at, tip)


@dataclass(frozen=True, slots=True)
class Onto:
    """What a proposal is put on."""

    base: str = ""
    """The commit; empty: that on which it stands."""

    main: str = "main"
    policy: Policy = field(default_factory=Policy)
    """How strict the gates are that are asked again."""


def refreshed(
    repository: Repository, found: Standing, rejected: AbstractSet[str], onto: Onto | None = None
) -> Refreshed:
    """Return the proposal without what was rejected. Nothing points to it yet."""
    onto = onto or Onto()
    letter, ground = found.letter, onto.base or found.base
    kept = tuple(each for each in letter.lessons if each.operation.id not in rejected)
    dropped = tuple(each.operation.id for each in letter.lessons if each.operation.id in rejected)
    before, learnt = memory_at(repository, ground, letter.store), memory_at(repository, found.head, letter.store)
    done = applied(
        before, [each.operation for each in kept], dream=letter.dream_id, today=letter.day or found.at.date()
    )
    unfit = {operation.id: reason for operation, reason in done.unfit}
    left = replace(letter, lessons=tuple(each for each in kept if each.operation.id not in unfit))
    turned_down = names(each.operation for each in letter.lessons if each.operation.id in rejected)
    left = rejudged(left, (memory_at(repository, found.main, letter.store), before, done.memory), onto.policy)
    after = _remembering(done.memory, learnt, turned_down)
    head = committed(repository, ground, after, left, found.at)
    return Refreshed(Proposed(left, head, found.main, onto.main), dropped, tuple(unfit.items()))


def _remembering(after: Memory, learnt: Memory, dropped: frozenset[str]) -> Memory:
    """Return the memory with what the dream read, and what a person turned down, in its ledger."""
    ledger = after.ledger
    known = {**ledger.dreamt, **learnt.ledger.dreamt}
    rejected = ledger.rejected | learnt.ledger.rejected | dropped
    return replace(after, ledger=replace(ledger, dreamt=known, rejected=rejected))
