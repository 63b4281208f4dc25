"""A number of things is said as people say it."""

import pytest

from agentops.base.wording import counted


@pytest.mark.parametrize(
    ("count", "noun", "said"),
    [
        (0, "file", "0 files"),
        (1, "file", "1 file"),
        (2, "file", "2 files"),
        (1, "memory", "1 memory"),
        (2, "memory", "2 memories"),
        (2, "day", "2 days"),
        (2, "new session", "2 new sessions"),
        (12_345, "entry", "12,345 entries"),
    ],
)
def test_a_count_has_the_number_of_its_noun(count: int, noun: str, said: str) -> None:
    assert counted(count, noun) == said
