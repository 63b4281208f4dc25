"""Whether a server can be sent requests: one look at all that they need, and what is the matter if not."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agentops.base.errors import StorageError
from agentops.engine.server import Engine
from agentops.engine.store import migrations

_log = logging.getLogger("agentops.engine")

_PATIENCE_S = 2.0
"""Kubelets give up after one second unless told otherwise; a database that takes longer answers nobody in time."""


@dataclass(frozen=True, slots=True)
class Health:
    """What was found."""

    status: str
    """`starting`, `ready`, `draining` or `failing`."""

    checks: Mapping[str, Mapping[str, Any]]

    @property
    def is_ready(self) -> bool:
        """Tell whether requests are welcome."""
        return self.status == "ready"


async def health(engine: Engine) -> Health:
    """Return how the server is."""
    checks: dict[str, Mapping[str, Any]] = {"draining": {"ok": not engine.is_draining}}
    if not engine.is_open:
        # Nothing is asked of a database that is being opened, brought up to date, or closed.
        return Health("draining" if engine.is_draining else "starting", {**checks, "open": {"ok": False}})
    checks |= await _database(engine)
    if (takes_sessions := engine.takes_sessions) is not None:
        checks["sessions"] = {"ok": takes_sessions or engine.is_draining}
    if engine.is_draining:
        return Health("draining", checks)
    return Health("ready" if all(each["ok"] for each in checks.values()) else "failing", checks)


async def _database(engine: Engine) -> dict[str, Mapping[str, Any]]:
    wanted = len(migrations.MIGRATIONS)
    try:
        async with asyncio.timeout(_PATIENCE_S):
            applied = await engine.database.read(migrations.applied)
    except TimeoutError:
        return {"database": {"ok": False, "problem": "The database does not answer in time."}}
    except StorageError as error:
        return {"database": {"ok": False, "problem": error.message}}
    except Exception as error:  # noqa: BLE001 - a file that is damaged fails in the words of its own library
        # Who asks has no key: what a library says stands in the log alone.
        _log.warning("the database cannot be read: %s: %s", type(error).__name__, error)
        return {"database": {"ok": False, "problem": "The database cannot be read; the log says why."}}
    return {
        "database": {"ok": True},
        "migrations": {"ok": applied == wanted, "applied": applied, "wanted": wanted},
    }
