"""A store's memories in one commit: by path, with the file that each is in, read when they are asked for."""

from collections.abc import Mapping

from agentops.base.canonical import text_digest
from agentops.memory_repo import layout
from agentops.memory_repo.git import Repository
from agentops.wire.memories import content_problems, path_problems


class Side:
    """The memories of a store in a commit; a commit that is not there has none."""

    def __init__(self, repository: Repository, commit: str | None, store: str) -> None:
        """Read the names."""
        self._repository = repository
        self.commit = commit
        names = repository.blobs(commit, layout.folder(store)) if commit else {}
        self.blobs: Mapping[str, str] = names
        """The blob of each file, below the store's folder."""

        self.names = {path: name for name in sorted(names) if (path := layout.memory_path(name)) is not None}
        """The file of each memory."""

    def text(self, path: str) -> str | None:
        """Return a memory's text; None where there is none, or none that a memory may be."""
        blob = self.blobs.get(self.names.get(path, ""))
        return None if blob is None else text_of(self._repository, blob)

    def digests(self) -> Mapping[str, str]:
        """Return the digest of each memory, as the API counts it."""
        found = {path: self.text(path) for path in self.names}
        return {path: text_digest(text) for path, text in found.items() if text is not None}

    def unfit(self, path: str) -> str:
        """Return why a file cannot be a memory; empty where it can."""
        blob = self.blobs.get(self.names.get(path, ""))
        if blob is None:
            return ""
        if problem := next(path_problems(path), None):
            return f"the path {problem.message}"
        try:
            text = self._repository.blob(blob).decode()
        except UnicodeDecodeError:
            return "is not UTF-8"
        problem = next(content_problems(text), None)
        return problem.message if problem else ""


def text_of(repository: Repository, blob: str | None) -> str | None:
    """Return the text of a file; None where there is none, or no text."""
    if blob is None:
        return None
    try:
        return repository.blob(blob).decode()
    except UnicodeDecodeError:
        return None
