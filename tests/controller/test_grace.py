"""Removals that wait: wanted without a break for long enough, and anew once they were back."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from agentops.controller.grace import ripe, unwanted, watched

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def plan(*gone: str, steps: tuple[tuple[str, str], ...] = (), protected: tuple[str, ...] = ()) -> dict[str, Any]:
    left = [{"address": each, "is_protected": each in protected} for each in (*gone, *protected)]
    return {"undeclared": left, "steps": [{"address": address, "action": action} for address, action in steps]}


def test_what_is_gone_and_what_would_be_removed_are_both_unwanted() -> None:
    made = plan("Agent/a", steps=(("Agent/b", "archive"), ("Agent/c", "delete"), ("Agent/d", "update")))
    assert unwanted(made) == {"Agent/a", "Agent/b", "Agent/c"}


def test_what_is_protected_does_not_wait_for_its_removal() -> None:
    assert unwanted(plan(protected=("Agent/a",))) == frozenset()


def test_a_removal_ripens() -> None:
    wanted = watched({}, plan("Agent/a"), NOW)
    assert ripe(wanted, plan("Agent/a"), NOW + 9 * MINUTE, 600) == frozenset()
    assert ripe(wanted, plan("Agent/a"), NOW + 10 * MINUTE, 600) == {"Agent/a"}


def test_without_grace_a_removal_is_ripe_at_once() -> None:
    assert ripe({}, plan("Agent/a"), NOW, 0) == {"Agent/a"}


def test_what_came_back_begins_anew() -> None:
    wanted = watched({}, plan("Agent/a"), NOW)
    wanted = watched(wanted, plan(), NOW + 5 * MINUTE)
    wanted = watched(wanted, plan("Agent/a"), NOW + 6 * MINUTE)
    assert ripe(wanted, plan("Agent/a"), NOW + 11 * MINUTE, 600) == frozenset()
    assert ripe(wanted, plan("Agent/a"), NOW + 16 * MINUTE, 600) == {"Agent/a"}


def test_each_removal_has_a_grace_of_its_own() -> None:
    wanted = watched({}, plan("Agent/a"), NOW)
    wanted = watched(wanted, plan("Agent/a", "Agent/b"), NOW + 8 * MINUTE)
    assert ripe(wanted, plan("Agent/a", "Agent/b"), NOW + 12 * MINUTE, 600) == {"Agent/a"}


def test_a_clock_that_was_put_back_ripens_nothing_early() -> None:
    wanted = watched({"Agent/a": NOW + timedelta(days=1)}, plan("Agent/a"), NOW)
    assert wanted == {"Agent/a": NOW}


@given(st.lists(st.sets(st.sampled_from("abc")), min_size=1, max_size=20), st.integers(0, 6))
def test_ripe_is_what_every_look_of_the_last_grace_wanted(looks: list[set[str]], grace_min: int) -> None:
    wanted: dict[str, datetime] = {}
    for at, gone in enumerate(looks):
        now = NOW + at * MINUTE
        wanted = watched(wanted, plan(*gone), now)
        expected = {
            each for each in gone if at >= grace_min and all(each in looks[at - back] for back in range(grace_min + 1))
        }
        assert ripe(wanted, plan(*gone), now, grace_min * 60) == expected
