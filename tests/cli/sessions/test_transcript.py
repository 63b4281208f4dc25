"""A session as a person reads it."""

from typing import Any

from agentops.base.paint import Paint
from agentops.cli.sessions.transcript import Transcript

GOLDEN = """\
> Clean up the build folder.

· thinking

I would like to delete it.

? bash  rm -rf build
✓ allowed: bash  rm -rf build
  │ gone
→ read  file_path=/workspace/a.txt view_range=[1, 2]
→ docs.search  query="two words" limit=3
← read  file_path=/workspace/a.txt view_range=[1, 2]
  ✗ There is no such file.
← docs.search  query="two words" limit=3
  │ 1
  │ 2
  │ 3
  │ 4
  │ 5
  │ 6
  │ 7
  │ 8
  │ … 4 more lines
⇢ Logs: What came first?
⇠ Logs: payments, at 09:41
! model_overloaded_error: Try later. (it is tried again)
· waiting, then trying again
✗ bash  curl example.com  (not permitted)
✗ denied: bash  rm -rf build  (keep it)
■ interrupted
☑ evaluation 1: satisfied: All there.
· the session was changed: title

Done.
"""


def test_every_sort_of_event_has_its_line() -> None:
    transcript = Transcript(Paint())
    told = [line for each in events() for line in transcript.tell(each)]
    assert "\n".join(told) + "\n" == GOLDEN
    assert transcript.summary("end_turn") == (
        "end turn · 2 requests · 1,300 tokens in (200 cached), 56 out · $1.05 · 3.2 s"
    )


def test_of_a_session_that_went_on_the_last_line_says_what_all_of_it_took() -> None:
    transcript = Transcript(Paint())
    transcript.is_continued = True
    for each in events():
        transcript.tell(each)
    assert "2 requests · session so far: 1,300 tokens in" in transcript.summary("end_turn")


def test_what_somebody_else_wrote_cannot_move_the_cursor() -> None:
    transcript = Transcript(Paint())
    call = event("agent.tool_use", "c", name="bash\x1b[2J", input={"command": "a\nb\x1b]0;x\x07"})
    result = event("agent.tool_result", "r", tool_use_id="c", content=text("\x1b[31mred\r\n"))
    said = event("agent.message", "m", content=text("\x1b[1A\u202eabc"))
    told = "\n".join(line for each in (call, result, said) for line in transcript.tell(each))
    assert not {"\x1b", "\x07", "\r", "\u202e"} & set(told)
    assert "a ⏎ b" in told


def test_events_that_nobody_knows_yet_are_passed_over() -> None:
    assert Transcript(Paint()).tell({"type": "agent.dance", "id": "sevt_1"}) == []


def test_a_message_that_waited_is_told_once() -> None:
    transcript = Transcript(Paint())
    waiting = event("user.message", "m", content=text("hi")) | {"processed_at": None}
    assert transcript.tell(waiting) == ["> hi"]
    assert transcript.tell(waiting | {"processed_at": "2026-11-21T08:30:00Z"}) == []


def test_an_answer_to_a_call_of_an_earlier_turn_names_it() -> None:
    transcript = Transcript(Paint())
    transcript.know([event("agent.tool_use", "c", name="bash", input={"command": "ls"})])
    told = transcript.tell(event("user.tool_confirmation", "u", tool_use_id="c", result="allow"))
    assert told == ["✓ allowed: bash  ls"]


