"""The life of a dream as values: what a new one is, what each step makes of it, and what ends it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from agentops.base.errors import InvalidRequest
from agentops.engine.core.json import Json, parsed, written

PENDING = "pending"
RUNNING = "running"
COMPLETED = "completed"
FAILED = "failed"
CANCELED = "canceled"

ENDS: Final = frozenset({COMPLETED, FAILED, CANCELED})

NO_USAGE: Final[Json] = {
    "input_tokens": 0,
    "output_tokens": 0,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 0,
}
"""Source: SDK 2.11.0 `types/beta/beta_dream_usage.py`."""

TOPIC = "dream "
"""What topics begin with that are told when a dream was created or canceled."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a server lets dreams take."""

    at_once: int = 2
    """How many dreams one process runs at once; others wait."""

    lifetime: timedelta = timedelta(hours=2)
    """How long a dream may run, with every interruption of the server."""

    takes: int = 10
    """How often a dream is taken up: what ends its server each time would do so for ever."""

    stores: int = 1_000
    """With how many memory stores a dream makes no further one; the API states no number."""

    store_bytes: int = 32 * 1024 * 1024
    """How large a memory store is read at most. Units: bytes."""


class Step(StrEnum):
    """What is to be done next."""

    BEGIN = "begin"
    """Have a session run it."""

    CLONE = "clone"
    """Have a memory store to write to."""

    LEARN = "learn"
    """Read, propose, check, and write at once."""

    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a dream failed. Source: SDK 2.11.0 `types/beta/beta_dream_error_object.py`; documented, …/dreams#errors."""

    type: str
    message: str

    def answered(self) -> Json:
        """Return the API's object."""
        return {"type": self.type, "message": self.message}


@dataclass(frozen=True, slots=True)
class Inputs:
    """What became of what a dream reads."""

    has_store: bool
    """Whether the memory store is there, and is not archived."""

    sessions: Mapping[str, bool]
    """Of each session that is there, whether it is archived."""


@dataclass(frozen=True, slots=True)
class Dream:
    """A dream as it is now."""

    id: str
    status: str
    store_id: str
    """The memory store that it reads."""

    updates_input: int
    """1 where it writes into that store, else 0."""

    request: str
    """JSON of what was asked for, as it is answered, and `archived`: the sessions that were archived already."""

    progress: str
    """JSON of `outputs`, `usage` and `error`, and of `takes`: how often it was taken up."""

    session_id: str | None
    runner_id: str | None
    """The process that runs it, also while it still has to stop."""

    created_at: str
    started_at: str | None = None
    ended_at: str | None = None
    archived_at: str | None = None
    seq: int = 0
    """The order of creation, for dreams of the same moment."""

    @property
    def session_ids(self) -> list[str]:
        """Return the sessions that it reads."""
        found: list[str] = next(each["session_ids"] for each in self.inputs if each["type"] == "sessions")
        return found

    @property
    def inputs(self) -> list[Json]:
        """Return what it reads, as asked for."""
        found: list[Json] = parsed(self.request)["inputs"]
        return found

    @property
    def output_id(self) -> str | None:
        """Return the memory store that it writes to, once that is recorded."""
        outputs = parsed(self.progress)["outputs"]
        return outputs[0]["memory_store_id"] if outputs else None

    @property
    def usage(self) -> Json:
        """Return the tokens that it took so far."""
        found: Json = parsed(self.progress)["usage"]
        return found

    @property
    def is_over(self) -> bool:
        """Tell whether its status does not change any more."""
        return self.status in ENDS


def created(dream_id: str, request: Json, archived_sessions: frozenset[str], at: str) -> Dream:
    """Return a new dream. Source: SDK 2.11.0 `types/beta/dream_create_params.py`, `beta_dream.py`."""
    model, output = request["model"], request.get("output_behavior") or {"type": "create_new"}
    inputs = [_sorted(each) for each in request["inputs"]]
    store_id = next(each["memory_store_id"] for each in inputs if each["type"] == "memory_store")
    wish = {
        "inputs": inputs,
        "model": {"id": model if isinstance(model, str) else model["id"], "speed": "standard"},
        "instructions": request.get("instructions"),
        "output_behavior": output,
        "archived": sorted(archived_sessions),
    }
    progress: Json = {"outputs": [], "usage": NO_USAGE, "error": None, "takes": 0}
    updates_input = int(output["type"] == "update_existing")
    return Dream(dream_id, PENDING, store_id, updates_input, written(wish), written(progress), None, None, at)


def _sorted(source: Json) -> Json:
    return {**source, "session_ids": sorted(source["session_ids"])} if source["type"] == "sessions" else source


def answered(dream: Dream) -> str:
    """Return the API's object. Source: SDK 2.11.0 `types/beta/beta_dream.py`."""
    wish = {key: value for key, value in parsed(dream.request).items() if key != "archived"}
    reached = {key: value for key, value in parsed(dream.progress).items() if key != "takes"}
    return written(
        {
            "type": "dream",
            "id": dream.id,
            "status": dream.status,
            **wish,
            **reached,
            "session_id": dream.session_id,
            "created_at": dream.created_at,
            "ended_at": dream.ended_at,
            "archived_at": dream.archived_at,
        }
    )


