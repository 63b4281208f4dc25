"""What tokens, searches and time cost at list prices."""

from collections.abc import Mapping
from dataclasses import dataclass

from agentops.engine.core.conversation import Usage

_MILLION = 1_000_000

SEARCH_CENTS = 1.0
"""Source: $10 for 1,000 web searches, platform.claude.com/docs/en/managed-agents/budgets."""

HOUR_CENTS = 8.0
"""Source: $0.08 for a running hour, the same page."""


@dataclass(frozen=True, slots=True)
class Price:
    """Units: dollars for a million tokens."""

    fresh: float
    """Input that was not in the cache."""

    output: float
    cache_read: float
    cache_write: float

    @classmethod
    def of(cls, fresh: float, output: float, cache_read: float | None = None) -> "Price":
        """Return a price; where the list says nothing of the cache, the platform's usual tenth and five quarters."""
        return cls(fresh, output, fresh / 10 if cache_read is None else cache_read, fresh * 1.25)

    def cents(self, usage: Usage) -> float:
        """Return what tokens cost."""
        dollars = (
            usage.input_tokens * self.fresh
            + usage.output_tokens * self.output
            + usage.cache_read_input_tokens * self.cache_read
            + usage.cache_creation_input_tokens * self.cache_write
        ) / _MILLION
        return dollars * 100


PRICES: Mapping[str, Price] = {
    # Long prompts of this model cost five times as much; the dear price is taken, so that no budget is overrun.
    "claude-haiku-5-5": Price.of(0.50, 2.50),
    "claude-sonnet-5-5": Price.of(2.0, 10.0, cache_read=0.10),
    "claude-opus-5-5": Price.of(4.0, 20.0, cache_read=0.20),
    "claude-fable-5-1": Price.of(10.0, 50.0),
}
"""Source: the platform's list prices in November 2026. A model that is not here cannot have a budget."""


def cents(model_id: str, usage: Usage, searches: int, seconds: float) -> float | None:
    """Return what a session cost so far; None where the model has no price here."""
    price = PRICES.get(model_id)
    if price is None:
        return None
    return price.cents(usage) + searches * SEARCH_CENTS + seconds / 3600 * HOUR_CENTS
