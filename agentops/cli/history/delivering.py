"""Where rewritten manifests go: into their files, onto a branch, or into a patch that somebody can look at first."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from agentops.base.diagnostics import Severity
from agentops.base.errors import CannotEdit, CannotWrite, UsageError
from agentops.base.files import write_whole
from agentops.cli.history.branches import Branching, branched
from agentops.cli.history.history import history_here, history_of
from agentops.manifests.editing import Edits, write
from agentops.manifests.marks import Text
from agentops.manifests.rules import security


@dataclass(frozen=True, slots=True)
class Destination:
    """Where to write; into the files themselves unless something else is named."""

    branch: str | None = None
    patch: Path | None = None
    is_dry: bool = False
    """Write nothing."""

    @property
    def is_in_place(self) -> bool:
        """Tell whether the files themselves change."""
        return not (self.branch or self.patch or self.is_dry)


def deliver(edits: Edits, destination: Destination, message: str) -> list[str]:
    """Write the files where they are to go, and return a sentence for each thing that was written.

    Raises:
        UsageError: there is no repository for a branch, or the branch is there already.
        CannotEdit: a file is not what was read, or has changes that are in no commit yet.
    """
    if not edits.after or destination.is_dry:
        return []
    if destination.branch:
        return [_on_branch(edits, Branching(destination.branch, message))]
    if destination.patch:
        return [_as_patch(edits, destination.patch)]
    return [f"wrote {_shown(path)}" for path in write(edits)]


def refuse_secrets(edits: Edits, hint: str) -> None:
    """See that nothing comes into the repository that looks like a secret.

    Raises:
        CannotEdit: something does.
    """
    for name, text in edits.after.items():
        if any(each.severity is Severity.ERROR for each in security.text(Text(name, text))):
            raise CannotEdit(f"a value looks like a secret: nothing is written to {name}", hint=hint)


def diff(edits: Edits) -> str:
    """Return what changes as a patch that `git apply` takes, whatever folder it is called in."""
    history = history_of(edits.root)
    top = history.top if history else edits.root
    return "".join(line for name in sorted(edits.after) for line in _patched(edits, name, top))


def _on_branch(edits: Edits, branching: Branching) -> str:
    history = history_here(edits.root)
    files: dict[str, bytes] = {}
    for path, (old, new) in edits.contents().items():
        name = history.path(path)
        if name is None or history.content("HEAD", name) != old:
            raise CannotEdit(f"{_shown(path)} is not as it was committed last", hint="commit it first, or use --patch")
        files[name] = new
    commit = branched(history, files, branching)
    return f"committed {commit[:12]} on the new branch {branching.name}: `git push origin {branching.name}`"


def _as_patch(edits: Edits, file: Path) -> str:
    try:
        write_whole(file, diff(edits).encode())
    except CannotWrite as error:
        raise UsageError(error.message, hint=error.hint or "name another file") from error
    return f"wrote {file}: `git apply {file}`"


def _patched(edits: Edits, name: str, top: Path) -> Iterator[str]:
    path = Path(name).resolve()
    shown = path.relative_to(top).as_posix() if path.is_relative_to(top) else name
    yield f"diff --git a/{shown} b/{shown}\n"  # by this line git knows that paths are from the top of the repository
    for line in unified_diff(_lines(edits.before, name), _lines(edits.after, name), f"a/{shown}", f"b/{shown}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(texts: Mapping[str, str], name: str) -> list[str]:
    """Return the lines with their ends; only a line feed ends one, as git counts them."""
    return [f"{each}\n" for each in texts[name].split("\n")[:-1]] + [
        each for each in texts[name].split("\n")[-1:] if each
    ]


def _shown(path: Path) -> str:
    return os.path.relpath(path)
