"""The packages of environments, there when a session needs them: each list is installed once, whoever wants it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from agentops.engine.core.json import Json
from agentops.engine.mounting.disk import on_disk
from agentops.engine.packages import bench, managers
from agentops.engine.packages.bench import Bench, Stock
from agentops.engine.packages.lists import Lack, Layer, Wanted, key, refused, suspects, wanted
from agentops.engine.packages.shelf import fingerprint
from agentops.engine.sandbox.port import Mount, SandboxFailed

_AT_ONCE = 2
"""How many layers are made at the same time."""

_FAILURES_MAX = 1000
"""How many lists that failed are remembered."""


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
        if await self._is_there(layer):
            return _Had(layer)
        if (lately := await self._lately(layer.key)) is not None:
            return lately
        task = self._making.get(layer.key)
        if task is None:
            task = self._making[layer.key] = asyncio.create_task(self._made(listed, below, layer.key))
            task.add_done_callback(lambda _done: self._making.pop(layer.key))
        return await asyncio.shield(task)

    async def _lately(self, name: str) -> _Had | None:
        """Return what failed a moment ago, as long as what was had instead is still there."""
        at, had = self._failed.get(name, (0.0, None))
        if had is None or asyncio.get_running_loop().time() - at > self._stock.again_s:
            return None
        return had if had.layer is None or await self._is_there(had.layer) else None

    async def _is_there(self, layer: Layer) -> bool:
        return await on_disk(self._stock.shelf.take, layer.key)

    async def _made(self, listed: Wanted, below: tuple[Layer, ...], name: str) -> _Had:
        async with self._free:
            try:
                async with asyncio.timeout(self._stock.patience_s):
                    had = await self._installed(listed, below, name)
            except SandboxFailed as error:
                had = _Had(None, (Lack(listed.manager, listed.specs, str(error)),))
            except TimeoutError:
                reason = f"it took longer than {self._stock.patience_s:.0f} seconds"
                had = _Had(None, (Lack(listed.manager, listed.specs, reason),))
        self._failed.pop(name, None)
        if had.lacks:
            self._failed[name] = (asyncio.get_running_loop().time(), had)
        while len(self._failed) > _FAILURES_MAX:
            del self._failed[next(iter(self._failed))]
        return had

    async def _installed(self, listed: Wanted, below: tuple[Layer, ...], name: str) -> _Had:
        """Install a list; where that fails, find out what of it is to blame and install the rest."""
        async with bench.opened(self._stock, listed.manager, below) as made:
            lacks = await self._still_lacking(made, listed, name)
            while (rest := listed.without(lacks)).specs:
                layer = Layer(listed.manager, key(rest, below, self._host))
                if await self._is_there(layer):
                    return _Had(layer, tuple(lacks))
                said = await made.install(rest.specs)
                if not said:
                    await made.stop()
                    await on_disk(self._stock.shelf.keep, made.draft, layer.key)
                    return _Had(layer, tuple(lacks))
                lacks += await _blamed(made, rest, said)
            return _Had(None, tuple(lacks))

    async def _still_lacking(self, made: Bench, listed: Wanted, name: str) -> list[Lack]:
        """Try first what failed the last time: as long as it does, the rest is there already."""
        _, had = self._failed.get(name, (0.0, None))
        before = had.lacks if had is not None and had.layer is not None else ()
        return await _failing(made, listed.manager, [spec for each in before for spec in each.specs])


async def _blamed(made: Bench, listed: Wanted, said: str) -> list[Lack]:
    """Return which packages cannot be installed by themselves, those named first; if all can, together they cannot."""
    everything = [Lack(listed.manager, listed.specs, said)]
    if len(listed.specs) == 1:
        return everything
    named = suspects(listed.specs, said)
    others = [each for each in listed.specs if each not in named]
    found = await _failing(made, listed.manager, named) or await _failing(made, listed.manager, others)
    return found or everything


async def _failing(made: Bench, manager: str, specs: Sequence[str]) -> list[Lack]:
    return [Lack(manager, (each,), said) for each in specs if (said := await made.install([each]))]


def unavailable(packages: Json | None) -> Provided:
    """Return what a session has where tools run without walls: nothing, and why."""
    reason = "nothing is installed where tools run without a sandbox, because packages bring programs along"
    return Provided(lacks=tuple(Lack(each.manager, each.specs, reason) for each in wanted(packages)))