def test_what_others_do_has_their_name() -> None:
    transcript = Transcript(Paint())
    transcript.team.meet(
        [
            {"id": "t0", "agent": {"name": "lead"}, "parent_thread_id": None},
            {"id": "t2", "agent": {"name": "metrics"}, "parent_thread_id": "t0"},
            {"id": "t3", "agent": {"type": "advisor"}, "parent_thread_id": "t0"},
        ]
    )
    theirs = {"input": {"command": "ls"}, "name": "bash", "evaluated_permission": "ask"}
    told = [
        event("session.thread_created", "1", session_thread_id="t1", agent_name="lo\x1bgs"),
        event("agent.tool_use", "2", **theirs, session_thread_id="t1"),
        event("agent.tool_use", "3", **theirs, session_thread_id="t2"),
        event("agent.tool_use", "4", **theirs, session_thread_id="t4"),
        event("user.tool_confirmation", "5", tool_use_id="2", result="allow", session_thread_id="t1"),
        event("user.interrupt", "6", session_thread_id="t2"),
        event("session.thread_status_terminated", "7", session_thread_id="t2", agent_name="metrics"),
        event("session.thread_status_terminated", "b", session_thread_id="t0", agent_name="lead"),
        event("workflow_run.created", "8", workflow_run_id="r", name="sweep", phases=[]),
        event("workflow_run.status_ended", "9", workflow_run_id="r", result={"type": "completed"}),
        event(
            "workflow_run.status_ended", "a", workflow_run_id="q", result={"type": "error", "error": {"message": "No."}}
        ),
    ]
    assert [line for each in told for line in transcript.tell(each)] == [
        "? lo\\x1bgs: bash  ls",
        "? metrics: bash  ls",
        "? t4: bash  ls",
        "✓ allowed: lo\\x1bgs: bash  ls",
        "■ metrics interrupted",
        "■ metrics has ended",
        "⚙ sweep: a workflow run begins",
        "⚙ sweep: completed",
        "⚙ q: error: No.",
    ]


def event(kind: str, event_id: str = "e", **body: Any) -> dict[str, Any]:
    return {"type": kind, "id": event_id, "processed_at": "2026-11-21T08:30:00Z", **body}


def text(words: str) -> list[dict[str, str]]:
    return [{"type": "text", "text": words}]


def events() -> list[dict[str, Any]]:
    usage = {
        "input_tokens": 1000,
        "output_tokens": 56,
        "cache_read_input_tokens": 200,
        "cache_creation": {"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 0},
        "active_seconds": 3.21,
        "list_cost": {"amount": "105", "currency": "USD"},
    }
    error = {"type": "model_overloaded_error", "message": "Try later.", "retry_status": {"type": "retrying"}}
    read = {"file_path": "/workspace/a.txt", "view_range": [1, 2]}
    search = {"query": "two words", "limit": 3}
    confirmed = {"tool_use_id": "ask"}
    return [
        event("user.message", "u1", content=text("Clean up the build folder.")),
        event("session.status_running"),
        event("span.model_request_start"),
        event("agent.thinking", "t1"),
        event("agent.message", "m1", content=text("I would like to delete it.")),
        event("agent.tool_use", "ask", name="bash", input={"command": "rm -rf build"}, evaluated_permission="ask"),
        event("user.tool_confirmation", "u2", result="allow", **confirmed),
        event("agent.tool_result", "r1", tool_use_id="ask", content=text("gone")),
        event("agent.tool_use", "read", name="read", input=read, evaluated_permission="allow"),
        event("agent.mcp_tool_use", "mcp", mcp_server_name="docs", name="search", input=search),
        event("agent.tool_result", "r2", tool_use_id="read", content=text("There is no such file."), is_error=True),
        event("agent.mcp_tool_result", "r3", mcp_tool_use_id="mcp", content=text("\n".join(map(str, range(1, 13))))),
        event(
            "agent.thread_message_sent",
            "s1",
            to_session_thread_id="x",
            to_agent_name="Logs",
            content=text("What came first?"),
        ),
        event(
            "agent.thread_message_received",
            "s2",
            from_session_thread_id="x",
            from_agent_name="Logs",
            content=text("payments, at 09:41"),
        ),
        event("session.error", "x1", error=error),
        event("session.status_rescheduled", "x2"),
        event("agent.tool_use", "no", name="bash", input={"command": "curl example.com"}, evaluated_permission="deny"),
        event("user.tool_confirmation", "u3", result="deny", deny_message="keep it", **confirmed),
        event("user.interrupt", "u4"),
        event("span.outcome_evaluation_end", "o1", result="satisfied", iteration=0, explanation="All there."),
        event("session.updated", "p1", title="New"),
        event("span.model_request_start"),
        event("agent.message", "m2", content=text("Done.")),
        event("session.usage", "us", usage=usage, budget=None),
        event("session.status_idle", "i1", stop_reason={"type": "end_turn"}),
    ]
