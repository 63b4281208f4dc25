"""What a dream elsewhere is asked for fits, and the owner's wishes are never cut."""

import pytest

from agentops.dreaming.hosted.instructing import MOST, instructions


@pytest.mark.parametrize("length", [0, 10, 2_000, 3_500, 4_000, 4_096])
def test_rules_give_way_and_wishes_do_not(length: int) -> None:
    wishes = "w" * length
    whole = instructions(wishes)
    assert whole.endswith(wishes)
    assert 0 < len(whole) <= MOST


def test_the_rules_name_what_matters() -> None:
    assert all(each in instructions("") for each in ("^n7k2", "[session_id#event_id]", "one claim a line", "exactly"))
