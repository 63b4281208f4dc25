"""Groups of processes with limits that the kernel holds: version 2, version 1, or whatever of them may be written."""

import contextlib
import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from agentops.engine.sandbox.port import Limits

Controller = Literal["memory", "pids", "cpu"]
CONTROLLERS: tuple[Controller, ...] = ("memory", "pids", "cpu")

_PREFIX = "agentops"
_SERVER = f"{_PREFIX}-server"
_PERIOD_US = 100_000
_MIB = 1024 * 1024
_WHERE_SWAP_IS_COUNTED = {"memory.swap.max", "memory.memsw.limit_in_bytes"}
_OVERHEAD = 8
"""Processes that are ours: bubblewrap twice, the tool server, and what it starts to search."""


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """A folder in which groups can be made, and what they can limit."""

    folder: Path
    version: Literal[1, 2]
    controllers: frozenset[Controller]


class Group:
    """The group of one sandbox: a folder in each hierarchy."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        """Take folders that were made."""
        self._folders = folders

    def add(self, pid: int) -> None:
        """Put a process in; its children will be in it too.

        Raises:
            OSError: the kernel does not want it.
        """
        for each in self._folders:
            (each / "cgroup.procs").write_text(str(pid), encoding="ascii")

    def kill(self) -> None:
        """Kill all that is in it, where the kernel can do that at once."""
        for each in self._folders:
            with contextlib.suppress(OSError):
                (each / "cgroup.kill").write_text("1", encoding="ascii")

    def ran_out_of_memory(self) -> bool:
        """Tell whether the kernel killed something in it for memory."""
        return any(_oom_kills(each) > 0 for each in self._folders)

    def remove(self) -> bool:
        """Remove what is empty, and tell whether all is gone."""
        for each in self._folders:
            with contextlib.suppress(OSError):
                each.rmdir()
        return not any(each.exists() for each in self._folders)


class Groups:
    """Makes groups below the server's own."""

    def __init__(self, hierarchies: tuple[Hierarchy, ...], pid: int) -> None:
        """Take what was found; the pid of the server tells its groups from another's."""
        self._hierarchies = hierarchies
        self._pid = pid
        self._numbers = itertools.count(1)

    @property
    def controllers(self) -> frozenset[Controller]:
        """Return what the kernel limits here."""
        return frozenset().union(*(each.controllers for each in self._hierarchies))

    def make(self, limits: Limits) -> Group:
        """Return a new group with these limits.

        Raises:
            OSError: the kernel does not want one of them.
        """
        name = f"{_PREFIX}-{self._pid}-{next(self._numbers)}"
        made: list[Path] = []
        try:
            for each in self._hierarchies:
                folder = each.folder / name
                folder.mkdir()
                made.append(folder)
                for file, value in settings(each, limits):
                    if file not in _WHERE_SWAP_IS_COUNTED or (folder / file).exists():
                        (folder / file).write_text(value, encoding="ascii")
        except OSError:
            Group(tuple(made)).remove()
            raise
        return Group(tuple(made))

    def sweep(self) -> None:
        """Remove the groups of servers that were killed; their processes died with them."""
        for each in self._hierarchies:
            for folder in each.folder.glob(f"{_PREFIX}-*-*"):
                pid = folder.name.split("-")[1]
                if pid.isdigit() and not Path("/proc", pid).exists():
                    Group((folder,)).remove()


def settings(hierarchy: Hierarchy, limits: Limits) -> Iterator[tuple[str, str]]:
    """Yield the files to write, in the order in which the kernel takes them."""
    memory, processes = limits.memory_mib * _MIB, limits.processes + _OVERHEAD
    quota = limits.cpu_percent * _PERIOD_US // 100
    for controller in sorted(hierarchy.controllers):
        match controller, hierarchy.version:
            case "memory", 2:
                yield from (("memory.max", str(memory)), ("memory.swap.max", "0"))
            case "memory", 1:
                yield from (("memory.limit_in_bytes", str(memory)), ("memory.memsw.limit_in_bytes", str(memory)))
            case "pids", _:
                yield ("pids.max", str(processes))
            case "cpu", 2:
                yield ("cpu.max", f"{quota} {_PERIOD_US}")
            case "cpu", 1:
                yield from (("cpu.cfs_period_us", str(_PERIOD_US)), ("cpu.cfs_quota_us", str(quota)))


def found(proc: Path = Path("/proc"), root: Path = Path("/sys/fs/cgroup")) -> tuple[Hierarchy, ...]:
    """Return the hierarchies in which this process may make groups, trying each; none is no error."""
    own = dict(_own(proc))
    trees = [*_version_1(own, root), *_version_2(own.get("", ""), root)]
    seen: set[Controller] = set()
    usable = []
    for each in trees:
        fresh = Hierarchy(each.folder, each.version, each.controllers - seen)
        if fresh.controllers and _can_limit(fresh):
            seen |= fresh.controllers
            usable.append(fresh)
    return tuple(usable)


def _own(proc: Path) -> Iterator[tuple[str, str]]:
    """Yield each controller with the path of this process's group; version 2 has no name."""
    with contextlib.suppress(OSError):
        for row in (proc / "self/cgroup").read_text(encoding="ascii").splitlines():
            _number, controllers, path = row.split(":", 2)
            yield from ((each, path) for each in controllers.split(","))


def _version_1(own: dict[str, str], root: Path) -> Iterator[Hierarchy]:
    for each in CONTROLLERS:
        folder = root / each / own.get(each, "").lstrip("/")
        if each in own and folder.is_dir():
            yield Hierarchy(folder, 1, frozenset({each}))


def _version_2(path: str, root: Path) -> Iterator[Hierarchy]:
    """Yield the server's own group, once it may hand its controllers on.

    A group that has processes cannot: the server alone in a group that was delegated to it moves into one below.
    """
    folder = root / path.lstrip("/")
    if not path or not (folder / "cgroup.subtree_control").is_file():
        return
    if folder.name == _SERVER:
        folder = folder.parent
    with contextlib.suppress(OSError):
        offered = set((folder / "cgroup.controllers").read_text(encoding="ascii").split())
        wanted = [each for each in CONTROLLERS if each in offered]
        if not set(wanted) <= set((folder / "cgroup.subtree_control").read_text(encoding="ascii").split()):
            _step_aside(folder)
            (folder / "cgroup.subtree_control").write_text(" ".join(f"+{each}" for each in wanted), encoding="ascii")
        yield Hierarchy(folder, 2, frozenset(wanted))


def _step_aside(folder: Path) -> None:
    """Move this process one level down, if nobody else is in its group."""
    if (folder / "cgroup.procs").read_text(encoding="ascii").split() == [str(os.getpid())]:
        (folder / _SERVER).mkdir(exist_ok=True)
        (folder / _SERVER / "cgroup.procs").write_text(str(os.getpid()), encoding="ascii")


def _can_limit(hierarchy: Hierarchy) -> bool:
    try:
        Groups((hierarchy,), os.getpid()).make(Limits()).remove()
    except OSError:
        return False
    return True


def _oom_kills(folder: Path) -> int:
    for name in ("memory.events", "memory.oom_control"):
        with contextlib.suppress(OSError):
            rows = (folder / name).read_text(encoding="ascii").split("\n")
            return sum(int(row.split()[1]) for row in rows if row.startswith("oom_kill "))
    return 0
