"""What a DreamSchedule asks for, read from its manifest: the dream runs here, whatever target the sessions are on."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from agentops.base.errors import UsageError
from agentops.base.names import Address, Kind, nearest
from agentops.cli.dreams.slots import Rhythm
from agentops.dreaming.port import NO_LIMIT, Budget
from agentops.wire import durations

if TYPE_CHECKING:
    from agentops.manifests.document import Document, Tree

LEXICAL, MESSAGES, HOSTED = "lexical", "messages", "hosted"
ENGINES = (LEXICAL, MESSAGES, HOSTED)
_MOST_SESSIONS = 100


@dataclass(frozen=True, slots=True)
class Wish:
    """A dream to be dreamt."""

    schedule: str
    store: str
    """The MemoryStore manifest's name: the folder in the memory repository."""

    agents: tuple[str, ...] = ()
    """Names or ids; none: everybody's sessions."""

    most: int = _MOST_SESSIONS
    least: int = 1
    is_incremental: bool = False
    """Whether sessions that a merged dream read are left out."""

    engine: str = LEXICAL
    model: str = ""
    instructions: str = ""
    budget: Budget = NO_LIMIT
    merges_itself: bool = False
    gates: Mapping[str, str] = field(default_factory=dict)
    rhythm: Rhythm = field(default_factory=Rhythm)
    """When it is due by the clock."""

    after_sessions: int | None = None


def schedules(tree: "Tree") -> "tuple[Document, ...]":
    """Return the tree's dream schedules."""
    return tuple(each for each in tree.documents if each.kind is Kind.DREAM_SCHEDULE)


def named(tree: "Tree", name: str) -> "Document":
    """Return the schedule of that name.

    Raises:
        UsageError: there is none.
    """
    plain = name.removeprefix(f"{Kind.DREAM_SCHEDULE.value}/")
    found = tree.get(Address(Kind.DREAM_SCHEDULE, plain))
    if found is not None:
        return found
    known = [each.name for each in schedules(tree)]
    near = nearest(plain, known)
    raise UsageError(
        f"there is no DreamSchedule `{plain}`",
        hint=f"did you mean `{near}`?" if near else f"declared: {', '.join(known) or 'none'}",
    )


def wish(document: "Document") -> Wish:
    """Return what a schedule asks for.

    Raises:
        UsageError: it names its store by an id: a memory repository keeps stores by the names of their manifests.
    """
    data = document.data
    model = data.get("model")
    engine = data.get("engine") or (MESSAGES if model else LEXICAL)
    return Wish(
        schedule=document.name,
        store=_store(document, data),
        agents=tuple(_name(each) for each in data.get("agents") or ()),
        most=data.get("max") or _MOST_SESSIONS,
        least=data.get("min") or 1,
        is_incremental=data.get("since") == "last-dream",
        engine=engine,
        model=_name(model) if model else "",
        instructions=data.get("instructions") or "",
        budget=_budget(data.get("budget") or {}),
        merges_itself=data.get("review") == "auto",
        gates=data.get("gates") or {},
        rhythm=Rhythm(data.get("schedule"), durations.seconds(data["every"]) if data.get("every") else None),
        after_sessions=data.get("after_sessions"),
    )


def instead(wish: Wish, engine: str | None, model: str | None) -> Wish:
    """Return the wish with what a flag says: a model without an engine asks for one that has models."""
    chosen = engine or (MESSAGES if model and wish.engine == LEXICAL else wish.engine)
    return replace(wish, engine=chosen, model=model or wish.model)


def _store(document: "Document", data: Mapping[str, Any]) -> str:
    text = str(data["store"]).removeprefix(f"{Kind.MEMORY_STORE.value}/")
    if text.startswith("memstore_"):
        raise UsageError(
            f"DreamSchedule/{document.name} names its store by the id {text}",
            hint="declare the store as a MemoryStore and write its name: the memory repository has a folder for it",
        )
    return text


def _name(value: Any) -> str:
    return str(value["id"] if isinstance(value, Mapping) else value)


def _budget(said: Mapping[str, Any]) -> Budget:
    dollars = said.get("dollars")
    return Budget(said.get("tokens"), None if dollars is None else Decimal(str(dollars)))
