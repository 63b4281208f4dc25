"""The engine's settings from flags and environment."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from agentops.cli.variables import secret, variable

if TYPE_CHECKING:
    from agentops.engine.settings import Settings


database_option = click.option(
    "--database",
    metavar="URL",
    envvar="AGENTOPS_DATABASE",
    help="sqlite:///PATH or postgresql://… [default: engine.db in --data]. A URL with a password belongs in "
    "AGENTOPS_DATABASE, or in a file that AGENTOPS_DATABASE_FILE names: everybody can read arguments.",
)
data_option = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".agentops"),
    show_default=True,
    help="Where the keys and the default database are kept.",
)


def engine_settings(*, database: str | None, data: Path, host: str = "127.0.0.1", port: int = 8700) -> "Settings":
    """Return the settings; `AGENTOPS_API_KEY` sets the first key, `AGENTOPS_VAULT_KEY` what seals stored secrets.

    `AGENTOPS_VAULT_KEY_OLD` is what sealed them before. None of them is a flag: flags show in process lists. Each may
    be in a file, which the variable of its name with `_FILE` names.

    Raises:
        UsageError: a secret or its file cannot be used.
    """
    from agentops.engine.own_database import database_in
    from agentops.engine.settings import Settings

    return Settings(
        database=database or variable("AGENTOPS_DATABASE") or database_in(data),
        data=data.absolute(),
        host=host,
        port=port,
        api_key=secret("AGENTOPS_API_KEY"),
        vault_key=secret("AGENTOPS_VAULT_KEY"),
        vault_key_old=secret("AGENTOPS_VAULT_KEY_OLD"),
    )
