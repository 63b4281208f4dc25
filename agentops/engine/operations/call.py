"""What every operation is given: a transaction, who calls, when, and where new ids come from."""

from dataclasses import dataclass

from agentops.base.ids import IdSource
from agentops.engine.store.port import Transaction


@dataclass(frozen=True, slots=True)
class Call:
    """One request as the operations see it."""

    tx: Transaction
    workspace: str
    api_key_id: str
    at: str
    """This moment as the API prints it."""

    ids: IdSource


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a list: the answers' JSON, and where the next page starts (None on the last one)."""

    items: list[str]
    position: list[str | int] | None = None
