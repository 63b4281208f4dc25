"""Texts of notes merged: bullets of both sides stay, contradictions are shown."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agentops.memory_repo.git import Repository
from agentops.memory_repo.syncing.texts import merged


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    with Repository.create(tmp_path / "memory.git") as found:
        yield found


def test_bullets_added_at_one_place_are_both_kept_and_the_same_one_once(repository: Repository) -> None:
    text, is_clean = merged(repository.merged_text, "- a\n- same\n- main\n", "- a\n", "- a\n- live\n- same\n")
    assert (text, is_clean) == ("- a\n- same\n- main\n- live\n", True)


def test_one_bullet_that_both_changed_is_a_conflict(repository: Repository) -> None:
    text, is_clean = merged(repository.merged_text, "- port 1\n", "- port 0\n", "- port 2\n")
    assert not is_clean
    assert text == "<<<<<<< main\n- port 1\n=======\n- port 2\n>>>>>>> live\n"


def test_prose_added_at_one_place_is_a_conflict(repository: Repository) -> None:
    _, is_clean = merged(repository.merged_text, "Main.\n", "", "Live.\n")
    assert not is_clean


def test_a_text_with_markers_of_its_own_is_not_settled(repository: Repository) -> None:
    old = "<<<<<<< main\n- x\n"
    text, is_clean = merged(repository.merged_text, f"{old}- a\n", old, f"{old}- b\n")
    assert not is_clean
    assert "||||||| before" in text


def test_two_conflicts_in_one_file_are_settled_one_by_one(repository: Repository) -> None:
    base = "- a\n" + "line\n" * 8 + "- z 0\n"
    text, is_clean = merged(
        repository.merged_text, f"- main\n{base}".replace("z 0", "z 1"), base, f"- live\n{base}".replace("z 0", "z 2")
    )
    assert not is_clean
    assert text.startswith("- main\n- live\n- a\n")
    assert text.endswith("<<<<<<< main\n- z 1\n=======\n- z 2\n>>>>>>> live\n")
