"""What waits to be delivered, and who has taken it: read by those who deliver; `deliveries` puts it down."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agentops.engine.core.deliveries import GOOD, Attempt, Health
from agentops.engine.store.port import Params, Transaction


@dataclass(frozen=True, slots=True)
class Lane:
    """An endpoint for which something waits that nobody has taken."""

    endpoint_id: str
    owner_id: str
    """A workspace, or an organization."""

    due_at: str
    """When the first of it is due."""

    attempts: int
    """How many were made of the first."""


@dataclass(frozen=True, slots=True)
class Queued:
    """One message for one endpoint, in the hands of a process."""

    seq: int
    owner_id: str
    id: str
    endpoint_id: str
    event_id: str
    event_type: str
    body: str
    attempts: int
    """How many were made so far."""


class DeliveryQueue:
    """The messages of all owners, for one process that delivers some of them."""

    def __init__(self, tx: Transaction, runner_id: str) -> None:
        """Work in the transaction."""
        self._tx = tx
        self._runner = runner_id

    def lanes(self) -> list[Lane]:
        """Return every endpoint for which something waits: as many steps in an index as there are such endpoints."""
        return [Lane(*row) for row in self._tx.all(_LANES)]

    def take(self, endpoint_id: str, at: str, limit: int) -> list[Queued]:
        """Take messages that are due, those first that are due for longest."""
        params: Params = {"endpoint": endpoint_id, "at": at, "limit": limit}
        found = [Queued(*row) for row in self._tx.all(_DUE, params)]
        self._each("UPDATE deliveries SET runner_id = :runner WHERE seq IN", [each.seq for each in found])
        return found

    def still_held(self, seqs: Sequence[int]) -> frozenset[int]:
        """Return those that nobody has taken away meanwhile."""
        sql = "SELECT seq FROM deliveries WHERE status = 'pending' AND runner_id = :runner AND seq IN"
        return frozenset(row[0] for part in _parts(sql, seqs) for row in self._tx.all(*self._own(*part)))

    def held(self) -> frozenset[int]:
        """Return all that the process has."""
        rows = self._tx.all(
            "SELECT seq FROM deliveries WHERE status = 'pending' AND runner_id = :runner", {"runner": self._runner}
        )
        return frozenset(row[0] for row in rows)

    def release(self, seqs: Sequence[int]) -> None:
        """Give messages back as they are."""
        self._each("UPDATE deliveries SET runner_id = NULL WHERE runner_id = :runner AND seq IN", seqs)

    def take_over(self) -> int:
        """Make free what those had who are not on the list of the living, and return how much it was."""
        return self._tx.run(
            """
            UPDATE deliveries SET runner_id = NULL
            WHERE status = 'pending' AND runner_id IS NOT NULL AND runner_id NOT IN (SELECT id FROM runners)
            """
        )

    def has_forsaken(self) -> bool:
        """Tell whether there is anything to take over."""
        row = self._tx.one(
            """
            SELECT 1 FROM deliveries
            WHERE status = 'pending' AND runner_id IS NOT NULL AND runner_id NOT IN (SELECT id FROM runners) LIMIT 1
            """
        )
        return row is not None

    # --- how it ends -------------------------------------------------------------------------------------------------

    def note(self, tried: Sequence[tuple[Queued, Attempt]]) -> None:
        """Put attempts into the log."""
        for start in range(0, len(tried), _AT_ONCE):
            some = tried[start : start + _AT_ONCE]
            size = _size(len(some))
            params: dict[str, str | int | None] = {}
            for number in range(size):
                # What fills up is there twice, and not put down twice.
                message, attempt = some[min(number, len(some) - 1)]
                params |= {
                    f"owner_{number}": message.owner_id,
                    f"delivery_{number}": message.id,
                    f"number_{number}": message.attempts + 1,
                    f"at_{number}": attempt.at,
                    f"took_{number}": attempt.took_ms,
                    f"status_{number}": attempt.status,
                    f"problem_{number}": attempt.problem,
                }
            self._tx.run(_NOTES[size], params)

    def delivered(self, seqs: Sequence[int], at: str) -> None:
        """End messages well."""
        self._each(_DELIVERED, seqs, {"at": at})

    def failed(self, seqs: Sequence[int], at: str) -> None:
        """End messages that no attempt delivered."""
        self._each(_FAILED, seqs, {"at": at})

    def again(self, seqs: Sequence[int], due_at: str) -> None:
        """Have messages tried again later, by anybody."""
        self._each(_AGAIN, seqs, {"due": due_at})

    def forsake(self, endpoint_id: str, reason: str, at: str) -> int:
        """Drop all that waits for an endpoint and is in nobody's hands, and return how much it was."""
        return self._tx.run(
            """
            UPDATE deliveries SET status = 'dropped', reason = :reason, due_at = NULL, ended_at = :at
            WHERE status = 'pending' AND runner_id IS NULL AND endpoint_id = :endpoint
            """,
            {"endpoint": endpoint_id, "reason": reason, "at": at},
        )

    # --- how an endpoint does ----------------------------------------------------------------------------------------

    def health(self, owner_id: str, endpoint_id: str) -> Health:
        """Return how an endpoint did lately."""
        row = self._tx.one(
            "SELECT failing_since, failures FROM endpoint_health WHERE owner_id = :owner AND endpoint_id = :endpoint",
            {"owner": owner_id, "endpoint": endpoint_id},
        )
        return Health(*row) if row else GOOD

    def keep_health(self, owner_id: str, endpoint_id: str, health: Health) -> None:
        """Note how an endpoint does; a good one needs no row."""
        key = {"owner": owner_id, "endpoint": endpoint_id}
        if health == GOOD:
            self._tx.run("DELETE FROM endpoint_health WHERE owner_id = :owner AND endpoint_id = :endpoint", key)
            return
        self._tx.run(
            """
            INSERT INTO endpoint_health (owner_id, endpoint_id, failing_since, failures)
            VALUES (:owner, :endpoint, :since, :failures)
            ON CONFLICT (owner_id, endpoint_id)
            DO UPDATE SET failing_since = excluded.failing_since, failures = excluded.failures
            """,
            {**key, "since": health.failing_since, "failures": health.failures},
        )

    def _each(self, sql: str, seqs: Sequence[int], params: Params | None = None) -> None:
        for part in _parts(sql, seqs):
            self._tx.run(*self._own(*part, params))

    def _own(self, sql: str, seqs: Params, params: Params | None = None) -> tuple[str, Params]:
        own = {"runner": self._runner} if ":runner" in sql else {}
        return sql, {**seqs, **own, **(params or {})}


