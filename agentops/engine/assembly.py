"""What sessions run with, made of settings: which model answers, and where tools run."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from agentops.base.clock import Clock
from agentops.base.errors import UsageError
from agentops.engine.core.json import Json
from agentops.engine.meter import Meter
from agentops.engine.metering.sandboxes import MeteredSandboxes
from agentops.engine.models.endpoints import Endpoints
from agentops.engine.models.messages import Messages
from agentops.engine.models.port import Model
from agentops.engine.models.recorded import Recorded, Recording
from agentops.engine.models.script import Script
from agentops.engine.models.scripted import Scripted
from agentops.engine.outbound import Outbound
from agentops.engine.packages.bench import Stock
from agentops.engine.packages.packages import Packages
from agentops.engine.packages.shelf import Shelf
from agentops.engine.runner.kit import PACKAGES, PLANS, SESSIONS, Kit
from agentops.engine.runner.means import Close, Means, anything, nothing_to_close
from agentops.engine.sandbox.bubblewrap import Bubblewrap
from agentops.engine.sandbox.local import UnsafeLocal
from agentops.engine.sandbox.port import Sandboxes
from agentops.engine.settings import Settings
from agentops.engine.workflows.sandboxed import SandboxedPrograms
from agentops.wire.problems import check


@dataclass(frozen=True, slots=True)
class Sources:
    """Who answers for the models, the first that is there: a recording, a script, endpoints."""

    endpoints: Endpoints
    script: Json | None = None
    """A script of turns, as plain data."""

    replay: Path | None = None
    """A recording to answer from."""

    record: Path | None = None
    """Where to note what is asked and answered."""


def means(
    settings: Settings,
    clock: Clock,
    sources: Sources,
    *,
    unsafe_local_tools: bool = False,
    meter: Meter | None = None,
) -> Means:
    """Return what sessions run with; `meter` counts the sandboxes.

    Raises:
        UsageError: the script or the recording cannot be used.
    """
    model, close_model = _model(settings, clock, sources)
    bare: Sandboxes = UnsafeLocal() if unsafe_local_tools else Bubblewrap()
    sandboxes = MeteredSandboxes(bare, meter) if meter is not None else bare
    kit = _kit(settings, sandboxes, is_walled=not unsafe_local_tools)

    async def close() -> None:
        await kit.close()
        await close_model()

    programs = SandboxedPrograms(sandboxes, settings.data / PLANS)
    is_real = sources.replay is None and sources.script is None
    return Means(
        Recording(model, sources.record) if sources.record else model,
        kit,
        programs=programs,
        has_model=(lambda name: sources.endpoints.of(name) is not None) if is_real else anything,
        close=close,
        isolation=sandboxes.isolation,
    )


def _kit(settings: Settings, sandboxes: Sandboxes, *, is_walled: bool) -> Kit:
    outbound, folder = Outbound(allow_loopback=settings.allow_loopback), settings.data / SESSIONS
    if not is_walled:
        # Without walls packages are not installed: their programs would run as the server.
        return Kit(sandboxes, outbound, folder)
    packages = Packages(Stock(sandboxes, Shelf(settings.data / PACKAGES)))
    return Kit(sandboxes, outbound, folder, packages=packages)


def _model(settings: Settings, clock: Clock, sources: Sources) -> tuple[Model, Close]:
    if sources.replay is not None:
        return Recorded.of(sources.replay), nothing_to_close
    if sources.script is not None:
        return Scripted(_script(sources.script), asyncio.sleep), nothing_to_close
    asked = Messages(sources.endpoints, clock, models=settings.models)
    return asked, asked.close


def _script(data: Json) -> Script:
    script, problems = check(Script, data)
    if script is None:
        said = "; ".join(f"{'.'.join(map(str, each.path))}: {each.message}" for each in problems[:5])
        raise UsageError(f"The script of the model cannot be used: {said}.", hint="agentops/engine/models/script.py")
    return script
