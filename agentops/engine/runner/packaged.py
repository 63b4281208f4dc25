"""A session's sandbox with the packages of its environment: installed, if they never were, when it first starts."""

from dataclasses import replace

from agentops.base.errors import StorageError
from agentops.engine.core.json import Json
from agentops.engine.packages.lists import Lack
from agentops.engine.packages.packages import Packages, Provided, unavailable
from agentops.engine.sandbox.port import Isolation, Sandbox, Sandboxes, SandboxFailed, SandboxSpec


class PackagedSandboxes:
    """Starts the sandboxes of one session."""

    def __init__(self, sandboxes: Sandboxes, packages: Packages | None, listed: Json | None) -> None:
        """Take the packages that the environment lists; None for those that cannot be installed on this server."""
        self._sandboxes = sandboxes
        self._packages = packages
        self._listed = listed
        self._told: set[tuple[str, tuple[str, ...]]] = set()
        self._fresh: list[Lack] = []

    async def start(self, spec: SandboxSpec) -> Sandbox:
        """Return a sandbox with what could be installed.

        Raises:
            SandboxFailed: there is none to be had.
        """
        try:
            provided = await self._provided()
        except StorageError as error:
            raise SandboxFailed(f"Packages cannot be kept: {error.message} {error.hint or ''}".strip()) from error
        self._note(provided)
        mounts, environment = (*spec.mounts, *provided.mounts), (*spec.environment, *provided.environment)
        return await self._sandboxes.start(replace(spec, mounts=mounts, environment=environment))

    def taken(self) -> tuple[Lack, ...]:
        """Return what could not be installed, each once."""
        fresh, self._fresh = self._fresh, []
        return tuple(fresh)

    async def isolation(self) -> Isolation:
        """Return what the walls hold."""
        return await self._sandboxes.isolation()

    async def close(self) -> None:
        """Leave the sandboxes to whoever lent them: other sessions have theirs there."""

    async def _provided(self) -> Provided:
        return unavailable(self._listed) if self._packages is None else await self._packages.provided(self._listed)

    def _note(self, provided: Provided) -> None:
        lacking = {(each.manager, each.specs): each for each in provided.lacks}
        self._fresh += [lack for name, lack in lacking.items() if name not in self._told]
        # What was there in between is told again.
        self._told = set(lacking)
