from dataclasses import replace

import pytest

from agentops.dreaming.distilling import contrast, repeats
from agentops.dreaming.distilling.sequences import candidates, rules
from agentops.memory.notes import NoteKind
from agentops.memory.transcripts import Transcript
from tests.dreaming.told import call, session


def run(number: int, *tools: str, good: bool, task: str = "") -> Transcript:
    told = session(f"s{number:02}", *(call(tool, "done", at=place) for place, tool in enumerate(tools)))
    return replace(told, outcome=float(good), task=task)


GUESSED = [run(each, "guess", "submit", good=False, task=str(each)) for each in range(12)]
CHECKED = [run(20 + each, "check", "submit", good=True, task=str(each)) for each in range(12)]


def test_bounds_are_wide_for_few_and_narrow_for_many() -> None:
    few, many = contrast.bounds(1, 2), contrast.bounds(500, 1000)
    assert few[0] < 0.2
    assert few[1] > 0.8
    assert 0.47 < many[0] < many[1] < 0.53
    assert contrast.bounds(0, 0) == (0.0, 1.0)


def test_what_sets_sessions_apart_is_told_both_ways() -> None:
    texts = {each.text: each for each in candidates([*GUESSED, *CHECKED])}
    bad = texts["Runs in which the agent calls `guess` end worse than others: 0 of 12 sessions ended well."]
    assert bad.kind is NoteKind.PITFALL
    assert bad.reason == "0 of 12 sessions ended well, of the others 100%; -1.00 within 12 tasks"
    assert len(bad.evidence) == 12


def test_rules_of_the_same_sessions_are_one() -> None:
    assert [each.habit.words for each in rules([*GUESSED, *CHECKED])] == ["calls `check`", "calls `guess`"]


def test_a_way_that_ends_well_in_runs_of_one_task_is_a_playbook_and_else_a_fact() -> None:
    alone = [replace(each, task="") for each in (*GUESSED, *CHECKED)]
    assert NoteKind.PLAYBOOK in {each.kind for each in candidates([*GUESSED, *CHECKED])}
    assert {each.kind for each in candidates(alone)} == {NoteKind.PITFALL, NoteKind.FACT}


def test_what_turns_round_within_tasks_is_no_rule() -> None:
    hard = [run(each, "guess", "submit", good=False, task=f"hard{each}") for each in range(12)]
    easy = [run(20 + each, "check", "submit", good=True, task=f"easy{each}") for each in range(12)]
    against = [run(40, "guess", "submit", good=True, task="x"), run(41, "check", "submit", good=False, task="x")]
    assert {each.habit.words for each in rules([*hard, *easy])}
    assert not {each.habit.words for each in rules([*hard, *easy, *against])} & {"calls `guess`", "calls `check`"}


@pytest.mark.parametrize("often", [1, 4])
def test_few_sessions_make_no_rule(often: int) -> None:
    assert rules([*GUESSED[:often], *CHECKED[:often]]) == []


def test_sessions_that_nobody_judged_make_no_rule() -> None:
    assert list(candidates([replace(each, outcome=None) for each in (*GUESSED, *CHECKED)])) == []


def test_a_call_repeated_in_vain_is_told_with_its_count() -> None:
    told = [session(f"s{each}", call("look", "nothing", at=1), call("look", "nothing", at=1)) for each in range(2)]
    (found,) = repeats.candidates(told)
    assert found.text == "`look` repeated with the same arguments: 2 of 2 repeats gave the same result."
    assert [str(each) for each in found.evidence] == ["s0#e2", "s1#e2"]


def test_a_call_repeated_with_profit_is_not_told() -> None:
    told = [session(f"s{each}", call("poll", "wait", at=1), call("poll", "ready", at=1)) for each in range(2)]
    assert list(repeats.candidates(told)) == []
