"""The life of a dream as values: each step, each end, and what keeps it from going on."""

from dataclasses import replace
from datetime import timedelta

import pytest

from agentops.base.errors import InvalidRequest
from agentops.engine.core import dreams
from agentops.engine.core.dreams import Bounds, Dream, Failure, Inputs, Step
from agentops.engine.core.json import Json, parsed

AT, LATER = "2026-11-21T12:00:00.000000Z", "2026-11-21T12:00:10.000000Z"
SESSIONS = {"type": "sessions", "session_ids": ["sesn_2", "sesn_1"]}
STORE = {"type": "memory_store", "memory_store_id": "memstore_1"}
BOUNDS = Bounds(lifetime=timedelta(seconds=10), takes=2)
WELL = Inputs(has_store=True, sessions={"sesn_1": False, "sesn_2": False})


def a_dream(**fields: object) -> Dream:
    request: Json = {"inputs": [SESSIONS, STORE], "model": "any", **fields}
    return dreams.created("drm_1", request, frozenset(), AT)


def running(dream: Dream) -> Dream:
    return dreams.begun(dreams.held(dream, "runner_1"), "sesn_9", AT)


def test_each_step_leads_to_the_next() -> None:
    pending = a_dream()
    begun = running(pending)
    recorded = dreams.recorded(begun, "memstore_2")
    completed = dreams.completed(recorded, LATER)
    told = [pending, begun, recorded, completed]
    assert [dreams.step(each) for each in told] == [Step.BEGIN, Step.CLONE, Step.LEARN, Step.NOTHING]
    assert [each.output_id for each in told] == [None, None, "memstore_2", "memstore_2"]
    assert (completed.runner_id, completed.ended_at, completed.is_over) == (None, LATER, True)


@pytest.mark.parametrize("output", [None, {"type": "update_existing", "memory_store_id": "memstore_1"}])
def test_it_is_answered_in_one_form_however_it_was_asked_for(output: Json | None) -> None:
    fields = {"output_behavior": output} if output else {}
    short, whole = a_dream(**fields), a_dream(model={"id": "any", "speed": None}, instructions=None, **fields)
    assert dreams.answered(short) == dreams.answered(whole)
    said = parsed(dreams.answered(short))
    assert said["inputs"] == [{**SESSIONS, "session_ids": ["sesn_1", "sesn_2"]}, STORE]
    assert said["output_behavior"] == (output or {"type": "create_new"})
    assert not {"archived", "takes", "runner_id"} & said.keys()


OBSTACLES: dict[str, tuple[Inputs, str, str]] = {
    "nothing": (WELL, AT, ""),
    "no store": (replace(WELL, has_store=False), AT, "input_memory_store_unavailable"),
    "a session that is gone": (replace(WELL, sessions={"sesn_1": False}), AT, "input_session_unavailable"),
    "an archived session": (
        replace(WELL, sessions={"sesn_1": False, "sesn_2": True}), AT, "input_session_unavailable",
    ),
    "no time": (WELL, LATER, "timeout"),
}  # fmt: skip


@pytest.mark.parametrize("what", OBSTACLES)
def test_what_keeps_it_from_going_on_has_a_name(what: str) -> None:
    inputs, at, expected = OBSTACLES[what]
    found = dreams.obstacle(running(a_dream()), inputs, BOUNDS, at)
    assert (found.type if found else "") == expected


def test_a_session_that_was_archived_before_is_no_obstacle() -> None:
    dream = dreams.created("drm_1", {"inputs": [SESSIONS, STORE], "model": "any"}, frozenset({"sesn_2"}), AT)
    archived = replace(WELL, sessions={"sesn_1": False, "sesn_2": True})
    assert dreams.obstacle(running(dream), archived, BOUNDS, AT) is None


def test_it_is_not_taken_up_for_ever() -> None:
    dream = running(a_dream())
    for _ in range(BOUNDS.takes - 1):
        dream = dreams.held(dreams.released(dream), "runner_2")
    assert dreams.obstacle(dream, WELL, BOUNDS, AT) is None
    found = dreams.obstacle(dreams.held(dream, "runner_3"), WELL, BOUNDS, AT)
    assert found is not None
    assert found.type == "internal_error"
    assert "2 times" in found.message


def test_a_failure_keeps_what_was_written() -> None:
    dream = dreams.recorded(running(a_dream()), "memstore_2")
    failed = dreams.failed(dream, Failure("timeout", "Too long."), LATER)
    said = parsed(dreams.answered(failed))
    assert said["error"] == {"type": "timeout", "message": "Too long."}
    assert (said["status"], said["ended_at"], failed.output_id) == ("failed", LATER, "memstore_2")


def test_only_what_is_open_is_canceled_and_only_what_has_ended_archived() -> None:
    dream = running(a_dream())
    canceled = dreams.canceled(dream, LATER)
    assert (canceled.status, canceled.runner_id) == ("canceled", "runner_1")
    assert dreams.canceled(canceled, AT) is canceled
    with pytest.raises(InvalidRequest, match="completed"):
        dreams.canceled(dreams.completed(dream, LATER), LATER)
    with pytest.raises(InvalidRequest, match="cancel it"):
        dreams.archived(dream, LATER)
    archived = dreams.archived(canceled, LATER)
    assert dreams.archived(archived, AT) is archived


def test_what_it_took_adds_up() -> None:
    took = {**dreams.NO_USAGE, "input_tokens": 3}
    dream = dreams.used(a_dream(), took)
    assert dreams.used(dream, took) is dream
    assert dreams.total(dream.usage, took)["input_tokens"] == 6
