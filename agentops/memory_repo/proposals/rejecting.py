"""What people turned down in a proposal that is not merged.

It lies in the branch and in the pull request's boxes alone. The next dream replaces both, and must not forget it.
"""

from collections.abc import Iterator

from agentops.memory import ledger_text
from agentops.memory.operations import Operation
from agentops.memory.rejecting import names
from agentops.memory_repo import layout
from agentops.memory_repo.forges.port import PullRequest, State
from agentops.memory_repo.git import Repository
from agentops.memory_repo.proposals import ticks
from agentops.memory_repo.proposals.committing import letter_at, operations_folder


def turned_down(
    repository: Repository, store: str, request: PullRequest | None = None, *, main: str = "main"
) -> frozenset[str]:
    """Return the names of what people turned down in a store's proposal: by a review, or by a box that is unticked.

    Raises:
        RepositoryError: the ledger in the branch cannot be read.
    """
    head, tip = repository.head(layout.proposal_branch(store)), repository.head(main)
    if head is None or tip is None or repository.is_ancestor(head, tip):
        return frozenset()
    if request is not None and request.state is State.MERGED:
        return frozenset()  # squashed: main's ledger has it
    reviewed = ledger_text.read(repository.tree(head, layout.ledger_folder(store))).rejected
    unticked = ticks.read(request.body).unticked if request is not None else frozenset[str]()
    known = operations_in(repository, head, store, main=tip)
    return reviewed | unticked | names(each for each in known if each.id in unticked)


def operations_in(repository: Repository, commit: str, store: str, *, main: str) -> Iterator[Operation]:
    """Yield what dreams propose in a commit and main's ledger does not have.

    Raises:
        RepositoryError: the ledger in the commit cannot be read.
    """
    folder = operations_folder(store)
    known = set(repository.blobs(main, folder))
    for name in sorted(set(repository.blobs(commit, folder)) - known):
        letter = letter_at(repository, commit, store, name.removesuffix(".jsonl")) if name.endswith(".jsonl") else None
        for each in letter.lessons if letter else ():
            yield each.operation
