"""What the controller knows of one repository: its phase, since when, which commit is live, what a person may do."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from agentops.base.clock import timestamp

NOTHING: Mapping[str, Any] = MappingProxyType({})


class Phase(StrEnum):
    """How what runs stands to what is merged."""

    UNKNOWN = "unknown"
    """Not looked at yet."""

    IN_SYNC = "in_sync"
    """The newest commit is what runs."""

    OUT_OF_SYNC = "out_of_sync"
    """The newest commit is being applied, or a removal waits out its grace."""

    DRIFTED = "drifted"
    """Somebody changed the target behind our back, and it is not put right by itself."""

    WAITING = "waiting"
    """The newest commit waits for a person or for a window."""

    REFUSED = "refused"
    """The newest commit is not taken: what ran before runs on."""

    FAILED = "failed"
    """Something went wrong that may go right when it is tried again: it is, ever more slowly."""


@dataclass(frozen=True, slots=True)
class State:
    """One repository as it was last looked at. Commits are full shas; empty text says that there is none."""

    name: str
    phase: Phase = Phase.UNKNOWN
    since: datetime | None = None
    """Since when it is in this phase for this reason."""

    live: str = ""
    """The commit that was applied last, wholly."""

    seen: str = ""
    """The newest commit of the branch."""

    message: str = ""
    """Why, in one sentence."""

    advice: str = ""
    """What to do about it."""

    plan_id: str = ""
    """The plan that waits or failed."""

    steps: tuple[str, ...] = ()
    """What that plan does, a line a step: the first of them."""

    removals: Mapping[str, datetime] = field(default_factory=dict)
    """Addresses whose removal is wanted, and since when."""

    notices: Mapping[str, str] = field(default_factory=dict)
    """By kind of notice the key of the last one."""

    said: str = ""
    """The key of what the forge shows."""

    failures: int = 0
    """How often in a row it failed."""

    next_at: datetime | None = None
    """When it is looked at again, unless a push comes before."""

    opens_at: datetime | None = None
    """When the window opens that it waits for."""

    checked_at: datetime | None = None
    """When the target was last compared with the live commit."""

    asides: Mapping[str, str] = field(default_factory=dict)
    """What failed beside applying, by its name: `memory`, `dreams`."""

    asides_at: datetime | None = None
    """When memory is synced and due dreams are run again."""

    begun: str = ""
    """The commit whose apply was begun and is not known to have ended: some of it may be live."""

    poked_at: datetime | None = None
    """When somebody asked last that it be looked at: a push, an approval."""

    accepted: str = ""
    """The commit that a person accepted though it replaces history: it may go live, and what grows from it."""

    approved: str = ""
    """The plan that a person approved."""


_MOMENTS = ("since", "next_at", "opens_at", "checked_at", "asides_at", "poked_at")


def state_json(state: State) -> dict[str, Any]:
    """Return the state as plain JSON data."""
    data = asdict(state)
    for name in _MOMENTS:
        data[name] = timestamp(data[name]) if data[name] else None
    data["removals"] = {address: timestamp(at) for address, at in state.removals.items()}
    return data


def state_of(data: Mapping[str, Any]) -> State:
    """Return the state from its JSON data; fields of a newer version are passed over.

    Raises:
        ValueError: it is none that this version can read; so do TypeError and AttributeError.
    """
    known = {each.name: data[each.name] for each in fields(State) if each.name in data}
    known["phase"] = Phase(known.get("phase", Phase.UNKNOWN))
    known["steps"] = tuple(known.get("steps", ()))
    for name in _MOMENTS:
        known[name] = datetime.fromisoformat(known[name]) if known.get(name) else None
    removals = known.get("removals", NOTHING)
    known["removals"] = {address: datetime.fromisoformat(at) for address, at in removals.items()}
    return State(**known)
