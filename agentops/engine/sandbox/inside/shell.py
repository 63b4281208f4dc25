"""A bash that stays: commands go in one after the other, and each one's output and exit code come out apart.

It is an interactive bash without a terminal, because that is the one that survives an interrupt: the command is
abandoned wherever it is, variables and the working directory stay, and jobs in the background are left alone.
How a command ended is told on a pipe of its own that the command cannot reach: whatever it prints is output.
"""

from __future__ import annotations

import fcntl
import os
import select
import shlex
import struct
import subprocess
import termios
import threading
import time
from contextlib import suppress
from typing import Callable, NamedTuple

from . import family
from .calls import Call
from .output import Output
from .refusal import Refused, reason

_HIGH = 200
"""Where the pipe of the ends has its number: out of the way of those that a script chooses."""
_BETWEEN_MOST = 8192
"""What jobs in the background print between two commands. Units: bytes."""
_PATIENCE_S = (0.1, 0.2, 0.4, 0.8)
"""How long to wait after each of the interrupts: one that comes between two commands of a loop is lost."""
_COMMAND_MOST = 100_000
_BASH = ["/bin/bash", "--noprofile", "--norc", "--noediting", "+H", "+o", "history", "-i"]
_F_SETPIPE_SZ = 1031
"""Not named before Python 3.10."""


class Ran(NamedTuple):
    """What came of a command."""

    output: Output
    end: str
    """`done`, `timed_out`, `cancelled`, or `exited` when the shell itself ended."""
    exit_code: int | None
    is_alive: bool
    """Whether the shell goes on."""


