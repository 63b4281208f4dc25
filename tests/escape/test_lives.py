"""Sandboxes that misbehave for as long as they live: they are contained, they end, and nothing of them is left."""

import asyncio
import contextlib
import fcntl
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from agentops.engine.sandbox import bubblewrap
from agentops.engine.sandbox.bounds import cgroups
from agentops.engine.sandbox.bubblewrap import Bubblewrap
from agentops.engine.sandbox.building import Host, look
from agentops.engine.sandbox.folders import remove
from agentops.engine.sandbox.port import Egress, Isolation, Mount, SandboxFailed, SandboxSpec
from agentops.engine.sandbox.report import report
from agentops.engine.sandbox.walls import entry

from .conftest import LIMITS, PROBE

pytestmark = pytest.mark.anyio
Spec = Callable[..., SandboxSpec]


@pytest.fixture
async def sandboxes(anyio_backend: str) -> AsyncIterator[Bubblewrap]:
    made = Bubblewrap(program=PROBE)
    yield made
    await made.close()


async def test_what_this_host_gives_is_found_by_trying(sandboxes: Bubblewrap) -> None:
    found = await sandboxes.isolation()
    assert (found.kind, found.problem) == ("kernel-shared", "")
    assert found.features["namespaces"]
    assert found.features["seccomp"]
    assert found.features["egress_proxy"]
    assert found.features["own_uid"] is (os.geteuid() == 0)
    assert len(report(found)) == 1 + len(found.features)


async def test_without_bubblewrap_nothing_starts_and_the_way_out_is_told(spec: Spec) -> None:
    sandboxes = Bubblewrap(command="no-such-bubblewrap")
    with pytest.raises(SandboxFailed, match="apt-get install bubblewrap"):
        await sandboxes.start(spec())
    found = await sandboxes.isolation()
    assert found.kind == "none"
    assert not any(found.features.values())
    assert "apt-get install bubblewrap" in found.problem
    await sandboxes.close()


