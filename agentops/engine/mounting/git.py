"""Git on the host, for clones: with no settings but these, no questions, no hooks, and an end in time and size.

The token is in no argument, no variable and no file: git asks a helper, which reads it from an open descriptor that
has no name.
"""

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agentops.base.secrets import Secret
from agentops.engine.mounting.disk import on_disk
from agentops.engine.sandbox.bounds.usage import room

_LOOK_EVERY_S = 0.25
_WORDS_MAX = 16 * 1024
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class GitLimits:
    """How much a clone may take."""

    seconds: float = 300.0
    mib: int = 4096
    files: int = 150_000
    """Fewer than a sandbox may have: the agent is to be able to work."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where repositories are fetched from."""

    public: str = "https://github.com/"
    """What their addresses begin with."""

    fetched_from: str = "https://github.com/"
    """What stands there when they are fetched; another one for a mirror, or in tests."""

    protocols: str = "https"
    """What git may speak, separated by colons."""


class GitFailed(Exception):
    """It ended badly; the text is what it said."""


class Git:
    """Runs git for one clone in a folder that nobody else writes to."""

    def __init__(self, origin: Origin, limits: GitLimits, folder: Path, token: Secret | None) -> None:
        """Name the folder, which is there."""
        self._origin = origin
        self._limits = limits
        self._folder = folder
        self._token = token

    async def run(self, *words: str) -> str:
        """Return what a command says.

        Raises:
            GitFailed: it failed, took too long or too much room, or there is no git.
        """
        command = shutil.which("git")
        if command is None:
            raise GitFailed("git is not installed on the server.")
        with self._credential() as descriptor:
            process = await self._started([command, *self._settings(descriptor), *words], descriptor)
            said = await self._watched(process)
        if process.returncode:
            raise GitFailed(said)
        return said

    async def _started(self, words: Sequence[str], descriptor: int | None) -> asyncio.subprocess.Process:
        if any("\0" in each for each in words):  # uvloop would cut the word there
            raise GitFailed("A name with a NUL in it is none.")
        try:
            return await asyncio.create_subprocess_exec(
                *words,
                cwd=self._folder,
                env=self._environment(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                pass_fds=() if descriptor is None else (descriptor,),
                start_new_session=True,
            )
        except OSError as error:
            raise GitFailed(f"git cannot be started: {error.strerror}.") from error

    async def _watched(self, process: asyncio.subprocess.Process) -> str:
        reading = asyncio.ensure_future(_words(process))
        try:
            async with asyncio.timeout(self._limits.seconds):
                while not (await asyncio.wait((reading,), timeout=_LOOK_EVERY_S))[0]:
                    await self._refuse_excess()
                return await reading
        except TimeoutError:
            raise GitFailed(f"It took longer than {self._limits.seconds:g} seconds.") from None
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            reading.cancel()
            await process.wait()
            await self._refuse_excess()

    async def _refuse_excess(self) -> None:
        limits = self._limits
        taken = await on_disk(lambda: room(self._folder, size_max=limits.mib * _MIB, files_max=limits.files))
        if taken.size > limits.mib * _MIB or taken.files > limits.files or taken.is_too_deep or taken.is_hidden:
            raise GitFailed(f"It is larger than the {limits.mib} MiB and {limits.files} files that a clone may have.")

    def _settings(self, descriptor: int | None) -> Sequence[str]:
        origin = self._origin
        settings = {
            "core.hooksPath": "/dev/null",
            "core.fsmonitor": "false",
            "credential.helper": "",
            "http.lowSpeedLimit": "1000",
            "http.lowSpeedTime": "30",
            "gc.auto": "0",
            "advice.detachedHead": "false",
        }
        if origin.fetched_from != origin.public:
            settings[f"url.{origin.fetched_from}.insteadOf"] = origin.public
        if descriptor is not None:
            # For this server alone: one that it redirects to is not told.
            settings[f"credential.{_server(origin.fetched_from)}.helper"] = (
                f"!told() {{ cat /proc/self/fd/{descriptor}; }}; told"
            )
        return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.defpath,
            "HOME": "/nonexistent",
            "LC_ALL": "C",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_ALLOW_PROTOCOL": self._origin.protocols,
            "GIT_LFS_SKIP_SMUDGE": "1",
        }

    @contextmanager
    def _credential(self) -> Iterator[int | None]:
        if self._token is None:
            yield None
            return
        descriptor = os.memfd_create("credential")
        try:
            token = self._token.reveal().partition("\n")[0]
            os.write(descriptor, f"username=x-access-token\npassword={token}\n".encode())
            yield descriptor
        finally:
            os.close(descriptor)


async def _words(process: asyncio.subprocess.Process) -> str:
    """Read what a process says to its end, and return the last of it."""
    assert process.stdout is not None, "it was started with a pipe"
    said = b""
    while piece := await process.stdout.read(_WORDS_MAX):
        said = (said + piece)[-_WORDS_MAX:]
    await process.wait()
    return said.decode(errors="replace")


def _server(address: str) -> str:
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"
