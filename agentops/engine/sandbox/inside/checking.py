"""The check op: a command that judges what others made, out of reach of whatever they left running or set up.

It begins in a new process with nothing of their shells and none of their files for a home. All else stands still until
it ends: what runs beside it could kill the `grep` of `! grep bad file`, and write into whatever it starts. What it
leaves running itself is killed, so that no check reaches another. How it ended the kernel says, not the command.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from typing import Callable

from . import family
from .calls import Call
from .fields import Json, number, text
from .output import Output
from .refusal import Refused, reason

_BASH = ["/bin/bash", "--noprofile", "--norc", "-c"]
_COMMAND_MOST = 100_000
_TIMEOUT_S = 60.0
_ROUNDS = 200
"""How often to look for processes that were begun while others were stopped."""
_LOOK_EVERY_S = 0.05
_CHUNK = 64 * 1024
_OWN = {
    # Modules beside a file, and of the user's own, are what others wrote.
    "PYTHONSAFEPATH": "1",
    "PYTHONNOUSERSITE": "1",
    "TERM": "dumb",
}


class Checks:
    """Runs one check at a time."""

    def __init__(
        self,
        folder: Callable[[], str],
        environment: dict[str, str],
        new_spill: Callable[[], tuple[str, int]],
        *,
        has_walls: bool,
    ) -> None:
        """Run them in the folder. Without walls only what this server started is anybody's to stop."""
        self._folder = folder
        self._environment = environment
        self._new_spill = new_spill
        self._has_walls = has_walls
        self._turn = threading.Lock()

    def check(self, request: Json, call: Call) -> Json:
        """Run a command and tell how it ended: `done` with its exit code, `timed_out` or `cancelled`."""
        command, timeout_s = text(request, "command"), number(request, "timeout_s", _TIMEOUT_S)
        if "\0" in command or len(command.encode(errors="replace")) > _COMMAND_MOST:
            raise Refused(f"a command must have at most {_COMMAND_MOST} bytes and no NUL character")
        with self._turn:
            stopped: list[int] = []
            try:
                self._stop_everybody(stopped)
                return self._at_home(command, timeout_s, call, frozenset(stopped))
            finally:
                # Those that were begun last go on first: a shell must not see its own commands stopped.
                for each in reversed(stopped):
                    _send(each, signal.SIGCONT)

    def _at_home(self, command: str, timeout_s: float, call: Call, before: frozenset[int]) -> Json:
        home = tempfile.mkdtemp(prefix="agentops-check-")
        try:
            return self._ran(command, home, timeout_s, call, before)
        finally:
            shutil.rmtree(home, ignore_errors=True)

    def _ran(self, command: str, home: str, timeout_s: float, call: Call, before: frozenset[int]) -> Json:
        out, end = os.pipe()
        try:
            process = subprocess.Popen(  # noqa: S603 - running what a rubric says is what it is for
                [*_BASH, command],
                cwd=self._folder(),
                env={**self._environment, **_OWN, "HOME": home},
                stdin=subprocess.DEVNULL,
                stdout=end,
                stderr=end,
                start_new_session=True,
            )
        except OSError as error:
            os.close(out)
            raise Refused(f"no shell can be started: {reason(error)}") from None
        finally:
            os.close(end)
        output = Output(self._new_spill)
        try:
            said = _watched(process, out, output, time.monotonic() + timeout_s, call)
        finally:
            with suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            self._kill_the_rest(before)
            _drain(out, output)
            os.close(out)
        code = process.returncode
        told = output.told()
        return {**told, "end": said, "exit_code": (128 - code if code < 0 else code) if said == "done" else None}

    def _stop_everybody(self, stopped: list[int]) -> None:
        """Stop all others, also those who are just being begun; note them even when it does not succeed."""
        for _round in range(_ROUNDS):
            more = self._others(frozenset(stopped))
            if not more:
                return
            for each in more:
                stopped.append(each)
                _send(each, signal.SIGSTOP)
        raise Refused("what was left running starts new processes faster than they can be stopped")

    def _kill_the_rest(self, before: frozenset[int]) -> None:
        for _round in range(_ROUNDS):
            more = self._others(before)
            for each in more:
                _send(each, signal.SIGKILL)
            if not more:
                return
            time.sleep(_LOOK_EVERY_S / 10)

    def _others(self, known: frozenset[int]) -> list[int]:
        own = os.getpid()
        found = family.strangers(own) if self._has_walls else family.begun_since(own, 0)
        return [each.id for each in found if each.id not in known and not each.is_over]


def _watched(process: subprocess.Popen[bytes], out: int, output: Output, deadline: float, call: Call) -> str:
    """Take what the command prints until it ends, and tell what ended it."""
    os.set_blocking(out, False)
    poll = select.poll()
    poll.register(out, select.POLLIN)
    look_every_s = _LOOK_EVERY_S
    while process.poll() is None:
        if call.is_cancelled:
            return "cancelled"
        if time.monotonic() > deadline:
            return "timed_out"
        if poll.poll(look_every_s * 1000) and not _take(out, output):
            poll.unregister(out)
            # Who closes its output is about to end.
            look_every_s = _LOOK_EVERY_S / 10
    return "done"


def _take(out: int, output: Output) -> bool:
    """Take some of what was printed; tell whether more can come."""
    try:
        data = os.read(out, _CHUNK)
    except BlockingIOError:
        return True
    output.add(data)
    return bool(data)


def _drain(out: int, output: Output) -> None:
    """Take what is in the pipe: nobody writes into it any more."""
    with suppress(OSError):
        while data := os.read(out, _CHUNK):
            output.add(data)


def _send(process: int, number: int) -> None:
    with suppress(OSError):
        os.kill(process, number)
