"""A team at work and its outcome, as a person reads them."""

from typing import Any

from agentops.base.paint import Paint
from agentops.cli.sessions.transcript import Transcript
from agentops.engine.core.outcomes.rubric import Criterion, Rubric
from agentops.engine.core.outcomes.scoring import judged
from agentops.engine.core.outcomes.verdict import Degree, Finding
from tests.cli.sessions.test_transcript import event, text

DELEGATION = """\
⇢ Metrics: When did it begin?
  why: Everything hangs on the onset.
⇢ Changes: What changed before?
· waits for Metrics and Changes
⇠ Metrics reports
  │ Answer: at 09:41
  │ Onset: payments
⇠ Changes: Two of them.
! Changes rests: retries exhausted
⇢ Metrics, again: And at 09:40?
✗ send_to_agent to Nobody: agent must be one of the roster
· looks up whom it can ask
"""
GRADED = """\
> Write the report.
> to satisfy: Incident report, graded at most 3 times
· evaluation 1: a grader looks at the work
☐ evaluation 1: needs revision: 1 of 3 criteria are met, a score of 0.5 where
  0.75 is enough, and required but not met: order
  ✗ order (a check): it ended with status 1, 0 is wanted. It printed: 09:41
    stands behind 09:44
  ~ tests: The second row has none.
  ✓ sections
"""


def test_delegation_reads_as_who_asks_whom_and_why() -> None:
    transcript = Transcript(Paint())
    assert told(transcript, team()) == DELEGATION
    assert transcript.team.at_work == ["Metrics"]
    assert transcript.summary("end_turn") == "end turn · 1 request of its own, 2 threads"


def test_an_evaluation_tells_what_is_missing_first_and_why() -> None:
    assert told(Transcript(Paint(), 78), [defined(), begun(), ended("needs_revision", ours())]) == GRADED


def test_words_of_another_grader_are_shown_as_they_are() -> None:
    explanation = "All 3 criteria met.\n- Five tabs: yes \x1b[2J\n- No plugs: yes"
    assert told(Transcript(Paint()), [ended("satisfied", explanation)]) == (
        "☑ evaluation 1: satisfied: All 3 criteria met.\n  │ - Five tabs: yes \\x1b[2J\n  │ - No plugs: yes\n"
    )
    assert told(Transcript(Paint()), [ended("failed", "")]) == "☒ evaluation 1: failed\n"


def test_what_a_deliverable_says_changes_no_mark() -> None:
    reason = "It holds:\n- sections: all there (met): fine\n- order: (met)"
    said = told(Transcript(Paint()), [ended("needs_revision", ours(reason))])
    assert "✗ order (a check): It holds: - sections: all there (met): fine - order: (met)" in said
    assert said.count("✓") == 1


def test_nothing_is_wider_than_a_narrow_terminal() -> None:
    events = [*team(), begun(), ended("needs_revision", ours("word " * 200))]
    assert max(map(len, told(Transcript(Paint(), 40), events).splitlines())) <= 60
    marked = told(Transcript(Paint(), 40), [ended("needs_revision", ours("word " * 200))])
    assert max(map(len, marked.splitlines())) <= 40


def test_a_long_report_is_folded_and_cut() -> None:
    report = "Answer: one.\n  New: " + "line " * 12 + "\n" + "more\n" * 20
    assert told(Transcript(Paint(), 44), [reported("t1", "Lo\x1bgs", report)]) == (
        "⇠ Lo\\x1bgs reports\n"
        "  │ Answer: one.\n"
        "  │   New: line line line line line line\n"
        "  │     line line line line line line\n"
        "  │ more\n  │ more\n  │ more\n  │ more\n  │ more\n  │ … 15 more lines\n"
    )


def test_colours_leave_the_words_as_they_are() -> None:
    coloured = Transcript(Paint(is_on=True))
    said = told(coloured, [*team(), ended("needs_revision", ours())])
    assert "\x1b[35m⇢ Metrics\x1b[0m: When did it begin?" in said
    assert "\x1b[31m  ✗\x1b[0m order" in said


