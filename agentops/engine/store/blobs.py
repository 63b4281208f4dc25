"""Which blobs there are: noted before their bytes are put in place, and until their bytes are gone.

So a server that is killed at any moment leaves no bytes that the database does not know of.
"""

from agentops.engine.core.blobs import Blob
from agentops.engine.store.port import Transaction

_BATCH = 100
"""How many blobs one sweep removes; the next one goes on."""


class Blobs:
    """The blobs of every workspace: an owner's id says whose they are."""

    def __init__(self, tx: Transaction) -> None:
        """Work in the transaction."""
        self._tx = tx

    def note(self, blob: Blob, at: str) -> None:
        """Say that the bytes are about to be put in place."""
        self._tx.run(
            """
            INSERT INTO blobs (owner, sha256, size_bytes, state, since)
            VALUES (:owner, :sha256, :size_bytes, 'coming', :at)
            """,
            {"owner": blob.owner, "sha256": blob.sha256, "size_bytes": blob.size_bytes, "at": at},
        )

    def adopt(self, blob: Blob, at: str) -> bool:
        """Make the bytes the owner's for good; tell whether they still could be."""
        changed = self._tx.run(
            "UPDATE blobs SET state = 'kept', since = :at WHERE owner = :owner AND state = 'coming'",
            {"owner": blob.owner, "at": at},
        )
        return changed == 1

    def get(self, owner: str) -> Blob | None:
        """Return the owner's bytes, if it has any; one that shares them gets its lender's."""
        row = self._tx.one(
            "SELECT owner, sha256, size_bytes FROM blobs WHERE owner = :owner AND state = 'kept'", {"owner": owner}
        ) or self._tx.one(
            """
            SELECT b.owner, b.sha256, b.size_bytes FROM blob_shares s JOIN blobs b ON b.owner = s.lender
            WHERE s.owner = :owner
            """,
            {"owner": owner},
        )
        return Blob(*row) if row else None

    def share(self, owner: str, blob: Blob) -> None:
        """Make bytes that somebody owns those of another owner too, who keeps them when the first gives them up."""
        self._tx.run(
            "INSERT INTO blob_shares (owner, lender) VALUES (:owner, :lender)", {"owner": owner, "lender": blob.owner}
        )

    def doom(self, owner: str, at: str) -> None:
        """Say that the owner's bytes are to go, once nobody shares them."""
        self._tx.run("DELETE FROM blob_shares WHERE owner = :owner", {"owner": owner})
        self._tx.run("UPDATE blobs SET state = 'doomed', since = :at WHERE owner = :owner", {"owner": owner, "at": at})

    def doom_forsaken(self, before: str, at: str) -> None:
        """Doom what was about to come before a moment, and never did."""
        self._tx.run(
            "UPDATE blobs SET state = 'doomed', since = :at WHERE state = 'coming' AND since < :before",
            {"before": before, "at": at},
        )

    def has_chores(self, before: str) -> bool:
        """Tell whether bytes are to go, or were about to come before a moment."""
        doomed = self._tx.one(
            """
            SELECT 1 FROM blobs b LEFT JOIN blob_shares s ON s.lender = b.owner
            WHERE b.state = 'doomed' AND s.owner IS NULL LIMIT 1
            """
        )
        return bool(
            doomed
            or self._tx.one(
                "SELECT 1 FROM blobs WHERE state = 'coming' AND since < :before LIMIT 1", {"before": before}
            )
        )

    def doomed(self) -> list[Blob]:
        """Return blobs whose bytes are to go."""
        rows = self._tx.all(
            """
            SELECT b.owner, b.sha256, b.size_bytes FROM blobs b LEFT JOIN blob_shares s ON s.lender = b.owner
            WHERE b.state = 'doomed' AND s.owner IS NULL ORDER BY b.since LIMIT :limit
            """,
            {"limit": _BATCH},
        )
        return [Blob(*row) for row in rows]

    def forget(self, blob: Blob) -> None:
        """Forget a blob whose bytes are gone."""
        self._tx.run("DELETE FROM blobs WHERE owner = :owner AND state = 'doomed'", {"owner": blob.owner})
