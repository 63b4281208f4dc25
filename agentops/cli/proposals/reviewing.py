"""A store's proposal: found, judged by a person, refreshed without what they turned down, merged."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial

from agentops.base.errors import RepositoryError, UsageError
from agentops.base.threads import in_thread
from agentops.cli.memory.ground import Declared, forge_of, repository
from agentops.cli.memory.policy import policy_of
from agentops.memory_repo import layout
from agentops.memory_repo.forges.port import Forge, PullRequest, State
from agentops.memory_repo.git import Repository
from agentops.memory_repo.layout import proposal_branch
from agentops.memory_repo.proposals import ticks
from agentops.memory_repo.proposals.letter import Letter
from agentops.memory_repo.proposals.publishing import Proposed, Published, published
from agentops.memory_repo.proposals.refreshing import Onto, Standing, refreshed, standing
from agentops.memory_repo.syncing.proposing import prepared
from agentops.memory_repo.syncing.subject import Subject
from agentops.memory_repo.syncing.texts import is_undecided


@dataclass(frozen=True, slots=True)
class Case:
    """What is proposed for one store."""

    subject: Subject
    letter: Letter
    request: PullRequest | None
    standing: Standing | None
    """The dream's commit; None where only live edits are proposed."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The repository and its forge, open; no target is needed to review."""

    declared: Declared
    repository: Repository
    forge: Forge

    async def cases(self, names: Sequence[str]) -> tuple[Case, ...]:
        """Return what is proposed for stores; with no name, for every store that has a proposal."""
        await in_thread(self.repository.fetch)
        found = [await self._case(self.declared.subject(each)) for each in self.declared.chosen(names)]
        return tuple(each for each in found if each is not None)

    async def the(self, name: str | None) -> Case:
        """Return the proposal of a store, or the only one that there is.

        Raises:
            UsageError: nothing is proposed, or for more than one store.
        """
        found = await self.cases([name] if name else [])
        if not found:
            raise UsageError(
                f"nothing is proposed{f' for {name}' if name else ''}",
                hint="`agentops dream run` proposes what sessions taught, `agentops memory pull` what agents wrote",
            )
        if len(found) > 1:
            raise UsageError(
                f"{len(found)} stores have proposals",
                hint=f"name one: {', '.join(each.subject.store for each in found)}",
            )
        return found[0]

    async def without(self, case: Case, rejected: frozenset[str]) -> Published:
        """Drop what a person turned down, put the rest on what holds now, and bring that to the forge."""
        if case.standing is None:
            raise UsageError(f"no dream is proposed for {case.subject.store}: live edits have no boxes")
        new = await in_thread(self._refreshed, case.subject, case.standing, rejected)
        return await published(self.repository, self.forge, new)

    async def merged(self, case: Case, *, despite_gates: bool = False) -> PullRequest:
        """Merge the proposal as it was looked at.

        Raises:
            RepositoryError: it has no open pull request, a conflict in it is not settled, or a gate forbids it.
            StaleProposal: somebody changed it meanwhile.
        """
        request = case.request
        if request is None or request.state is not State.OPEN:
            raise RepositoryError(
                f"the proposal for {case.subject.store} has no open pull request",
                hint="`agentops dream run` or `agentops memory pull` opens one",
            )
        if undecided := await in_thread(self._undecided, case.subject, request.head):
            branch = proposal_branch(case.subject.store)
            raise RepositoryError(
                f"{', '.join(undecided)} holds conflict markers, which agents would read",
                hint=f"settle it in the branch {branch}, push that, and merge it with git or on the forge",
            )
        if case.letter.is_blocked and not despite_gates:
            gates = ", ".join(each.gate for each in case.letter.gates if each.mark == "block")
            raise RepositoryError(
                f"{gates} {'forbids' if ',' not in gates else 'forbid'} the merge",
                hint="reject the operations it is about, mend the branch, or give --despite-gates",
            )
        return await self.forge.merge(request.number, head=request.head)

    async def ticked_off(self, case: Case) -> frozenset[str]:
        """Return the operations whose boxes somebody unticked in the pull request."""
        return ticks.read(case.request.body).unticked if case.request else frozenset()

    def _undecided(self, subject: Subject, head: str) -> list[str]:
        main, store = self.repository.head(subject.branch), layout.folder(subject.store)
        known = self.repository.blobs(main, store) if main else {}
        changed = [name for name, blob in self.repository.blobs(head, store).items() if known.get(name) != blob]
        return [f"/{name}" for name in changed if is_undecided(self.repository.text(head, f"{store}/{name}") or "")]

    async def _case(self, subject: Subject) -> Case | None:
        found = await in_thread(partial(standing, main=subject.branch), self.repository, subject.store)
        request = await self.forge.latest(proposal_branch(subject.store))
        live = await in_thread(prepared, self.repository, subject)
        edits = tuple(each.subject for each in live.edits) if live else ()
        if found is not None:
            return Case(subject, _with_live(found.letter, edits), request, found)
        if request is None or request.state is not State.OPEN:
            return None
        conflicts = live.conflicts if live else ()
        return Case(subject, Letter(subject.store, None, live=edits, conflicts=conflicts), request, None)

    def _refreshed(self, subject: Subject, found: Standing, rejected: frozenset[str]) -> Proposed:
        live = prepared(self.repository, subject)
        base = live.commit if live else found.main
        edits = tuple(each.subject for each in live.edits) if live else ()
        policy = policy_of(self.repository, subject.branch, subject.store)
        new = refreshed(self.repository, found, rejected, Onto(base, subject.branch, policy))
        letter = _with_live(new.proposed.letter, edits)
        return Proposed(letter, new.proposed.head, found.main, subject.branch)


@asynccontextmanager
async def desk() -> AsyncIterator[Desk]:
    """Open the repository and its forge.

    Raises:
        UsageError: the Project names no memory repository.
    """
    declared = Declared.here()
    async with AsyncExitStack() as stack:
        opened = stack.enter_context(repository(declared))
        yield Desk(declared, opened, await forge_of(declared, opened, stack))


def _with_live(letter: Letter, edits: tuple[str, ...]) -> Letter:

    return replace(letter, live=edits)