# --- what is next, and what hinders it -------------------------------------------------------------------------------


def step(dream: Dream) -> Step:
    """Return what is to be done next; whoever takes a dream up reads it off the row."""
    if dream.is_over:
        return Step.NOTHING
    if dream.status == PENDING:
        return Step.BEGIN
    return Step.CLONE if dream.output_id is None else Step.LEARN


def obstacle(dream: Dream, inputs: Inputs, bounds: Bounds, at: str) -> Failure | None:
    """Return what keeps the dream from going on."""
    if not inputs.has_store:
        return Failure(
            "input_memory_store_unavailable",
            f"Memory store {dream.store_id} was archived or deleted before the dream had ended.",
        )
    before = set(parsed(dream.request)["archived"])
    for session_id in dream.session_ids:
        is_archived = inputs.sessions.get(session_id)
        if is_archived is None or (is_archived and session_id not in before):
            how = "deleted" if is_archived is None else "archived"
            return Failure("input_session_unavailable", f"Session {session_id} was {how} before the dream had ended.")
    if (takes := parsed(dream.progress)["takes"]) > bounds.takes:
        return internal(f"The dream was interrupted {takes - 1} times, as often as it is taken up again.")
    return timeout(bounds) if remaining_s(dream, bounds, at) <= 0 else None


def remaining_s(dream: Dream, bounds: Bounds, at: str) -> float:
    """Return how long the dream may still run."""
    return bounds.lifetime.total_seconds() - seconds(dream.started_at or at, at)


def timeout(bounds: Bounds) -> Failure:
    """Return the failure of a dream that took too long."""
    return Failure("timeout", f"The dream ran for {bounds.lifetime.total_seconds():g} seconds, its time limit.")


def too_many_stores(bounds: Bounds) -> Failure:
    """Return the failure of a dream that cannot have a memory store of its own."""
    message = f"There are {bounds.stores} memory stores, as many as there can be: delete one, then dream again."
    return Failure("memory_store_org_limit_exceeded", message)


def too_large(store_id: str, why: str) -> Failure:
    """Return the failure of a dream over a store that holds too much."""
    return Failure("input_memory_store_too_large", f"Memory store {store_id} {why}.")


def internal(why: str) -> Failure:
    """Return the failure that nobody outside can mend."""
    return Failure("internal_error", why)


# --- what each step makes of it --------------------------------------------------------------------------------------


def begun(dream: Dream, session_id: str, at: str) -> Dream:
    """Return the dream with the session that runs it."""
    return replace(dream, status=RUNNING, session_id=session_id, started_at=at)


def held(dream: Dream, runner_id: str) -> Dream:
    """Return the dream in the hands of a process."""
    return replace(_reached(dream, takes=parsed(dream.progress)["takes"] + 1), runner_id=runner_id)


def recorded(dream: Dream, store_id: str) -> Dream:
    """Return the dream with the memory store that it writes to."""
    return _reached(dream, outputs=[{"type": "memory_store", "memory_store_id": store_id}])


def used(dream: Dream, usage: Json) -> Dream:
    """Return the dream with the tokens that it took so far."""
    return dream if dream.usage == usage else _reached(dream, usage=usage)


def completed(dream: Dream, at: str) -> Dream:
    """Return the dream at its good end."""
    return replace(dream, status=COMPLETED, ended_at=at, runner_id=None)


def failed(dream: Dream, failure: Failure, at: str) -> Dream:
    """Return the dream at its bad end; what it wrote stays."""
    return replace(_reached(dream, error=failure.answered()), status=FAILED, ended_at=at, runner_id=None)


def canceled(dream: Dream, at: str) -> Dream:
    """Return the dream as nobody wants it any more; who runs it still has to stop.

    Raises:
        InvalidRequest: it has come to another end.
    """
    if dream.status == CANCELED:
        return dream
    if dream.is_over:
        raise InvalidRequest(f"Dream {dream.id} is {dream.status}: only what is pending or running can be canceled.")
    return replace(dream, status=CANCELED, ended_at=at)


def released(dream: Dream) -> Dream:
    """Return the dream as nobody runs it."""
    return replace(dream, runner_id=None)


def archived(dream: Dream, at: str) -> Dream:
    """Return the dream as lists leave it out.

    Raises:
        InvalidRequest: it has not ended.
    """
    if dream.archived_at:
        return dream
    if not dream.is_over:
        raise InvalidRequest(f"Dream {dream.id} is {dream.status}: cancel it before it is archived.")
    return replace(dream, archived_at=at)


def _reached(dream: Dream, **more: object) -> Dream:
    return replace(dream, progress=written({**parsed(dream.progress), **more}))


def total(first: Json, second: Json) -> Json:
    """Return what two took together. Units: tokens."""
    return {key: first[key] + second[key] for key in NO_USAGE}


def seconds(since: str, until: str) -> float:
    """Return the time between two moments."""
    return (datetime.fromisoformat(until) - datetime.fromisoformat(since)).total_seconds()
