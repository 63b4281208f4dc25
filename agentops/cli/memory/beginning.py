"""The first commit of a memory repository, and what live stores hold already."""

from dataclasses import dataclass
from pathlib import Path

from agentops.base.clock import SystemClock
from agentops.base.errors import UsageError
from agentops.base.threads import in_thread
from agentops.cli.memory.ground import Declared, Ground, ground
from agentops.memory_repo import layout
from agentops.memory_repo.commits import Draft, Move
from agentops.memory_repo.git import Repository
from agentops.memory_repo.syncing.acting import sync
from agentops.memory_repo.syncing.proposing import prepared
from agentops.memory_repo.syncing.side import Side
from agentops.memory_repo.syncing.subject import Subject

POLICY = """\
# How strict the gates are that judge a dream's proposal: block, warn or off, by the gate's name.
# A gate that is not named is as strict as it was built.
gates: {}

# Paths that only people change: dreams never touch them.
protected: []
"""

README = """\
# Memory

What agents learn, reviewed like code. `agentops memory --help` tells what can be done with it.

    stores/NAME/**      the memories of a store, one file each; what is merged here is written to the live store
    ledger/NAME/        what is known about each note: evidence, support, operations of dreams. Code writes it
    evals/NAME/*.jsonl  golden questions of a store
    policy.yaml         how strict the gates are

Branches that begin with `agentops/` belong to agentops: `agentops/live/NAME` is the history of what the live store
held, `agentops/memory/NAME` the head of the store's pull request.
"""


@dataclass(frozen=True, slots=True)
class Begun:
    """What there is now."""

    address: str
    is_new: bool
    exported: tuple[tuple[str, int], ...]
    """Each store, and how many memories it brought."""

    absent: tuple[str, ...]
    """Stores that the target does not have yet."""


async def begin(flag: str | None) -> Begun:
    """Make the repository, if there is none, with everything that the live stores hold."""
    declared = Declared.here()
    if declared.folder is not None and not (declared.folder / "HEAD").exists():
        _check_is_free(declared.folder, declared.address)
        try:
            (await in_thread(Repository.create, declared.folder, declared.branch)).close()
            # Beside manifests it lies in their repository: `git add` would take it in, and `git stash` roll it back.
            await in_thread((declared.folder / ".gitignore").write_text, "*\n")
        except OSError as error:
            hint = "name another folder, or make the one that it lies in"
            raise UsageError(f"{declared.address} cannot be made: {error.strerror}", hint=hint) from error
    async with ground(flag) as here:
        is_new = here.repository.head(declared.branch) is None
        if not is_new:
            return Begun(declared.address, False, (), ())
        await in_thread(_first_commit, here.repository, declared.branch)
        exported, absent = [], []
        for document in declared.stores:
            try:
                live = await here.live(document.name)
            except UsageError:
                absent.append(document.name)
                continue
            # Whoever has the last word later: nothing was said yet, and what is live must not be turned back.
            beginning = Subject(document.name, branch=declared.branch)
            await sync(here.repository, live, beginning, writes=False)
            count = await in_thread(_merged, here, beginning)
            await sync(here.repository, live, declared.subject(document))
            exported.append((document.name, count))
        return Begun(declared.address, True, tuple(exported), tuple(absent))


def _check_is_free(folder: Path, address: str) -> None:
    if (folder / ".git").exists():
        raise UsageError(
            f"{address} is a working copy", hint="name a folder that is not there yet: a bare repository is made in it"
        )
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(f"{address} is a folder with something else in it", hint="name another one")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{address} is a file", hint="name a folder that is not there yet")


def _first_commit(repository: Repository, branch: str) -> None:
    tree = repository.write(None, {layout.POLICY: POLICY, "README.md": README})
    made = repository.commit(Draft(tree, (), "Begin a memory repository", SystemClock().now()))
    repository.push({branch: Move(made, None)})


def _merged(here: Ground, subject: Subject) -> int:
    """Put what the live store holds on main: nobody reviews a beginning."""
    found = prepared(here.repository, subject)
    if found is None:
        return 0
    here.repository.push({subject.branch: Move(found.commit, found.base)})
    return len(Side(here.repository, found.commit, subject.store).names)
