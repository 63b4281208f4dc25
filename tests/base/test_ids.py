"""Identifiers: shaped as the API's, and never the same twice."""

import re

from agentops.base.ids import RandomIds


def test_an_id_has_its_prefix_and_128_random_bits_in_base58() -> None:
    made = {RandomIds().new("agent") for _ in range(2000)}
    assert len(made) == 2000
    assert all(re.fullmatch(r"agent_01[1-9A-HJ-NP-Za-km-z]{22}", each) for each in made)


def test_every_place_of_an_id_takes_every_character() -> None:
    made = [RandomIds().new("x") for _ in range(2000)]
    assert {len({each[place] for each in made}) for place in range(-22, 0)} == {58}
