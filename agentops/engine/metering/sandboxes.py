"""Sandboxes that are counted: how many start, how long that takes, how many fail and die."""

import asyncio
from time import perf_counter

from agentops.engine.core.json import Json
from agentops.engine.meter import Meter, SandboxOutcome
from agentops.engine.sandbox.port import Isolation, Sandbox, Sandboxes, SandboxFailed, SandboxSpec


class MeteredSandboxes:
    """Makes the sandboxes that another makes, with a meter beside them."""

    def __init__(self, inner: Sandboxes, meter: Meter) -> None:
        """Stand before the maker."""
        self._inner = inner
        self._meter = meter

    async def start(self, spec: SandboxSpec) -> Sandbox:
        """Return a sandbox that is ready.

        Raises:
            SandboxFailed: there is none to be had.
        """
        began = perf_counter()
        outcome: SandboxOutcome = "failed"
        try:
            sandbox = await self._inner.start(spec)
            outcome = "ok"
        except asyncio.CancelledError:
            outcome = "cancelled"
            raise
        else:
            return _MeteredSandbox(sandbox, self._meter)
        finally:
            self._meter.sandbox_started(outcome, perf_counter() - began)

    async def close(self) -> None:
        """Stop every sandbox."""
        await self._inner.close()

    async def isolation(self) -> Isolation:
        """Return what was found by really trying, once."""
        return await self._inner.isolation()


class _MeteredSandbox:
    def __init__(self, inner: Sandbox, meter: Meter) -> None:
        self._inner = inner
        self._meter = meter
        self._is_over = False

    async def call(self, request: Json, *, timeout_s: float) -> Json:
        try:
            return await self._inner.call(request, timeout_s=timeout_s)
        except SandboxFailed:
            self._end(is_failure=True)
            raise

    async def stop(self) -> None:
        self._end(is_failure=False)
        await self._inner.stop()

    def _end(self, *, is_failure: bool) -> None:
        if not self._is_over:
            self._is_over = True
            self._meter.sandbox_ended(is_failure=is_failure)
