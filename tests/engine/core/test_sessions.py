"""Sessions as values: what updates keep and say, how long they have been there; and their events."""

import json
from dataclasses import replace
from typing import Any

import pytest

from agentops.base.ids import CountingIds
from agentops.engine.core import session_events, sessions
from agentops.engine.core.sessions import Session

AT, LATER = "2026-11-21T12:00:00.000000Z", "2026-11-21T12:00:01.500000Z"
BUDGET = {"type": "limit", "max_list_cost": {"amount": "5", "currency": "USD"}}
STORED = {"title": "a", "metadata": {"k": "v"}, "vault_ids": ["vlt_1"], "budget": BUDGET}
SESSION = Session("sesn_1", "idle", "env_1", None, "{}", '{"id":"agent_1"}', json.dumps(STORED),
                  json.dumps(sessions.progress([])), AT, AT)  # fmt: skip
MESSAGE = {"type": "user.message", "content": [{"type": "text", "text": "go"}]}
OUTCOME = {"type": "user.define_outcome", "description": "d", "rubric": {"type": "file", "file_id": "file_r"}}


@pytest.mark.parametrize(
    ("sent", "changes"),
    [
        ({}, {}),
        ({"title": "a", "metadata": {"k": "v"}, "budget": BUDGET}, {}),
        ({"title": "b"}, {"title": "b"}),
        ({"title": None}, {"title": None}),
        ({"metadata": None}, {}),
        ({"metadata": {"l": "w"}}, {"metadata": {"k": "v", "l": "w"}}),
        ({"budget": None}, {"budget": None}),
    ],
)
def test_an_update_says_what_it_changed(sent: dict[str, Any], changes: dict[str, Any]) -> None:
    after = sessions.updated(STORED, sent)
    assert after == {**STORED, **changes}
    assert sessions.changes(STORED, after) == changes


def test_metadata_that_became_empty_is_not_spoken_of() -> None:
    after = sessions.updated(STORED, {"metadata": {"k": None}})
    assert after["metadata"] == {}
    assert sessions.changes(STORED, after) == {}


def test_the_clock_of_a_session_runs_until_it_ends() -> None:
    def seconds(session: Session) -> float:
        return float(json.loads(sessions.answered(session, [], LATER))["stats"]["duration_seconds"])

    assert seconds(SESSION) == 1.5
    assert seconds(replace(SESSION, status="terminated", updated_at="2026-11-21T12:00:00.250000Z")) == 0.25


def test_the_large_parts_go_into_the_answer_as_they_are() -> None:
    answer = json.loads(sessions.answered(SESSION, ['{"id":"a"}', '{"id":"b"}'], LATER))
    assert (answer["agent"], answer["resources"]) == ({"id": "agent_1"}, [{"id": "a"}, {"id": "b"}])


def test_what_is_not_known_to_be_spent_is_nothing() -> None:
    progress = sessions.progress([])
    assert sessions.consumed_cents(progress) == 0
    usage = {**progress["usage"], "list_cost": {"amount": "12", "currency": "USD"}}
    assert sessions.consumed_cents({**progress, "usage": usage}) == 12


def test_a_message_waits_and_an_outcome_counts_at_once() -> None:
    ids = CountingIds()
    message, nothing = session_events.received(MESSAGE, ids, AT)
    outcome, pending = session_events.received({**OUTCOME, "max_iterations": None}, ids, AT)
    assert nothing is None
    said = json.loads(session_events.answered(message))
    assert said == {**MESSAGE, "id": message.id, "processed_at": None}
    told = json.loads(session_events.answered(outcome))
    assert pending is not None
    assert told == {**OUTCOME, "id": outcome.id, "outcome_id": pending["outcome_id"], "max_iterations": 3,
                    "processed_at": AT}  # fmt: skip
    assert (pending["result"], pending["iteration"], pending["description"]) == ("pending", 0, "d")


def test_files_are_found_wherever_events_name_them() -> None:
    def block(kind: str, file_id: str) -> dict[str, Any]:
        return {"type": kind, "source": {"type": "file", "file_id": file_id}}

    url = {"type": "image", "source": {"type": "url", "url": "https://a.example.com"}}
    text = {"type": "text", "text": "go"}
    message = {"type": "user.message", "content": [text, url, block("image", "file_i"), block("document", "file_d")]}
    inline = {**OUTCOME, "rubric": {"type": "text", "content": "short"}}
    assert list(session_events.file_ids([message, OUTCOME, inline])) == [
        ((0, "content", 2, "source", "file_id"), "file_i"),
        ((0, "content", 3, "source", "file_id"), "file_d"),
        ((1, "rubric", "file_id"), "file_r"),
    ]
