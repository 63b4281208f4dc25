"""From a commit and a letter to the store's one pull request: opened once, updated in place, or left.

Safe to run again after any failure: what is already so is not done twice. A branch that a person committed to is not
replaced, a closed pull request stays closed until there is something new in it, and a branch whose tree would not
change is not pushed.
"""

from dataclasses import dataclass
from enum import StrEnum

from agentops.base.threads import in_thread
from agentops.base.wording import counted
from agentops.memory.rejecting import is_among, names
from agentops.memory_repo import layout
from agentops.memory_repo.commits import Move
from agentops.memory_repo.forges.port import Draft, Forge, Mark, PullRequest, State
from agentops.memory_repo.git import Repository
from agentops.memory_repo.proposals import body, ticks
from agentops.memory_repo.proposals.letter import Letter
from agentops.memory_repo.proposals.rejecting import operations_in

CONTEXT = "agentops/gates"
"""The commit status: a branch protection can require it."""

_LABELS = ("agentops",)


class Outcome(StrEnum):
    """What became of a proposal."""

    OPENED = "opened"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SNOOZED = "snoozed"
    """A person closed the same one: it comes back when there is something new in it."""

    LEFT = "left"
    """A person committed to the branch: it is theirs until it is merged or closed."""

    WITHDRAWN = "withdrawn"
    """Nothing is left to propose, so the open one was closed."""

    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Proposed:
    """A commit that is in the repository and in no branch yet, and what a pull request says about it."""

    letter: Letter
    head: str
    main: str
    """The commit of the base that it was made for."""

    base: str = "main"

    @property
    def branch(self) -> str:
        """Return the branch of the store's one pull request."""
        return layout.proposal_branch(self.letter.store)


@dataclass(frozen=True, slots=True)
class Published:
    """What became of it, and the pull request where there is one."""

    outcome: Outcome
    request: PullRequest | None = None


async def published(repository: Repository, forge: Forge, proposed: Proposed) -> Published:
    """Bring the forge to what is proposed.

    Raises:
        StaleProposal: somebody moved the branch meanwhile; the next try looks again.
        ForgeError: the forge refuses.
    """
    latest = await forge.latest(proposed.branch)
    stands = await in_thread(_stands, repository, proposed)
    is_open = latest is not None and latest.state is State.OPEN
    if stands.is_persons and not _is_given_up(latest, stands):
        return Published(Outcome.LEFT, latest)
    if not stands.changes_something:
        return await _withdrawn(forge, latest)
    is_closed = latest is not None and latest.state is State.CLOSED
    if is_closed and await in_thread(_is_known, repository, proposed, latest):
        return Published(Outcome.SNOOZED, latest)
    if not stands.is_there:
        await in_thread(repository.push, {proposed.branch: Move(proposed.head, stands.remote)})
    return await _requested(forge, proposed, latest if is_open else None, has_moved=not stands.is_there)


@dataclass(frozen=True, slots=True)
class _Stands:
    """Where the branch is on the remote."""

    remote: str | None
    changes_something: bool
    is_there: bool
    """Whether the remote's branch has the very files that are proposed, on a base that has them all."""

    is_persons: bool


def _stands(repository: Repository, proposed: Proposed) -> _Stands:
    remote, main = repository.head(proposed.branch), repository.head(proposed.base) or proposed.main
    trees = [repository.subtree(each) for each in (proposed.head, main)]
    added = repository.commits_between(main, remote) if remote else []
    return _Stands(
        remote,
        changes_something=trees[0] != trees[1],
        is_there=remote is not None and repository.subtree(remote) == trees[0] and repository.is_ancestor(main, remote),
        is_persons=any(not each.is_ours for each in added),
    )


def _is_given_up(latest: PullRequest | None, stands: _Stands) -> bool:
    """Tell whether a person closed or merged the branch just as it is: what they wrote on it since is theirs again."""
    return latest is not None and latest.state is not State.OPEN and latest.head == stands.remote


def _is_known(repository: Repository, proposed: Proposed, closed: PullRequest) -> bool:
    """Tell whether a closed pull request already had everything that is proposed now."""
    offered = ticks.read(closed.body).offered
    if repository.has(closed.head):  # a long body has not all of them, and other counts are nothing new
        offered |= names(operations_in(repository, closed.head, proposed.letter.store, main=proposed.main))
    if not all(is_among(each.operation, offered) for each in proposed.letter.lessons):
        return False
    if not proposed.letter.live:
        return True
    if not repository.has(closed.head):
        return False
    live = [each for each in repository.commits_between(proposed.main, proposed.head) if each.value("Agentops-Version")]
    return all(repository.is_ancestor(each.sha, closed.head) for each in live)


async def _requested(forge: Forge, proposed: Proposed, known: PullRequest | None, *, has_moved: bool) -> Published:
    draft = Draft(
        proposed.branch, proposed.base, body.title(proposed.letter), body.body(proposed.letter), labels=_LABELS
    )
    if known is None:
        request, outcome = await forge.open(draft), Outcome.OPENED
    elif (known.title, _plain(known.body)) == (draft.title, _plain(draft.body)):
        request, outcome = known, Outcome.UPDATED if has_moved else Outcome.UNCHANGED
    else:
        request, outcome = await forge.update(known.number, draft), Outcome.UPDATED
    # Said again where nothing changed: the last run may have died before it said so.
    await _marked(forge, proposed, request.head if outcome is Outcome.UNCHANGED else proposed.head, request.url)
    return Published(outcome, request)


async def _marked(forge: Forge, proposed: Proposed, head: str, url: str) -> None:
    letter = proposed.letter
    if not letter.gates:
        return
    against = [each.gate for each in letter.gates if each.mark == "block"]
    words = f"{', '.join(against)}: not to be merged" if against else f"{counted(len(letter.gates), 'gate')} passed"
    mark = Mark.FAILURE if against else Mark.SUCCESS
    await forge.status(head, mark, context=CONTEXT, words=words[:140], url=url)


async def _withdrawn(forge: Forge, latest: PullRequest | None) -> Published:
    if latest is None or latest.state is not State.OPEN:
        return Published(Outcome.NOTHING)
    await forge.close(latest.number, words="Nothing is left to propose: the branch would change nothing.")
    return Published(Outcome.WITHDRAWN, latest)


def _plain(text: str) -> str:
    """Return a body as it is compared: forges change line ends, and trim."""
    return text.replace("\r\n", "\n").strip()
