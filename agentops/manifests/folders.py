"""A folder of texts that a manifest names: every file in it by its path, as a memory store seeds them."""

import os
from collections.abc import Iterator
from pathlib import Path

from agentops.manifests.codes import files
from agentops.manifests.texts import Files, Refused
from agentops.manifests.wording import ticked

LIMIT = 2_000
"""Units: files. Source: documented limit of memories in a store (managed-agents-api note, 17.1)."""


def texts_of(reachable: Files, manifest: str, folder: str) -> dict[str, str]:
    """Return the text of every file below the folder, by `/path` from it. Hidden files are left out.

    Raises:
        Refused: with a file code; nothing is left out in silence.
    """
    real = reachable.find(manifest, folder)
    if not real.is_dir():
        raise Refused(files.UNREADABLE, f"{ticked(folder)} is a file, a folder is wanted here", "name a folder")
    paths = sorted(_below(real, folder))
    if len(paths) > LIMIT:
        raise Refused(
            files.TOO_LARGE, f"{ticked(folder)} holds {len(paths)} files, a store takes {LIMIT} at most", "split it"
        )
    return {f"/{path}": reachable.text(manifest, f"{folder}/{path}").text for path in paths}


def _below(real: Path, shown: str) -> Iterator[str]:
    for here, folders, names in os.walk(real):
        folders[:] = [each for each in folders if not each.startswith(".")]
        for name in folders:
            if Path(here, name).is_symlink():
                link = Path(shown, Path(here, name).relative_to(real))
                raise Refused(files.OUTSIDE_TREE, f"{ticked(str(link))} is a link to a folder", "use a real folder")
        yield from (Path(here, each).relative_to(real).as_posix() for each in names if not each.startswith("."))
