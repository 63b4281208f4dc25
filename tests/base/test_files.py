"""Files that appear whole or not at all."""

import os
from pathlib import Path

import pytest

from agentops.base.errors import CannotWrite
from agentops.base.files import write_all, write_whole
from tests.disks import files_end_at


def test_a_disk_that_is_full_leaves_every_file_as_it_was(tmp_path: Path) -> None:
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_bytes(b"one\n")
    with files_end_at(100), pytest.raises(CannotWrite) as raised:
        write_all({old: b"two\n", new: bytes(200)})
    assert raised.value.message == f"{new} cannot be written: File too large"
    assert raised.value.hint == "files may not be that large here: look at `ulimit -f`"
    assert [each.name for each in tmp_path.iterdir()] == ["old.yaml"]
    assert old.read_bytes() == b"one\n"


def test_a_folder_that_is_none_takes_nothing(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="No such file or directory"):
        write_whole(tmp_path / "nowhere" / "a.json", b"{}")


def test_modes_stay_and_new_files_have_those_of_any_program(tmp_path: Path) -> None:
    program, plan, plain = (tmp_path / each for each in ("run.sh", "plan.json", "plain.md"))
    program.write_bytes(b"")
    program.chmod(0o751)
    before = os.umask(0o027)
    try:
        write_all({program: b"#!/bin/sh\n", plain: b"One.\n"})
        write_whole(plan, b"{}", mode=0o600)
    finally:
        os.umask(before)
    assert [each.stat().st_mode & 0o777 for each in (program, plan, plain)] == [0o751, 0o600, 0o640]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["plain.md", "plan.json", "run.sh"]


def test_what_is_no_file_is_written_to_and_stays(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_whole(pipe, b"{}\n", mode=0o600)
    assert os.read(reader, 10) == b"{}\n"
    assert pipe.is_fifo()
    os.close(reader)
    with pytest.raises(CannotWrite, match="/dev/full cannot be written: No space left on device"):
        write_whole(Path("/dev/full"), b"{}")


def test_a_link_that_a_person_names_stays_and_leads_to_the_new_file(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    real, link = tmp_path / "there" / "plan.json", tmp_path / "plan.json"
    link.symlink_to("there/plan.json")
    for content in (b"made\n", b"changed\n"):
        write_whole(link, content)
        assert link.is_symlink()
        assert real.read_bytes() == content
    assert [each.name for each in real.parent.iterdir()] == ["plan.json"]


def test_a_stream_that_was_sent_to_a_file_stays_what_it_is(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as log:
        before = os.fstat(log.fileno()).st_ino
        write_whole(Path(f"/dev/fd/{log.fileno()}"), b"{}\n")
    assert [(each.name, each.stat().st_ino) for each in tmp_path.iterdir()] == [("log", before)]
    assert (tmp_path / "log").read_bytes() == b"{}\n"


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away")
def test_a_file_stays_its_owners(tmp_path: Path) -> None:
    theirs, plan = tmp_path / "a.yaml", tmp_path / "plan.json"
    for each in (theirs, plan):
        each.write_bytes(b"one\n")
        os.chown(each, 1234, 1235)
    write_all({theirs: b"two\n"})
    write_whole(plan, b"{}", mode=0o600)  # private: nobody's who waited for it there
    assert (theirs.stat().st_uid, theirs.stat().st_gid) == (1234, 1235)
    assert plan.stat().st_uid == 0
