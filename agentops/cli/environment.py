"""The engine's settings from flags and environment."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from agentops.base.secrets import Secret

if TYPE_CHECKING:
    from agentops.engine.settings import Settings


def engine_settings(*, database: str | None, data: Path, host: str, port: int) -> "Settings":
    """Return the settings; `AGENTOPS_API_KEY` sets the first key, and is never a flag: flags show in process lists."""
    from agentops.engine.settings import Settings

    key = os.environ.get("AGENTOPS_API_KEY")
    return Settings(
        database=database or f"sqlite:///{data.absolute() / 'engine.db'}",
        data=data.absolute(),
        host=host,
        port=port,
        api_key=Secret(key) if key else None,
    )
