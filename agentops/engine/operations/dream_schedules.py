"""Dream schedules: create, read, update, delete, list; what is due is started elsewhere."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from agentops.base.errors import NotFound
from agentops.engine.core import dream_schedules as core
from agentops.engine.core.ids import is_id
from agentops.engine.core.json import Json, parsed, written
from agentops.engine.core.refusals import invalid
from agentops.engine.operations.call import Call, Page
from agentops.engine.store.agents import Agents, StoredAgent
from agentops.engine.store.documents import Document, DreamSchedules, MemoryStores
from agentops.engine.store.port import Window
from agentops.wire.dream_schedules import DreamScheduleCreate
from agentops.wire.problems import Path, Problem, check


def create(call: Call, request: Json) -> str:
    """Save a new schedule and return it.

    Raises:
        InvalidRequest: the store or an agent does not exist, or is archived.
    """
    fields = core.created(request)
    _refuse_unknown(call, {}, fields)
    schedule_id = call.ids.new("dsch")
    body = core.body(fields, schedule_id=schedule_id, created_at=call.at, updated_at=call.at)
    DreamSchedules(call.tx, call.workspace).insert(Document(schedule_id, body, call.at, None))
    return body


def update(call: Call, schedule_id: str, request: Json) -> str:
    """Change the schedule and return it.

    Raises:
        NotFound: there is no such schedule.
        InvalidRequest: it names what does not exist or is archived, or the outcome breaks a rule.
    """
    stored = _existing(call, schedule_id)
    before = parsed(stored.body)
    fields = core.updated(before, request)
    _, problems = check(DreamScheduleCreate, core.wish(fields))
    if problems:
        raise invalid(problems)
    if all(before[key] == value for key, value in fields.items()):
        return stored.body
    _refuse_unknown(call, before, fields)
    body = core.body(fields, schedule_id=schedule_id, created_at=stored.created_at, updated_at=call.at)
    DreamSchedules(call.tx, call.workspace).replace(replace(stored, body=body))
    return body


def retrieve(call: Call, schedule_id: str) -> str:
    """Return the schedule.

    Raises:
        NotFound: there is no such schedule.
    """
    return _existing(call, schedule_id).body


def delete(call: Call, schedule_id: str) -> str:
    """Remove the schedule; dreams that it started stay.

    Raises:
        NotFound: there is no such schedule.
    """
    _existing(call, schedule_id)
    DreamSchedules(call.tx, call.workspace).delete(schedule_id)
    return written({"type": "dream_schedule_deleted", "id": schedule_id})


def page(call: Call, window: Window) -> Page:
    """Return part of the list of schedules, newest first."""
    found = DreamSchedules(call.tx, call.workspace).page(window)
    return Page.newest_first([each.body for each in found], found, window.limit)


def _refuse_unknown(call: Call, before: Json, fields: Json) -> None:
    """Refuse new names of what is not there; what went away since it was named does not hinder a change."""
    if problems := list(_unknown(call, before, fields)):
        raise invalid(problems)


def _unknown(call: Call, before: Json, fields: Json) -> Iterator[Problem]:
    if fields["store"] != before.get("store"):
        yield from _unusable(("store",), "memory store", MemoryStores(call.tx, call.workspace).get, fields["store"])
    for place, agent_id in enumerate(fields["agents"]):
        if agent_id not in before.get("agents", ()):
            yield from _unusable(("agents", place), "agent", Agents(call.tx, call.workspace).get, agent_id)


def _unusable(
    path: Path, what: str, get: Callable[[str], Document | StoredAgent | None], object_id: str
) -> Iterator[Problem]:
    found = get(object_id) if is_id(object_id) else None
    if found is None:
        yield Problem(path, "invalid-value", f"must be the id of a {what} of this workspace")
    elif found.archived_at:
        yield Problem(path, "invalid-value", f"must not name an archived {what}")


def _existing(call: Call, schedule_id: str) -> Document:
    stored = DreamSchedules(call.tx, call.workspace).get(schedule_id)
    if stored is None:
        raise NotFound(f"There is no dream schedule {schedule_id}.")
    return stored
