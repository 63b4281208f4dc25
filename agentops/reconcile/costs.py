"""What a change of a model or its effort does to costs, as a value that a plan carries beside its steps."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Cost:
    """What past sessions of an agent cost, and would cost after a step. Units: money in the currency."""

    note: str
    """The sentence that says it, or says why it cannot be said."""

    sessions: int = 0
    since: date | None = None
    """The day from which sessions were counted."""

    tokens: Mapping[str, int] = field(default_factory=dict)
    """What they used: `input`, `output`, `cache_read`, `cache_write`."""

    before: float | None = None
    after: float | None = None
    currency: str = ""
    as_of: date | None = None
    """The day of the prices."""
