"""Answers kept on disk: there again for the next dream, and never in its way."""

import os
import stat
from pathlib import Path

import pytest

from agentops.base.canonical import digest
from agentops.dreaming.messages.dreamer import MessagesDreamer, Models
from agentops.targets.kept_answers import KeptOnDisk
from tests.dreaming.messages.nights import night
from tests.dreaming.messages.scripted import Model

ONE, TWO = digest("one"), digest("two")


def test_what_was_kept_is_there_for_the_next_process(tmp_path: Path) -> None:
    KeptOnDisk(tmp_path / "a").put(ONE, {"said": ["ü", None]})
    assert KeptOnDisk(tmp_path / "a").get(ONE) == {"said": ["ü", None]}
    assert KeptOnDisk(tmp_path / "a").get(TWO) is None


def test_only_the_owner_reads_them(tmp_path: Path) -> None:
    KeptOnDisk(tmp_path / "a").put(ONE, 1)
    (file,) = (each for each in (tmp_path / "a").rglob("*") if each.is_file())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("broken", [b"", b"{", b"\xff", b"[" * 100_000, b" " * 300_000])
def test_what_cannot_be_read_is_not_there(tmp_path: Path, broken: bytes) -> None:
    kept = KeptOnDisk(tmp_path)
    kept.put(ONE, 1)
    (file,) = (each for each in tmp_path.rglob("*") if each.is_file())
    file.write_bytes(broken)
    assert kept.get(ONE) is None


def test_what_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    kept = KeptOnDisk(tmp_path / "file")
    kept.put(ONE, 1)
    kept.trim()
    assert kept.get(ONE) is None


def test_a_key_is_a_digest_and_no_path(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="digest"):
        KeptOnDisk(tmp_path).get("../../etc/passwd")


def test_the_oldest_go_first(tmp_path: Path) -> None:
    kept = KeptOnDisk(tmp_path)
    for number in range(5):
        kept.put(digest(number), number)
        os.utime(next(tmp_path.glob(f"{digest(number)[:2]}/{digest(number)[2:]}")), (number, number))
    kept.trim(2)
    assert [kept.get(digest(number)) for number in range(5)] == [None, None, None, 3, 4]


@pytest.mark.anyio
async def test_a_dream_that_was_cut_short_pays_only_for_the_rest(tmp_path: Path) -> None:
    models = Models.one("claude-haiku-5-5")
    whole, cut, rest = Model(), Model(dies_after=4), Model()
    expected = await MessagesDreamer(whole, models).dream(night())
    await MessagesDreamer(cut, models, KeptOnDisk(tmp_path)).dream(night())
    found = await MessagesDreamer(rest, models, KeptOnDisk(tmp_path)).dream(night())
    assert found.operations == expected.operations
    assert len(rest.asked) <= len(whole.asked) - 3 + 1  # three answers are there; how it answers is tried again
