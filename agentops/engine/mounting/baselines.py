"""What a sandbox's copy of a memory store was last the same as, written down so that it outlives the server."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from agentops.engine.mounting.disk import note, noted
from agentops.engine.mounting.merging import Head

_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Baseline:
    """The heads of the store when copy and store were the same, by path."""

    at: str = ""
    """When it was taken; what the store got since may be in the copy without being known here."""

    heads: Mapping[str, Head] = field(default_factory=dict)


def loaded(file: Path, store_id: str) -> Baseline:
    """Return what was written down; nothing if that was before the machine was started.

    A machine that lost its power may have kept this file and lost others: a memory that is missing from the copy then
    was not deleted by anybody.
    """
    found = noted(file)
    try:
        if (found["boot"], found["store"]) != (_boot(), store_id):
            return Baseline()
        return Baseline(found["at"], {path: Head(*head) for path, head in found["heads"].items()})
    except (KeyError, TypeError, AttributeError):
        return Baseline()


def saved(file: Path, store_id: str, baseline: Baseline) -> None:
    """Write it down."""
    heads = {path: (head.version_id, head.sha256, head.memory_id) for path, head in baseline.heads.items()}
    note(file, {"boot": _boot(), "store": store_id, "at": baseline.at, "heads": heads})


def _boot() -> str:
    try:
        return _BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return ""
