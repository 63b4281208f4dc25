"""Commands as bounded processes: time, memory, output and environment are given, and the whole group ends with them."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

_BOUNDED = str(Path(__file__).with_name("bounded.py"))
_CHUNK = 64 * 1024
_GRACE_S = 10.0
"""How long a command may take to end by itself once it was asked to."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a command may use. Units: seconds and bytes."""

    time_s: float = 120.0
    cpu_s: int = 120
    memory: int = 4 << 30
    """Of address space, of which Python with its libraries reserves far more than it uses."""

    file: int = 1 << 30
    """The size of the largest file that it may write."""

    output: int = 32 << 20
    words: int = 64 << 10
    """How much of its standard error is kept: the end."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be run, where, with which environment and nothing beside."""

    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    data: bytes = b""
    bounds: Bounds = Bounds()


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    status: int
    """As `subprocess` spells it: negative for a signal."""

    out: bytes
    err: str
    broke: str = ""
    """The bound that it ran into, in words; nothing when it ended by itself."""


class Sink(Protocol):
    """Takes what a command says, piece by piece."""

    def __call__(self, piece: bytes) -> bool:
        """Take a piece; tell whether more is wanted."""


async def run(order: Order, sink: Sink | None = None) -> Done:
    """Run the command to its end, or to the end of what it may use; whom we stop is asked first.

    Raises:
        OSError: it cannot be started.
    """
    bounds = order.bounds
    limits = [str(each) for each in (bounds.memory, bounds.cpu_s, bounds.file)]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-IS", _BOUNDED, *limits, *order.command),
        cwd=order.folder,
        env=dict(order.environment),
        stdin=asyncio.subprocess.PIPE if order.data else asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        process_group=0,
    )
    kept = bytearray()
    said = bytearray()
    broke = ""

    def keep(piece: bytes) -> bool:
        kept.extend(piece)
        return len(kept) <= bounds.output

    def hear(piece: bytes) -> bool:
        said.extend(piece)
        del said[: -bounds.words]
        return True

    assert process.stdout is not None
    assert process.stderr is not None
    try:
        async with asyncio.timeout(bounds.time_s):
            writing = asyncio.ensure_future(_write(process.stdin, order.data))
            hearing = asyncio.ensure_future(_pump(process.stderr, hear))
            try:
                if await _pump(process.stdout, sink or keep):
                    await asyncio.gather(writing, hearing)
                    await process.wait()
                elif sink is None:
                    broke = f"said more than {bounds.output:,} bytes"
            finally:
                writing.cancel()
                hearing.cancel()
    except TimeoutError:
        broke = f"took longer than {bounds.time_s:g} s"
        await asyncio.shield(_stopped(process))
    except asyncio.CancelledError:
        await asyncio.shield(_stopped(process))
        raise
    finally:
        _kill(process.pid)
        await asyncio.shield(_let_go(process))
    assert process.returncode is not None
    status = process.returncode
    if not broke and status == -signal.SIGXCPU:
        broke = f"used more than {bounds.cpu_s} s of processor time"
    return Done(status, bytes(kept), said.decode("utf-8", "replace"), broke)


async def _stopped(process: asyncio.subprocess.Process) -> None:
    """Ask the command to finish what is under way, and wait a while: an apply stops between two steps."""
    if process.returncode is not None:  # only what it started still holds its pipes, and is not asked
        return
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)
    with suppress(TimeoutError):
        async with asyncio.timeout(_GRACE_S):
            await process.wait()


async def _let_go(process: asyncio.subprocess.Process) -> None:
    """Close the pipes of a killed process, and wait for its end.

    In this order: who left its group may hold the other ends, and what was said and not wanted is in them. CPython 3.11
    wakes who waits for a process once all of its pipes are at their ends.
    """
    transport = process._transport  # type: ignore[attr-defined]  # noqa: SLF001 - asyncio closes them only at their end
    for descriptor in range(3):
        if pipe := transport.get_pipe_transport(descriptor):
            pipe.close()
    await process.wait()
    transport.close()
    await asyncio.sleep(0)


def _kill(group: int) -> None:
    """End whatever is left of the group: what the command started ends with it."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


async def _pump(stream: asyncio.StreamReader, sink: Callable[[bytes], bool]) -> bool:
    """Hand over what comes; tell whether all of it was wanted."""
    while piece := await stream.read(_CHUNK):
        if not sink(piece):
            return False
    return True


async def _write(stream: asyncio.StreamWriter | None, data: bytes) -> None:
    if stream is None:
        return
    with suppress(BrokenPipeError, ConnectionResetError):
        stream.write(data)
        await stream.drain()
    stream.close()
