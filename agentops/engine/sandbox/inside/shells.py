"""The bash tool: one shell for each thread of the session, started when it is first needed and after it ended."""

from __future__ import annotations

import threading
from typing import Callable

from .calls import Call
from .fields import Json, flag, number, text
from .refusal import Refused
from .shell import Shell

_MOST = 64
_TIMEOUT_S = 120.0


class Shells:
    """The shells by the key of whom they belong to."""

    def __init__(
        self, folder: Callable[[], str], environment: dict[str, str], new_spill: Callable[[], tuple[str, int]]
    ) -> None:
        """Start shells in the folder, with nothing in their environment but this."""
        self._folder = folder
        self._environment = environment
        self._new_spill = new_spill
        self._lock = threading.Lock()
        self._shells: dict[str, Shell] = {}
        self._turns: dict[str, threading.Lock] = {}

    def bash(self, request: Json, call: Call) -> Json:
        """Run a command, or start the shell anew."""
        key = text(request, "shell", "")
        with self._turn(key):
            if call.is_cancelled:
                raise Refused("cancelled before it began")
            is_restart = flag(request, "restart")
            if is_restart:
                self._stop(key)
            is_new, shell = self._shell(key)
            if is_restart and not request.get("command"):
                return {"output": "", "end": "restarted", "is_new": True, "is_alive": True}
            command = text(request, "command")
            ran = shell.run(command, number(request, "timeout_s", _TIMEOUT_S), call)
            state = {"exit_code": ran.exit_code, "end": ran.end, "is_new": is_new, "is_alive": ran.is_alive}
            return {**ran.output.told(), **state}

    def stop(self) -> None:
        """Kill them all."""
        for each in list(self._shells.values()):
            each.stop()

    def _turn(self, key: str) -> threading.Lock:
        with self._lock:
            if key not in self._turns and len(self._turns) >= _MOST:
                raise Refused(f"there are {_MOST} shells already")
            return self._turns.setdefault(key, threading.Lock())

    def _shell(self, key: str) -> tuple[bool, Shell]:
        shell = self._shells.get(key)
        if shell is not None and shell.is_alive:
            return False, shell
        made = self._shells[key] = Shell(self._folder(), self._environment, self._new_spill)
        return True, made

    def _stop(self, key: str) -> None:
        shell = self._shells.pop(key, None)
        if shell is not None:
            shell.stop()
