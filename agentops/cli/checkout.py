"""What of a tree's repository is not here: pruning would take it for removed."""

from pathlib import Path

from agentops.base.wording import counted

_SKIPPED = b"S "
"""How git shows a file that a sparse checkout left out. Source: git-ls-files(1), `-t`."""


def missing_of(path: Path) -> str:
    """Return what is not here, in words; nothing where all of it is, or where there is no repository.

    Raises:
        RepositoryError: git does not trust the folder.
    """
    from agentops.cli.history.git import Question, ask
    from agentops.cli.history.history import history_of

    folder = path if path.is_dir() else path.parent
    found = history_of(folder)
    if found is None:
        return ""
    # `-c`: listing the index starts no monitor that the repository names.
    listed = ask(folder, Question(["-c", "core.fsmonitor=false", "ls-files", "-t", "-z", "--", "."]))
    left_out = [each for each in listed.out.split(b"\0") if each.startswith(_SKIPPED)]
    if left_out:
        first = left_out[0].removeprefix(_SKIPPED).decode("utf-8", "replace")
        files = counted(len(left_out), "file")
        return f"a sparse checkout leaves out {files} of this tree ({first}{', …' if len(left_out) > 1 else ''})"
    return f"{found.top} is a shallow clone" if found.is_shallow else ""
