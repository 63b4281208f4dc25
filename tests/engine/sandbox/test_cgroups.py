"""Groups of processes, on a tree of files that looks like the kernel's."""

import os
from pathlib import Path

import pytest

from agentops.engine.sandbox.bounds.cgroups import Group, Groups, Hierarchy, found, settings
from agentops.engine.sandbox.port import Limits

LIMITS = Limits(memory_mib=100, processes=32, cpu_percent=150)
ALL = frozenset({"memory", "pids", "cpu"})


def version_2(tmp_path: Path, *, processes: str, delegated: str = "") -> tuple[Path, Path, Path]:
    proc, root = tmp_path / "proc", tmp_path / "cgroup"
    unit = root / "system.slice" / "agentops.service"
    unit.mkdir(parents=True)
    (proc / "self").mkdir(parents=True)
    (proc / "self" / "cgroup").write_text("0::/system.slice/agentops.service\n")
    (unit / "cgroup.controllers").write_text("cpuset cpu io memory pids\n")
    (unit / "cgroup.subtree_control").write_text(delegated)
    (unit / "cgroup.procs").write_text(processes)
    return proc, root, unit


def test_version_2_gets_its_limits_in_its_own_words(tmp_path: Path) -> None:
    group = Groups((Hierarchy(tmp_path, 2, ALL),), 7).make(LIMITS)
    folder = tmp_path / "agentops-7-1"
    assert {each.name: each.read_text() for each in folder.iterdir()} == {
        "cpu.max": "150000 100000", "memory.max": str(100 << 20), "pids.max": "40",
    }  # fmt: skip
    group.add(1234)
    group.kill()
    assert (folder / "cgroup.procs").read_text() == "1234"
    assert (folder / "cgroup.kill").read_text() == "1"


def test_version_1_gets_a_folder_for_each_controller(tmp_path: Path) -> None:
    trees = tuple(Hierarchy(tmp_path / each, 1, frozenset({each})) for each in ("memory", "pids", "cpu"))
    for each in trees:
        each.folder.mkdir()
    Groups(trees, 7).make(LIMITS)
    assert (tmp_path / "memory" / "agentops-7-1" / "memory.limit_in_bytes").read_text() == str(100 << 20)
    assert (tmp_path / "cpu" / "agentops-7-1" / "cpu.cfs_quota_us").read_text() == "150000"
    assert (tmp_path / "pids" / "agentops-7-1" / "pids.max").read_text() == "40"


def test_swap_counts_where_it_is_counted() -> None:
    written = dict(settings(Hierarchy(Path("/x"), 2, ALL), LIMITS))
    assert written["memory.swap.max"] == "0"


def test_a_server_alone_in_a_delegated_group_steps_aside_and_hands_the_controllers_on(tmp_path: Path) -> None:
    proc, root, unit = version_2(tmp_path, processes=f"{os.getpid()}\n")
    (hierarchy,) = found(proc, root)
    assert (hierarchy.folder, hierarchy.version, hierarchy.controllers) == (unit, 2, ALL)
    assert (unit / "agentops-server" / "cgroup.procs").read_text() == str(os.getpid())
    assert (unit / "cgroup.subtree_control").read_text() == "+memory +pids +cpu"


def test_a_server_that_stepped_aside_finds_its_place_again(tmp_path: Path) -> None:
    proc, root, unit = version_2(tmp_path, processes="", delegated="cpu memory pids")
    (unit / "agentops-server").mkdir()
    (unit / "agentops-server" / "cgroup.subtree_control").touch()
    (proc / "self" / "cgroup").write_text("0::/system.slice/agentops.service/agentops-server\n")
    assert found(proc, root)[0].folder == unit


def test_nobody_else_is_moved(tmp_path: Path) -> None:
    proc, root, unit = version_2(tmp_path, processes="1\n2\n")
    found(proc, root)
    assert (unit / "cgroup.procs").read_text() == "1\n2\n"
    assert not (unit / "agentops-server").exists()


@pytest.mark.parametrize("text", ["", "0::/gone\n"])
def test_no_group_is_no_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "proc" / "self").mkdir(parents=True)
    (tmp_path / "proc" / "self" / "cgroup").write_text(text)
    assert found(tmp_path / "proc", tmp_path / "cgroup") == ()
    assert found(tmp_path / "no-proc", tmp_path / "cgroup") == ()


def test_a_group_that_cannot_be_limited_is_not_left_behind(tmp_path: Path) -> None:
    class Refusing(Groups):
        pass

    (tmp_path / "tree").mkdir()
    (tmp_path / "tree").chmod(0o755)
    trees = (Hierarchy(tmp_path / "tree", 2, frozenset()), Hierarchy(tmp_path / "missing", 2, ALL))
    with pytest.raises(OSError, match="missing"):
        Refusing(trees, 7).make(LIMITS)
    assert list((tmp_path / "tree").iterdir()) == []


def test_groups_of_servers_that_are_gone_are_swept(tmp_path: Path) -> None:
    for pid in (os.getpid(), 2**22 + 1):
        (tmp_path / f"agentops-{pid}-1").mkdir()
    Groups((Hierarchy(tmp_path, 2, ALL),), os.getpid()).sweep()
    assert [each.name for each in tmp_path.iterdir()] == [f"agentops-{os.getpid()}-1"]


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("memory.events", "low 0\noom 3\noom_kill 2\n", True),
        ("memory.events", "oom 0\noom_kill 0\n", False),
        ("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n", True),
        ("pids.max", "1", False),
    ],
)
def test_the_kernel_says_whether_it_killed_for_memory(tmp_path: Path, file: str, text: str, *, expected: bool) -> None:
    (tmp_path / file).write_text(text)
    assert Group((tmp_path,)).ran_out_of_memory() is expected
