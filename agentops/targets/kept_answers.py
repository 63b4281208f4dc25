"""Answers that a dream paid for, kept in the user's cache folder: a dream that was cut short goes on where it stopped.

Nobody needs them: what is lost, or cannot be written, is asked again. They hold what models said of redacted sessions,
so only their owner reads them.
"""

import json
import os
import re
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp
from typing import Any

_MOST = 20_000
"""How many answers are kept, the newest: some ten megabytes, and the sessions of months."""

_LONGEST = 256 * 1024
"""Units: bytes. No answer that was judged good is nearly as long."""

_KEY = re.compile(r"[0-9a-f]{64}")


class KeptOnDisk:
    """One file for each answer, by the digest of its question."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; it is made when there is something to keep."""
        self._folder = folder

    def get(self, key: str) -> Any:
        """Return what was kept; None for what is not there, or cannot be read."""
        path = self._path(key)
        try:
            return json.loads(path.read_bytes()) if path.stat().st_size <= _LONGEST else None
        except (OSError, ValueError, RecursionError):
            return None

    def put(self, key: str, value: Any) -> None:
        """Keep a value, whole or not at all."""
        content = json.dumps(value, ensure_ascii=True).encode()
        if len(content) > _LONGEST:
            return
        path = self._path(key)
        with suppress(OSError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, name = mkstemp(dir=path.parent)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(content)
                Path(name).replace(path)
            finally:
                Path(name).unlink(missing_ok=True)

    def trim(self, most: int = _MOST) -> None:
        """Remove the oldest beyond so many."""
        with suppress(OSError):
            found = sorted(self._folder.glob("??/*"), key=lambda each: (-each.stat().st_mtime_ns, each.name))
            for each in found[most:]:
                each.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError("answers are kept by the digest of their question")
        return self._folder / key[:2] / key[2:]
