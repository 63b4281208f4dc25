"""The table of the platform's models: complete, and without a row that contradicts itself."""

from typing import get_args

from anthropic.types import Model as SdkModel

from agentops.wire.models import MODELS

NOT_PRICED = {"claude-mythos-preview"}
NOTHING_KNOWN = {"claude-mythos-5-2"}


def test_every_model_that_the_sdk_names_is_known() -> None:
    named, _ = get_args(SdkModel)
    assert set(MODELS) == set(get_args(named)) - NOTHING_KNOWN


def test_every_model_has_a_price_and_its_default_effort() -> None:
    assert {name for name, each in MODELS.items() if each.rate is None} == NOT_PRICED
    for each in MODELS.values():
        assert each.default_effort in each.efforts
        assert each.has_fast_mode or each.fast_factor is None
        assert (each.long_rate is None) == (each.long_above == 0)


def test_the_cache_is_cheaper_to_read_and_dearer_to_write() -> None:
    for each in MODELS.values():
        for rate in filter(None, (each.rate, each.long_rate)):
            assert rate.cache_read < rate.fresh < rate.cache_write < rate.output
