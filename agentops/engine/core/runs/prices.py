"""What tokens, searches and time cost at list prices."""

from collections.abc import Callable
from functools import partial

from agentops.engine.core.conversation import Usage
from agentops.engine.core.json import Json
from agentops.wire.models import MODELS, Rate

_MILLION = 1_000_000

SEARCH_CENTS = 1.0
"""Source: $10 for 1,000 web searches, platform.claude.com/docs/en/managed-agents/budgets."""

HOUR_CENTS = 8.0
"""Source: $0.08 for a running hour, the same page."""

Costs = Callable[[Usage, int, float], float | None]
"""What tokens, web searches and running seconds cost, in cents; None where a price is not known."""


def rate(model: Json) -> Rate | None:
    """Return what a model costs as an agent uses it; None where that is not known, and it cannot have a budget.

    Where long prompts cost more the dear price is taken, so that no budget is overrun.
    """
    known = MODELS.get(model["id"])
    if known is None or known.rate is None:
        return None
    dear = known.long_rate or known.rate
    if model.get("speed") != "fast":
        return dear
    return None if known.fast_factor is None else dear.times(known.fast_factor)


def costs(model: Json) -> Costs:
    """Return what a session of the model is charged by."""
    found = rate(model)
    return _unknown if found is None else partial(_cents, found)


def token_cents(price: Rate, usage: Usage) -> float:
    """Return what tokens cost."""
    dollars = (
        usage.input_tokens * price.fresh
        + usage.output_tokens * price.output
        + usage.cache_read_input_tokens * price.cache_read
        + usage.cache_creation_input_tokens * price.cache_write
    ) / _MILLION
    return dollars * 100


def _cents(price: Rate, usage: Usage, searches: int, seconds: float) -> float | None:
    return token_cents(price, usage) + searches * SEARCH_CENTS + seconds / 3600 * HOUR_CENTS


def _unknown(_usage: Usage, _searches: int, _seconds: float) -> float | None:
    return None
