"""One version of a memory, as the API tells it, and the commit that it becomes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from agentops.memory_repo.commits import Draft, Person, Trailers
from agentops.reconcile.target import Body
from agentops.wire.memories import path_problems

STORE, SESSION, VERSION = "Agentops-Store", "Agentops-Session", "Agentops-Version"
LIVE = "Agentops-Live"
"""The trailer with the id of the live store."""

BORN = "Agentops-Born"
"""The trailer of the commit with which a live store of another id begins."""

_NAMES = {
    "session_actor": ("session", "session_id"),
    "api_actor": ("API key", "api_key_id"),
    "user_actor": ("user", "user_id"),
    "service_account_actor": ("service account", "service_account_id"),
}
"""Source: SDK 2.11.0 `types/beta/memory_stores/beta_managed_agents_actor.py`."""

NOBODY = Person("memory store", "unknown@agentops.invalid")
"""Whoever wrote what no version tells of."""


@dataclass(frozen=True, slots=True)
class Version:
    """What somebody did to a memory."""

    id: str
    memory: str
    path: str
    """Empty where the version was redacted."""

    text: str | None
    """None where the memory was deleted, or the version redacted."""

    at: datetime
    author: Person = NOBODY
    session: str = ""
    is_removal: bool = False
    is_rename_possible: bool = False

    @property
    def is_redacted(self) -> bool:
        """Tell whether nobody knows any more what it held."""
        return not self.path or (self.text is None and not self.is_removal)

    @property
    def verb(self) -> str:
        """Return what was done, in a word."""
        return "deletes" if self.is_removal else "edits" if self.is_rename_possible else "writes"


def version(body: Body) -> Version:
    """Read a version; one whose path no memory may have counts as redacted."""
    path = body.get("path") or ""
    author, session = _author(body.get("created_by") or {})
    return Version(
        id=str(body["id"]),
        memory=str(body["memory_id"]),
        path="" if path and any(path_problems(path)) else path,
        text=body.get("content"),
        at=instant(body["created_at"]),
        author=author,
        session=session,
        is_removal=body.get("operation") == "deleted",
        is_rename_possible=body.get("operation") == "modified",
    )


def instant(text: str) -> datetime:
    """Return a time of the API."""
    return datetime.fromisoformat(text).astimezone(UTC)


def draft(store: tuple[str, str], change: Version, tree: str, parents: tuple[str, ...]) -> Draft:
    """Return the commit of a version: equal for everybody who takes the version in; `store`: its name and its id."""
    sessions: Trailers = ((SESSION, change.session),) if change.session else ()
    subject = " ".join(f"{change.author.name} {change.verb} {change.path}".split())
    name, live = store
    trailers = ((STORE, name), (LIVE, live), *sessions, (VERSION, change.id))
    return Draft(tree, parents, subject, change.at, change.author, trailers=trailers)


def _author(actor: Mapping[str, str]) -> tuple[Person, str]:
    if actor.get("type") not in _NAMES:
        return NOBODY, ""
    word, key = _NAMES[actor["type"]]
    found = str(actor.get(key) or "unknown")
    person = Person(f"{word} {found}", f"{found}@agentops.invalid")
    return person, found if word == "session" else ""
