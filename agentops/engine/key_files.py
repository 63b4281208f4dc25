"""Keys that the server makes for itself: files in the data folder that only their owner reads, each put there whole."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from agentops.base.errors import StorageError
from agentops.engine.disk import sync_names


def kept_in(file: Path, make: Callable[[], str], *, name: str) -> str:
    """Return the text in the file; puts there what `make` returns when there is none.

    Raises:
        StorageError: the file cannot be read or written; `name` says what it is.
    """
    with _usable(file, name):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not file.exists():
            # A link, not a rename: it fails when another process put its key there first, whose key it is then.
            with _draft(file, make()) as draft, suppress(FileExistsError):
                os.link(draft, file)
            sync_names(file.parent)
    return text_of(file, name=name)


def text_of(file: Path, *, name: str) -> str:
    """Return the text in the file.

    Raises:
        StorageError: the file cannot be read.
    """
    with _usable(file, name):
        return file.read_text("ascii").strip()


def replace(file: Path, text: str, *, name: str) -> None:
    """Put the text in place of what the file holds: whoever reads it sees the one or the other.

    Raises:
        StorageError: the file cannot be written.
    """
    with _usable(file, name):
        with _draft(file, text) as draft:
            draft.replace(file)
        sync_names(file.parent)


@contextmanager
def _usable(file: Path, name: str) -> Iterator[None]:
    try:
        yield
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(
            f"The {name} file {file} cannot be used: {error}.", hint="Check its permissions and the space on its disk."
        ) from error


@contextmanager
def _draft(file: Path, text: str) -> Iterator[Path]:
    """Give the text in a file of its own, on disk; it is gone afterwards, unless it got another name."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as stream:
            stream.write(text + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        yield draft
    finally:
        draft.unlink(missing_ok=True)
