"""Keys that the server makes for itself: a file in the data folder that only its owner reads, written once."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from agentops.base.errors import StorageError


def kept_in(file: Path, make: Callable[[], str], *, name: str) -> str:
    """Return the text in the file; puts there what `make` returns when there is none.

    Raises:
        StorageError: the file cannot be read or written; `name` says what it is.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_once(file, make)
        return file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(f"The {name} file {file} cannot be used: {error}.", hint="Check its permissions.") from error


def _write_once(file: Path, make: Callable[[], str]) -> None:
    """Put a new key in place in one step, unless the file is there; of two processes one wins."""
    if file.exists():
        return
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as stream:
            stream.write(make() + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        # A link, not a rename: it fails when another process put its key there first.
        os.link(draft, file)
    except FileExistsError:
        return
    finally:
        draft.unlink()
