"""The objects of a repository: files, and the trees that hold them, read once and written without a ref."""

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from threading import RLock
from typing import Any

from gitdb import IStream, LooseObjectDB  # type: ignore[import-untyped]  # GitPython's own store of objects, without types

from agentops.base.errors import RepositoryError
from agentops.memory_repo import history
from agentops.memory_repo.commits import MOST_FILES, Draft
from agentops.memory_repo.history import Entries

FILE, PROGRAM = b"100644", b"100755"
"""Modes of files whose text counts."""

_TREE = b"40000"
_EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
_MOST_KEPT = 200_000
"""Entries of trees that are kept in memory."""


class Objects:
    """What is named by its content: it never changes, so each tree is asked for once."""

    def __init__(self, git_dir: Path, reader: Any, lock: RLock) -> None:
        """Take the folder, GitPython's reader of what is in it, and who may use that reader."""
        self._folder = git_dir
        self._reader = reader
        self._made = LooseObjectDB(str(git_dir / "objects"))
        self._lock = lock
        self._trees: dict[str, Entries] = {}
        self._kept = 0
        self._tops: dict[str, str] = {}
        """The tree of each commit that was looked into."""

    def entry(self, commit: str, path: str) -> tuple[bytes, str]:
        """Return the mode and the name of one file of a commit; both empty where there is none."""
        folder, _, name = path.rpartition("/")
        tree = self.subtree(commit, folder)
        return self._entries(tree).get(name.encode(), (b"", "")) if tree else (b"", "")

    def subtree(self, commit: str, under: str = "") -> str | None:
        """Return the tree of a folder of a commit; None where it has no such folder."""
        found = self._tree_of(commit)
        for part in filter(None, under.split("/")):
            mode, sha = self._entries(found).get(part.encode(), (b"", ""))
            if mode != _TREE:
                return None
            found = sha
        return found

    def read(self, sha: str, kind: bytes) -> bytes:
        """Return an object.

        Raises:
            RepositoryError: it is of another kind.
        """
        with self._lock:
            found = self._reader.stream(bytes.fromhex(sha))
            data: bytes = found.read()
        if found.type != kind:
            raise RepositoryError(f"{sha[:12]} in {self._folder} is a {found.type.decode()}, not a {kind.decode()}")
        return data

    def size(self, sha: str) -> int:
        """Return how large a file is. Units: bytes."""
        with self._lock:
            return int(self._reader.info(bytes.fromhex(sha)).size)

    def walked(self, commit: str, under: str) -> Iterator[tuple[str, tuple[bytes, str]]]:
        """Yield the mode and the name of every file below a folder of a commit, by its path there.

        Raises:
            RepositoryError: there are more than memory can have.
        """
        tree = self.subtree(commit, under)
        waiting, count = [("", tree)] if tree else [], 0
        while waiting:
            folder, sha = waiting.pop()
            for name, (mode, child) in self._entries(sha).items():
                path = f"{folder}{name.decode('utf-8', 'backslashreplace')}"
                count += 1
                if count > MOST_FILES:
                    raise RepositoryError(f"{under or 'the tree'} in {commit[:12]} has more than {MOST_FILES:,} files")
                if mode == _TREE:
                    waiting.append((f"{path}/", child))
                else:
                    yield path, (mode, child)

    def with_changes(self, base: str | None, changes: Mapping[str, bytes | None]) -> str:
        """Return the tree of a commit, or of nothing, with files written and taken out (None)."""
        return self._written(self._tree_of(base) if base else _EMPTY_TREE, changes) or self._store(b"tree", b"")

    def with_folder(self, commit: str, under: str, tree: str | None) -> str:
        """Return the tree of a commit with a whole folder replaced by another tree, or taken out."""
        return self._grafted(self._tree_of(commit), under.encode().split(b"/"), tree) or self._store(b"tree", b"")

    def commit(self, draft: Draft) -> str:
        """Write a commit, and return its name."""
        made = self._store(b"commit", draft.encoded())
        self._tops[made] = draft.tree
        return made

    def _store(self, kind: bytes, data: bytes) -> str:
        with self._lock:
            stored: bytes = self._made.store(IStream(kind, len(data), BytesIO(data))).binsha
        return stored.hex()

    def _tree_of(self, commit: str) -> str:
        """Return the tree of a commit; a tree is its own."""
        if commit == _EMPTY_TREE or commit in self._trees:
            return commit
        if commit not in self._tops:
            with self._lock:
                found = self._reader.stream(bytes.fromhex(commit))
                data = found.read()
            self._tops[commit] = commit if found.type == b"tree" else str(data[5:45].decode())
        return self._tops[commit]

    def _entries(self, tree: str) -> Entries:
        """Return what a tree holds, as a value of the caller's own. Objects never change: each is asked for once."""
        if tree not in self._trees:
            self._remember(tree, history.entries(b"" if tree == _EMPTY_TREE else self.read(tree, b"tree")))
        return dict(self._trees[tree])

    def _remember(self, tree: str, entries: Entries) -> None:
        self._kept += len(entries)
        if self._kept > _MOST_KEPT:
            self._trees.clear()
            self._kept = len(entries)
        self._trees[tree] = entries

    def _written(self, tree: str, changes: Mapping[str, bytes | None]) -> str | None:
        """Return the tree with the changes, or None when nothing is left in it."""
        entries, below = self._entries(tree), dict[bytes, dict[str, bytes | None]]()
        for path, data in changes.items():
            name, slash, rest = path.partition("/")
            if slash:
                below.setdefault(name.encode(), {})[rest] = data
            elif data is None:
                entries.pop(name.encode(), None)
            else:
                entries[name.encode()] = (FILE, self._store(b"blob", data))
        for name_bytes, inner in below.items():
            mode, sha = entries.get(name_bytes, (b"", ""))
            made = self._written(sha if mode == _TREE else _EMPTY_TREE, inner)
            if made is not None:
                entries[name_bytes] = (_TREE, made)
            elif mode == _TREE:
                del entries[name_bytes]
        return self._stored(entries)

    def _grafted(self, tree: str, parts: Sequence[bytes], new: str | None) -> str | None:
        entries, (name, *rest) = self._entries(tree), parts
        if rest:
            mode, sha = entries.get(name, (b"", ""))
            new = self._grafted(sha if mode == _TREE else _EMPTY_TREE, rest, new)
        if new is None:
            entries.pop(name, None)
        else:
            entries[name] = (_TREE, new)
        return self._stored(entries)

    def _stored(self, entries: Entries) -> str | None:
        ordered = sorted(entries.items(), key=lambda each: each[0] + (b"/" if each[1][0] == _TREE else b""))
        data = b"".join(mode + b" " + name + b"\0" + bytes.fromhex(sha) for name, (mode, sha) in ordered)
        if not entries:
            return None
        made = self._store(b"tree", data)
        self._remember(made, entries)
        return made
