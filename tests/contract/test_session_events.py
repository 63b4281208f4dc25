"""What a session begins with, as it stands in its log, and the log as a list."""

from datetime import timedelta
from typing import Any

import pytest
from anthropic import BadRequestError

from agentops.base.clock import ManualClock

from .given import a_file, a_message, a_session, an_outcome, ids, pages, refused
from .sdk import Api


def test_a_session_with_events_runs_and_keeps_them_in_order(api: Api, clock: ManualClock) -> None:
    session = a_session(api, initial_events=[a_message("one"), an_outcome(max_iterations=5), a_message("two")])
    assert session.status == "running"
    assert "initial_events" not in api.last.json()
    (outcome,) = session.outcome_evaluations
    assert (outcome.result, outcome.iteration, outcome.description) == ("pending", 0, "Write a note.")
    defined, first, second = api.sessions.events.list(session.id).data
    assert (defined.outcome_id, defined.max_iterations) == (outcome.outcome_id, 5)
    assert (defined.processed_at, first.processed_at) == (clock.now(), None)
    assert [each.content[0].text for each in (first, second)] == ["one", "two"]
    assert all(each.id.startswith("sevt_01") for each in (defined, first, second))


def test_no_events_are_as_good_as_none(api: Api) -> None:
    session = a_session(api, initial_events=[])
    assert (session.status, api.sessions.events.list(session.id).data) == ("idle", [])


def test_a_session_that_waits_for_its_first_turn_can_be_ended(api: Api) -> None:
    waiting = a_session(api, initial_events=[a_message()])
    assert api.sessions.archive(waiting.id).status == "terminated"
    assert api.sessions.delete(a_session(api, initial_events=[a_message()]).id).type == "session_deleted"


def test_every_kind_of_content_comes_back(api: Api) -> None:
    file = {"type": "file", "file_id": a_file(api).id}
    content: list[dict[str, Any]] = [
        {"type": "text", "text": "Look."},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGk="}},
        {"type": "image", "source": {"type": "url", "url": "https://a.example.com/i.png"}},
        {"type": "image", "source": file},
        {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "hi"}, "title": "Note"},
        {"type": "document", "source": file, "context": "old"},
    ]
    session = a_session(api, initial_events=[{"type": "user.message", "content": content}])
    (event,) = api.sessions.events.list(session.id).data
    assert [each.to_dict() for each in event.content] == content


def test_a_rubric_in_a_file_becomes_its_text(api: Api) -> None:
    file = a_file(api, "Kürze.".encode())
    rubric = {"type": "file", "file_id": file.id}
    session = a_session(api, initial_events=[an_outcome(rubric=rubric)])
    api.files.delete(file.id)
    (event,) = api.sessions.events.list(session.id).data
    assert event.rubric.to_dict() == {"type": "text", "content": "Kürze."}


RUBRICS = {"no text": b"\xff\xfe", "nothing": b"", "too long": b"x" * 262_145, "far too long": b"x" * (4 * 262_144 + 1)}


@pytest.mark.stateless
@pytest.mark.parametrize("content", RUBRICS.values(), ids=RUBRICS)
def test_a_rubric_that_cannot_be_one_is_refused(api: Api, content: bytes) -> None:
    rubric = {"type": "file", "file_id": a_file(api, content).id}
    path = "initial_events.0.rubric.file_id"
    refused(BadRequestError, lambda: a_session(api, initial_events=[an_outcome(rubric=rubric)]), path)


def test_a_rubric_in_a_file_that_there_is_not_is_refused(api: Api) -> None:
    rubric = {"type": "file", "file_id": "file_01None"}
    path = "initial_events.0.rubric.file_id"
    refused(BadRequestError, lambda: a_session(api, initial_events=[an_outcome(rubric=rubric)]), path, "exist")


def test_the_log_is_listed_by_time_with_what_waits_behind_everything(api: Api, clock: ManualClock) -> None:
    session = a_session(api, initial_events=[a_message("one"), a_message("two")])
    waiting = ids(api.sessions.events.list(session.id).data)
    for title in ("a", "b", "c"):
        clock.advance(timedelta(seconds=1))
        api.sessions.update(session.id, title=title)
    listed = api.sessions.events.list(session.id)
    everything = ids(listed.data)
    assert [each.type for each in listed.data] == ["session.updated"] * 3 + ["user.message"] * 2
    assert everything[3:] == waiting
    found = pages(api.sessions.events.list(session.id, limit=2))
    assert [ids(each) for each in found] == [everything[:2], everything[2:4], everything[4:]]
    assert "prev_page" not in api.last.json()
    back = pages(api.sessions.events.list(session.id, limit=3, order="desc"))
    assert [each.id for page in back for each in page] == everything[::-1]


def test_the_log_is_searched_by_type_and_time(api: Api, clock: ManualClock) -> None:
    session = a_session(api, initial_events=[a_message()])
    times = []
    for title in ("a", "b", "c"):
        clock.advance(timedelta(seconds=1))
        api.sessions.update(session.id, title=title)
        times.append(clock.now())
    events = api.sessions.events

    def titles(**query: Any) -> list[str]:
        return [each.title for each in events.list(session.id, **query).data]

    assert [each.type for each in events.list(session.id, types=["user.message"]).data] == ["user.message"]
    assert events.list(session.id, types=["agent.message"]).data == []
    assert titles(created_at_gte=times[1]) == ["b", "c"]
    assert titles(created_at_gt=times[0], created_at_lt=times[2]) == ["b"]
    assert titles(created_at_lte=times[0]) == ["a"]
    refused(BadRequestError, lambda: events.list(session.id, types=["x"]), "types")
    refused(BadRequestError, lambda: events.list(session.id, limit=1001), "limit", "1000")
    cursor = events.list(session.id, limit=1).next_page
    refused(BadRequestError, lambda: events.list(session.id, limit=1, page=cursor, order="desc"), "page", "order")
    waits = events.list(session.id, limit=1, order="desc").next_page
    assert [each.type for each in events.list(session.id, page=waits, order="desc").data] == ["session.updated"] * 3
    for page, order in ((cursor, "asc"), (waits, "desc")):
        query: Any = {"page": page, "order": order, "created_at_gt": times[0]}
        refused(BadRequestError, lambda query=query: events.list(session.id, **query), "page", "created_at")