async def test_a_host_that_forbids_namespaces_is_told_what_to_allow(tmp_path: Path) -> None:
    refusing = script(tmp_path, "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    sandboxes = Bubblewrap()
    sandboxes._host = replace(look(str(refusing)), is_root=False)
    found = await sandboxes.isolation()
    assert found.kind == "none"
    assert "seccomp=unconfined" in found.problem
    assert "No permissions" in report(found)[1]
    await sandboxes.close()


async def test_walls_that_do_not_hold_are_no_sandbox(spec: Spec, tmp_path: Path) -> None:
    """The first program inside finds them out: here it runs on the host as it is, whatever the arguments say."""
    words = f"#!/bin/bash\ncat <&$2 >/dev/null\nexec {sys.executable} -I -S {entry.__file__} ${{@: -1}}\n"
    sandboxes = Bubblewrap(program=PROBE)
    sandboxes._host = replace(look(str(script(tmp_path, words))), is_root=False)
    with pytest.raises(SandboxFailed, match=r"do not hold.*system calls are not filtered"):
        await sandboxes.start(spec())
    await sandboxes.close()


def script(folder: Path, text: str) -> Path:
    """Write something that is called instead of bubblewrap."""
    file = folder / "bwrap"
    file.write_text(text)
    file.chmod(0o755)
    return file


async def test_a_process_that_dies_is_told_to_everybody_who_waits_and_another_starts(
    sandboxes: Bubblewrap, spec: Spec
) -> None:
    sandbox = await sandboxes.start(spec())
    with pytest.raises(SandboxFailed):
        await sandbox.call({"op": "die"}, timeout_s=20)
    with pytest.raises(SandboxFailed):
        await sandbox.call({"op": "echo"}, timeout_s=20)
    await sandbox.stop()
    again = await sandboxes.start(spec())
    assert (await again.call({"op": "echo", "a": 1}, timeout_s=20))["ok"]["a"] == 1


async def test_the_first_ones_share_one_host_whose_groups_have_names_of_their_own(
    sandboxes: Bubblewrap, spec: Spec, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []

    def noted(command: str) -> Host:
        looked.append(command)
        return look(command)

    monkeypatch.setattr(bubblewrap, "look", noted)
    await asyncio.gather(*(sandboxes.start(spec(f"session-{number}")) for number in range(3)))
    await sandboxes.close()
    assert looked == ["bwrap"]


async def test_a_session_that_takes_all_its_processes_takes_none_of_another(sandboxes: Bubblewrap, spec: Spec) -> None:
    first = await sandboxes.start(spec("first"))
    held = (await first.call({"op": "starve"}, timeout_s=20))["ok"]
    assert held["refusal"] == "EAGAIN"
    assert held["count"] < LIMITS.processes
    second = await sandboxes.start(spec("second"))
    assert "ok" in await second.call({"op": "echo"}, timeout_s=20)


async def test_many_processes_together_have_no_more_memory_than_one(sandboxes: Bubblewrap, spec: Spec) -> None:
    sandbox = await sandboxes.start(spec(limits=replace(LIMITS, memory_mib=96)))
    with contextlib.suppress(SandboxFailed):
        answer = await sandbox.call({"op": "hog"}, timeout_s=20)
        assert answer["ok"]["ended"] == ["SIGKILL"]


async def test_a_full_disk_ends_the_session_that_filled_it(sandboxes: Bubblewrap, spec: Spec) -> None:
    sandbox = await sandboxes.start(spec(limits=replace(LIMITS, disk_mib=2)))
    with pytest.raises(SandboxFailed, match="2 MiB of disk"):
        await sandbox.call({"op": "fill", "size": 4 << 20}, timeout_s=20)


async def test_a_flood_of_answers_ends_at_a_limit(sandboxes: Bubblewrap, spec: Spec) -> None:
    sandbox = await sandboxes.start(spec())
    with pytest.raises(SandboxFailed, match="48 MiB"):
        await sandbox.call({"op": "flood"}, timeout_s=20)


async def test_a_server_that_does_not_answer_in_time_is_stopped(sandboxes: Bubblewrap, spec: Spec) -> None:
    sandbox = await sandboxes.start(spec())
    with pytest.raises(SandboxFailed, match=r"within 0.1 s"):
        await sandbox.call({"op": "fill", "size": 0}, timeout_s=0.1)


async def test_stopping_leaves_nothing_not_even_what_left_its_parents(sandboxes: Bubblewrap, spec: Spec) -> None:
    made = spec()
    (made.folder / "workspace" / "lock").touch()
    sandbox = await sandboxes.start(made)
    await sandbox.call({"op": "outlive"}, timeout_s=20)
    with (made.folder / "workspace" / "lock").open() as file:
        with pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        await sandbox.stop()
        await sandbox.stop()
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert left_of(os.getpid()) == []


LAUNCHER = """
import asyncio, sys
from pathlib import Path
from agentops.engine.sandbox.bubblewrap import Bubblewrap
from agentops.engine.sandbox.port import SandboxSpec

async def main():
    sandbox = await Bubblewrap(program=Path(sys.argv[1])).start(SandboxSpec("session", Path(sys.argv[2])))
    await sandbox.call({"op": "outlive"}, timeout_s=20)
    print("ready", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.crash
def test_nothing_outlives_a_server_that_is_killed(spec: Spec) -> None:
    made = spec()
    (made.folder / "workspace" / "lock").touch()
    words = [sys.executable, "-c", LAUNCHER, str(PROBE), str(made.folder)]
    with (
        subprocess.Popen(words, stdout=subprocess.PIPE) as server,
        (made.folder / "workspace" / "lock").open() as file,
    ):
        assert server.stdout is not None
        assert server.stdout.readline() == b"ready\n"
        with pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        server.kill()
        fcntl.flock(file, fcntl.LOCK_EX)  # whoever holds it is dead, or this waits for ever
        pid = server.pid
    while left_of(pid):  # the kernel counts a process for a moment after it is gone
        cgroups.Groups(cgroups.found(), os.getpid()).sweep()


def left_of(pid: int) -> list[Path]:
    return [each for found in cgroups.found() for each in found.folder.glob(f"agentops-{pid}-*")]


async def test_what_a_session_closed_to_everybody_is_removed_by_the_server(sandboxes: Bubblewrap, spec: Spec) -> None:
    made = spec()
    sandbox = await sandboxes.start(made)
    assert "ok" in await sandbox.call({"op": "close"}, timeout_s=20)
    await sandbox.stop()
    remove(made.folder)
    assert not os.path.exists(made.folder)  # noqa: ASYNC240, PTH110 - the file system of a test is fast enough


@pytest.mark.parametrize(
    "target", ["/workspace", "/etc/x", "/usr/bin/x", "relative", "/mnt/../etc", "/", "/proc/x", "/workspace/link/x"]
)
async def test_a_mount_goes_where_it_can_do_no_harm(
    sandboxes: Bubblewrap, spec: Spec, tmp_path: Path, target: str
) -> None:
    (tmp_path / "store").mkdir()
    made = spec(mounts=(Mount(tmp_path / "store", target),))
    (made.folder / "workspace" / "link").symlink_to("/etc")
    with pytest.raises(SandboxFailed, match=r"can be mounted"):
        await sandboxes.start(made)


async def test_a_folder_that_is_missing_or_a_link_is_named(sandboxes: Bubblewrap, spec: Spec, tmp_path: Path) -> None:
    with pytest.raises(SandboxFailed, match="store is missing"):
        await sandboxes.start(spec(mounts=(Mount(tmp_path / "store", "/mnt/store"),)))
    (tmp_path / "link").symlink_to("/etc")
    with pytest.raises(SandboxFailed, match="no folder and no file"):
        await sandboxes.start(spec(mounts=(Mount(tmp_path / "link", "/mnt/store"),)))


class Local:
    """Leads one name to this machine; the rules before it are the real ones."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def dial(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        assert (host, port) == ("ok.test", 443)
        return await asyncio.open_connection("127.0.0.1", self._port)


async def test_the_network_is_reached_through_the_proxy_only(spec: Spec) -> None:
    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    sandboxes = Bubblewrap(program=PROBE, dialer=Local(server.sockets[0].getsockname()[1]))
    sandbox = await sandboxes.start(spec(egress=Egress("limited", ("ok.test",))))
    heads = [
        f"CONNECT {each} HTTP/1.1\r\n\r\n" for each in ("ok.test:443", "other.test:443", "127.0.0.1:443", "ok.test:22")
    ]
    answer = await sandbox.call({"op": "proxy", "heads": heads}, timeout_s=20)
    assert [each.split()[1] for each in answer["ok"]["answers"]] == ["200", "403", "403", "403"]
    await sandboxes.close()
    server.close()


def test_the_report_names_what_is_missing_and_the_way_out() -> None:
    lines = report(Isolation("kernel-shared", {"own_uid": False, "seccomp": True}))
    assert lines[1].startswith("  - all sessions share the server's user")
    assert lines[2] == "  + system calls are filtered"


@pytest.mark.parametrize("value", ["a\0--share-net", "x" * 100_000])
async def test_a_variable_that_bubblewrap_would_misread_starts_nothing(
    sandboxes: Bubblewrap, spec: Spec, value: str
) -> None:
    with pytest.raises(SandboxFailed, match=r"NUL|too many"):
        await sandboxes.start(spec(environment=(("NAME", value),)))
    assert left_of(os.getpid()) == []
