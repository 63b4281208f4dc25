"""Which database a URL means; apart, so that nothing pays for the driver it does not use."""

from pathlib import Path

from agentops.base.errors import UsageError
from agentops.engine.store.port import Database
from agentops.engine.store.wire import NoWire, Wire

_SQLITE = "sqlite:///"
_POSTGRES = ("postgresql://", "postgres://")


def database(url: str) -> Database:
    """Return the database, not yet open.

    Raises:
        UsageError: the URL is of no kind we know.
    """
    if url.startswith(_SQLITE) and len(url) > len(_SQLITE):
        from agentops.engine.store.sqlite import SqliteDatabase  # noqa: PLC0415 - a Postgres server needs no sqlite3

        return SqliteDatabase(Path(url.removeprefix(_SQLITE)))
    if url.startswith(_POSTGRES):
        from agentops.engine.store.postgres import PostgresDatabase  # noqa: PLC0415 - costs 0.1 CPU-s to import

        return PostgresDatabase(url)
    raise UsageError(
        f"{url.partition('://')[0]!r} is not a kind of database that agentops knows.",
        hint="Write sqlite:///PATH or postgresql://USER@HOST/NAME.",
    )


def wire(url: str, name: str) -> Wire:
    """Return what the servers of a database tell each other by; the name is this server's own."""
    if url.startswith(_POSTGRES):
        from agentops.engine.store.postgres_wire import PostgresWire  # noqa: PLC0415 - as above

        return PostgresWire(url, name)
    return NoWire()


def sqlite_file(url: str) -> Path | None:
    """Return the database's file, if it is one."""
    return Path(url.removeprefix(_SQLITE)) if url.startswith(_SQLITE) else None


def missing_file(url: str) -> Path | None:
    """Return the file that opening the database would make, if there is none yet."""
    file = sqlite_file(url)
    return file if file is not None and not file.exists() else None
