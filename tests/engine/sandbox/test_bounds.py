"""What is counted from outside: room on the disk and memory, also of who hides it; and users that are lent."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from agentops.engine.sandbox.bounds import usage, watch
from agentops.engine.sandbox.bounds.owners import UserRange, Users, give
from agentops.engine.sandbox.bounds.usage import Process, family, memory, room, unlinked
from agentops.engine.sandbox.bounds.watch import Watch, Watched, over_disk, over_memory
from agentops.engine.sandbox.port import Limits, SandboxFailed

MIB = 1 << 20
PLENTY = {"size_max": 1 << 40, "files_max": 10_000}


def watched(folder: Path, **limits: int) -> Watched:
    return Watched(os.getpid(), (folder,), Limits(**limits), counts_memory=True)


def test_files_and_folders_are_counted_and_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "file").write_bytes(b"x" * MIB)
    (tmp_path / "usr").symlink_to("/usr")
    found = room(tmp_path, **PLENTY)
    assert found.files == 4
    assert MIB <= found.size < 2 * MIB


def test_a_sparse_file_takes_what_the_disk_allots(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(1 << 40)
    assert room(tmp_path, **PLENTY).size < MIB


def test_a_folder_that_its_owner_closed_is_counted_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed" / "file").write_bytes(b"x" * MIB)
    (tmp_path / "closed").chmod(0)
    assert room(tmp_path, **PLENTY).size >= MIB
    (tmp_path / "closed").chmod(0o700)


COUNTS = """
import os, signal
from pathlib import Path
from agentops.engine.sandbox.bounds.usage import room
if os.geteuid() == 0:
    os.chown(".", 65534, 65534)
    os.setgid(65534)
    os.setuid(65534)
folders = [Path(str(number)) for number in range(60)]
for each in folders:
    each.mkdir()
    (each / "file").write_bytes(bytes(65536))
if (closing := os.fork()) == 0:
    while True:
        for each in folders:
            os.chmod(each, 0)
