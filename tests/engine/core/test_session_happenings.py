"""A line of a session's log tells what it says, of the primary thread nothing, and of a budget once."""

from agentops.engine.core.entries import Entry
from agentops.engine.core.happenings import Happening, Home, body
from agentops.engine.core.json import Json, parsed
from agentops.engine.core.session_happenings import told

SPENT = {"stop_reason": {"type": "budget_reached"}}
RESTS = [("session.status_idled", None), ("session.idled", None)]


def of(*lines: tuple[str, Json], is_budget_told: bool = False) -> list[tuple[str, str | None]]:
    entries = [Entry(f"sevt_{number}", kind, "", said) for number, (kind, said) in enumerate(lines)]
    found = told("sesn_1", entries, is_budget_told=is_budget_told)
    assert {each.object_id for each in found} <= {"sesn_1"}
    return [(each.type, each.session_thread_id) for each in found]


def test_most_lines_tell_nothing() -> None:
    assert of(("agent.message", {"content": []}), ("session.usage", {}), ("user.message", {"content": []})) == []


def test_a_session_that_waits_is_not_one_that_is_done() -> None:
    waits = {"stop_reason": {"type": "requires_action", "event_ids": ["sevt_1"]}}
    assert of(("session.status_idle", waits)) == [("session.status_idled", None), ("session.requires_action", None)]
    assert of(("session.status_idle", {"stop_reason": {"type": "retries_exhausted"}})) == RESTS


def test_of_the_primary_thread_nothing_is_told() -> None:
    for kind in ("created", "status_idle", "status_terminated"):
        assert of((f"session.thread_{kind}", {"session_thread_id": "sthr_1"})) == []
    assert of(("session.thread_status_idle", {"session_thread_id": "sthr_2"})) == [("session.thread_idled", "sthr_2")]
    assert of(("session.thread_status_running", {"session_thread_id": "sthr_2"})) == []


def test_a_budget_is_told_once_however_often_a_session_rests_for_it() -> None:
    reached = ("session.budget_reached", None)
    assert of(("session.status_idle", SPENT)) == [*RESTS, reached]
    assert of(("session.status_idle", SPENT), ("session.status_idle", SPENT)) == [*RESTS, *RESTS, reached]
    assert of(("session.status_idle", SPENT), is_budget_told=True) == RESTS


def test_a_body_says_which_object_and_where() -> None:
    home = Home("org_1", "wrkspc_1")
    said = parsed(body(Happening("session.thread_idled", "sesn_1", "sthr_2"), home, "whe_1", "2026-11-21T12:00:00Z"))
    assert said == {
        "type": "event",
        "id": "whe_1",
        "created_at": "2026-11-21T12:00:00Z",
        "data": {
            "type": "session.thread_idled",
            "id": "sesn_1",
            "organization_id": "org_1",
            "workspace_id": "wrkspc_1",
            "session_thread_id": "sthr_2",
        },
    }
    assert "workspace_id" not in parsed(body(Happening("external_key.failed", "ekey_1"), home, "whe_1", ""))["data"]
