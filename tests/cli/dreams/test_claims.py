"""Each slot of a schedule is dreamt once, whoever asks; one that was missed is made up for once, others never."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agentops.cli.dreams import claims, slots
from agentops.memory_repo.git import Repository

DAILY = {"type": "cron", "expression": "0 3 * * *", "timezone": "Europe/Berlin"}
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SLOT = datetime(2026, 11, 21, 2, tzinfo=UTC)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository.create(tmp_path / "memory.git")


@pytest.mark.parametrize(
    ("expression", "slot"),
    [
        ("0 3 * * *", "2026-11-21T02:00"),
        ("*/5 * * * *", "2026-11-21T12:00"),
        ("0 3 1 1 *", "2026-01-01T02:00"),
        ("0 0 29 2 *", "2024-02-28T23:00"),
    ],
)
def test_the_last_moment_of_a_schedule_is_found_however_rare_it_is(expression: str, slot: str) -> None:
    found = slots.Rhythm({**DAILY, "expression": expression}).latest(NOW)

    assert found == datetime.fromisoformat(slot).replace(tzinfo=UTC)


def test_a_schedule_that_never_comes_has_no_slot() -> None:
    never = {**DAILY, "expression": "0 0 31 2 *"}

    assert (slots.Rhythm(never).latest(NOW), slots.Rhythm(never).upcoming(NOW)) == (None, None)


def test_a_slot_is_claimed_once(repository: Repository) -> None:
    assert claims.is_open(claims.last(repository, "nightly"), SLOT, NOW)
    claim = claims.begun(repository, "nightly", SLOT, NOW)

    assert claim is not None
    assert not claims.is_open(claims.last(repository, "nightly"), SLOT, NOW)
    claims.done(repository, "nightly", claim, NOW)
    assert not claims.is_open(claims.last(repository, "nightly"), SLOT, NOW + timedelta(hours=20))
    assert claims.is_open(claims.last(repository, "nightly"), SLOT + timedelta(days=1), NOW + timedelta(days=1))


def test_of_two_callers_one_has_it(repository: Repository, tmp_path: Path) -> None:
    other = Repository(tmp_path / "memory.git")
    seen = repository.head(slots.ref("nightly"))
    first = claims.begun(other, "nightly", SLOT, NOW)

    assert seen is None
    assert first is not None
    assert claims._moved(repository, "nightly", claims.Claim("", SLOT, claims.State.BEGUN, NOW), seen) is None


def test_a_dream_that_failed_leaves_its_slot_to_the_next(repository: Repository) -> None:
    claim = claims.begun(repository, "nightly", SLOT, NOW)
    assert claim is not None
    claims.given_back(repository, "nightly", claim)

    assert claims.is_open(claims.last(repository, "nightly"), SLOT, NOW)


def test_a_dream_that_died_is_taken_up_again_after_a_while(repository: Repository) -> None:
    claims.begun(repository, "nightly", SLOT, NOW)
    known = claims.last(repository, "nightly")

    assert not claims.is_open(known, SLOT, NOW + timedelta(hours=5))
    assert claims.is_open(known, SLOT, NOW + timedelta(hours=7))
