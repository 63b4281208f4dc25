"""Whatever else there is to say, a body fits its forge and has room for boxes."""

from dataclasses import replace

import pytest

from agentops.memory.gates.port import Consequence, Objection
from agentops.memory_repo.proposals import ticks
from agentops.memory_repo.proposals.body import MOST_CHARACTERS, body
from agentops.memory_repo.proposals.letter import Letter, lessons
from tests.memory_repo.proposals.letters import a_letter, an_operation

ONE = an_operation("`book` fails when the total is off")
LETTER = a_letter(ONE)
MANY = 1000


@pytest.mark.parametrize(
    "letter",
    [
        replace(LETTER, conflicts=tuple(f"/facts/{number}.md" for number in range(MANY))),
        replace(LETTER, objections=(Objection("size", Consequence.WARN, "Long. " * 50, "/a.md"),) * MANY),
        replace(LETTER, quarantined=lessons([an_operation("#" * 200, reason="#" * 200)] * MANY, {}, {})),
    ],
    ids=["conflicts", "objections", "set apart"],
)
def test_much_of_anything_is_counted_and_not_told(letter: Letter) -> None:
    text = body(letter)

    assert len(text) <= MOST_CHARACTERS
    assert ticks.read(text).ticked == {ONE.id}
    assert " more\n" in text
