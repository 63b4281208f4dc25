"""The loop: requests come in on one pipe, each is worked on in a thread, answers go out on another, in any order."""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import signal
import threading
from collections.abc import Mapping
from functools import partial
from typing import Any, Callable

from .calls import Call
from .carrying import get, kind, listed, put
from .checking import Checks
from .fields import Json
from .places import WORKSPACE, Places
from .plans import Plans
from .reading import read
from .refusal import Refused, reason
from .searching import search
from .shells import Shells
from .writing import edit, write

_HIGH = 100
"""The numbers of the two pipes begin here: out of the way."""
_LINE_MOST = 128 * 1024 * 1024
_CALLS_MOST = 64
_STACK = 512 * 1024
_PR_SET_DUMPABLE = 4

Work = Callable[[Json, Call], Json]


def main(root: str, environment: dict[str, str]) -> None:
    """Serve until the input ends, then kill what was started."""
    commands, answers = _private_pipes()
    # With a function for a handler the shells begin with the default; an ignored signal they would inherit.
    signal.signal(signal.SIGINT, lambda *_: None)
    threading.stack_size(_STACK)
    places = Places(root)
    shells = Shells(partial(_workspace, places), environment, places.new_spill)
    # With a root there are no walls, and whoever else runs is not the session's.
    checks = Checks(partial(_workspace, places), environment, places.new_spill, has_walls=not root)
    plans = Plans(partial(_workspace, places), environment)
    server = Server({**_works(places, shells, checks), **_of_plans(plans)}, answers)
    server.tell({"ready": True})
    with os.fdopen(commands, "rb") as lines:
        while True:
            line = lines.readline(_LINE_MOST)
            if not line:
                break
            server.take(line)
    shells.stop()
    plans.stop()
    os._exit(0)


def _private_pipes() -> tuple[int, int]:
    """Move the protocol to where no child reaches it, neither by inheritance nor through `/proc`."""
    commands, answers = (fcntl.fcntl(each, fcntl.F_DUPFD_CLOEXEC, _HIGH) for each in (0, 1))
    nothing = os.open(os.devnull, os.O_RDWR)
    for each in (0, 1):
        os.dup2(nothing, each)
    os.close(nothing)
    # The descriptors of a process that may not be dumped are nobody's to open. Source: proc(5), ptrace(2).
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    return commands, answers


def _workspace(places: Places) -> str:
    folder = places.real(WORKSPACE)
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise Refused(f"{WORKSPACE}: {reason(error)}") from None
    return folder


def _works(places: Places, shells: Shells, checks: Checks) -> Mapping[str, Work]:
    # Two calls that change one file do so one after the other, by whatever names they know it.
    writing = threading.Lock()

    def alone(work: Callable[[Places, Json], Json]) -> Work:
        def changed(request: Json, _: Call) -> Json:
            with writing:
                return work(places, request)

        return changed

    return {
        "bash": shells.bash,
        "check": checks.check,
        "read": lambda request, _: read(places, request),
        "get": lambda request, _: get(places, request),
        "kind": lambda request, _: kind(places, request),
        "list": lambda request, _: listed(places, request),
        "glob": partial(search, places),
        "grep": partial(search, places),
        "write": alone(write),
        "edit": alone(edit),
        "put": alone(put),
    }


def _of_plans(plans: Plans) -> Mapping[str, Work]:
    return {"plan_start": plans.start, "plan_next": plans.next, "plan_answer": plans.answer}


class Server:
    """Requests that are under way, and the pipe for what comes of them."""

    def __init__(self, works: Mapping[str, Work], answers: int) -> None:
        """Answer on the descriptor."""
        self._works = works
        self._answers = answers
        self._lock = threading.Lock()
        self._telling = threading.Lock()
        self._calls: dict[Any, Call] = {}

    def take(self, line: bytes) -> None:
        """Begin what a line asks for."""
        try:
            request = json.loads(line)
        except (ValueError, RecursionError):
            request = None
        if not isinstance(request, dict) or not isinstance(request.get("id"), (int, str)):
            return self.tell({"id": None, "error": "a request must be a JSON object with an id, on one line"})
        if request.get("op") == "cancel":
            return self._cancel(request)
        call = self._begun(request["id"])
        if isinstance(call, str):
            return self.tell({"id": request["id"], "error": call})
        threading.Thread(target=self._work, args=(request, call), daemon=True).start()
        return None

    def tell(self, answer: Json) -> None:
        """Write one line."""
        data = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode(errors="replace") + b"\n"
        with self._telling:
            while data:
                data = data[os.write(self._answers, data) :]

    def _begun(self, number: Any) -> Call | str:
        with self._lock:
            if number in self._calls:
                return "this id is in use"
            if len(self._calls) >= _CALLS_MOST:
                return f"{_CALLS_MOST} calls are under way; wait for one to end"
            call = self._calls[number] = Call()
            return call

    def _cancel(self, request: Json) -> None:
        target = request.get("target")
        with self._lock:
            call = self._calls.get(target) if isinstance(target, (int, str)) else None
        if call:
            call.cancel()
        self.tell({"id": request["id"], "ok": {"was_running": call is not None}})

    def _work(self, request: Json, call: Call) -> None:
        answer: Json
        try:
            answer = {"ok": self._done(request, call)}
        except Refused as refusal:
            answer = {"error": str(refusal)}
        except OSError as error:
            answer = {"error": reason(error)}
        except Exception as error:  # noqa: BLE001 - a fault of this program: the model is told so and goes on
            answer = {"error": f"the tool itself failed ({type(error).__name__}); try another way"}
        with self._lock:
            self._calls.pop(request["id"], None)
        self.tell({"id": request["id"], **answer})

    def _done(self, request: Json, call: Call) -> Json:
        op = request.get("op")
        work = self._works.get(op) if isinstance(op, str) else None
        if work is None:
            raise Refused(f"there is no such operation: {str(op)[:64]}")
        return work(request, call)
