"""What a file holds, judged apart: a pattern or a schema against bytes, with an end to how long that may take."""

import asyncio
import contextlib
import sys
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from agentops.engine.core.json import Json, parsed, written

_PROGRAM = Path(__file__).with_name("content_program.py")
_SAID_MAX = 64 * 1024


class Unjudged(Exception):
    """It took too long or too much, or the pattern or the schema cannot be used. The text says which."""


@dataclass(frozen=True, slots=True)
class Matches:
    """Where a pattern was found."""

    count: int
    """At most as many as were asked for."""

    first_line: int | None
    """From 1."""


async def matches(pattern: str, content: bytes, most: int, patience_s: float) -> Matches:
    """Return how often a regular expression is found; `^` and `$` are the ends of lines.

    Raises:
        Unjudged: nobody can tell.
    """
    found = await _said({"pattern": pattern, "most": most}, content, patience_s, "-S")
    return Matches(found["count"], found["line"])


async def errors(schema: Any, content: bytes, patience_s: float) -> tuple[str, ...]:
    """Return what keeps JSON from being an instance of a schema, not all when it is much; empty when nothing does.

    Raises:
        Unjudged: nobody can tell.
    """
    return tuple((await _said({"schema": schema}, content, patience_s))["errors"])


async def _said(request: Json, content: bytes, patience_s: float, *options: str) -> Json:
    line = written({**request, "seconds": ceil(patience_s)}).encode()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        *options,
        str(_PROGRAM),
        env={},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(patience_s):
            said, _ = await process.communicate(line + b"\n" + content)
    except TimeoutError:
        raise Unjudged(f"it took longer than {patience_s:g} seconds") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return _found(said, process.returncode)


def _found(said: bytes, status: int | None) -> Json:
    if status or not said or len(said) > _SAID_MAX:
        raise Unjudged("it took more than a check may take")
    found = parsed(said.decode())
    if "problem" in found:
        raise Unjudged(str(found["problem"]))
    return found
