"""What a disk has to be told, and what it says when it is full: for everything that is kept in files."""

import errno
import os
from pathlib import Path

_FULL = (errno.ENOSPC, errno.EDQUOT)


def is_full(error: OSError) -> bool:
    """Tell whether the disk, or the user's share of it, has no space left."""
    return error.errno in _FULL


def sync_names(folder: Path) -> None:
    """Make the names in the folder outlive a power cut. Source: fsync(2), on the entry of a new file."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
