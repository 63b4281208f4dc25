"""What the live store learnt, as one commit on top of main: the head of the store's pull request."""

from dataclasses import dataclass

from agentops.base.wording import counted
from agentops.memory_repo import layout
from agentops.memory_repo.commits import Commit, Draft
from agentops.memory_repo.git import Repository
from agentops.memory_repo.syncing.comparing import compared
from agentops.memory_repo.syncing.planning import Decision
from agentops.memory_repo.syncing.shelf import written
from agentops.memory_repo.syncing.side import Side
from agentops.memory_repo.syncing.subject import Subject
from agentops.memory_repo.syncing.versions import STORE, VERSION


@dataclass(frozen=True, slots=True)
class Prepared:
    """A commit that nothing points to yet. The same main and live branch make the same one."""

    commit: str
    base: str
    """The commit of main that it is made on."""

    live: str
    decisions: tuple[Decision, ...]
    """The memories that it changes."""

    conflicts: tuple[str, ...]
    """Paths that stand in it with conflict markers."""

    edits: tuple[Commit, ...]
    """The commits of the live branch that main has not, newest first: who wrote what."""


def prepared(repository: Repository, subject: Subject) -> Prepared | None:
    """Return main merged with what the live branch has, or None when there is nothing to propose."""
    main, live = repository.head(subject.branch), repository.head(layout.live_branch(subject.store))
    if main is None or live is None:
        return None
    comparison = compared(repository, subject, live)
    there = Side(repository, main, subject.store)
    proposed = tuple(each for each in comparison.decisions if there.text(each.path) != each.main)
    if not proposed:
        return None
    tree = written(repository, subject.store, main, {each.path: each.main for each in proposed})
    at = max(repository.show(main).at, repository.show(live).at)
    count = counted(len(proposed), "memory")
    draft = Draft(
        tree, (main, live), f"{subject.store}: {count} from the live store", at, trailers=((STORE, subject.store),)
    )
    edits = tuple(each for each in repository.commits_between(main, live) if each.value(VERSION))
    return Prepared(repository.commit(draft), main, live, proposed, comparison.conflicts, edits)
