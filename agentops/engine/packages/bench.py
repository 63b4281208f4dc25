"""The sandbox that one layer is made in: it has nothing of any session, and reaches the manager's registries only."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from agentops.engine.core.json import Json
from agentops.engine.mounting.disk import on_disk
from agentops.engine.packages import apt, managers
from agentops.engine.packages.lists import Layer
from agentops.engine.packages.managers import MANAGERS
from agentops.engine.packages.shelf import Shelf
from agentops.engine.sandbox.port import Egress, Limits, Mount, Sandbox, Sandboxes, SandboxSpec

_LIMITS = Limits(memory_mib=4096, processes=512, file_mib=4096, files=500_000)
_GRACE_S = 15.0
_LINES = 5
_LONGEST = 600


@dataclass(frozen=True, slots=True)
class Stock:
    """What layers are made with."""

    sandboxes: Sandboxes
    shelf: Shelf
    indexes: Mapping[str, str] = field(default_factory=dict)
    """Registries to ask instead of the public ones: the URL for pip, npm and go, for apt a line as of sources.list."""

    patience_s: float = 600.0
    """How long all that one manager does for one list may take."""

    again_s: float = 60.0
    """How long a failure is taken for granted: every session that has it would try again at once."""


class Bench:
    """A sandbox in which one manager can install."""

    def __init__(self, sandbox: Sandbox, manager: str, draft: Path, patience_s: float) -> None:
        """Take a sandbox that runs."""
        self._sandbox = sandbox
        self._manager = manager
        self._patience_s = patience_s
        self.draft = draft

    async def install(self, specs: Sequence[str]) -> str:
        """Install exactly these, and return the last words of a manager that fails; empty when all are there.

        Raises:
            SandboxFailed: the sandbox did not live to see it.
        """
        request: Json = {
            "op": "bash",
            "command": managers.script(self._manager, specs),
            "timeout_s": self._patience_s,
        }
        answer = await self._sandbox.call(request, timeout_s=self._patience_s + _GRACE_S)
        if "ok" not in answer:
            return str(answer.get("error", ""))[:_LONGEST]
        ran = answer["ok"]
        if ran["end"] == "done" and ran["exit_code"] == 0:
            return ""
        ending = f"it ended with {ran['exit_code']}" if ran["end"] == "done" else f"it was stopped ({ran['end']})"
        return _last(ran["output"]) or ending

    async def stop(self) -> None:
        """Stop the sandbox: what it made changes no more."""
        await self._sandbox.stop()


@asynccontextmanager
async def opened(stock: Stock, manager: str, below: Sequence[Layer]) -> AsyncIterator[Bench]:
    """Open a bench on top of other layers, and clear it away.

    Raises:
        SandboxFailed: there is no sandbox to be had.
        StorageError: the disk cannot be used.
    """
    draft = await on_disk(stock.shelf.drafted)
    try:
        if manager == "apt":
            await on_disk(apt.furnish, draft / "workspace", stock.indexes.get("apt", ""))
        sandbox = await stock.sandboxes.start(_spec(stock, manager, below, draft))
        try:
            yield Bench(sandbox, manager, draft, stock.patience_s)
        finally:
            await sandbox.stop()
    finally:
        await on_disk(stock.shelf.drop, draft)


def mounts(shelf: Shelf, layers: Sequence[Layer]) -> tuple[Mount, ...]:
    """Return where sandboxes have the layers."""
    return tuple(Mount(shelf.layer(each.key), MANAGERS[each.manager].place) for each in layers)


def _spec(stock: Stock, manager: str, below: Sequence[Layer], draft: Path) -> SandboxSpec:
    own = Mount(draft / "layer", MANAGERS[manager].place, is_writable=True)
    return SandboxSpec(
        f"packages-{draft.name}",
        draft,
        (own, *mounts(stock.shelf, below)),
        Egress("limited", managers.hosts(manager, stock.indexes)),
        _LIMITS,
        managers.building([each.manager for each in below], stock.indexes),
    )


def _last(output: str) -> str:
    lines = [words for line in output.splitlines() if (words := " ".join(filter(str.isprintable, line.split())))]
    return " / ".join(lines[-_LINES:])[-_LONGEST:].rstrip(".")
