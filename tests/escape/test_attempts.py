"""Attempts to get out of a sandbox, all made inside one, and what has to come of each."""

import asyncio
import os
import platform
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agentops.engine.sandbox.bubblewrap import Bubblewrap
from agentops.engine.sandbox.port import Egress, Mount
from agentops.engine.sandbox.walls import entry, syscalls

from .conftest import LIMITS, PROBE, new_spec

SECRET = "sk-agentops-canary-4f9a1c"
REFUSED = {name: getattr(each, platform.machine(), None) for name, each in syscalls.REFUSED.items()}
PYTHON = Path(sys.base_prefix).resolve()
IS_X86 = platform.machine() == "x86_64"

EXPECTED: dict[str, Any] = {
    "canary": "ENOENT",
    "shadow": ["ENOENT", "ENOENT", "ENOENT"],
    "symlink_to_canary": "ENOENT",
    "hard_link": "EXDEV",
    "root_of_first": "ENOENT",
    "secrets": [],
    "mounts": [],
    "environment": ["HOME", "LANG", "PATH", "PWD", "SESSION", "USER"],
    "descriptors": [],
    "kernel_addresses": True,
    "absent": [],
    "device": "EPERM",
    "become_root": ["EINVAL", "EINVAL", True],
    "unshare_tool": True,
    "namespaces_by_clone": ["EPERM"] * 7,
    "personality": "EPERM",
    "clone3": "ENOSYS",
    "later_calls": "ENOSYS",
    "second_door": "SIGSYS" if IS_X86 else "ENOSYS",
    "typing": ["EPERM", "EPERM"],
    "loopback": "ECONNREFUSED",
    "metadata": ["ENETUNREACH"] * 3,
    "abstract_socket": "ECONNREFUSED",
    "socket_families": ["EAFNOSUPPORT"] * 4 + ["EPERM"],
    "names": "no name",
    "many_processes": "EAGAIN",
    "much_memory": "MemoryError",
    "long_file": ["EFBIG", "EFBIG"],
    "full_folders": ["ENOSPC"] * 3,
    "many_files": "EMFILE",
    "raised_limits": [],
    "read_only_mount": ["of the store", "EROFS", "EROFS"],
    "writable_mount": 11,
    "status": ["", "", "", "", "", "1", "2", 1000, 1000],
    "worker": [[0, 1, 2, 3], "connected", True, ["42", "python"], ""],
}
"""Exactly this. What a kernel may answer in several ways is looked at below."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """All attempts, made once, with things of the host within reach of whoever gets out."""
    folder = tmp_path_factory.mktemp("attempts")
    canary = folder / "canary"
    canary.write_text(SECRET)
    canary.chmod(0o666)
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket(socket.AF_UNIX) as abstract:
        abstract.bind(f"\0agentops-{os.getpid()}")
        abstract.listen()
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("ANTHROPIC_API_KEY", SECRET)
            yield asyncio.run(attempts(folder / "session", canary, listener.getsockname()[1]))


async def attempts(folder: Path, canary: Path, port: int) -> dict[str, Any]:
    stores = folder / "stores"
    for name in ("read", "write"):
        (stores / name).mkdir(parents=True)
    (stores / "read" / "note").write_text("of the store")
    mounts = (
        Mount(stores / "read", "/mnt/memory/read"),
        Mount(stores / "write", "/mnt/memory/write", is_writable=True),
    )
    spec = new_spec(folder, LIMITS, Egress(), mounts=mounts, environment=(("SESSION", "1"),))
    sandboxes = Bubblewrap(program=PROBE)
    features = (await sandboxes.isolation()).features
    sandbox = await sandboxes.start(spec)
    # Where the session's folder lies shows, and where the server's Python and package do.
    known = (folder, PROBE.parent, Path(entry.__file__), PYTHON)
    request = {
        "op": "all",
        "canary": str(canary),
        "secrets": [SECRET, str(folder), "ANTHROPIC_API_KEY"],
        "known": [
            "/usr",
            "/etc",
            "/lib",
            "/null",
            "/zero",
            "/full",
            "/random",
            "/urandom",
            "/tty",
            "/dev",
            *_seen(known),
        ],
        "port": port,
        "abstract": f"agentops-{os.getpid()}",
        "calls": {name: number for name, number in REFUSED.items() if number is not None},
        "counts_memory": features["cgroup_memory"],
        **{
            name: getattr(getattr(syscalls, name.upper()), platform.machine())
            for name in ("clone", "clone3", "personality")
        },
    }
    try:
        answer = await sandbox.call(request, timeout_s=50)
    finally:
        await sandboxes.close()
    written = (stores / "write" / "note").read_text()
    return {**answer["ok"], "outside": [written, (folder / "workspace" / "link").is_symlink()]}


def _seen(paths: tuple[Path, ...]) -> list[str]:
    """Return the paths as the kernel tells them: from the root of the file system that they lie on."""
    found = []
    for path in paths:
        top = path
        while not os.path.ismount(top):
            top = top.parent
        found.append("/" + str(path.relative_to(top)))
    return found


@pytest.mark.parametrize(("attempt", "expected"), EXPECTED.items(), ids=EXPECTED)
def test_an_attempt_ends_as_it_should(found: dict[str, Any], attempt: str, expected: object) -> None:
    assert found[attempt] == expected


@pytest.mark.parametrize("call", [name for name, number in REFUSED.items() if number is not None])
def test_a_refused_system_call_is_refused(found: dict[str, Any], call: str) -> None:
    assert found["calls"][call] == "EPERM"


def test_files_of_the_kernel_are_out_of_reach(found: dict[str, Any]) -> None:
    assert all(each in {"ENOENT", "EACCES", "EPERM", "EROFS"} for each in found["kernel_files"])


def test_the_system_is_not_written(found: dict[str, Any]) -> None:
    assert all(each in {"EACCES", "EROFS"} for each in found["write_system"])


def test_the_settings_of_the_kernel_are_not_written(found: dict[str, Any]) -> None:
    assert found["kernel_settings"][0] == "EACCES"
    assert all(each in {"EACCES", "ENOENT"} for each in found["kernel_settings"])


def test_the_first_process_is_filtered_and_holds_nothing_of_the_server(found: dict[str, Any]) -> None:
    is_filtered, held = found["first_process"]
    assert is_filtered
    # The null device twice, where complaints go, and what bubblewrap tells itself with.
    assert held == ["/dev/null", "/dev/null", "anon_inode", "pipe"]


def test_few_processes_are_seen(found: dict[str, Any]) -> None:
    assert found["processes"] <= 3


def test_memory_that_belongs_to_no_process_is_bounded_too(found: dict[str, Any]) -> None:
    assert found["shared_memory"] in {"SIGKILL", "ENOSPC"}


def test_what_may_be_written_is_written(found: dict[str, Any]) -> None:
    assert found["outside"] == ["from inside", True]
