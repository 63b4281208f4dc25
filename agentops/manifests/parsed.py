"""What reading a YAML text gives, however it is read."""

from typing import Any, NamedTuple

from agentops.base.diagnostics import Diagnostic
from agentops.manifests.marks import Marks


class Parsed(NamedTuple):
    """One YAML document: plain data and the place of each of its nodes."""

    data: Any
    marks: Marks
    sound: bool
    """False when a value in it was refused and stands as null: its values must not be judged further."""


class Stream(NamedTuple):
    """What a file holds."""

    documents: tuple[Parsed, ...]
    diagnostics: tuple[Diagnostic, ...]
    complete: bool
    """False when reading stopped early: there may be more documents than these."""
