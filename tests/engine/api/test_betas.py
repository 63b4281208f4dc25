"""The `anthropic-beta` header."""

from typing import get_args

import pytest

from agentops.base.errors import InvalidRequest, NotFound
from agentops.engine.api import betas

MANAGED, MEMORY = frozenset({betas.MANAGED_AGENTS}), frozenset({betas.AGENT_MEMORY})


def test_we_know_the_values_that_the_sdk_knows() -> None:
    from anthropic.types.anthropic_beta_param import AnthropicBetaParam

    (literal,) = (each for each in get_args(AnthropicBetaParam) if each is not str)
    assert frozenset(get_args(literal)) == betas.KNOWN


def test_values_are_separated_by_commas() -> None:
    both = f" {betas.MANAGED_AGENTS},dreaming-2026-04-21 ,"
    assert betas.sent(both) >= {betas.MANAGED_AGENTS, "dreaming-2026-04-21"}
    assert betas.sent("") == {""}


def test_an_unknown_value_is_named() -> None:
    with pytest.raises(InvalidRequest, match=r"anthropic-beta: there is no beta called `foo-1`"):
        betas.sent(f"foo-1,{betas.MANAGED_AGENTS}")


def test_agents_are_not_there_without_their_beta() -> None:
    betas.managed_agents(MANAGED)
    for sent in (frozenset[str](), MEMORY):
        with pytest.raises(NotFound):
            betas.managed_agents(sent)


def test_memory_takes_either_beta_and_not_both() -> None:
    betas.agent_memory(MANAGED)
    betas.agent_memory(MEMORY)
    with pytest.raises(InvalidRequest, match="cannot be used together"):
        betas.agent_memory(MANAGED | MEMORY)
    with pytest.raises(NotFound):
        betas.agent_memory(frozenset())
