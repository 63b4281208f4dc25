"""Words of strangers do nothing in a body, however they set their backticks."""

import pytest

from agentops.memory_repo.proposals.markdown import plain


@pytest.mark.parametrize("text", ["`@bob``", "` `` `@bob` `", "``@bob`", "```@bob``` `x`", "@bob `x` ``"])
def test_what_is_no_code_to_a_forge_is_none_here(text: str) -> None:
    assert "@" not in plain(text)
    assert "`" not in plain(text)


@pytest.mark.parametrize("text", ["`<img src=x>``", "<b>`x``</b>"])
def test_no_markup_hides_behind_uneven_backticks(text: str) -> None:
    assert "<" not in plain(text)


def test_code_stays_code() -> None:
    assert plain("call `book(x)` and `#1` @bob") == "call `book(x)` and `#1` &#64;bob"