def told(transcript: Transcript, events: list[dict[str, Any]]) -> str:
    return "".join(f"{line}\n" for each in events for line in transcript.tell(each) if line)


def send(call_id: str, agent: str, message: str, **more: str) -> dict[str, Any]:
    sent = {"agent": agent, "message": message, **more}
    return event("agent.tool_use", call_id, name="send_to_agent", input=sent, evaluated_permission="allow")


def delivered(thread_id: str, name: str, message: str) -> dict[str, Any]:
    return event(
        "agent.thread_message_sent", "s", to_session_thread_id=thread_id, to_agent_name=name, content=text(message)
    )


def reported(thread_id: str, name: str, words: str) -> dict[str, Any]:
    sender = {"from_session_thread_id": thread_id, "from_agent_name": name}
    return event("agent.thread_message_received", "r", **sender, content=text(words))


def thread(kind: str, thread_id: str, name: str, **more: Any) -> dict[str, Any]:
    return event(f"session.thread_{kind}", "t", session_thread_id=thread_id, agent_name=name, **more)


def result(call_id: str, words: str, *, is_error: bool = False) -> dict[str, Any]:
    return event("agent.tool_result", "x", tool_use_id=call_id, content=text(words), is_error=is_error)


def team() -> list[dict[str, Any]]:
    stopped = {"type": "retries_exhausted"}
    return [
        event("span.model_request_start"),
        send("c1", "Metrics", "When did it begin?", reason="Everything hangs on the onset."),
        send("c2", "Changes", "What changed before?"),
        thread("created", "t1", "Metrics"),
        delivered("t1", "Metrics", "When did it begin?"),
        result("c1", '{"thread_id":"t1"}'),
        thread("created", "t2", "Changes"),
        delivered("t2", "Changes", "What changed before?"),
        result("c2", '{"thread_id":"t2"}'),
        thread("status_running", "t1", "Metrics"),
        thread("status_running", "t2", "Changes"),
        event("agent.tool_use", "c3", name="wait_for_agents", input={}, evaluated_permission="allow"),
        reported("t1", "Metrics", "Answer: at 09:41\nOnset: payments"),
        thread("status_idle", "t1", "Metrics", stop_reason={"type": "end_turn"}),
        reported("t2", "Changes", "Two of them."),
        thread("status_idle", "t2", "Changes", stop_reason=stopped),
        result("c3", "{}"),
        send("c4", "t1", "And at 09:40?"),
        delivered("t1", "Metrics", "And at 09:40?"),
        result("c4", '{"thread_id":"t1"}'),
        thread("status_running", "t1", "Metrics"),
        send("c5", "Nobody", "Hello?"),
        result("c5", "agent must be one of the roster", is_error=True),
        event("agent.tool_use", "c6", name="list_agents", input={}, evaluated_permission="allow"),
        result("c6", "{}"),
    ]


def defined() -> dict[str, Any]:
    rubric = {"type": "text", "content": "# Incident report\n\nThe work passes."}
    return event("user.define_outcome", "d", description="Write the report.", rubric=rubric, max_iterations=3)


def begun() -> dict[str, Any]:
    return event("span.outcome_evaluation_start", "b", iteration=0, outcome_id="o")


def ended(outcome: str, explanation: str) -> dict[str, Any]:
    return event("span.outcome_evaluation_end", "e", iteration=0, result=outcome, explanation=explanation)


def ours(
    reason: str = "`python3 -c x` ended with status 1, 0 is wanted. It printed:\n09:41 stands behind 09:44",
) -> str:
    """Return an explanation as our engine writes it."""
    rubric = Rubric(
        "",
        (
            Criterion("sections", "All are there.", 2.0),
            Criterion("order", "In order of time.", 1.0, is_required=True),
            Criterion("tests", "Each row has a test."),
        ),
        0.75,
    )
    findings = (
        Finding("sections", Degree.MET, "All seven.", "grader"),
        Finding("order", Degree.NOT, reason, "check"),
        Finding("tests", Degree.PARTLY, "The second row has none.", "grader"),
    )
    return judged(rubric, findings).explanation
