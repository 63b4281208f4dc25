"""Bringing a database up to date: numbered steps, forward only, append only."""

from collections.abc import Mapping

from agentops.base.errors import StorageError
from agentops.engine.store.port import Transaction
from agentops.engine.store.tables import (
    census,
    control,
    deliveries,
    deployments,
    dreams,
    evaluations,
    extensions,
    files,
    firings,
    resources,
    retention,
    runs,
    sessions,
    shared_index,
    skills,
    tellings,
    threads,
    vaults,
    webhooks,
    work,
)

MIGRATIONS = (
    resources.STEP,
    files.STEP,
    vaults.STEP,
    webhooks.STEP,
    skills.STEP,
    extensions.STEP,
    work.STEP,
    sessions.STEP,
    deployments.STEP,
    runs.STEP,
    threads.STEP,
    evaluations.STEP,
    dreams.STEP,
    deliveries.STEP,
    firings.STEP,
    control.STEP,
    census.STEP,
    retention.STEP,
    tellings.STEP,
    shared_index.STEP,
)

_RECORD = """
CREATE TABLE IF NOT EXISTS schema_migrations (
  number {integer} PRIMARY KEY, name {text} NOT NULL, applied_at {text} NOT NULL)"""


def migrate(tx: Transaction, spelling: Mapping[str, str], *, at: str) -> None:
    """Apply the steps that the database lacks; the caller holds the only write transaction.

    Raises:
        StorageError: a newer version wrote the database, or its record is not a beginning of ours.
    """
    tx.run(_RECORD.format_map(spelling))
    done = applied(tx)
    for number, migration in enumerate(MIGRATIONS[done:], start=done + 1):
        for statement in migration.statements:
            tx.run(statement.format_map(spelling))
        tx.run(
            "INSERT INTO schema_migrations (number, name, applied_at) VALUES (:number, :name, :at)",
            {"number": number, "name": migration.name, "at": at},
        )


def applied(tx: Transaction) -> int:
    """Return how many steps the database has.

    Raises:
        StorageError: a newer version wrote the database, or its record is not a beginning of ours.
    """
    record = tx.all("SELECT number, name FROM schema_migrations ORDER BY number")
    if len(record) > len(MIGRATIONS):
        raise StorageError(
            f"The database has schema {len(record)}; this version of agentops knows {len(MIGRATIONS)}.",
            hint="Start the newer agentops that wrote it, or name another database.",
        )
    if record != [(number, each.name) for number, each in enumerate(MIGRATIONS[: len(record)], start=1)]:
        raise StorageError(
            "The database's record of its schema is not one that agentops wrote.",
            hint="Restore it from a backup, or name another database.",
        )
    return len(record)