_SIZES = (1, 4, 16, 64)
_AT_ONCE = _SIZES[-1]
"""Rows that one statement touches; few sizes, because each makes a statement of its own that Postgres keeps ready."""


def _size(count: int) -> int:
    return next(each for each in _SIZES if each >= count)


def _parts(sql: str, seqs: Sequence[int]) -> Iterator[tuple[str, Mapping[str, int]]]:
    """Yield the statement for some of the rows at a time; the last one fills up a list that is too long."""
    for start in range(0, len(seqs), _AT_ONCE):
        some = seqs[start : start + _AT_ONCE]
        size = _size(len(some))
        names = ", ".join(f":seq_{number}" for number in range(size))
        yield f"{sql} ({names})", {f"seq_{number}": some[min(number, len(some) - 1)] for number in range(size)}


_LANES = """
WITH RECURSIVE lanes (endpoint_id) AS (
  SELECT MIN(endpoint_id) FROM deliveries WHERE status = 'pending' AND runner_id IS NULL
  UNION ALL
  SELECT (SELECT MIN(d.endpoint_id) FROM deliveries d
          WHERE d.status = 'pending' AND d.runner_id IS NULL AND d.endpoint_id > lanes.endpoint_id)
  FROM lanes WHERE lanes.endpoint_id IS NOT NULL)
SELECT d.endpoint_id, d.owner_id, d.due_at, d.attempts
FROM lanes JOIN deliveries d ON d.seq =
  (SELECT first.seq FROM deliveries first WHERE first.status = 'pending' AND first.runner_id IS NULL
   AND first.endpoint_id = lanes.endpoint_id ORDER BY first.due_at, first.seq LIMIT 1)"""

_DUE = """
SELECT seq, owner_id, id, endpoint_id, event_id, event_type, body, attempts FROM deliveries
WHERE status = 'pending' AND runner_id IS NULL AND endpoint_id = :endpoint AND due_at <= :at
ORDER BY due_at, seq LIMIT :limit"""

_DELIVERED = """
UPDATE deliveries SET status = 'delivered', attempts = attempts + 1, runner_id = NULL, due_at = NULL, ended_at = :at
WHERE seq IN"""

_FAILED = """
UPDATE deliveries SET status = 'failed', attempts = attempts + 1, runner_id = NULL, due_at = NULL, ended_at = :at
WHERE seq IN"""

_AGAIN = "UPDATE deliveries SET attempts = attempts + 1, runner_id = NULL, due_at = :due WHERE seq IN"


def _note(size: int) -> str:
    rows = ", ".join(
        f"(:owner_{number}, :delivery_{number}, :number_{number}, :at_{number}, :took_{number}, :status_{number}, "
        f":problem_{number})"
        for number in range(size)
    )
    return f"""
        INSERT INTO delivery_attempts (owner_id, delivery_id, number, at, took_ms, status, problem) VALUES {rows}
        ON CONFLICT (owner_id, delivery_id, number) DO NOTHING
        """  # noqa: S608 - the parts are our own words


_NOTES = {each: _note(each) for each in _SIZES}
