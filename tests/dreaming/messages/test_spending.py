"""What a dream costs, and what it may cost."""

from decimal import Decimal
from typing import Any

import pytest

from agentops.base.errors import DreamFailed
from agentops.dreaming.messages.prices import LIST_PRICES, Usage
from agentops.dreaming.messages.spending import Purse, guess, tokens_of
from agentops.dreaming.port import NO_LIMIT, Budget

HAIKU, SONNET = "claude-haiku-5-5", "claude-sonnet-5-5"


def request(model: str = HAIKU, max_tokens: int = 100, text: str = "hello") -> dict[str, Any]:
    return {"model": model, "max_tokens": max_tokens, "messages": [{"role": "user", "content": text}]}


def answer(**usage: Any) -> dict[str, Any]:
    return {"usage": {"input_tokens": 1_000_000, "output_tokens": 100_000, **usage}}


def test_a_long_prompt_of_the_cheap_model_costs_five_times_as_much() -> None:
    price = LIST_PRICES[HAIKU]
    assert price.dollars(Usage(100_000, 10_000)) == Decimal("0.015")
    assert price.dollars(Usage(100_001, 10_000)) == Decimal("0.0750005")


def test_batches_cost_half_and_the_cache_what_the_list_says() -> None:
    price = LIST_PRICES["claude-fable-5-1"]
    assert price.dollars(Usage(1_000_000, is_batched=True)) == 5
    assert price.dollars(Usage(cache_read_input_tokens=1_000_000)) == Decimal("0.25")
    assert price.dollars(Usage(cache_creation_input_tokens=1_000_000)) == Decimal("12.5")


def test_what_was_spent_is_counted_by_model_and_tier() -> None:
    purse = Purse(NO_LIMIT, LIST_PRICES, [SONNET])
    purse.charge(request(SONNET), answer(service_tier="batch"))
    purse.charge(request(SONNET), answer(cache_read_input_tokens=1_000_000))
    assert purse.spent.dollars == Decimal("1.5") + Decimal("3.1")
    assert (purse.spent.input_tokens, purse.spent.cache_read_input_tokens) == (2_000_000, 1_000_000)


def test_dollars_are_unknown_where_a_price_is() -> None:
    purse = Purse(NO_LIMIT, LIST_PRICES, ["local", HAIKU])
    purse.charge(request("local"), answer())
    purse.charge(request(HAIKU), answer())
    assert purse.spent.dollars is None
    assert purse.spent.input_tokens == 2_000_000


def test_a_budget_in_dollars_needs_a_price() -> None:
    with pytest.raises(DreamFailed, match="cannot be kept with local: no list price is known") as refused:
        Purse(Budget(dollars=Decimal(1)), LIST_PRICES, [HAIKU, "local"])
    assert "in tokens" in refused.value.hint


def test_only_what_the_budget_surely_allows_is_asked() -> None:
    asked = [request(max_tokens=100)] * 10
    one = guess(asked[0]).total
    assert Purse(Budget(tokens=one * 3), LIST_PRICES, [HAIKU]).affordable(asked) == 3
    assert Purse(Budget(tokens=one - 1), LIST_PRICES, [HAIKU]).affordable(asked) == 0
    dollars = LIST_PRICES[HAIKU].dollars(guess(asked[0]))
    assert Purse(Budget(dollars=dollars * 4), LIST_PRICES, [HAIKU]).affordable(asked) == 4
    assert Purse(NO_LIMIT, {}, ["local"]).affordable(asked) == 10


@pytest.mark.parametrize("usage", [None, {}, {"input_tokens": -5}, {"input_tokens": "7"}, {"input_tokens": 10**12}, []])
def test_an_answer_that_does_not_count_is_counted_as_the_most_it_can_be(usage: Any) -> None:
    purse = Purse(NO_LIMIT, LIST_PRICES, [HAIKU])
    purse.charge(request(max_tokens=77), {"usage": usage})
    assert purse.spent.output_tokens == 77
    assert purse.spent.input_tokens > 10


def test_a_guess_is_rather_too_high() -> None:
    assert tokens_of("four") >= 1
    assert tokens_of("漢字" * 100) >= 200
    assert tokens_of("an ordinary sentence of English words " * 100) > 800
