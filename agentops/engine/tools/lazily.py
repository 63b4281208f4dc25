"""The sandbox of a running session: started when a call first needs it, and again after it died."""

import asyncio

from agentops.engine.core.json import Json
from agentops.engine.sandbox.port import Sandbox, Sandboxes, SandboxFailed, SandboxSpec
from agentops.engine.tools.port import ToolsUnavailable


class Died(Exception):
    """The sandbox ended while a call was in it: what the call did is not known."""


class LazySandbox:
    """One sandbox at a time, for whoever calls."""

    def __init__(self, sandboxes: Sandboxes, spec: SandboxSpec) -> None:
        """Start them of these, as the spec says."""
        self._sandboxes = sandboxes
        self._spec = spec
        self._starting = asyncio.Lock()
        self._running: Sandbox | None = None

    async def call(self, request: Json, timeout_s: float) -> Json:
        """Return the answer of the tool server inside.

        Raises:
            Died: the sandbox ended before it answered.
            ToolsUnavailable: none can be started.
        """
        sandbox = await self._started()
        try:
            return await sandbox.call(request, timeout_s=timeout_s)
        except SandboxFailed as error:
            if self._running is sandbox:
                self._running = None
            await sandbox.stop()
            raise Died(str(error)) from None

    async def stop(self) -> None:
        """Stop it, when there is one."""
        async with self._starting:
            sandbox, self._running = self._running, None
        if sandbox is not None:
            await sandbox.stop()

    async def _started(self) -> Sandbox:
        # Calls of one reply come together: the first starts it, the others wait.
        async with self._starting:
            if self._running is None:
                try:
                    self._running = await self._sandboxes.start(self._spec)
                except SandboxFailed as error:
                    raise ToolsUnavailable(str(error)) from None
            return self._running
