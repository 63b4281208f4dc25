"""How one sandbox of bubblewrap is built, step by step; what was lent for it is written down as it is lent."""

import os
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from io import FileIO
from pathlib import Path

from agentops.base.threads import in_thread
from agentops.engine.core.json import Json
from agentops.engine.sandbox.advice import MISSING, NO_FILTER
from agentops.engine.sandbox.bounds import cgroups
from agentops.engine.sandbox.bubble import Belongings
from agentops.engine.sandbox.entrance import Entrance, Order
from agentops.engine.sandbox.lines import Garbled, parsed
from agentops.engine.sandbox.port import SandboxFailed, SandboxSpec
from agentops.engine.sandbox.running import Command, Pipes, Running, pipe
from agentops.engine.sandbox.walls import arguments, drop, entry, etc, interpreter, seccomp
from agentops.engine.sandbox.walls.arguments import Bind, Room

_NICENESS = 5
"""Of everything inside: the server answers first."""

_INFO_MAX = 4096
_OPTIONS_MAX = 64 * 1024
"""What a pipe takes at once, so that nobody waits for bubblewrap to read. Source: pipe(7)."""


@dataclass(frozen=True, slots=True)
class Host:
    """What this host has, found once."""

    bubblewrap: str
    filter: bytes
    groups: cgroups.Groups
    is_root: bool

    @property
    def counts_memory(self) -> bool:
        """Tell whether the kernel bounds the memory of a sandbox."""
        return "memory" in self.groups.controllers


@dataclass(frozen=True, slots=True)
class Blueprint:
    """What is to be built."""

    spec: SandboxSpec
    binds: tuple[Bind, ...]
    user: int | None
    program: Path
    """The tool server, as a file of the host; it finds its own folder around it."""

    is_trial: bool = False
    """Whether the walls are all that is wanted: nothing runs behind them."""

    @property
    def has_egress(self) -> bool:
        """Tell whether a proxy is to listen inside."""
        return self.spec.egress.mode != "none"


def look(command: str) -> Host:
    """Return what this host has for building sandboxes.

    Raises:
        SandboxFailed: something that there is no doing without is missing.
    """
    bubblewrap = shutil.which(command)
    if bubblewrap is None:
        raise SandboxFailed(MISSING)
    architecture = seccomp.here()
    if architecture is None:
        raise SandboxFailed(NO_FILTER)
    groups = cgroups.Groups(cgroups.found(), os.getpid())
    groups.sweep()
    program = seccomp.assembled(architecture, counts_memory="memory" in groups.controllers)
    return Host(bubblewrap, program, groups, os.geteuid() == 0)


async def build(host: Host, blueprint: Blueprint, belongings: Belongings) -> Json:
    """Start the sandbox, and return what was seen inside.

    Raises:
        SandboxFailed: it cannot be entered, or its walls do not hold.
        OSError: it cannot be started.
        ValueError: a name in it has a NUL character.
    """
    if host.groups.controllers:
        belongings.group = await in_thread(host.groups.make, blueprint.spec.limits)
    with ExitStack() as opened:
        pipes = Pipes()
        belongings.also(pipes.close_all)
        entrance = opened.enter_context(closing(Entrance(_order(blueprint, pipes))))
        said, info = (opened.enter_context(each) for each in pipe())
        read, write = (opened.enter_context(each) for each in pipe())
        texts = [(opened.enter_context(_memory(text.encode())), name) for name, text in _texts()]
        filtered = opened.enter_context(_memory(host.filter))
        binds, words = _command(host, blueprint, read.fileno(), entrance.inner.fileno())
        room = Room(
            binds=binds,
            texts=tuple((file.fileno(), name) for file, name in texts),
            sides=arguments.sides(),
            environment=_environment(blueprint),
            limits=blueprint.spec.limits,
            seccomp=filtered.fileno(),
            info=info.fileno(),
        )
        options = arguments.encoded(arguments.arguments(room))
        if len(options) > _OPTIONS_MAX:
            raise SandboxFailed("The session has too many mounts or variables for one sandbox.")
        given: tuple[FileIO | socket.socket, ...] = (read, info, filtered, entrance.inner, *(file for file, _ in texts))
        command = Command(words, {}, tuple(each.fileno() for each in given))
        running = await Running.start(command, pipes, is_private=True)
        belongings.running = running
        for each in given:
            each.close()
        # Until bubblewrap has read its arguments it starts nothing: whatever it starts is in the group already.
        if belongings.group is not None:
            await in_thread(belongings.group.add, running.pid)
        with write:
            write.write(options)
        report, belongings.listener = await entrance.report()
        belongings.first = _first(said.read(_INFO_MAX))
    return report


def _order(blueprint: Blueprint, pipes: Pipes) -> Order:
    return Order(
        pipes=(pipes.requests.fileno(), pipes.answers.fileno()),
        program="" if blueprint.is_trial else f"{arguments.PROGRAM_INSIDE}/{blueprint.program.name}",
        python=interpreter.running().starter,
        limits=arguments.lowered(blueprint.spec.limits),
        nice=_NICENESS,
        port=arguments.PROXY_PORT if blueprint.has_egress else None,
    )


def _environment(blueprint: Blueprint) -> tuple[tuple[str, str], ...]:
    more = (*blueprint.spec.environment, *interpreter.running().environment)
    return arguments.environment(has_proxy=blueprint.has_egress, more=more)


def _texts() -> Iterator[tuple[str, str]]:
    yield from etc.WRITTEN.items()
    if interpreter.running().prefix:
        yield interpreter.WRAPPER_INSIDE, interpreter.running().wrapper


def _command(host: Host, blueprint: Blueprint, options: int, entrance: int) -> tuple[tuple[Bind, ...], tuple[str, ...]]:
    """Return the mounts with the sources that bubblewrap will see, and what to start."""
    python = interpreter.running()
    ours = [
        Bind(str(blueprint.program.resolve().parent), arguments.PROGRAM_INSIDE),
        Bind(str(Path(entry.__file__).resolve()), arguments.ENTRY_INSIDE),
        *([Bind(str(python.prefix), interpreter.PREFIX_INSIDE)] if python.prefix else []),
    ]
    binds = (*blueprint.binds, *ours)
    first = (python.program, "-I", "-S", arguments.ENTRY_INSIDE, str(entrance))
    words = (host.bubblewrap, "--args", str(options), "--", *first)
    if blueprint.user is None:
        return binds, words
    staged = tuple(replace(each, source=f"{drop.STAGE}/{number}") for number, each in enumerate(binds))
    sources = (each.source for each in binds)
    return staged, (sys.executable, "-I", "-S", drop.__file__, str(blueprint.user), *sources, "--", *words)


def _first(data: bytes) -> int:
    """Return a descriptor of the process that all others inside come from.

    Raises:
        SandboxFailed: bubblewrap did not say which it is, or it is gone.
    """
    try:
        return os.pidfd_open(int(parsed(data)["child-pid"]))
    except (Garbled, KeyError, TypeError, ValueError, OSError):
        raise SandboxFailed("bubblewrap did not say what it started.") from None


def _memory(data: bytes) -> FileIO:
    """Return a file that has no name, from its beginning."""
    file = FileIO(os.memfd_create("agentops"), "w+b")
    file.write(data)
    file.seek(0)
    return file
