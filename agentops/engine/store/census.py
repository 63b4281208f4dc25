"""How much of what there is, and how old the oldest is: few counts over indexes, for whoever watches the server."""

from collections.abc import Mapping
from dataclasses import dataclass

from agentops.engine.core.json import parsed
from agentops.engine.store.port import Transaction
from agentops.engine.store.runners import Place, Runners

WAITING_MAX = 1_000
"""Sessions that wait are counted up to here: whoever has more needs no number."""

_TO_BE_TOLD = """
SELECT COUNT(*), MIN(created_at) FROM (
  SELECT created_at FROM deliveries WHERE status = 'pending' UNION ALL
  SELECT created_at FROM (SELECT created_at FROM tellings ORDER BY seq LIMIT 1000) first) waits"""
"""What was not made messages of yet counts once for all endpoints, up to a limit."""

_BODIES_MAX = 1_000
"""Endpoints and repositories that are looked at, each."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are, and since when the oldest is; empty for none."""

    count: int = 0
    oldest_at: str = ""


@dataclass(frozen=True, slots=True)
class Census:
    """The database at one moment."""

    sessions: Mapping[str, int]
    """By status, without archived ones and dreams' own."""

    waiting: tuple[Place, ...]
    """Sessions that have something to do and nobody who does it."""

    work: Mapping[str, Count]
    """Open items of the work queue by what they are by now; the age is that in the queue."""

    dreams: Mapping[str, int]
    deliveries: Count
    endpoints: Mapping[str, int]
    """Webhook endpoints by state."""

    scheduled: Count
    """Deployments with a schedule that is to fire, and the next moment."""

    overdue: Count
    """Those whose moment is over."""

    repositories: Mapping[str, Count]
    """Followed repositories by phase, and since when the oldest is in it."""

    servers: int
    """Processes that run sessions and did not say goodbye."""


def taken(tx: Transaction, at: str) -> Census:
    """Return the census of one snapshot; `at` is now."""
    return Census(
        sessions=_by(
            tx, "SELECT status, COUNT(*) FROM sessions WHERE archived_at IS NULL AND dream_id IS NULL GROUP BY status"
        ),
        waiting=tuple(Runners(tx).unattended(WAITING_MAX)),
        work=_work(tx, at),
        dreams=_by(tx, "SELECT status, COUNT(*) FROM dreams WHERE archived_at IS NULL GROUP BY status"),
        deliveries=_count(tx, _TO_BE_TOLD),
        endpoints=_endpoints(tx),
        scheduled=_count(tx, "SELECT COUNT(*), MIN(NULLIF(fires_at, '')) FROM deployments WHERE fires_at IS NOT NULL"),
        overdue=_count(
            tx,
            "SELECT COUNT(*), MIN(NULLIF(fires_at, '')) FROM deployments WHERE fires_at <= :at",
            at,
        ),
        repositories=_repositories(tx),
        servers=_count(tx, "SELECT COUNT(*), MIN(seen_at) FROM runners").count,
    )


def _by(tx: Transaction, sql: str) -> dict[str, int]:
    return {str(name): int(count) for name, count in tx.all(sql)}


def _count(tx: Transaction, sql: str, at: str | None = None) -> Count:
    row = tx.one(sql, {"at": at} if at else {})
    return Count(int(row[0]), str(row[1] or "")) if row else Count()


def _work(tx: Transaction, at: str) -> dict[str, Count]:
    """Return the open items as `core.work.settled` would see them: a lease that is over gives the item back."""
    rows = tx.all(
        """
        SELECT CASE WHEN lease_until IS NULL OR lease_until > :at THEN state
                    WHEN state = 'stopping' THEN 'stopped' ELSE 'queued' END AS now, COUNT(*),
               MIN(CASE WHEN lease_until IS NULL OR lease_until > :at THEN queued_at ELSE lease_until END)
        FROM work WHERE stopped_at IS NULL GROUP BY now
        """,
        {"at": at},
    )
    return {str(state): Count(int(count), str(oldest)) for state, count, oldest in rows if state != "stopped"}


def _endpoints(tx: Transaction) -> dict[str, int]:
    found: dict[str, int] = {"enabled": 0, "disabled": 0}
    for sql in (
        "SELECT body FROM webhooks ORDER BY seq LIMIT :most",
        "SELECT body FROM workspace_webhooks WHERE archived_at IS NULL ORDER BY seq LIMIT :most",
    ):
        for (body,) in tx.all(sql, {"most": _BODIES_MAX}):
            found["disabled" if parsed(body).get("state") == "disabled" else "enabled"] += 1
    return found


def _repositories(tx: Transaction) -> dict[str, Count]:
    found: dict[str, Count] = {}
    sql = "SELECT body, updated_at FROM followed_repositories ORDER BY name LIMIT :most"
    for body, updated_at in tx.all(sql, {"most": _BODIES_MAX}):
        state = parsed(body)
        phase, since = str(state.get("phase") or "unknown"), str(state.get("since") or updated_at)
        before = found.get(phase, Count())
        found[phase] = Count(before.count + 1, min(since, before.oldest_at) if before.count else since)
    return found
