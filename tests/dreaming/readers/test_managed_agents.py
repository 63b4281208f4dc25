"""Sessions of the Managed Agents API, as its lists answer and as files keep them."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.dreaming.readers import managed_agents
from agentops.dreaming.readers.managed_agents import Session, told
from agentops.memory.transcripts import Sort, Transcript

SESSION = {
    "id": "sesn_1",
    "agent": {"id": "agent_1", "name": "desk"},
    "title": "Refund",
    "metadata": {"principal": "ada"},
    "outcome_evaluations": [],
}


def event(number: int, kind: str, **fields: Any) -> dict[str, Any]:
    return {"id": f"sevt_{number}", "type": kind, "processed_at": "2026-11-20T10:00:00Z", **fields}


def text(words: str) -> list[dict[str, str]]:
    return [{"type": "text", "text": words}]


def one(*events: dict[str, Any], **threads: list[dict[str, Any]]) -> Transcript:
    read = told([Session(SESSION, events, threads)])
    assert not read.skipped
    (found,) = read
    return found


def lines(transcript: Transcript) -> list[tuple[str, str, str, str]]:
    return [(each.id, each.origin.value, each.tool, each.text) for each in transcript.events]


def verdict(number: int, result: str, outcome: str = "outc_1") -> dict[str, Any]:
    return event(number, "span.outcome_evaluation_end", result=result, outcome_id=outcome, explanation="see")


def test_calls_of_every_sort_are_answered_by_their_results() -> None:
    found = one(
        event(1, "user.message", content=text("Refund it.")),
        event(2, "agent.tool_use", name="web_fetch", input={"url": "https://a.example"}),
        event(3, "agent.tool_result", tool_use_id="sevt_2", content=text("page"), is_error=False),
        event(4, "agent.mcp_tool_use", name="get", mcp_server_name="crm", input={}),
        event(5, "agent.mcp_tool_result", mcp_tool_use_id="sevt_4", content=text("row")),
        event(6, "agent.custom_tool_use", name="refund", input={"amount": 5}),
        event(7, "user.custom_tool_result", custom_tool_use_id="sevt_6", content=text("Error: too much")),
        event(8, "agent.tool_use", name="bash", input={"command": "ls"}),
        event(9, "user.tool_result", tool_use_id="sevt_8", content=text("Error 1"), is_error=False),
        event(10, "agent.message", content=text("Done.")),
    )
    assert lines(found) == [
        ("sevt_1", "user", "", "Refund it."),
        ("sevt_2", "agent", "web_fetch", '{"url":"https://a.example"}'),
        ("sevt_3", "external", "web_fetch", "page"),
        ("sevt_4", "agent", "mcp__crm__get", "{}"),
        ("sevt_5", "external", "mcp__crm__get", "row"),
        ("sevt_6", "agent", "refund", '{"amount":5}'),
        ("sevt_7", "tool", "refund", "Error: too much"),
        ("sevt_8", "agent", "bash", '{"command":"ls"}'),
        ("sevt_9", "tool", "bash", "Error 1"),
        ("sevt_10", "agent", "", "Done."),
    ]
    assert [each.id for each in found.events if each.is_error] == ["sevt_7"]
    assert (found.session, found.agent, found.task, found.principal) == ("sesn_1", "desk", "Refund", "ada")


def test_what_a_person_denies_is_his_word_on_the_call() -> None:
    found = one(
        event(1, "agent.tool_use", name="bash", input={"command": "rm -r x"}),
        event(2, "user.tool_confirmation", tool_use_id="sevt_1", result="deny", deny_message="Keep x."),
        event(3, "user.tool_confirmation", tool_use_id="sevt_1", result="allow"),
    )
    assert lines(found)[1:] == [("sevt_2", "user", "bash", "Keep x.")]
    assert found.events[1].call == "sevt_1"


def test_the_outcome_is_the_share_of_outcomes_that_were_reached() -> None:
    assert one().outcome is None
    assert one(verdict(1, "needs_revision"), verdict(2, "satisfied")).outcome == 1.0
    assert one(verdict(1, "needs_revision"), verdict(2, "max_iterations_reached")).outcome == 0.0
    assert one(verdict(1, "failed")).outcome == 0.0
    assert one(verdict(1, "interrupted")).outcome is None
    assert one(verdict(1, "satisfied"), verdict(2, "failed", "outc_2")).outcome == 0.5


def test_the_outcome_is_known_from_the_session_alone() -> None:
    body = {**SESSION, "outcome_evaluations": [{"outcome_id": "outc_1", "result": "satisfied"}]}
    assert managed_agents.outcome(Session(body, [])) == 1.0
    assert managed_agents.outcome(Session({**SESSION, "outcome_evaluations": [{"result": "running"}]}, [])) is None


def test_verdicts_and_errors_are_told_as_such() -> None:
    found = one(
        event(1, "user.define_outcome", description="Write it.", outcome_id="outc_1", rubric={}),
        verdict(2, "needs_revision"),
        event(3, "session.error", error={"type": "model_overloaded_error", "message": "later"}),
    )
    assert [(each.sort, each.text, each.is_error) for each in found.events] == [
        (Sort.MESSAGE, "Write it.", False),
        (Sort.OUTCOME, "needs_revision: see", True),
        (Sort.OUTCOME, "model_overloaded_error: later", True),
    ]


def test_a_thread_is_told_once_by_itself() -> None:
    call = event(12, "agent.tool_use", name="bash", input={"command": "df"})
    found = one(
        event(1, "agent.thread_message_sent", content=text("Look."), to_session_thread_id="sthr_1"),
        {**call, "session_thread_id": "sthr_1"},
        event(2, "agent.thread_message_received", content=text("Full."), from_session_thread_id="sthr_1"),
        sthr_1=[
            event(11, "agent.thread_message_received", content=text("Look."), from_session_thread_id="sthr_0"),
            call,
            event(13, "agent.message", content=text("Full.")),
            event(14, "agent.thread_message_sent", content=text("Full."), to_session_thread_id="sthr_0"),
        ],
    )
    assert [(each.id, each.thread, each.text) for each in found.events] == [
        ("sevt_1", "", "Look."),
        ("sevt_12", "sthr_1", '{"command":"df"}'),
        ("sevt_13", "sthr_1", "Full."),
    ]


def test_a_report_is_told_where_the_thread_itself_is_not_read() -> None:
    found = one(event(2, "agent.thread_message_received", content=text("Full."), from_session_thread_id="sthr_1"))
    assert lines(found) == [("sevt_2", "agent", "", "Full.")]


def test_what_a_session_is_given_proves_nothing() -> None:
    found = one(event(1, "system.message", content=text("The customer is a gold member.")))
    assert lines(found) == [("sevt_1", "recalled", "", "The customer is a gold member.")]


def test_what_says_nothing_is_passed_over_and_what_is_unknown_is_counted() -> None:
    silent = [
        "session.status_idle",
        "span.model_request_end",
        "agent.thinking",
        "workflow_run.created",
        "user.interrupt",
    ]
    read = told([Session(SESSION, [event(n, each) for n, each in enumerate(silent)] + [event(9, "agent.dance")])])
    assert read.transcripts[0].events == ()
    assert read.skipped == {"an event of type agent.dance": 1}


def test_files_of_every_form_hold_the_same_events() -> None:
    events = [event(1, "user.message", content=text("Hi")), event(2, "agent.message", content=text("Hello"))]
    whole = json.dumps({"session": SESSION, "events": events})
    page = json.dumps({"data": events, "next_page": None})
    loose = "\n".join(map(json.dumps, events))
    told_events = [managed_agents.read(each).transcripts[0].events for each in (whole, page, loose, json.dumps(events))]
    assert all(each == told_events[0] for each in told_events)
    assert managed_agents.read(whole).transcripts[0].session == "sesn_1"
    assert managed_agents.read(loose).transcripts[0].session == "session-of-sevt_1"


EVENTS = st.lists(
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(
                ["user.message", "agent.tool_use", "agent.tool_result", "span.outcome_evaluation_end"]
            )
        },
        optional={
            "id": st.text(max_size=6) | st.integers(),
            "content": st.none()
            | st.text(max_size=5)
            | st.lists(st.dictionaries(st.sampled_from(["type", "text"]), st.text())),
            "tool_use_id": st.text(max_size=3),
            "name": st.text(max_size=3),
            "input": st.none() | st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
            "processed_at": st.none() | st.text(max_size=5) | st.integers(),
            "result": st.text(max_size=5),
        },
    ),
    max_size=6,
)


@settings(max_examples=80, deadline=None)
@given(EVENTS)
def test_no_event_makes_the_reader_fail(events: list[dict[str, Any]]) -> None:
    (found,) = told([Session(SESSION, events)])
    assert len({each.id for each in found.events}) == len(found.events)
    assert told([Session(SESSION, events)]).transcripts == (found,)
