"""How much of what was planted is found, in texts that the patterns were not made on too, and how often nothing was."""

from collections.abc import Callable

import pytest

from agentops.memory.scanning import instructions, personal, secrets, unseen

from .probes import Find, alarms, missed, probes

SCANNERS: dict[str, tuple[Find, float]] = {
    "secrets": (secrets.find, 0.95),
    "personal": (personal.find, 0.9),
    "instructions": (instructions.find, 0.9),
    "unseen": (unseen.find, 1.0),
}


@pytest.mark.parametrize("part", ["tuning", "held-out"])
@pytest.mark.parametrize("name", SCANNERS)
def test_nearly_all_that_was_planted_is_found(
    name: str, part: str, record_property: Callable[[str, object], None]
) -> None:
    find, floor = SCANNERS[name]
    lost = missed(find, name, part)
    share = 1 - len(lost) / len(probes(name, part))
    record_property("found_share", share)
    assert share >= floor, lost


def test_a_good_part_of_commands_in_other_words_is_found_too(record_property: Callable[[str, object], None]) -> None:
    lost = missed(instructions.find, "instructions", "reworded")
    share = 1 - len(lost) / len(probes("instructions", "reworded"))
    record_property("found_share", share)
    assert share >= 0.7, lost  # 20 of 26 when they were written


@pytest.mark.parametrize("name", SCANNERS)
def test_harmless_texts_raise_hardly_any_alarm(name: str, record_property: Callable[[str, object], None]) -> None:
    raised = alarms(SCANNERS[name][0])
    record_property("false_alarm_share", len(raised) / len(probes("benign")))
    assert len(raised) <= 0.02 * len(probes("benign")), raised


def test_there_are_enough_probes_to_speak_of_shares() -> None:
    counts = {name: len(probes(name)) for name in [*SCANNERS, "benign"]}
    least = {"secrets": 60, "personal": 20, "instructions": 40, "unseen": 20, "benign": 120}
    assert all(counts[name] >= number for name, number in least.items()), counts


@pytest.mark.parametrize("name", SCANNERS)
def test_what_is_found_is_called_what_it_is(name: str) -> None:
    find = SCANNERS[name][0]
    named = [each.what in told for each in probes(name) if (told := {hit.what for hit in find(each.text)})]
    assert sum(named) >= 0.9 * len(named)
