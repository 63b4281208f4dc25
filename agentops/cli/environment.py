"""The engine's settings from flags and environment."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agentops.base.secrets import Secret

if TYPE_CHECKING:
    from agentops.engine.settings import Settings


database_option = click.option(
    "--database",
    metavar="URL",
    envvar="AGENTOPS_DATABASE",
    help="sqlite:///PATH or postgresql://… [default: engine.db in --data]. A URL with a password belongs in "
    "AGENTOPS_DATABASE: everybody on the machine can read arguments.",
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

    `AGENTOPS_VAULT_KEY_OLD` is what sealed them before. None of them is a flag: flags show in process lists.
    """
    from agentops.engine.settings import Settings

    return Settings(
        database=database or f"sqlite:///{data.absolute() / 'engine.db'}",
        data=data.absolute(),
        host=host,
        port=port,
        api_key=_secret("AGENTOPS_API_KEY"),
        vault_key=_secret("AGENTOPS_VAULT_KEY"),
        vault_key_old=_secret("AGENTOPS_VAULT_KEY_OLD"),
    )


def _secret(name: str) -> Secret | None:
    text = os.environ.get(name)
    return Secret(text) if text else None
