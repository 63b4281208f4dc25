"""What lies where in a memory repository, and which file a memory is: any path of a memory has a name in git.

::

    stores/NAME/**      the memories of a store, one file each
    ledger/NAME/        what is known about its notes and costs no context
    evals/NAME/*.jsonl  its golden questions
    policy.yaml         how strict the gates are

A memory may be called what git takes for its own (`.git…`, `git~1`), and a path may be a memory and a folder at once:
the first character of such a name is written as `%2E`, or `%2F` is put behind it. Files of the repository whose names
begin with `.git` are therefore never memories: a folder may be kept with a `.gitkeep`.
"""

import re
from collections.abc import Iterable, Mapping

POLICY = "policy.yaml"

_OWN = re.compile(r"\.git|git~\d", re.IGNORECASE)
_ESCAPE = re.compile(r"%(?=[0-9A-Fa-f]{2})")
_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")
_ALSO_FOLDER = "%2F"


def folder(store: str) -> str:
    """Return the folder of a store's memories."""
    return f"stores/{store}"


def ledger_folder(store: str) -> str:
    """Return the folder of a store's ledger."""
    return f"ledger/{store}"


def live_branch(store: str) -> str:
    """Return the branch with the history of what the live store held; it is never pushed by force."""
    return f"agentops/live/{store}"


def proposal_branch(store: str) -> str:
    """Return the head of the store's one pull request."""
    return f"agentops/memory/{store}"


def file_names(paths: Iterable[str]) -> Mapping[str, str]:
    """Return the file of each memory, below the store's folder."""
    every = set(paths)
    folders = {path[:at] for path in every for at, character in enumerate(path) if character == "/"}
    return {path: file_name(path) + (_ALSO_FOLDER if path in folders else "") for path in every}


def memory_path(name: str) -> str | None:
    """Return the memory that a file is; None for a file that is none."""
    if any(_OWN.match(part) for part in name.split("/")):
        return None
    return "/" + "/".join(map(_unescaped, name.removesuffix(_ALSO_FOLDER).split("/")))


def file_name(path: str) -> str:
    """Return the file of a memory that is no folder as well."""
    return "/".join(map(_escaped, path.removeprefix("/").split("/")))


def spellings(path: str) -> tuple[str, str]:
    """Return both files that a memory may be, as others come below its path or go from there."""
    return file_name(path), file_name(path) + _ALSO_FOLDER


def _escaped(part: str) -> str:
    plain = _ESCAPE.sub("%25", part)
    return f"%{ord(part[0]):02X}{plain[1:]}" if _OWN.match(part) else plain


def _unescaped(part: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), part)
