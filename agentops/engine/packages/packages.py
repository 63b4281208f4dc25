"""The packages of environments, there when a session needs them: each list is installed once, whoever wants it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from agentops.engine.core.json import Json
from agentops.engine.mounting.disk import on_disk
from agentops.engine.packages import bench, managers
from agentops.engine.packages.bench import Bench, Stock
from agentops.engine.packages.lists import Lack, Layer, Wanted, key, refused, wanted
from agentops.engine.packages.shelf import fingerprint
from agentops.engine.sandbox.port import Mount, SandboxFailed

_AT_ONCE = 2
"""How many layers are made at the same time."""

_AGAIN_S = 60.0
"""How long a failure is taken for granted: every session that has it would try again at once."""


@dataclass(frozen=True, slots=True)
class Provided:
    """What a session's sandbox gets, and what it has to do without."""

    mounts: tuple[Mount, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    lacks: tuple[Lack, ...] = ()


@dataclass(frozen=True, slots=True)
class _Had:
    """What came of one manager's list."""

    layer: Layer | None
    lacks: tuple[Lack, ...] = ()


class Packages:
    """The layers of one server."""

    def __init__(self, stock: Stock) -> None:
        """Take what layers are made with."""
        self._stock = stock
        self._host = ""
        self._free = asyncio.Semaphore(_AT_ONCE)
        self._making: dict[str, asyncio.Task[_Had]] = {}
        self._failed: dict[str, tuple[float, _Had]] = {}

    async def provided(self, packages: Json | None) -> Provided:
        """Return what an environment lists, installed now if it never was; cancelling leaves that to go on.

        Raises:
            StorageError: the disk cannot be used.
        """
        layers: list[Layer] = []
        lacks: list[Lack] = []
        for listed in wanted(packages):
            had = await self._had(listed, tuple(layers))
            layers += [had.layer] if had.layer else []
            lacks += had.lacks
        variables = managers.environment([each.manager for each in layers])
        return Provided(bench.mounts(self._stock.shelf, layers), variables, tuple(lacks))

    async def sweep(self) -> None:
        """Remove what nobody used for long.

        Raises:
            StorageError: the disk cannot be used.
        """
        await on_disk(self._stock.shelf.sweep)

    async def close(self) -> None:
        """Break off what is being installed."""
        making = list(self._making.values())
        for each in making:
            each.cancel()
        await asyncio.gather(*making, return_exceptions=True)

    async def _had(self, listed: Wanted, below: tuple[Layer, ...]) -> _Had:
        if (lack := refused(listed)) is not None:
            return _Had(None, (lack,))
        self._host = self._host or await on_disk(fingerprint)
        layer = Layer(listed.manager, key(listed, below, self._host))
        if await on_disk(self._stock.shelf.take, layer.key):
            return _Had(layer)
        if (known := await self._known(layer.key)) is not None:
            return known
        task = self._making.get(layer.key)
        if task is None:
            task = self._making[layer.key] = asyncio.create_task(self._made(listed, below, layer.key))
            task.add_done_callback(lambda _done: self._making.pop(layer.key))
        return await asyncio.shield(task)

    async def _known(self, name: str) -> _Had | None:
        """Return what failed a moment ago, as long as what was had instead is still there."""
        now = asyncio.get_running_loop().time()
        self._failed = {each: found for each, found in self._failed.items() if now - found[0] < _AGAIN_S}
        _, had = self._failed.get(name, (0, None))
        if had is not None and had.layer is not None and not await on_disk(self._stock.shelf.take, had.layer.key):
            return None
        return had

    async def _made(self, listed: Wanted, below: tuple[Layer, ...], name: str) -> _Had:
        async with self._free:
            try:
                async with asyncio.timeout(self._stock.patience_s):
                    had = await self._installed(listed, below)
            except SandboxFailed as error:
                had = _Had(None, (Lack(listed.manager, listed.specs, str(error)),))
            except TimeoutError:
                reason = f"it took longer than {self._stock.patience_s:.0f} seconds"
                had = _Had(None, (Lack(listed.manager, listed.specs, reason),))
        if had.lacks:
            self._failed[name] = (asyncio.get_running_loop().time(), had)
        return had

    async def _installed(self, listed: Wanted, below: tuple[Layer, ...]) -> _Had:
        """Install a list; where that fails, find out what of it is to blame and install the rest."""
        async with bench.opened(self._stock, listed.manager, below) as made:
            said = await made.install(listed.specs)
            if not said:
                return _Had(await self._kept(made, listed, below))
            lacks = await _blamed(made, listed, said)
            blamed = {spec for each in lacks for spec in each.specs}
            rest = Wanted(listed.manager, tuple(each for each in listed.specs if each not in blamed))
            if not rest.specs:
                return _Had(None, lacks)
            layer = Layer(listed.manager, key(rest, below, self._host))
            if await on_disk(self._stock.shelf.take, layer.key):
                return _Had(layer, lacks)
            said = await made.install(rest.specs)
            if said:
                return _Had(None, (Lack(listed.manager, listed.specs, said),))
            return _Had(await self._kept(made, rest, below), lacks)

    async def _kept(self, made: Bench, listed: Wanted, below: Sequence[Layer]) -> Layer:
        await made.stop()
        layer = Layer(listed.manager, key(listed, below, self._host))
        await on_disk(self._stock.shelf.keep, made.draft, layer.key)
        return layer


async def _blamed(made: Bench, listed: Wanted, said: str) -> tuple[Lack, ...]:
    """Return which packages cannot be installed by themselves; if all can, together they cannot."""
    if len(listed.specs) == 1:
        return (Lack(listed.manager, listed.specs, said),)
    lacks = [Lack(listed.manager, (spec,), words) for spec in listed.specs if (words := await made.install([spec]))]
    return tuple(lacks) or (Lack(listed.manager, listed.specs, said),)


def unavailable(packages: Json | None) -> Provided:
    """Return what a session has where tools run without walls: nothing, and why."""
    reason = "nothing is installed where tools run without a sandbox, because packages bring programs along"
    return Provided(lacks=tuple(Lack(each.manager, each.specs, reason) for each in wanted(packages)))
