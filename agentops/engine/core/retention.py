"""How long what is over is kept; nothing goes unless somebody said so."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from agentops.base.clock import timestamp
from agentops.base.errors import UsageError

LEAST = timedelta(days=1)
"""What is over for less than a day may still be looked for: a retry, a report, a person who was asleep."""


@dataclass(frozen=True, slots=True)
class Retention:
    """Ages, counted from the end of each thing; None keeps it for good."""

    sessions: timedelta | None = None
    """Archived and terminated sessions, with their events, evaluations, secrets and files."""

    deployment_runs: timedelta | None = None
    """The records of runs; the sessions that they began go by their own age."""

    deliveries: timedelta | None = None
    """The log of deliveries that were made, failed or dropped."""

    dream_operations: timedelta | None = None
    """What ended dreams proposed, line by line with its evidence; the dreams themselves stay."""

    def __post_init__(self) -> None:
        """Refuse an age that would take away what is just over.

        Raises:
            UsageError: it is less than a day.
        """
        for each in fields(self):
            age = getattr(self, each.name)
            if age is not None and age < LEAST:
                raise UsageError(f"What is over is kept for a day at least; {each.name} for {age}.")

    @property
    def has_limits(self) -> bool:
        """Tell whether anything ever goes."""
        return any(getattr(self, each.name) is not None for each in fields(self))


def before(age: timedelta, now: datetime) -> str:
    """Return the moment before which things of this age ended."""
    return timestamp(now - age)
