"""What is news: each change of state once, recovery only after trouble, and no more in an hour than was asked for."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.controller.notices.ledger import Allowance, news, ruled
from agentops.controller.notices.notice import About, Kind, notice

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TROUBLES = (Kind.APPLY_FAILED, Kind.REFUSED, Kind.APPROVAL_WANTED, Kind.DRIFTED, Kind.UNREACHABLE)


def play(*happened: tuple[Kind, str]) -> list[bool]:
    """Return of each happening, a kind and a key, whether it is told."""
    told: Mapping[str, str] = {}
    found = []
    for kind, key in happened:
        after = news(told, notice(kind, About("prod", "", NOW), "fact", key=key))
        found.append(after is not None)
        told = told if after is None else after
    return found


@pytest.mark.parametrize("kind", [each for each in Kind if each is not Kind.RECOVERED])
def test_the_same_is_told_once(kind: Kind) -> None:
    assert play((kind, "1"), (kind, "1"), (kind, "1")) == [True, False, False]


@pytest.mark.parametrize("kind", [each for each in Kind if each is not Kind.RECOVERED])
def test_another_change_is_told(kind: Kind) -> None:
    assert play((kind, "1"), (kind, "2"), (kind, "1")) == [True, True, True]


@pytest.mark.parametrize("kind", TROUBLES)
def test_recovery_is_told_once_and_the_same_trouble_is_news_again(kind: Kind) -> None:
    happened = ((kind, "1"), (Kind.RECOVERED, ""), (Kind.RECOVERED, ""), (kind, "1"))
    assert play(*happened) == [True, True, False, True]


def test_who_heard_of_no_trouble_hears_of_no_recovery() -> None:
    assert play((Kind.RECOVERED, ""), (Kind.APPLIED, "1"), (Kind.RECOVERED, "")) == [False, True, False]


def test_an_apply_is_recovery_enough() -> None:
    assert play((Kind.APPLY_FAILED, "1"), (Kind.APPLIED, "1"), (Kind.RECOVERED, "")) == [True, True, False]


def test_healing_ends_drift_and_no_refusal() -> None:
    happened = ((Kind.REFUSED, "1"), (Kind.DRIFTED, "1"), (Kind.HEALED, "1"), (Kind.REFUSED, "1"), (Kind.DRIFTED, "1"))
    assert play(*happened) == [True, True, True, False, True]


def test_one_trouble_of_a_commit_takes_the_place_of_another() -> None:
    assert play((Kind.REFUSED, "1"), (Kind.APPLY_FAILED, "1"), (Kind.REFUSED, "1")) == [True, True, True]


def test_a_restart_forgets_nothing_that_was_kept() -> None:
    kept = news({}, notice(Kind.REFUSED, About("prod", "", NOW), "fact", key="1"))
    assert kept == {"refused": "1"}
    assert news(kept, notice(Kind.REFUSED, About("prod", "", NOW), "fact", key="1")) is None


@given(st.lists(st.tuples(st.sampled_from([*Kind]), st.sampled_from("12"))))
def test_nothing_is_told_twice_in_a_row(happened: list[tuple[Kind, str]]) -> None:
    told = [each for each, is_told in zip(happened, play(*happened), strict=True) if is_told]
    for kind in Kind:
        keys = [each for each in told if each[0] in {kind, *(Kind.APPLIED, Kind.HEALED, Kind.RECOVERED, *TROUBLES)}]
        assert all(one != other for one, other in pairwise(keys) if one[0] is kind)


@given(st.lists(st.integers(0, 3000), max_size=80), st.integers(1, 9))
def test_no_hour_has_more_than_was_asked_for_and_every_notice_is_sent_or_counted(
    gaps_s: list[int], per_hour: int
) -> None:
    allowance, now, sent, counted = Allowance(), NOW, [], 0
    for gap_s in gaps_s:
        now += timedelta(seconds=gap_s)
        allowance, ruling = ruled(allowance, now, per_hour)
        if ruling.is_sent:
            sent.append(now)
            counted += ruling.more
    assert all(sum(timedelta() <= at - each < timedelta(hours=1) for each in sent) <= per_hour for at in sent)
    assert len(sent) + counted + allowance.held == len(gaps_s)


def test_the_last_of_an_hour_says_so() -> None:
    allowance, first = ruled(Allowance(), NOW, 2)
    allowance, second = ruled(allowance, NOW, 2)
    allowance, third = ruled(allowance, NOW, 2)
    assert [each.is_sent for each in (first, second, third)] == [True, True, False]
    assert [each.is_last for each in (first, second)] == [False, True]
