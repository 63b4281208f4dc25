"""The walks of glob and grep, in a process of their own: a pattern can take for ever, and a process can be killed."""

from __future__ import annotations

import json
import os
import re
import stat
import sys
from collections.abc import Iterator

from .patterns import Glob, globs
from .refusal import Refused, reason

_ENTRIES_MOST = 50_000
_GLOB_MOST = 200
_LINE_SHOWN = 2000
_LINE_MOST = 1024 * 1024
_SKIPPED = (".git", "node_modules")


def main() -> None:
    """Read a request, write what was found; exit with 2 when what was written says why it was refused."""
    request = json.loads(sys.stdin.buffer.read())
    try:
        if request["op"] == "glob":
            _say("\n".join(_found(request["top"], request["pattern"])))
        else:
            for line in _matches(request["top"], request["pattern"]):
                _say(line + "\n")
    except Refused as refusal:
        _say(str(refusal))
        sys.exit(2)


def _say(words: str) -> None:
    sys.stdout.buffer.write(words.encode(errors="replace"))
    sys.stdout.buffer.flush()


def _found(top: str, pattern: str) -> list[str]:
    times: dict[str, float] = {}
    room = [_ENTRIES_MOST]
    for each in globs(pattern):
        for path in _globbed(os.path.join(top, each.base) if each.base else top, each, room):
            times[path] = _modified(path)
    newest = sorted(times, key=lambda path: (-times[path], path))
    notes = [f"[{len(newest) - _GLOB_MOST} more; use a narrower pattern]"] if len(newest) > _GLOB_MOST else []
    notes += [f"[stopped after {_ENTRIES_MOST} entries; give a narrower path]"] if room[0] < 0 else []
    return newest[:_GLOB_MOST] + notes


def _globbed(base: str, glob: Glob, room: list[int]) -> Iterator[str]:
    if glob.depth == 0:
        if os.path.lexists(base):
            yield base
        return
    waiting = [("", 1)]
    while waiting:
        below, depth = waiting.pop()
        for name, is_folder in _entries(os.path.join(base, below)):
            room[0] -= 1
            if room[0] < 0:
                return
            path = below + name
            if glob.rest.fullmatch(path):
                yield os.path.join(base, path)
            if is_folder and (glob.depth is None or depth < glob.depth):
                waiting.append((path + "/", depth + 1))


def _entries(folder: str) -> Iterator[tuple[str, bool]]:
    try:
        with os.scandir(folder) as entries:
            for each in entries:
                # A link is an entry, but not a way: it could lead up, and round and round.
                yield each.name, each.is_dir(follow_symlinks=False)
    except OSError:
        return


def _modified(path: str) -> float:
    try:
        return os.lstat(path).st_mtime
    except OSError:
        return 0.0


def _matches(top: str, pattern: str) -> Iterator[str]:
    try:
        expression = re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise Refused(f"the pattern is not a regular expression: {error}") from None
    try:
        mode = os.stat(top).st_mode
    except OSError as error:
        raise Refused(reason(error)) from None
    for file in _files(top) if stat.S_ISDIR(mode) else (top,):
        if file is None:
            yield f"[stopped after {_ENTRIES_MOST} entries; give a narrower path]"
            return
        yield from _of_file(file, expression)


def _files(top: str) -> Iterator[str | None]:
    """Yield the files below, in order; None when there are too many to go on."""
    seen = 0
    for folder, folders, names in os.walk(top):
        folders[:] = sorted(each for each in folders if each not in _SKIPPED)
        for name in sorted(names):
            seen += 1
            yield os.path.join(folder, name)
        seen += 1
        if seen > _ENTRIES_MOST:
            yield None
            return


def _of_file(path: str, expression: re.Pattern[str]) -> Iterator[str]:
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        return
    with os.fdopen(opened, "rb") as file:
        if not stat.S_ISREG(os.fstat(opened).st_mode) or b"\0" in file.peek(8192)[:8192]:
            return
        number, is_begin = 0, True
        while True:
            raw = file.readline(_LINE_MOST)
            if not raw:
                return
            number += is_begin
            is_begin = raw.endswith(b"\n")
            line = raw.decode(errors="replace").rstrip("\r\n")
            if expression.search(line):
                shown = line if len(line) <= _LINE_SHOWN else line[:_LINE_SHOWN] + "…"
                yield f"{path}:{number}:{shown}"
