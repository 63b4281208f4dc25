"""What `agentops serve` puts beside the engine: the admin port, the meter whose numbers it shows, and the tracer."""

import logging
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from agentops.base.errors import UsageError
from agentops.cli.models import ModelFlags, means

if TYPE_CHECKING:
    from agentops.base.clock import Clock
    from agentops.engine.admin.port import AdminPort
    from agentops.engine.listener import Address
    from agentops.engine.metrics.families import Families
    from agentops.engine.server import Engine
    from agentops.engine.settings import Settings
    from agentops.engine.tracing.exporting import Exporting

_log = logging.getLogger("agentops.cli")

_CONTENT = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
"""Whether spans hold what was said: `true`, or not at all. Source: OpenTelemetry's Python instrumentations."""

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--admin-port",
        metavar="PORT",
        type=click.IntRange(0, 65535),
        help="Serve /livez, /readyz and /metrics here, without a key; 0 takes a free port. Off unless given.",
    ),
    click.option(
        "--admin-host",
        metavar="ADDRESS",
        default="127.0.0.1",
        show_default=True,
        help="Where --admin-port is. Who can reach it can read the metrics: keep it inside.",
    ),
)


_SECTIONS = {
    "Where it listens, and what it keeps": ("host", "port", "database", "data"),
    "What answers for models, and where tools run": ("model_script", "replay", "record", "unsafe_local_tools"),
    "How it is watched": ("admin_port", "admin_host", "log_format", "log_level"),
    "For how many days it keeps what is over; for good, unless given": (
        "keep_sessions",
        "keep_deployment_runs",
        "keep_deliveries",
        "keep_dream_operations",
    ),
}
"""What its many flags are about, in the order of its help; `Options` are all others."""


class Sectioned(click.Command):
    """A command whose flags are many: its help shows them by what they are about."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each section under its title."""
        left = {each.name: each.get_help_record(ctx) for each in self.get_params(ctx)}
        sections = {title: [left.pop(name, None) for name in names] for title, names in _SECTIONS.items()}
        for title, records in {**sections, "Options": list(left.values())}.items():
            with formatter.section(title):
                formatter.write_dl([each for each in records if each is not None])


def admin_options(command: F) -> F:
    """Add the flags of the admin port."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def admin_address(host: str, port: int | None) -> "Address | None":
    """Return where the flags of the running command want the admin port, None for nowhere.

    Raises:
        UsageError: they name an address for a port that nobody asked for.
    """
    from agentops.engine.listener import Address

    if port is not None:
        return Address(host, port)
    if click.get_current_context().get_parameter_source("admin_host") is not ParameterSource.DEFAULT:
        raise UsageError("--admin-host is where --admin-port is, and there is none.", hint="Add --admin-port PORT.")
    return None


def announced(admin: "Address") -> str:
    """Return what is said at the start of the admin port."""
    said = f"Health and metrics are at {admin.url}/readyz and /metrics."
    is_inside = admin.host == "localhost" or admin.host.startswith("127.") or admin.host == "::1"
    return said if is_inside else f"{said} They ask for no key: keep strangers from that address."


@dataclass(frozen=True, slots=True)
class House:
    """An engine with what is beside it."""

    engine: "Engine"
    admin: "AdminPort | None" = None
    traces: "Exporting | None" = None


@asynccontextmanager
async def beside(*parts: AbstractAsyncContextManager[object] | None) -> AsyncIterator[None]:
    """Keep what stands beside the engine open, of what there is, for as long as the block."""
    async with AsyncExitStack() as stack:
        for each in parts:
            if each is not None:
                await stack.enter_async_context(each)
        yield


def furnished(settings: "Settings", clock: "Clock", flags: ModelFlags, wanted: "Address | None") -> House:
    """Return the engine, closed; without an admin port nothing is counted, without a collector no spans are made.

    Raises:
        UsageError: a script, a recording or an endpoint cannot be used.
    """
    from agentops.base.ids import RandomIds
    from agentops.engine.instruments import Instruments
    from agentops.engine.server import build

    traces = _traces()
    families = _families(settings) if wanted is not None else None
    engine = build(
        settings,
        clock=clock,
        ids=RandomIds(),
        means=means(settings, clock, flags, meter=families),
        instruments=Instruments(families, traces),
    )
    if wanted is None or families is None:
        return House(engine, None, traces)
    from agentops.engine.admin.port import AdminPort

    return House(engine, AdminPort(engine, families, clock, wanted), traces)


def _families(settings: "Settings") -> "Families":
    from agentops.engine.metrics.families import Families

    return Families(settings.models, settings.database.partition(":")[0])


def _traces() -> "Exporting | None":
    """Return what sends spans, where OpenTelemetry's own variables name a collector and the extra is installed."""
    names = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    is_off = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    name = next((each for each in names if os.environ.get(each, "").strip()), None)
    if name is None or is_off:
        return None
    try:
        from agentops.engine.tracing.exporting import Exporting
    except ModuleNotFoundError:
        way_out = "pip install 'agentops-gitops[otel]', or unset it"
        _log.warning("%s is set, but no spans are sent: OpenTelemetry is not installed: %s", name, way_out)
        return None
    return Exporting(with_content=os.environ.get(_CONTENT, "").lower() == "true")
