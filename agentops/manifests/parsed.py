"""What reading a YAML text gives, however it is read."""

from dataclasses import dataclass
from typing import Any

from agentops.base.diagnostics import Diagnostic
from agentops.manifests.marks import Marks


@dataclass(frozen=True, slots=True)
class Parsed:
    """One YAML document: plain data and the place of each of its nodes."""

    data: Any
    marks: Marks
    sound: bool
    """False when a value in it was refused and stands as null: its values must not be judged further."""


@dataclass(frozen=True, slots=True)
class Stream:
    """What a file holds."""

    documents: tuple[Parsed, ...]
    diagnostics: tuple[Diagnostic, ...]
    complete: bool
    """False when reading stopped early: there may be more documents than these."""
