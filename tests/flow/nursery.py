"""Processes that need not load anything: each is forked from one that has loaded the command and the SDK already.

A test starts `agentops` a hundred times; three quarters of that is loading the same modules. What is born here is the
command's own `main` in a process of its own, with its own arguments, folder, environment and streams: it can be killed,
and its status is the system's. What a process costs to start, and what it loads, is tested elsewhere, with real starts.
"""

import array
import atexit
import json
import os
import runpy
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any, NoReturn

ROOT = Path(__file__).parents[2]
FIRST_FD = 3
SHARED = "AGENTOPS_TESTS_NURSERY"
"""Tells the processes of one test run where the nursery is."""

SHIM = """\
#!{python} -SE
import array, json, os, signal, socket, sys
door = socket.socket(socket.AF_UNIX)
door.connect({door!r})
order = {{"argv": [{program!r}, *sys.argv[1:]], "folder": os.getcwd(), "environment": dict(os.environ)}}
door.sendmsg([b"o"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))])
door.sendall(json.dumps(order).encode() + b"\\n")
answers = door.makefile()
pid = int(answers.readline())
signal.signal(signal.SIGTERM, lambda *_: os.kill(pid, signal.SIGTERM))
sys.exit(int(answers.readline()) % 256)
"""
"""What stands on the PATH of a script in place of a program: the process is born in the nursery, this one waits."""


class Born:
    """A process that was born in the nursery."""

    def __init__(self, door: socket.socket) -> None:
        self._door = door
        self._answers = door.makefile()
        self._status: int | None = None
        self.pid = int(self._answers.readline())

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it is known to have ended."""
        if self._status is None:
            os.kill(self.pid, number)

    def wait(self, timeout: float) -> int:
        """Return its status when it has ended, as `subprocess` spells it: negative for a signal."""
        if self._status is None:
            self._door.settimeout(timeout)
            with self._door, self._answers:
                self._status = int(self._answers.readline())
        return self._status


def born(argv: Sequence[str], folder: Path, environment: Mapping[str, str], streams: Sequence[int]) -> Born:
    """Start a program (`agentops`, or `python` with a script) with its standard input, output and error."""
    door = socket.socket(socket.AF_UNIX)
    door.connect(str(_door()))
    door.sendmsg([b"o"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", streams))])
    order = {"argv": list(argv), "folder": str(folder), "environment": dict(environment)}
    door.sendall(json.dumps(order).encode() + b"\n")
    return Born(door)


def shims(folder: Path) -> Path:
    """Write `agentops` and `python` into a folder for a script's PATH, and return it."""
    folder.mkdir()
    for program in ("agentops", "python"):
        shim = folder / program
        shim.write_text(SHIM.format(python=sys.executable, door=str(_door()), program=program))
        shim.chmod(0o755)
    return folder


def shared(*, is_needed: bool) -> None:
    """Open a nursery for this process and all that it starts; unless it is needed, it loads nothing before an order."""
    os.environ[SHARED] = str(_opened())
    if is_needed:  # a knock without an order; who comes with the first one would wait for seconds
        with socket.socket(socket.AF_UNIX) as door:
            door.connect(os.environ[SHARED])


@cache
def _door() -> Path:
    """Return the socket of the shared nursery, or else of one that this process opens once."""
    return Path(os.environ[SHARED]) if SHARED in os.environ else _opened()


def _opened() -> Path:
    """Open a nursery and return its socket; it closes when this process ends."""
    path = Path(tempfile.mkdtemp(prefix="agentops-")) / "door"
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(path.parent)}
    nursery = subprocess.Popen(
        [sys.executable, "-m", "tests.flow.nursery", path],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    atexit.register(_close, nursery, path.parent)
    assert nursery.stdout is not None
    assert nursery.stdout.readline() == b"open\n"
    return path


def _close(nursery: "subprocess.Popen[bytes]", folder: Path) -> None:
    nursery.communicate()
    shutil.rmtree(folder)


def main(path: str) -> None:
    """Fork a process for each order until standard input ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever attends a birth is never waited for
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(64)
        os.write(1, b"open\n")
        while True:
            ready, _, _ = select.select([listener, 0], [], [])
            if 0 in ready:
                return
            door, _ = listener.accept()
            _load()
            if os.fork() == 0:
                listener.close()
                _attend(door)
            door.close()


@cache
def _load() -> None:
    """Load everything, once, when somebody first knocks."""
    import anthropic

    import agentops.cli
    import agentops.embedded
    import agentops.engine.listener
    import agentops.manifests
    import agentops.reconcile
    import agentops.targets

    for package in (agentops.cli, agentops.manifests, agentops.reconcile, agentops.targets):
        for each in walk_packages(package.__path__, f"{package.__name__}."):
            import_module(each.name)
    assert anthropic.AsyncAnthropic(api_key="none").beta.agents
    import_module("tests.warm")


def _attend(door: socket.socket) -> NoReturn:
    """Start one process, say its number, wait for its end, say its status."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    message, ancillary, _, _ = door.recvmsg(1, socket.CMSG_SPACE(3 * array.array("i").itemsize))
    if not message:
        os._exit(0)
    streams = array.array("i")
    streams.frombytes(ancillary[0][2])
    order = json.loads(door.makefile().readline())
    pid = os.fork()
    if pid == 0:
        door.close()
        _live(order, streams)
    for each in streams:
        os.close(each)
    door.sendall(f"{pid}\n".encode())
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    try:
        door.sendall(f"{status}\n".encode())
    finally:
        os._exit(0)


def _live(order: Mapping[str, Any], streams: Sequence[int]) -> NoReturn:
    """Be the program."""
    for number, each in enumerate(streams):
        os.dup2(each, number)
    os.closerange(FIRST_FD, max(streams) + 1)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.stdin, sys.stdout, sys.stderr = (
        open(fd, mode, encoding="utf-8", closefd=False)  # noqa: SIM115 - open as long as the process lives
        for fd, mode in enumerate("rww")
    )
    status = 1
    try:
        _run(order["argv"])
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        raise
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _run(argv: Sequence[str]) -> None:
    from agentops.cli.main import main as agentops

    program, *arguments = argv
    if program == "agentops":
        sys.argv = [program, *arguments]
        agentops()
    else:
        sys.argv = arguments
        runpy.run_path(arguments[0], run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1])
