"""Dreams: create, read, cancel, archive, list; what runs them is elsewhere."""

from collections.abc import Sequence

from agentops.base.errors import Conflict, NotFound
from agentops.engine.core import dreams as core
from agentops.engine.core.dreams import Dream
from agentops.engine.core.ids import is_id
from agentops.engine.core.json import Json
from agentops.engine.core.refusals import invalid, refused
from agentops.engine.operations import dream_sessions
from agentops.engine.operations.call import Call, Page
from agentops.engine.store.documents import MemoryStores
from agentops.engine.store.dreams import Dreams, Sleepers
from agentops.engine.store.port import Window
from agentops.wire.problems import Problem


def create(call: Call, request: Json) -> str:
    """Save a new dream and return it; whoever runs dreams hears of it.

    Raises:
        InvalidRequest: the store or a session does not exist, or the store is archived.
        Conflict: another dream that writes into the store has not fully stopped.
    """
    archived = _readable(call, request)
    dream = core.created(call.ids.new("drm"), request, archived, call.at)
    dreams = Dreams(call.tx, call.workspace)
    if dream.updates_input and (other := dreams.updating(dream.store_id)) is not None:
        raise Conflict(
            f"Memory store {dream.store_id} is being updated by {other}, which has not fully stopped: "
            "wait until it has, or leave output_behavior out."
        )
    dreams.insert(dream)
    tell(call, dream)
    return core.answered(dream)


def retrieve(call: Call, dream_id: str) -> str:
    """Return the dream.

    Raises:
        NotFound: there is no such dream.
    """
    return core.answered(existing(call, dream_id))


def cancel(call: Call, dream_id: str) -> str:
    """End the dream at once and return it; a canceled one is left as it is, and whoever runs it stops.

    Raises:
        NotFound: there is no such dream.
        InvalidRequest: it has come to another end.
    """
    stored = existing(call, dream_id)
    dream = core.canceled(stored, call.at)
    if dream != stored:
        Dreams(call.tx, call.workspace).replace(_without_the_dead(call, dream))
        dream_sessions.close(call, dream, "The dream was canceled.")
        tell(call, dream)
    return core.answered(dream)


def archive(call: Call, dream_id: str) -> str:
    """Hide the dream from lists and return it; an archived one is left as it is.

    Raises:
        NotFound: there is no such dream.
        InvalidRequest: it has not ended.
    """
    stored = existing(call, dream_id)
    dream = core.archived(stored, call.at)
    if dream != stored:
        Dreams(call.tx, call.workspace).replace(dream)
    return core.answered(dream)


def page(call: Call, window: Window, statuses: Sequence[str]) -> Page:
    """Return part of the list of dreams, newest first."""
    found = Dreams(call.tx, call.workspace).page(window, statuses)
    return Page.newest_first([core.answered(each) for each in found[: window.limit]], found, window.limit)


def operations(call: Call, dream_id: str, after: int, limit: int, standings: Sequence[str]) -> Page:
    """Return part of what the dream proposed, in its order.

    Raises:
        NotFound: there is no such dream.
    """
    existing(call, dream_id)
    found = Dreams(call.tx, call.workspace).operations(dream_id, after, limit, standings)
    shown = found[:limit]
    return Page([each.body for each in shown], [shown[-1].seq] if len(found) > limit else None)


def existing(call: Call, dream_id: str) -> Dream:
    """Return the dream as it lies in the database.

    Raises:
        NotFound: there is no such dream.
    """
    stored = Dreams(call.tx, call.workspace).get(dream_id)
    if stored is None:
        raise NotFound(f"There is no dream {dream_id}.")
    return stored


def tell(call: Call, dream: Dream) -> None:
    """Wake whoever runs dreams."""
    call.announce(f"{core.TOPIC}{call.workspace} {dream.id}")


def _readable(call: Call, request: Json) -> frozenset[str]:
    """Return the sessions that are archived already.

    Raises:
        InvalidRequest: something that is to be read is not there.
    """
    archived: frozenset[str] = frozenset()
    for index, each in enumerate(request["inputs"]):
        if each["type"] == "memory_store":
            _refuse_unreadable_store(call, index, each["memory_store_id"])
        else:
            archived = _archived(call, index, each["session_ids"])
    return archived


def _refuse_unreadable_store(call: Call, index: int, store_id: str) -> None:
    stored = MemoryStores(call.tx, call.workspace).get(store_id) if is_id(store_id) else None
    path = ("inputs", index, "memory_store_id")
    if stored is None:
        raise refused(path, "must be a memory store that exists")
    if stored.archived_at:
        raise refused(path, f"must not be archived, memory store {store_id} is")


def _archived(call: Call, index: int, session_ids: Sequence[str]) -> frozenset[str]:
    there = Dreams(call.tx, call.workspace).sessions([each for each in session_ids if is_id(each)] or [""])
    problems = [
        Problem(("inputs", index, "session_ids", place), "invalid-value", "must be a session that exists")
        for place, each in enumerate(session_ids)
        if each not in there
    ]
    if problems:
        raise invalid(problems)
    return frozenset(each for each, is_archived in there.items() if is_archived)


def _without_the_dead(call: Call, dream: Dream) -> Dream:
    return dream if Sleepers(call.tx).has_living_runner(dream) else core.released(dream)
