"""What a controller knows of each repository that it follows: one JSON document a repository."""

import json
from typing import Any

from agentops.engine.store.port import Transaction


class Followed:
    """Every followed repository."""

    def __init__(self, tx: Transaction) -> None:
        """Work in the transaction."""
        self._tx = tx

    def all(self) -> dict[str, dict[str, Any]]:
        """Return every document by the name of its repository."""
        rows = self._tx.all("SELECT name, body FROM followed_repositories ORDER BY name")
        return {str(name): _document(body) for name, body in rows}

    def get(self, name: str) -> dict[str, Any] | None:
        """Return the document of a repository."""
        row = self._tx.one("SELECT body FROM followed_repositories WHERE name = :name", {"name": name})
        return _document(row[0]) if row else None

    def put(self, name: str, body: dict[str, Any], at: str) -> None:
        """Keep the document of a repository in place of the one before."""
        params = {"name": name, "body": json.dumps(body, ensure_ascii=False), "at": at}
        if not self._tx.run(
            "UPDATE followed_repositories SET body = :body, updated_at = :at WHERE name = :name", params
        ):
            self._tx.run(
                "INSERT INTO followed_repositories (name, body, updated_at) VALUES (:name, :body, :at)", params
            )

    def forget(self, name: str) -> None:
        """Remove what is known of a repository that is followed no more."""
        self._tx.run("DELETE FROM followed_repositories WHERE name = :name", {"name": name})


def _document(body: str) -> dict[str, Any]:
    """Return the document; what is none is empty, so that one row keeps nobody from reading the others."""
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
