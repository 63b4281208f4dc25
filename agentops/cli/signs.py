"""Signs of life of the runs on this machine: who was killed cannot say so, but what it had locked is free.

The lease of a run that is dead for certain need not be waited for. See decision 0029.
"""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from agentops.base.canonical import text_digest

FOLDER: Final = "signs"
_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
_KEPT_S: Final = 86_400
"""How long the sign of a dead run is kept: far longer than any lease lives that nobody renews."""


@contextmanager
def alive(caches: Path | None, nonce: str) -> Iterator[None]:
    """Show to whoever looks on this machine that the run with this nonce lives, as long as it does.

    Where nothing can be written, nobody is told: its lease is waited for, should it die.
    """
    sign = _shown(caches, nonce) if caches else None
    try:
        yield
    finally:
        if sign is not None and caches:
            with suppress(OSError):
                _place(caches, nonce).unlink()
            os.close(sign)


def is_dead(caches: Path | None, nonce: str) -> bool:
    """Tell whether the run with this nonce was one of this machine's and has ended without taking its sign down.

    Nothing but a lock that the kernel let go counts: neither process numbers, which come again, nor names of machines.
    The machine is compared as well, for a home on a network may keep locks that others do not see.
    """
    if not caches:
        return False
    with suppress(OSError), _place(caches, nonce).open("rb") as file:
        if file.read(200).decode("utf-8", "replace") != _machine():
            return False
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return True
    return False


def bury(caches: Path | None, nonce: str) -> None:
    """Take down the sign of a run that is dead."""
    if caches and is_dead(caches, nonce):
        with suppress(OSError):
            _place(caches, nonce).unlink()


def _shown(caches: Path, nonce: str) -> int | None:
    place = _place(caches, nonce)
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.write(file, _machine().encode())
        _tidy(place.parent, os.fstat(file).st_mtime)
    except OSError:
        place.unlink(missing_ok=True)
        os.close(file)
        return None
    return file


def _tidy(folder: Path, now: float) -> None:
    """Remove the signs of those who died long ago, by the clock of whoever keeps the files."""
    for each in folder.iterdir():
        with suppress(OSError), each.open("rb") as file:
            if now - each.stat().st_mtime > _KEPT_S:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                each.unlink()


def _place(caches: Path, nonce: str) -> Path:
    """Return where the sign lies; a nonce that was read on a target is somebody else's words."""
    return caches / FOLDER / text_digest(nonce)[:32]


def _machine() -> str:
    """Return what this machine is called from its start to its end."""
    with suppress(OSError):
        return _BOOT.read_text().strip()
    return socket.gethostname()
