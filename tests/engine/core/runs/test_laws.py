"""Whatever happens in whatever order, with a crash after any commit: the laws of a session hold."""

import pytest
from hypothesis import Phase as Stage
from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.engine.core.runs.team import NOBODY, Team

from . import laws
from .agents import TEAM
from .chances import Chances


@pytest.mark.parametrize(
    ("team", "is_self_hosted"),
    [(NOBODY, False), (NOBODY, True), (TEAM, False), (TEAM, True)],
    ids=["alone", "alone-self-hosted", "team", "team-self-hosted"],
)
@settings(max_examples=50, phases=(Stage.generate, Stage.shrink))
@given(
    numbers=st.lists(st.integers(0, 100_000), min_size=10, max_size=50),
    budget=st.sampled_from([None, None, None, 6, 20]),
)
def test_the_laws_hold_whatever_happens(
    team: Team, is_self_hosted: bool, numbers: list[int], budget: int | None
) -> None:
    chances = Chances(team, is_self_hosted=is_self_hosted, budget=budget)
    chances.a_message_comes()
    for number in numbers:
        chances.happen(number)
        for law in laws.ALWAYS:
            law(chances.desk)
        laws.nothing_sent_is_lost(chances.desk, chances.sent)
        laws.folding_the_log_gives_the_state(chances.desk)
    for law in laws.AT_THE_END:
        law(chances.desk)
    chances.desk.hear()
    laws.every_word_reaches_the_model(chances.desk, chances.words)