found = [room(Path("."), size_max=1 << 40, files_max=10_000) for _ in range(20)]
os.kill(closing, signal.SIGKILL)
os.waitpid(closing, 0)
print(sum(each.size < 60 * 65536 and not each.is_hidden for each in found))
"""
"""As somebody whom the modes of folders bind: of root they do not."""


def test_no_count_is_smaller_because_its_owner_closes_folders_all_the_time(tmp_path: Path) -> None:
    told = subprocess.run([sys.executable, "-c", COUNTS], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert told.stdout == "0\n"


def test_what_is_hidden_is_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(_name: str, _folder: int) -> os.stat_result:
        raise PermissionError

    (tmp_path / "file").touch()
    monkeypatch.setattr(usage, "_looked_at", closed)
    assert room(tmp_path, **PLENTY).is_hidden
    assert "kept its folders from being counted" in str(over_disk(watched(tmp_path)))


def test_counting_ends_where_it_is_too_much(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / str(number)).touch()
    assert room(tmp_path, size_max=MIB, files_max=5).files == 6


def test_folders_in_folders_without_end_are_not_followed_to_it(tmp_path: Path) -> None:
    folder = tmp_path / "/".join("d" * (usage.DEEPEST + 2))
    folder.mkdir(parents=True)
    assert room(tmp_path, **PLENTY).is_too_deep
    assert "nested deeper" in str(over_disk(watched(tmp_path)))


def test_a_folder_that_is_gone_takes_nothing(tmp_path: Path) -> None:
    assert room(tmp_path / "gone", **PLENTY).size == 0


def test_too_many_files_and_too_much_room_are_told_apart(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / str(number)).write_bytes(b"x" * MIB)
    assert "2 files" in str(over_disk(watched(tmp_path, files=2)))
    assert "1 MiB of disk" in str(over_disk(watched(tmp_path, disk_mib=1)))
    assert over_disk(watched(tmp_path, disk_mib=100)) is None


def test_a_file_without_a_name_takes_room_as_long_as_it_is_open(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_TMPFILE | os.O_RDWR)
    os.write(descriptor, b"x" * MIB)
    own = (Process(os.getpid(), 1, 0),)
    assert unlinked(own, tmp_path.stat().st_dev) >= MIB
    os.close(descriptor)
    assert unlinked(own, tmp_path.stat().st_dev) < MIB


def process(proc: Path, pid: int, parent: int, pages: int, *, proportional_kib: int) -> None:
    folder = proc / str(pid)
    folder.mkdir(parents=True)
    (folder / "stat").write_text(f"{pid} (a) b) S) S {parent} 0 0")
    (folder / "statm").write_text(f"9999 {pages + 10} 10 0 0 0 0")
    (folder / "smaps_rollup").write_text(f"00-ff ---p [rollup]\nPss_Anon:  {proportional_kib} kB\n")


@pytest.mark.anyio
async def test_a_sandbox_that_cannot_be_counted_is_counted_again_and_then_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: asyncio.Queue[str] = asyncio.Queue()
    counts = []

    def broken(_watched: Watched) -> str | None:
        counts.append(len(counts))
        if len(counts) == 3:
            return None
        raise OSError("too many open files")

    monkeypatch.setattr(watch, "_PERIOD_S", 0)
    monkeypatch.setattr(watch, "_DISK_PERIOD_S", 0)
    monkeypatch.setattr(watch, "_DISK_SHARE", 0)
    monkeypatch.setattr(watch, "over_disk", broken)
    looking = Watch()
    looking.add(Watched(os.getpid(), (tmp_path,), Limits(), counts_memory=False), said.put_nowait)
    assert await said.get() == "What the sandbox uses could not be counted, and it was stopped."
    assert len(counts) == 3 + watch._FAILURES_MAX
    looking.close()


def test_memory_is_that_of_all_who_come_from_the_first(tmp_path: Path) -> None:
    for pid, parent in ((10, 1), (11, 10), (12, 11), (20, 1)):
        process(tmp_path, pid, parent, 256, proportional_kib=100)
    (tmp_path / "30").mkdir()  # it ended while it was looked at
    inside = family(10, usage.processes(tmp_path))
    assert {each.pid for each in inside} == {11, 12}
    page = os.sysconf("SC_PAGE_SIZE")
    assert memory(inside, 1 << 40, tmp_path) == 2 * 256 * page
    # Above the limit, pages that both share count once.
    assert memory(inside, 1, tmp_path) == 2 * 100 * 1024


def test_a_process_that_is_its_own_grandparent_is_counted_once() -> None:
    assert len(family(1, {1: (Process(2, 1, 5),), 2: (Process(1, 2, 5),)})) == 2


def test_this_process_alone_has_no_children_to_blame() -> None:
    assert over_memory(watched(Path("/"), memory_mib=2048)) is None


def test_a_session_gets_the_same_user_again_and_no_two_get_one() -> None:
    users = Users(UserRange(first=1000, count=4))
    lent = [users.lend(each) for each in ("a", "b", "c", "d")]
    assert sorted(lent) == [1000, 1001, 1002, 1003]
    with pytest.raises(SandboxFailed, match="4 users"):
        users.lend("e")
    users.take_back(lent[1])
    assert users.lend("b") == lent[1]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_everything_in_a_folder_is_given_but_not_what_links_lead_to(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.touch()
    inside = tmp_path / "inside"
    (inside / "deep").mkdir(parents=True)
    (inside / "deep" / "file").touch()
    (inside / "link").symlink_to(outside)
    os.link(outside, inside / "other-name")
    give(inside, 60_598)
    owners = {each.name: each.lstat().st_uid for each in (inside, *inside.rglob("*"))}
    assert owners == {"inside": 60_598, "deep": 60_598, "file": 60_598, "link": 60_598, "other-name": 0}
    assert outside.stat().st_uid == 0
