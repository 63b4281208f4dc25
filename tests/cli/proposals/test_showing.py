"""Letters at a terminal: nothing but a title and a path is wider than it."""

from dataclasses import replace

import pytest

from agentops.base.paint import Paint
from agentops.cli.proposals.showing import Screen
from agentops.memory.gates.judgement import Mark
from tests.memory_repo.proposals.letters import a_letter, an_operation

WORDS = "a sentence that somebody wrote without a thought of terminals " * 3


@pytest.mark.parametrize("width", [60, 80, 120])
def test_every_sentence_fits_the_terminal(width: int) -> None:
    letter = replace(
        a_letter(an_operation(WORDS), words=WORDS),
        schedule="a-schedule-with-a-long-name",
        live=(WORDS,),
        gates=(Mark("secrets", "warn", WORDS), Mark("taint", "block", WORDS)),
    )
    lines = list(Screen(Paint(is_on=False), width).letter(letter))
    assert max(map(len, lines)) <= width
    assert [line for line in lines if line.startswith(("!", "\u2717"))] != []
