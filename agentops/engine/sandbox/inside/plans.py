"""Plans that run: each a process of its own that says what it wants line by line, none of it believed here."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from typing import Callable

from .calls import Call
from .fields import Json, flag, number, text
from .lines import encoded
from .refusal import Refused, reason

_MOST = 16
_LINE_MOST = 1024 * 1024
"""What a plan may say at once. Units: bytes."""
_WAITING_MOST = 64
"""Lines; a plan that says more waits until they are taken."""
_TAIL = 4_000
_LATE_S = 0.5
"""How long somebody who holds a plan's lines open after its end is listened to."""


class Plans:
    """The plans by the names that the server gave them."""

    def __init__(self, folder: Callable[[], str], environment: dict[str, str]) -> None:
        """Run plans in the folder, with nothing in their environment but this."""
        self._folder = folder
        # Sets are to have the same order each time.
        self._environment = {**environment, "PYTHONHASHSEED": "0"}
        self._plans: dict[str, Plan] = {}

    def start(self, request: Json, _: Call) -> Json:
        """Begin with a plan."""
        name = text(request, "plan")
        self._plans = {each: plan for each, plan in self._plans.items() if plan.is_running}
        if name in self._plans or len(self._plans) >= _MOST:
            raise Refused("this plan runs already, or too many others do")
        plan = self._plans[name] = Plan(self._folder(), self._environment)
        plan.tell({each: request.get(each) for each in ("program", "facts", "limits")})
        return {}

    def next(self, request: Json, call: Call) -> Json:
        """Return what a plan said since, and how it ended if it did; wait for it as long as may be."""
        return self._plan(request).said(number(request, "timeout_s", 30.0), call)

    def answer(self, request: Json, _: Call) -> Json:
        """Hand an answer to a plan; one that is gone needs none."""
        answer = {"n": request.get("n"), "text": text(request, "text"), "is_error": flag(request, "is_error")}
        self._plan(request).tell(answer)
        return {}

    def stop(self) -> None:
        """Kill them all."""
        for each in list(self._plans.values()):
            each.kill()

    def _plan(self, request: Json) -> Plan:
        plan = self._plans.get(text(request, "plan"))
        if plan is None:
            raise Refused("there is no such plan")
        return plan


class Plan:
    """One process, and what goes between it and the server."""

    def __init__(self, folder: str, environment: dict[str, str]) -> None:
        """Start it; it does nothing before it is told what."""
        self._changed = threading.Condition()
        self._lines: deque[str] = deque()
        self._is_garbled = False
        self._end: int | None = None
        self._tail = b""
        self._tellings: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        answers, self._answers = os.pipe()
        self._requests, requests = os.pipe()
        try:
            self._process = _started(folder, environment, answers, requests)
        finally:
            os.close(answers)
            os.close(requests)
        self._readers = [_begun(each) for each in (self._listen, self._drain)]
        for each in (self._write, self._wait):
            _begun(each)

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._end is None

    def tell(self, value: Json) -> None:
        """Write to it when it reads."""
        self._tellings.put(encoded(value))

    def said(self, timeout_s: float, call: Call) -> Json:
        """Return what it said, and how it ended."""
        call.when_cancelled(self._wake)
        try:
            with self._changed:
                self._changed.wait_for(lambda: self._lines or self._end is not None or call.is_cancelled, timeout_s)
                lines = [] if call.is_cancelled else [self._lines.popleft() for _ in range(len(self._lines))]
                self._changed.notify_all()
                return {
                    "lines": lines,
                    "end": self._end,
                    "is_garbled": self._is_garbled,
                    "printed": self._tail.decode(errors="replace"),
                }
        finally:
            call.when_cancelled(None)

    def kill(self) -> None:
        """Kill it and all that stayed in its group."""
        with suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _listen(self) -> None:
        with os.fdopen(self._requests, "rb") as pipe:
            while line := pipe.readline(_LINE_MOST):
                with self._changed:
                    self._is_garbled = not line.endswith(b"\n")
                    if self._is_garbled:
                        break
                    self._changed.wait_for(lambda: len(self._lines) < _WAITING_MOST)
                    self._lines.append(line.decode(errors="replace"))
                    self._changed.notify_all()
        # Who has closed the line, by becoming another program for example, can say nothing any more.
        self.kill()

    def _wait(self) -> None:
        code = self._process.wait()
        self.kill()
        until = time.monotonic() + _LATE_S
        for each in self._readers:
            each.join(max(0.0, until - time.monotonic()))
        with self._changed:
            self._end = code
            self._changed.notify_all()

    def _write(self) -> None:
        with suppress(OSError):
            while True:
                data = self._tellings.get()
                while data:
                    data = data[os.write(self._answers, data) :]

    def _drain(self) -> None:
        """Read what it prints, always; only the end is kept."""
        assert self._process.stdout is not None
        with suppress(OSError):
            while data := os.read(self._process.stdout.fileno(), 65_536):
                self._tail = (self._tail + data)[-_TAIL:]

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()


def _begun(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def _started(folder: str, environment: dict[str, str], answers: int, requests: int) -> subprocess.Popen[bytes]:
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "__main__.py")
    try:
        return subprocess.Popen(  # noqa: S603 - running what a model writes is what it is for
            # Not isolated: that would ignore the variable that gives sets their order.
            [sys.executable, "-s", "-S", "-B", program, "plan", str(answers), str(requests)],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(answers, requests),
            start_new_session=True,
            bufsize=0,
        )
    except OSError as error:
        raise Refused(f"no plan can be started: {reason(error)}") from None
