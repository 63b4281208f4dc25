"""Taking back what was learnt: a commit of main with everything it did, or one note."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from agentops.base.errors import RepositoryError, UsageError
from agentops.memory import ledger_text
from agentops.memory.applying import applied
from agentops.memory.notes import Memory
from agentops.memory.operations import Author, Operation, Verb
from agentops.memory.rejecting import names
from agentops.memory_repo import layout
from agentops.memory_repo.commits import AGENTOPS, Commit, Draft, Person
from agentops.memory_repo.git import Repository
from agentops.memory_repo.proposals.committing import letter_at, memory_at, operations_folder
from agentops.memory_repo.syncing.shelf import written
from agentops.memory_repo.syncing.versions import STORE

PERSON = Author("person")


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who takes it back, and when."""

    author: Person
    at: datetime


def commit_of(repository: Repository, main: str, text: str) -> Commit:
    """Return the commit of main that a person names.

    Raises:
        UsageError: there is none, or it is not in main.
    """
    found = repository.resolve(text)
    if found is None:
        raise UsageError(f"{text} is neither a commit nor an anchor", hint="`agentops memory log STORE` lists commits")
    if not repository.is_ancestor(found, main):
        raise UsageError(f"{found[:12]} is not in main", hint="revert the commit that brought it there")
    return repository.show(found)


def reverted(repository: Repository, main: str, commit: Commit, stamp: Stamp) -> str:
    """Return a commit on top of main that takes another one back. Nothing points to it yet.

    Of the ledger stays what was read and which dream proposed what; what those dreams proposed counts as turned down,
    so that the next one does not propose it again.

    Raises:
        RepositoryError: later commits changed the same lines.
    """
    parent = commit.parents[0] if commit.parents else None
    tree = repository.subtree(parent) if parent else repository.write(None, {})
    assert tree is not None
    before = repository.commit(Draft(tree, (commit.sha,), "Before", stamp.at))
    merged = repository.merge(main, before)
    conflicts = [each for each in merged.conflicts if not each.startswith("ledger/")]
    if conflicts:
        raise RepositoryError(
            f"{commit.sha[:12]} cannot be taken back whole: {', '.join(conflicts)} changed since",
            hint="take single notes back by their anchor, or edit the file and merge that",
        )
    tree = repository.write(merged.tree, _ledgers(repository, main, merged.tree, parent, commit.sha))
    message = f'Revert "{commit.subject}"\n\nThis takes back {commit.sha}.'
    return repository.commit(Draft(tree, (main,), message, stamp.at, stamp.author, AGENTOPS))


def retired(repository: Repository, main: str, store: str, anchor: str, stamp: Stamp) -> str:
    """Return a commit on top of main without a note; the archive keeps its words. Nothing points to it yet.

    Raises:
        UsageError: the note cannot be taken out.
    """
    memory = memory_at(repository, main, store)
    operation = Operation(Verb.RETIRE, PERSON, (anchor,), reason="a person took it back")
    after = changed(memory, operation, stamp.at.date())
    tree = tree_of(repository, main, store, memory, after)
    trailers = ((STORE, store),)
    return repository.commit(
        Draft(tree, (main,), f"Take ^{anchor} back", stamp.at, stamp.author, AGENTOPS, trailers=trailers)
    )


def changed(memory: Memory, operation: Operation, today: date) -> Memory:
    """Return the memory after one operation of a person.

    Raises:
        UsageError: it cannot be applied.
    """
    done = applied(memory, [operation], dream="", today=today)
    if done.unfit:
        raise UsageError(done.unfit[0][1], hint="`agentops memory search WORDS` shows notes with their anchors")
    return done.memory


def tree_of(repository: Repository, commit: str, store: str, before: Memory, after: Memory) -> str:
    """Return the tree of a commit with a store's memory as it shall be."""
    paths = {*before.files, *after.files}
    changes = {path: after.files.get(path) for path in paths if before.files.get(path) != after.files.get(path)}
    folder = layout.ledger_folder(store)
    ledger = {f"{folder}/{name}": text for name, text in ledger_text.written(after.ledger).items()}
    known = repository.tree(commit, folder)
    return repository.write(
        written(repository, store, commit, changes),
        {path: text for path, text in ledger.items() if text or path.removeprefix(f"{folder}/") in known},
    )


def _ledgers(repository: Repository, main: str, tree: str, parent: str | None, commit: str) -> Mapping[str, str | None]:
    """Return the files of ledgers that stay as main has them, and those in which proposals count as turned down."""
    found: dict[str, str | None] = {}
    stores = {path.split("/")[1] for path in repository.blobs(main, "ledger") for path in [f"ledger/{path}"]}
    for store in stores:
        folder, operations = layout.ledger_folder(store), operations_folder(store)
        dreams = set(repository.blobs(commit, operations)) - set(repository.blobs(parent, operations) if parent else ())
        if not dreams and repository.subtree(tree, folder) == repository.subtree(main, folder):
            continue
        known = memory_at(repository, main, store).ledger
        told = {each.removesuffix(".jsonl") for each in dreams if each.endswith(".jsonl")}
        letters = [letter for name in told if (letter := letter_at(repository, commit, store, name))]
        turned_down = names(each.operation for letter in letters for each in letter.lessons)
        before = memory_at(repository, parent, store).ledger.records if parent else {}
        then = memory_at(repository, commit, store).ledger.records
        gone = {anchor for anchor in then if anchor not in before}
        records = {anchor: record for anchor, record in known.records.items() if anchor not in gone}
        ledger = replace(known, records=records, rejected=known.rejected | turned_down)
        found |= {f"{folder}/{name}": text for name, text in repository.tree(main, folder).items()}
        found |= {f"{folder}/{name}": text for name, text in ledger_text.written(ledger).items()}
    return found
