"""What a dream may still spend: asked before every wave of requests, told after it."""

from collections.abc import Sequence
from decimal import Decimal

from agentops.base.canonical import canonical_json
from agentops.base.errors import DreamFailed
from agentops.dreaming.messages.port import Answer, Request
from agentops.dreaming.messages.prices import Prices, Usage
from agentops.dreaming.port import Budget, Spent

_BYTES_PER_TOKEN = 3
"""English takes about four, JSON and other scripts fewer: a guess that is rather too high keeps a budget."""


def tokens_of(text: str) -> int:
    """Return a guess, rather too high, of how many tokens a text takes."""
    return len(text.encode("utf-8", "surrogatepass")) // _BYTES_PER_TOKEN + 1


def guess(request: Request) -> Usage:
    """Return what a request takes at most: all of its prompt, and as much answer as it allows."""
    return Usage(tokens_of(canonical_json(request)), int(request["max_tokens"]))


class Purse:
    """Counts what was spent against a budget."""

    def __init__(self, budget: Budget, prices: Prices, models: Sequence[str]) -> None:
        """Refuse a budget that nobody could keep.

        Raises:
            DreamFailed: the budget is in dollars, and nobody knows the price of a model.
        """
        unpriced = [each for each in dict.fromkeys(models) if each not in prices]
        if budget.dollars is not None and unpriced:
            raise DreamFailed(
                f"A budget in dollars cannot be kept with {', '.join(unpriced)}: no list price is known.",
                hint="Give the budget in tokens, or dream with a model that has a list price.",
            )
        self._budget = budget
        self._prices = prices
        self._tokens = 0
        self.spent = Spent()

    def affordable(self, requests: Sequence[Request]) -> int:
        """Return how many of these requests, from the first, the budget surely still allows."""
        tokens, dollars = self._tokens, self.spent.dollars or Decimal(0)
        for count, request in enumerate(requests):
            expected = guess(request)
            tokens += expected.total
            dollars += self._dollars(request, expected) or 0
            if _is_above(tokens, self._budget.tokens) or _is_above(dollars, self._budget.dollars):
                return count
        return len(requests)

    def charge(self, request: Request, answer: Answer) -> None:
        """Count an answer."""
        usage, before = Usage.of(answer, guess(request)), self.spent
        self._tokens += usage.total
        cost = self._dollars(request, usage)
        self.spent = Spent(
            before.input_tokens + usage.input_tokens,
            before.output_tokens + usage.output_tokens,
            before.cache_creation_input_tokens + usage.cache_creation_input_tokens,
            before.cache_read_input_tokens + usage.cache_read_input_tokens,
            None if cost is None or before.dollars is None else before.dollars + cost,
        )

    def _dollars(self, request: Request, usage: Usage) -> Decimal | None:
        price = self._prices.get(request["model"])
        return price.dollars(usage) if price else None


def _is_above(spent: Decimal | int, limit: Decimal | int | None) -> bool:
    return limit is not None and spent > limit
