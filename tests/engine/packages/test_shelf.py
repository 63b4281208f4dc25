"""Layers appear whole and go when nobody uses them."""

import os
from pathlib import Path

import pytest

from agentops.engine.packages.shelf import Shelf, fingerprint

DAY_S = 24 * 60 * 60


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "packages")


def made(shelf: Shelf, key: str, words: str = "") -> None:
    draft = shelf.drafted()
    (draft / "layer" / "a").write_text(words)
    shelf.keep(draft, key)
    shelf.drop(draft)


def aged(path: Path, seconds: float) -> None:
    found = path.stat().st_mtime - seconds
    os.utime(path, (found, found))


def test_a_layer_is_there_once_it_is_whole(shelf: Shelf) -> None:
    assert not shelf.take("k")
    draft = shelf.drafted()
    (draft / "layer" / "a").touch()
    assert not shelf.take("k")
    shelf.keep(draft, "k")
    assert shelf.take("k")


def test_of_two_servers_the_first_wins(shelf: Shelf) -> None:
    made(shelf, "k", "first")
    made(shelf, "k", "second")
    assert (shelf.layer("k") / "a").read_text() == "first"


def test_what_nobody_used_for_thirty_days_goes(shelf: Shelf, tmp_path: Path) -> None:
    shelf.sweep()
    for each in ("old", "used", "new"):
        made(shelf, each)
    for each in ("old", "used"):
        aged(shelf.layer(each), 31 * DAY_S)
    assert shelf.take("used")
    shelf.sweep()
    assert sorted(each.name for each in (tmp_path / "packages").iterdir()) == [".graves", "new", "used"]
    assert list((tmp_path / "packages" / ".graves").iterdir()) == []


def test_what_a_killed_server_left_goes_and_what_another_makes_stays(shelf: Shelf) -> None:
    dead, alive = shelf.drafted(), shelf.drafted()
    aged(dead, 2 * 60 * 60)
    shelf.sweep()
    assert not dead.exists()
    assert alive.exists()


def test_a_host_is_the_same_as_long_as_nothing_changes() -> None:
    assert fingerprint() == fingerprint()
