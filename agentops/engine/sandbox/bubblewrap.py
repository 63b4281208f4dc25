"""Sandboxes of bubblewrap: namespaces, a filter of system calls and a built root, on the host's own kernel."""

import asyncio
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from agentops.base.threads import in_thread
from agentops.engine.core.json import Json
from agentops.engine.sandbox.advice import advice
from agentops.engine.sandbox.bounds.owners import UserRange, Users
from agentops.engine.sandbox.bounds.watch import Watch, Watched
from agentops.engine.sandbox.bubble import Belongings, Bubble
from agentops.engine.sandbox.building import Blueprint, Host, build, look
from agentops.engine.sandbox.egress.dialing import Dialer, PublicDialer
from agentops.engine.sandbox.egress.proxy import Bounds, Proxy
from agentops.engine.sandbox.folders import prepared, writable
from agentops.engine.sandbox.port import Egress, Isolation, SandboxFailed, SandboxSpec

_START_S = 30.0
_TRIAL_S = 10.0

INSIDE = Path(__file__).parent / "inside" / "__main__.py"

FEATURES = (
    "namespaces", "seccomp", "own_uid", "cgroup_memory", "cgroup_pids", "cgroup_cpu", "disk_watch", "egress_proxy",
)  # fmt: skip


class Bubblewrap:
    """Makes sandboxes, and keeps a watch on them."""

    def __init__(
        self,
        *,
        program: Path = INSIDE,
        users: UserRange | None = None,
        dialer: Dialer | None = None,
        bounds: Bounds | None = None,
        command: str = "bwrap",
    ) -> None:
        """Take the tool server to run inside, the users for sessions, what connects for them, and bubblewrap's name."""
        self._program = program
        self._users = Users(users or UserRange())
        self._dialer = dialer or PublicDialer()
        self._bounds = bounds or Bounds()
        self._command = command
        self._host: Host | None = None
        self._isolation: Isolation | None = None
        self._looking = asyncio.Lock()
        self._meeting = asyncio.Lock()
        self._watch = Watch()
        self._bubbles: set[Bubble] = set()

    async def start(self, spec: SandboxSpec) -> Bubble:
        """Return a sandbox whose walls were looked at from inside.

        Raises:
            SandboxFailed: there is none to be had.
        """
        belongings = Belongings()
        try:
            async with asyncio.timeout(_START_S):
                blueprint = await self._drawn(spec, belongings)
                await self._built(blueprint, belongings)
                return await self._opened(blueprint, belongings)
        except (SandboxFailed, OSError, ValueError, TimeoutError) as error:
            await belongings.end()
            raise _explained(error, belongings) from error
        except asyncio.CancelledError:
            await asyncio.shield(belongings.end())
            raise

    async def isolation(self) -> Isolation:
        """Return what was found by building a sandbox, once."""
        async with self._looking:
            self._isolation = self._isolation or await self._tried()
        return self._isolation

    async def close(self) -> None:
        """Stop every sandbox."""
        await asyncio.gather(*(each.stop() for each in self._bubbles))
        self._watch.close()

    async def _drawn(self, spec: SandboxSpec, belongings: Belongings, *, is_trial: bool = False) -> Blueprint:
        """Return what to build, its folders made ready."""
        host = await self._met()
        user = self._users.lend(spec.session_id) if host.is_root else None
        if user is not None:
            belongings.also(lambda: self._users.take_back(user))
        binds = await in_thread(prepared, spec, user)
        return Blueprint(spec, binds, user, self._program, is_trial)

    async def _met(self) -> Host:
        """Return what this host has: found once, for two that name groups would give them the same names."""
        async with self._meeting:
            if self._host is None:
                self._host = await in_thread(look, self._command)
            return self._host

    async def _built(self, blueprint: Blueprint, belongings: Belongings) -> Json:
        assert self._host is not None
        return await build(self._host, blueprint, belongings)

    async def _opened(self, blueprint: Blueprint, belongings: Belongings) -> Bubble:
        """Return the sandbox with all that keeps it in bounds."""
        assert self._host is not None
        assert belongings.running is not None
        if belongings.listener is not None:
            belongings.proxy = Proxy(blueprint.spec.egress, self._dialer, self._bounds)
            belongings.proxy.start(belongings.listener)
            belongings.listener = None
        limits = blueprint.spec.limits
        bubble = Bubble(belongings, limits.memory_mib)
        watched = Watched(
            belongings.running.pid, writable(blueprint.binds), limits, counts_memory=not self._host.counts_memory
        )
        self._bubbles.add(bubble)
        belongings.also(lambda: self._bubbles.discard(bubble))
        belongings.also(lambda: self._watch.remove(watched))
        self._watch.add(watched, bubble.fail)
        await bubble.greeted()
        return bubble

    async def _tried(self) -> Isolation:
        belongings, spec = Belongings(), await in_thread(_trial_spec)
        try:
            async with asyncio.timeout(_TRIAL_S):
                blueprint = await self._drawn(spec, belongings, is_trial=True)
                await self._built(blueprint, belongings)
            features = self._features(blueprint, belongings)
        except (SandboxFailed, OSError, ValueError, TimeoutError) as error:
            await belongings.end()
            return Isolation("none", dict.fromkeys(FEATURES, False), str(_explained(error, belongings)))
        else:
            return Isolation("kernel-shared", features)
        finally:
            await belongings.end()
            await in_thread(shutil.rmtree, spec.folder)

    def _features(self, blueprint: Blueprint, belongings: Belongings) -> Mapping[str, bool]:
        assert self._host is not None
        held = self._host.groups.controllers
        return {
            "namespaces": True,
            "seccomp": True,
            "own_uid": blueprint.user is not None,
            "cgroup_memory": "memory" in held,
            "cgroup_pids": "pids" in held,
            "cgroup_cpu": "cpu" in held,
            "disk_watch": True,
            "egress_proxy": belongings.listener is not None,
        }


def _trial_spec() -> SandboxSpec:
    folder = Path(tempfile.mkdtemp(prefix="agentops-trial-"))
    for name in ("workspace", "outputs"):
        (folder / name).mkdir()
    return SandboxSpec("trial", folder, egress=Egress("unrestricted"))


def _explained(error: Exception, belongings: Belongings) -> SandboxFailed:
    """Return what happened, what the programs involved said of it, and what to do about it."""
    match error:
        case SandboxFailed():
            words = str(error)
        case TimeoutError():
            words = "The sandbox did not start in time."
        case _:
            words = f"The sandbox could not be started: {error}."
    said = belongings.running.last_words[-500:] if belongings.running is not None else ""
    return SandboxFailed(" ".join(each for each in (words, said, advice(f"{words} {said}")) if each))
