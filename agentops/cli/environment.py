"""The engine's settings from flags and environment."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from agentops.base.secrets import Secret

if TYPE_CHECKING:
    from agentops.engine.settings import Settings


def engine_settings(*, database: str | None, data: Path, host: str, port: int) -> "Settings":
    """Return the settings; `AGENTOPS_API_KEY` sets the first key, `AGENTOPS_VAULT_KEY` what seals stored secrets.

    Neither is a flag: flags show in process lists.
    """
    from agentops.engine.settings import Settings

    key, vault_key = os.environ.get("AGENTOPS_API_KEY"), os.environ.get("AGENTOPS_VAULT_KEY")
    return Settings(
        database=database or f"sqlite:///{data.absolute() / 'engine.db'}",
        data=data.absolute(),
        host=host,
        port=port,
        api_key=Secret(key) if key else None,
        vault_key=Secret(vault_key) if vault_key else None,
    )