class Shell:
    """One bash process; one command at a time."""

    def __init__(self, folder: str, environment: dict[str, str], new_spill: Callable[[], tuple[str, int]]) -> None:
        """Start it in the folder."""
        self._new_spill = new_spill
        self._changed = threading.Condition()
        self._output: Output | None = None
        self._between = b""
        self._awaited = ""
        self._status: int | None = None
        self._exit_code: int | None = None
        self._out, out = os.pipe()
        self._ends, ends = os.pipe()
        self._end = fcntl.fcntl(ends, fcntl.F_DUPFD_CLOEXEC, _HIGH)
        os.close(ends)
        self._process = _started(folder, environment, out, self._end)
        os.close(out)
        os.close(self._end)
        assert self._process.stdin is not None
        self._in = self._process.stdin.fileno()
        os.set_blocking(self._in, False)
        with suppress(OSError):
            fcntl.fcntl(self._in, _F_SETPIPE_SZ, 4 * _COMMAND_MOST)
        self._send("exec 2>&1")
        self._waiter = threading.Thread(target=self._wait, daemon=True)
        self._waiter.start()
        threading.Thread(target=self._pump, daemon=True).start()

    @property
    def is_alive(self) -> bool:
        """Whether it takes commands."""
        return self._exit_code is None

    def run(self, command: str, timeout_s: float, call: Call) -> Ran:
        """Return what came of the command, at the latest soon after the timeout."""
        line = f"eval {shlex.quote(command)} </dev/null {self._end}>&-"
        if "\0" in command or len(line.encode(errors="replace")) > _COMMAND_MOST:
            raise Refused(
                f"a command must have at most {_COMMAND_MOST} bytes and no NUL character; write a script and run that"
            )
        begun = family.ticks()
        output = self._begin()
        call.when_cancelled(self._wake)
        try:
            is_sent = self._send(line) and self._ask_for_end()
            if is_sent and self._framed(timeout_s, call):
                return self._ran(output, "done")
            if not is_sent:
                # Who takes no more lines is about to end: whoever waits for that may hear of it a moment later.
                self._await_end()
            if not self.is_alive:
                return self._ran(output, "exited")
            end = "cancelled" if call.is_cancelled else "timed_out"
            self._interrupt(begun)
            return self._ran(output, end)
        finally:
            call.when_cancelled(None)

    def stop(self) -> None:
        """Kill it and everything that stayed in its group."""
        with suppress(OSError):
            os.killpg(self._process.pid, 9)

    def _begin(self) -> Output:
        output = Output(self._new_spill)
        with self._changed:
            output.add(self._between)
            self._output, self._between = output, b""
            self._expect()
        return output

    def _expect(self) -> None:
        self._awaited, self._status = os.urandom(8).hex(), None

    def _ran(self, output: Output, end: str) -> Ran:
        with self._changed:
            self._output = None
            code = self._exit_code if end == "exited" else self._status
            return Ran(output, end, code, self.is_alive)

    def _send(self, line: str) -> bool:
        # An empty line first: after an error or an interrupt bash drops the first character that it reads.
        data = f"\n{line}\n".encode(errors="replace")
        try:
            return os.write(self._in, data) == len(data)
        except OSError:
            return False

    def _ask_for_end(self) -> bool:
        return self._send(f"{{ \\builtin printf '{self._awaited} %d\\n' \"$?\" >&{self._end}; }} 2>/dev/null")

    def _framed(self, timeout_s: float, call: Call | None = None) -> bool:
        """Wait for the end of the command and tell whether it came."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while self._status is None and self.is_alive and not (call and call.is_cancelled):
                left = deadline - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    break
            return self._status is not None

    def _interrupt(self, begun: int) -> None:
        """End the command, first politely; in the end the shell goes too."""
        for patience_s in _PATIENCE_S:
            family.interrupt(self._process.pid, begun)
            # Bash may have dropped the question together with the command.
            if self._ask_for_end() and self._framed(patience_s):
                break
        else:
            family.kill(self._process.pid, begun)
            self._ask_for_end()
            self._framed(_PATIENCE_S[-1])
        if self._status is None or not self._is_settled():
            family.kill(self._process.pid, begun)
            self._process.kill()
            self._await_end()

    def _await_end(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self.is_alive, _PATIENCE_S[-1])

    def _is_settled(self) -> bool:
        """Tell whether it answers again: an interrupt that comes late eats into the next line."""
        status = self._status
        for patience_s in _PATIENCE_S:
            with self._changed:
                self._expect()
            if self._ask_for_end() and self._framed(patience_s):
                self._status = status
                return True
        return False

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _wait(self) -> None:
        code = self._process.wait()
        with self._changed:
            # What it said last is in the pipe.
            self._drain()
            self._exit_code = code
            self._changed.notify_all()

    def _pump(self) -> None:
        """Read what comes, always: a job in the background must not wait for somebody to look."""
        poll = select.poll()
        pipes = {self._out, self._ends}
        for each in pipes:
            poll.register(each, select.POLLIN)
        said = b""
        while pipes:
            for number, event in poll.poll():
                with self._changed:
                    data = os.read(number, _waiting(number)) if _waiting(number) else b""
                    if number == self._out:
                        self._take(data)
                    else:
                        *lines, said = (said + data).split(b"\n")
                        self._heard(lines)
                if not data and not event & select.POLLIN:
                    poll.unregister(number)
                    pipes.discard(number)
        self._waiter.join()
        for each in (self._out, self._ends):
            os.close(each)

    def _heard(self, lines: list[bytes]) -> None:
        for line in lines:
            nonce, _, status = line.partition(b" ")
            if nonce == self._awaited.encode() and status.isdigit():
                # Whatever the command printed is in the pipe by now.
                self._drain()
                self._status = int(status)
                self._changed.notify_all()

    def _drain(self) -> None:
        left = _waiting(self._out)
        while left > 0:
            data = os.read(self._out, left)
            self._take(data)
            left -= len(data)

    def _take(self, data: bytes) -> None:
        if self._output is not None:
            self._output.add(data)
        else:
            self._between = (self._between + data)[-_BETWEEN_MOST:]


def _waiting(pipe: int) -> int:
    """Return how many bytes are in the pipe."""
    found: int = struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0\0\0\0"))[0]
    return found


def _started(folder: str, environment: dict[str, str], out: int, end: int) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - running what a model writes is what it is for
            _BASH,
            cwd=folder,
            env={**environment, "PS1": "", "PS2": "", "TERM": "dumb"},
            stdin=subprocess.PIPE,
            stdout=out,
            # It complains that there is no terminal; after that the first command gives it its errors back.
            stderr=subprocess.DEVNULL,
            pass_fds=(end,),
            start_new_session=True,
            bufsize=0,
        )
    except OSError as error:
        raise Refused(f"no shell can be started: {reason(error)}") from None
