"""The files of a store's memories, written into one tree after another."""

from collections import Counter
from collections.abc import Iterator, Mapping

from agentops.memory_repo import layout
from agentops.memory_repo.git import Repository
from agentops.memory_repo.syncing.side import Side

Changes = Mapping[str, str | None]
"""The new text of memories by path; None takes one out."""


def written(repository: Repository, store: str, commit: str | None, changes: Changes) -> str:
    """Return the tree of a commit with memories written and taken out."""
    return Shelf(repository, store, commit).write(commit, changes)


class Shelf:
    """Knows which files there are, so that a thousand commits in a row do not each look for them."""

    def __init__(self, repository: Repository, store: str, commit: str | None) -> None:
        """Read the names in the first commit."""
        self._repository = repository
        self._store = store
        self.names = dict(Side(repository, commit, store).names)
        self._folders = Counter(folder for path in self.names for folder in _folders(path))

    def write(self, commit: str | None, changes: Changes) -> str:
        """Return the tree of the commit, whose files these are, with the changes."""
        new = layout.file_names(changes)
        if all(self._is_plain(path) and name == layout.file_name(path) for path, name in new.items()):
            files = {new[path]: text for path, text in changes.items()}
            names = {**self.names, **new}
        else:
            names, files = self._moved(commit, changes)
        gone = {path for path, text in changes.items() if text is None}
        self._keep({path: name for path, name in names.items() if path not in gone})
        folder = layout.folder(self._store)
        return self._repository.write(commit, {f"{folder}/{name}": text for name, text in files.items()})

    def _is_plain(self, path: str) -> bool:
        """Tell whether no other file has to move for it."""
        if self.names.get(path, layout.file_name(path)) != layout.file_name(path) or path in self._folders:
            return False
        return not any(folder in self.names for folder in _folders(path))

    def _moved(self, commit: str | None, changes: Changes) -> tuple[dict[str, str], dict[str, str | None]]:
        """Return every name afterwards, and the files to be written: a memory moves when a folder gets its name."""
        side = Side(self._repository, commit, self._store)
        stays = {path for path in self.names if changes.get(path, "") is not None}
        names = dict(layout.file_names(stays | {path for path, text in changes.items() if text is not None}))
        files: dict[str, str | None] = {old: None for path, old in self.names.items() if names.get(path) != old}
        moving = {path for path in stays if names[path] != self.names[path] and path not in changes}
        files |= {names[path]: side.text(path) for path in moving}
        return names, files | {names[path]: text for path, text in changes.items() if text is not None}

    def _keep(self, names: dict[str, str]) -> None:
        for path in names.keys() - self.names.keys():
            self._folders.update(_folders(path))
        for path in self.names.keys() - names.keys():
            self._folders.subtract(_folders(path))
        self._folders = +self._folders
        self.names = names


def _folders(path: str) -> Iterator[str]:
    return (path[:at] for at, character in enumerate(path) if character == "/" and at)
