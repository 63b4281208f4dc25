"""Files of an import on a disk that does not take them."""

from pathlib import Path

import pytest

from agentops.base.errors import CannotWrite
from agentops.cli.importing.staging import Journal, Staging
from tests.disks import files_end_at

FILES = {"agents.d/a.yaml": b"a" * 50, "agents.d/b.yaml": b"b" * 200}
JOURNAL = Journal("a test", tuple(FILES), {})


def test_a_full_disk_before_the_decision_leaves_nothing(tmp_path: Path) -> None:
    staging = Staging(tmp_path, tmp_path / ".agentops")
    with files_end_at(100), pytest.raises(CannotWrite, match="File too large"):
        staging.prepare(FILES, (), JOURNAL)
    assert not staging.is_begun
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == []


def test_what_could_not_be_placed_is_placed_by_the_next(tmp_path: Path) -> None:
    staging = Staging(tmp_path, tmp_path / ".agentops")
    staging.prepare(FILES, (), JOURNAL)
    agents_d = tmp_path / "agents.d"
    agents_d.symlink_to("nowhere")
    with pytest.raises(CannotWrite, match=r"agents\.d/a\.yaml cannot be written"):
        staging.place(FILES)
    agents_d.unlink()
    assert staging.begun() == JOURNAL
    staging.place(FILES)
    assert {each: (tmp_path / each).read_bytes() for each in FILES} == FILES
    staging.end()
    assert staging.begun() is None
