"""What models cost at list prices, and what an answer took."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from agentops.wire.models import MODELS, Rate

_MILLION = 1_000_000
_MOST = 10**9
"""More tokens than any answer takes: what an endpoint claims beyond is no count."""

_BATCHED = Decimal("0.5")
"""Source: Message Batches cost half on both sides, platform.claude.com/docs/en/build-with-claude/batch-processing."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What one answer took. Units: tokens."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_creation_input_tokens: int = 0
    cache_read_input_tokens: int = 0
    is_batched: bool = False

    @property
    def prompt(self) -> int:
        """Return how long the prompt was, however it was charged."""
        return self.input_tokens + self.cache_creation_input_tokens + self.cache_read_input_tokens

    @property
    def total(self) -> int:
        """Return what counts towards a budget of tokens."""
        return self.prompt + self.output_tokens

    @classmethod
    def of(cls, answer: Mapping[str, Any], guess: "Usage") -> "Usage":
        """Return what an answer says it took; where it says nothing that can be counted, the guess."""
        said = answer.get("usage")
        if not isinstance(said, Mapping) or not _is_count(said.get("input_tokens")):
            return guess
        return cls(
            _count(said.get("input_tokens")),
            _count(said.get("output_tokens")),
            _count(said.get("cache_creation_input_tokens")),
            _count(said.get("cache_read_input_tokens")),
            said.get("service_tier") == "batch",
        )


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST


def _count(value: Any) -> int:
    return value if _is_count(value) else 0


@dataclass(frozen=True, slots=True)
class Price:
    """What a model costs, and what it costs for prompts above a length, where that is dearer."""

    usual: Rate
    long: Rate | None = None
    long_above: int = 0
    """Units: tokens of the prompt."""

    def dollars(self, usage: Usage) -> Decimal:
        """Return what an answer cost."""
        rate = self.long if self.long and usage.prompt > self.long_above else self.usual
        return _dollars(rate, usage) * (_BATCHED if usage.is_batched else 1)


def _dollars(rate: Rate, usage: Usage) -> Decimal:
    """Return what tokens cost outside a batch."""
    return (
        usage.input_tokens * _exact(rate.fresh)
        + usage.output_tokens * _exact(rate.output)
        + usage.cache_read_input_tokens * _exact(rate.cache_read)
        + usage.cache_creation_input_tokens * _exact(rate.cache_write)
    ) / _MILLION


def _exact(price: float) -> Decimal:
    """Return the price as the list says it: its shortest decimal form."""
    return Decimal(repr(price))


Prices = Mapping[str, Price]
"""By the model's id."""

LIST_PRICES: Prices = {
    model_id: Price(each.rate, each.long_rate, each.long_above)
    for model_id, each in MODELS.items()
    if each.rate is not None
}
"""What is not here has no known price."""
