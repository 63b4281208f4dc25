"""The glob and grep tools: the search runs in a process that is killed when it takes too long or says too much."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress

from .calls import Call
from .fields import Json, number, text
from .output import plain
from .places import WORKSPACE, Places
from .refusal import Refused

_OUTPUT_MOST = 100 * 1024
_TIMEOUT_S = 30.0
_PATTERN_MOST = 10_000
_PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "__main__.py")


def search(places: Places, request: Json, call: Call) -> Json:
    """Return what was found, one a line."""
    pattern, path = text(request, "pattern"), text(request, "path", WORKSPACE)
    if not pattern or len(pattern) > _PATTERN_MOST:
        raise Refused(f"a pattern must have 1 to {_PATTERN_MOST} characters")
    if request["op"] == "glob" and pattern.startswith("/"):
        path = "/"
    top = places.real(path)
    if not os.path.exists(top):
        raise Refused(f"{path}: there is no such file or directory")
    asked = json.dumps({"op": request["op"], "top": top, "pattern": pattern})
    said, note, code = _ran(asked, number(request, "timeout_s", _TIMEOUT_S), call)
    if code == 2:
        raise Refused(f"{path}: {said}" if request["op"] == "grep" and "pattern" not in said else said)
    if code and not note:
        raise Refused("the search ended by itself; give a narrower path or a simpler pattern")
    return {"output": plain("\n".join(filter(None, (said.rstrip("\n"), note)))) or "no matches"}


def _ran(asked: str, timeout_s: float, call: Call) -> tuple[str, str, int]:
    """Return what the search said, why it was stopped, and its exit code."""
    process = subprocess.Popen(  # noqa: S603 - this program itself
        [sys.executable, "-I", "-S", _PROGRAM, "search"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    late = threading.Timer(timeout_s, process.kill)
    late.start()
    call.when_cancelled(process.kill)
    with process:
        try:
            with suppress(BrokenPipeError):
                process.stdin.write(asked.encode())
                process.stdin.close()
            said = process.stdout.read(_OUTPUT_MOST + 1)
        finally:
            call.when_cancelled(None)
            is_late = not late.is_alive()
            late.cancel()
            process.kill()
    is_long = len(said) > _OUTPUT_MOST
    note = f"[cut after {_OUTPUT_MOST} bytes; use a narrower pattern or path]" if is_long else ""
    if is_late or call.is_cancelled:
        note = f"[stopped after {timeout_s:g} s; use a simpler pattern or a narrower path]"
    return said[:_OUTPUT_MOST].decode(errors="replace"), note, process.returncode
