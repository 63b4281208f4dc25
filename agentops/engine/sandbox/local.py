"""Tools without walls, for those who ask for it by name: the tool server as a process of the server's own user."""

import asyncio
import logging
import os
import sys
from pathlib import Path

from agentops.base.threads import in_thread
from agentops.engine.sandbox.bubble import Belongings, Bubble
from agentops.engine.sandbox.bubblewrap import FEATURES, INSIDE
from agentops.engine.sandbox.port import Isolation, Mount, SandboxFailed, SandboxSpec
from agentops.engine.sandbox.running import Command, Pipes, Running

_log = logging.getLogger("agentops.engine")

_START_S = 30.0
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class UnsafeLocal:
    """Starts tool servers that can do whatever this server can."""

    def __init__(self, *, program: Path = INSIDE) -> None:
        """Take the tool server, and say aloud what this is."""
        self._program = program
        self._bubbles: set[Bubble] = set()
        _log.warning("Tools run without a sandbox: whatever a model writes can do all that this server can.")

    async def start(self, spec: SandboxSpec) -> Bubble:
        """Return a tool server that takes the session's folder for the root of all paths.

        Limits and egress are not held; a mount is a link, and what is to be read-only is not.

        Raises:
            SandboxFailed: it does not start.
        """
        belongings = Belongings()
        try:
            async with asyncio.timeout(_START_S):
                await in_thread(_laid_out, spec)
                words = (sys.executable, "-I", "-S", str(self._program))
                command = Command(words, _environment(spec), folder=str(spec.folder))
                pipes = Pipes()
                belongings.also(pipes.close_all)
                belongings.running = await Running.start(command, pipes, is_private=False)
                bubble = Bubble(belongings, spec.limits.memory_mib)
                self._bubbles.add(bubble)
                belongings.also(lambda: self._bubbles.discard(bubble))
                await bubble.greeted()
        except (SandboxFailed, OSError, ValueError, TimeoutError) as error:
            await belongings.end()
            said = belongings.running.last_words[-500:] if belongings.running is not None else ""
            raise SandboxFailed(f"The tool server could not be started without a sandbox. {error} {said}") from error
        except asyncio.CancelledError:
            await asyncio.shield(belongings.end())
            raise
        return bubble

    async def isolation(self) -> Isolation:
        """Return that there is none."""
        words = "Tools run without a sandbox because the server was told so (--unsafe-local-tools)."
        return Isolation("none", dict.fromkeys(FEATURES, False), words)

    async def close(self) -> None:
        """Stop every tool server."""
        await asyncio.gather(*(each.stop() for each in self._bubbles))


def _environment(spec: SandboxSpec) -> dict[str, str]:
    """Return a short list: the server's own variables hold its secrets."""
    own = {"PATH": _PATH, "HOME": str(spec.folder / "home"), "LANG": "C.UTF-8", "AGENTOPS_ROOT": str(spec.folder)}
    return {**own, **dict(spec.environment)}


def _laid_out(spec: SandboxSpec) -> None:
    """Make the session's folder look like a root: places inside are links to where things lie."""
    (spec.folder / "home").mkdir(exist_ok=True)
    for each in (Mount(spec.folder / "outputs", "/mnt/session/outputs"), *spec.mounts):
        place = Path(f"{spec.folder}{os.path.normpath(each.target)}")
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.is_symlink():
            place.unlink()
        place.symlink_to(each.source.resolve())
