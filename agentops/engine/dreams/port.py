"""Who dreams for which model, as the runner sees it."""

from dataclasses import dataclass, field
from typing import Protocol

from agentops.dreaming.port import Dreamer
from agentops.engine.core.dreams import NO_USAGE, total
from agentops.engine.core.json import Json


@dataclass(slots=True)
class Meter:
    """What a dream has taken so far in this process, told as it goes: a dream that is stopped took something too."""

    usage: Json = field(default_factory=lambda: dict(NO_USAGE))
    """Units: tokens. Source: SDK 2.11.0 `types/beta/beta_dream_usage.py`."""

    def add(self, usage: Json) -> None:
        """Count an answer."""
        self.usage = total(self.usage, usage)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who dreams, and what whoever watches should know of it."""

    dreamer: Dreamer
    words: str


class Dreamers(Protocol):
    """Finds who dreams."""

    def chosen(self, model_id: str, session_id: str, meter: Meter) -> Chosen:
        """Return who dreams with a model; what that takes is counted on the meter."""
