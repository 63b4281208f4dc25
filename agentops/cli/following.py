"""What `agentops controller` and `agentops status` have in common: where the controllers of a database are met."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from agentops.base.errors import UsageError
from agentops.cli.variables import variable

if TYPE_CHECKING:
    from agentops.controller.register import Register
    from agentops.controller.running import Setting

T = TypeVar("T")


def database_url(database: str | None, data: Path) -> str:
    """Return the database's URL: the named one, or the one that `agentops serve` has in the data folder.

    Raises:
        UsageError: the file that names it cannot be used.
    """
    from agentops.engine.own_database import database_in

    return database or variable("AGENTOPS_DATABASE") or database_in(data)


def with_register(database: str | None, data: Path, use: "Callable[[Register], Awaitable[T]]") -> T:
    """Return what comes of looking at the controllers of a database.

    Raises:
        UsageError: there is no such database.
    """
    from agentops.base.clock import SystemClock
    from agentops.controller.register import registered
    from agentops.engine.store.choice import missing_file

    url = database_url(database, data)
    if missing := missing_file(url):
        hint = "name the controller's --data or --database, or start one: `agentops controller --config FILE`"
        raise UsageError(f"no controller has kept anything in {missing}", hint=hint)

    async def run() -> T:
        async with registered(url, SystemClock()) as register:
            return await use(register)

    return asyncio.run(run())


def setting_of(file: Path, database: str | None, data: Path) -> "Setting":
    """Return what a controller is started with; only here the environment is read."""
    from agentops.controller.running import Setting

    return Setting.read(file, dict(os.environ), database_url(database, data), data)
