"""A store's memory in a commit, and a commit that holds another one: the only place where a dream becomes files."""

from collections.abc import Mapping
from datetime import datetime

from agentops.memory import ledger_text
from agentops.memory.notes import Memory
from agentops.memory_repo import layout
from agentops.memory_repo.commits import Commit, Draft
from agentops.memory_repo.git import Repository
from agentops.memory_repo.proposals import body, record
from agentops.memory_repo.proposals.letter import Letter

DREAM = "Agentops-Dream"
"""The trailer of the one commit that a dream makes."""


def memory_at(repository: Repository, commit: str, store: str) -> Memory:
    """Return what a commit holds of a store.

    Raises:
        RepositoryError: a file is no text, or the ledger cannot be read.
    """
    texts = repository.tree(commit, layout.folder(store))
    files = {path: text for name, text in texts.items() if (path := layout.memory_path(name))}
    return Memory(files, ledger_text.read(repository.tree(commit, layout.ledger_folder(store))))


def generation_at(repository: Repository, commit: str, store: str) -> int:
    """Return how many dreams a commit holds of a store."""
    return sum(each.endswith(".jsonl") for each in repository.blobs(commit, operations_folder(store)))


def committed(repository: Repository, base: str, after: Memory, letter: Letter, at: datetime) -> str:
    """Return a commit on top of another that holds the memory as a dream leaves it. No branch points to it yet."""
    changes = _changes(repository, base, after, letter)
    trailers = {DREAM: letter.dream_id, "Agentops-Store": letter.store, "Agentops-Schedule": letter.schedule}
    given = (*trailers.items(), ("Agentops-Slot", letter.slot))
    return repository.commit(
        Draft(
            tree=repository.write(base, changes),
            parents=(base,),
            message=f"{body.title(letter)}\n\n{letter.words}",
            at=at,
            trailers=tuple((key, value) for key, value in given if value),
        )
    )


def dream_commit(repository: Repository, main: str, head: str) -> Commit | None:
    """Return the commit that a dream made at the head of a branch, or None where there is none."""
    newest = next(iter(repository.commits_between(main, head)), None)
    return newest if newest is not None and newest.is_ours and newest.value(DREAM) else None


def letter_at(repository: Repository, commit: str, store: str, dream_id: str) -> Letter | None:
    """Return what the ledger in a commit says of a dream, or None where it knows none of that name."""
    folder = operations_folder(store)
    log = repository.text(commit, f"{folder}/{dream_id}.jsonl")
    said = repository.text(commit, f"{folder}/{dream_id}.json")
    return None if log is None or said is None else record.read(log, said)


def operations_folder(store: str) -> str:
    """Return where the operations of a store's dreams are."""
    return f"{layout.ledger_folder(store)}/ops"


def _changes(repository: Repository, base: str, after: Memory, letter: Letter) -> Mapping[str, str | None]:
    store = letter.store
    before = memory_at(repository, base, store).files
    names, old_names = layout.file_names(after.files), layout.file_names(before)
    now = {names[path]: text for path, text in after.files.items()}
    was = {old_names[path]: text for path, text in before.items()}
    changed = [name for name in was.keys() | now.keys() if was.get(name) != now.get(name)]
    files = {
        layout.folder(store): {name: now.get(name) for name in changed},
        layout.ledger_folder(store): ledger_text.written(after.ledger),
        operations_folder(store): record.written(letter) if letter.dream_id else {},
    }
    return {f"{folder}/{name}": text for folder, texts in files.items() for name, text in texts.items()}
