"""What the files hold that a Project's policy names."""

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from agentops.base.diagnostics import Diagnostic
from agentops.manifests.codes import files
from agentops.manifests.marks import Text
from agentops.manifests.parsed import Parsed
from agentops.manifests.texts import Files, Refused
from agentops.manifests.wording import ticked
from agentops.manifests.yaml import read

_MOST = 100
"""Files that one pattern may mean."""


def matching(reachable: Files, manifest: str, pattern: str) -> tuple[Text, ...]:
    """Return the files that a path, or a pattern in its last part, means, by name.

    Raises:
        Refused: with a file code; a pattern that means nothing is a mistake.
    """
    if "*" not in pattern:
        return (reachable.text(manifest, pattern),)
    folder, last = str(Path(pattern).parent), Path(pattern).name
    real = reachable.find(manifest, folder)
    names = sorted(each.name for each in real.iterdir() if fnmatchcase(each.name, last)) if real.is_dir() else []
    if not names:
        raise Refused(files.MISSING, f"{ticked(pattern)} means no file", "paths are relative to this file")
    if len(names) > _MOST:
        raise Refused(files.TOO_LARGE, f"{ticked(pattern)} means {len(names)} files, {_MOST} at most are read")
    return tuple(reachable.text(manifest, f"{folder}/{each}") for each in names)


def document(text: Text) -> tuple[Parsed | None, tuple[Diagnostic, ...]]:
    """Return the one document of a file, and what is wrong with its YAML; JSON is YAML, but for its tabs."""
    stream = read(text)
    if len(stream.documents) == 1 and stream.documents[0].sound:
        return stream.documents[0], stream.diagnostics
    if stream.diagnostics:
        return None, stream.diagnostics
    message = f"{ticked(text.file)} holds {'several documents' if stream.documents else 'nothing'}, one is wanted"
    return None, (Diagnostic(files.FILE_FORM, message, text.span(0, 1)),)


def plain(text: Text) -> tuple[Any, tuple[Diagnostic, ...]]:
    """Return the data of a file of JSON or YAML."""
    try:
        return json.loads(text.text), ()
    except (ValueError, RecursionError):
        found, diagnostics = document(text)
        return (found.data if found else None), diagnostics
