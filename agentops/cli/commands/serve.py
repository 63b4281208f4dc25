"""`agentops serve`: the engine on a port."""

import os
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from agentops.cli.environment import data_option, database_option, engine_settings
from agentops.cli.keeping import keeping_options, retention
from agentops.cli.logs import log_options
from agentops.cli.models import ModelFlags, has_model, model_options
from agentops.cli.output import output_option, say, write_json
from agentops.cli.private_webhooks import private_webhooks, private_webhooks_option, webhook_ca
from agentops.cli.serving import Sectioned, admin_address, admin_options, announced, beside, furnished


@click.command(cls=Sectioned)
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option(
    "--port", metavar="PORT", default=8700, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one."
)
@database_option
@data_option
@model_options
@admin_options
@log_options
@keeping_options
@private_webhooks_option
@click.option(
    "--controller",
    "followed",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Follow git repositories too, as `agentops controller --config FILE` does.",
)
@output_option
def serve(
    host: str,
    port: int,
    admin_host: str,
    admin_port: int | None,
    database: str | None,
    data: Path,
    followed: Path | None,
    output: str,
    **model: Any,
) -> None:
    """Run the engine: Claude's Managed Agents API on this machine, for the official SDK and for `agentops`.

    The first key is made at the first start and kept in a file that only you can read.
    AGENTOPS_API_KEY sets it instead. Another key beside it, or AGENTOPS_VAULT_KEY, seals what vaults hold.

    Sessions run on the server of AGENTOPS_MODEL_BASE_URL with AGENTOPS_MODEL_API_KEY: any that speaks the Messages API.

    With --admin-port a second port tells probes and Prometheus how it does: /livez, /readyz, /metrics.
    """
    from agentops.base.clock import SystemClock
    from agentops.engine.listener import Address
    from agentops.engine.listener import serve as run
    from agentops.engine.server import KEY_FILE
    from agentops.engine.supervision import Supervised, Supervisor

    flags = ModelFlags(**model)
    settings = engine_settings(database=database, data=data, host=host, port=port)
    settings = replace(settings, retention=retention(), private_webhooks=private_webhooks(), webhook_ca=webhook_ca())

    def started(address: Address) -> None:
        supervised.ready(address.url)
        if output == "json":
            key_file = None if settings.api_key else str(settings.data / KEY_FILE)
            told = {"format_version": 1, "url": address.url, "key_file": key_file}
            write_json({**told, **({"admin_url": house.admin.address.url} if house.admin else {})})
            return
        key = '"$AGENTOPS_API_KEY"' if settings.api_key else f'"$(cat {shlex.quote(str(settings.data / KEY_FILE))})"'
        say(f"agentops engine at {address.url} (Ctrl-C stops it). In another terminal:")
        say(f"  export ANTHROPIC_BASE_URL={address.url}")
        say(f"  export ANTHROPIC_API_KEY={key}")
        if house.admin:
            say(announced(house.admin.address))
        if not has_model(flags, is_embedded=False):
            say("Sessions cannot run yet: set AGENTOPS_MODEL_BASE_URL and AGENTOPS_MODEL_API_KEY, and start it again.")

    house = furnished(settings, SystemClock(), flags, admin_address(admin_host, admin_port))
    supervised = Supervised(Supervisor.of(os.environ, os.getpid()))
    if followed is None:
        run(house.engine, started, beside(house.traces, house.admin, supervised), supervised.leaving)
        return
    from agentops.cli.following import setting_of
    from agentops.controller import inside

    controller = inside.Inside(setting_of(followed, settings.database, settings.data), house.engine, SystemClock())
    parts = beside(house.traces, house.admin, supervised)
    inside.serve(house.engine, started, controller, parts, supervised.leaving)
