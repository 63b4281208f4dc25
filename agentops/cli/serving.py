"""What `agentops serve` puts beside the engine: the admin port, and the meter whose numbers it shows."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from agentops.cli.models import ModelFlags, means

if TYPE_CHECKING:
    from agentops.base.clock import Clock
    from agentops.engine.admin.port import AdminPort
    from agentops.engine.listener import Address
    from agentops.engine.server import Engine
    from agentops.engine.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--admin-port",
        type=click.IntRange(0, 65535),
        help="Serve /livez, /readyz and /metrics here, without a key; 0 takes a free port. Off unless given.",
    ),
    click.option(
        "--admin-host",
        default="127.0.0.1",
        show_default=True,
        help="The address of --admin-port. Who can reach it can read the metrics.",
    ),
)


def admin_options(command: F) -> F:
    """Add the flags of the admin port."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class House:
    """An engine with what is beside it."""

    engine: "Engine"
    admin: "AdminPort | None" = None


@asynccontextmanager
async def beside(*parts: AbstractAsyncContextManager[object] | None) -> AsyncIterator[None]:
    """Keep what stands beside the engine open, of what there is, for as long as the block."""
    async with AsyncExitStack() as stack:
        for each in parts:
            if each is not None:
                await stack.enter_async_context(each)
        yield


def furnished(settings: "Settings", clock: "Clock", flags: ModelFlags, wanted: "Address | None") -> House:
    """Return the engine, closed; without an admin port nothing is counted.

    Raises:
        UsageError: a script, a recording or an endpoint cannot be used.
    """
    from agentops.base.ids import RandomIds
    from agentops.engine.server import build

    if wanted is None:
        return House(build(settings, clock=clock, ids=RandomIds(), means=means(settings, clock, flags)))
    from agentops.engine.admin.port import AdminPort
    from agentops.engine.instruments import Instruments
    from agentops.engine.metrics.families import Families

    families = Families(settings.models, settings.database.partition(":")[0])
    found = means(settings, clock, flags, meter=families)
    engine = build(settings, clock=clock, ids=RandomIds(), means=found, instruments=Instruments(families))
    return House(engine, AdminPort(engine, families, clock, wanted))
