"""Whether a run of this machine is dead: only what the kernel says of a lock counts."""

import os
import signal
from pathlib import Path

import pytest

from agentops.cli import signs
from agentops.cli.signs import FOLDER, alive, bury, is_dead


def killed(caches: Path, nonce: str) -> None:
    """Kill a run in the middle."""
    reading, writing = os.pipe()
    if child := os.fork():
        os.read(reading, 1)
        assert not is_dead(caches, nonce)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(reading)
        os.close(writing)
    else:
        with alive(caches, nonce):
            os.write(writing, b".")
            signal.pause()


def test_a_run_is_dead_when_it_was_killed_and_neither_before_nor_when_it_ended_by_itself(tmp_path: Path) -> None:
    with alive(tmp_path, "lease_1"):
        assert not is_dead(tmp_path, "lease_1")
    assert not is_dead(tmp_path, "lease_1")
    assert [*(tmp_path / FOLDER).iterdir()] == []
    killed(tmp_path, "lease_2")
    assert is_dead(tmp_path, "lease_2")
    assert not is_dead(tmp_path, "lease_3")
    bury(tmp_path, "lease_2")
    assert not is_dead(tmp_path, "lease_2")


def test_a_run_of_another_machine_on_the_same_disk_is_not_known_to_be_dead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(tmp_path, "lease_1")
    monkeypatch.setattr(signs, "_machine", lambda: "another")
    assert not is_dead(tmp_path, "lease_1")


def test_words_of_a_stranger_lead_to_no_file_of_his_choice(tmp_path: Path) -> None:
    (tmp_path / "bait").write_text(signs._machine())
    assert not is_dead(tmp_path, "../bait")
    assert not is_dead(tmp_path, "/" * 5000 + "\0")


def test_where_nothing_can_be_written_a_run_goes_on_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for caches in (None, tmp_path / "file"):
        with alive(caches, "lease_1"):
            assert not is_dead(caches, "lease_1")


def test_signs_of_long_ago_are_tidied_up_unless_their_runs_live(tmp_path: Path) -> None:
    killed(tmp_path, "dead")
    with alive(tmp_path, "alive"):
        for each in (tmp_path / FOLDER).iterdir():
            os.utime(each, (0, 0))
        with alive(tmp_path, "new"):
            assert len([*(tmp_path / FOLDER).iterdir()]) == 2
        assert not is_dead(tmp_path, "dead")
        assert not is_dead(tmp_path, "alive")
