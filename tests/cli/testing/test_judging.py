"""What happened against what a test expects, and how the difference is told."""

from typing import Any

from agentops.cli.testing.judging import Failure, Happened, failures
from agentops.cli.testing.shape import Expectations

CALLS = (("bash", {"command": "grep -c ERROR a.log"}), ("read", {"file_path": "a.log", "view_range": [1, 2]}))


def happened(stop: str = "end_turn", *, files: dict[str, str] | None = None, error: str = "") -> Happened:
    events: list[dict[str, Any]] = [{"type": "span.model_request_start"}] * 3
    events += [{"type": "agent.tool_use", "name": name, "input": sent} for name, sent in CALLS]
    events += [{"type": "agent.message", "content": [{"type": "text", "text": "checkout failed\nat 09:44"}]}]
    if error:
        told = {"type": error, "message": "Why.", "retry_status": {"type": "retrying"}}
        events += [{"type": "session.error", "error": told}] * 2
    return Happened(events, stop, files or {})


def judged(expected: dict[str, Any], what: Happened | None = None) -> tuple[Failure, ...]:
    return failures(Expectations.model_validate(expected), what or happened(), 60)


def test_what_holds_is_not_spoken_of() -> None:
    expected = {
        "says": ["checkout", {"matches": r"^at \d\d:\d\d$"}],
        "tools": [{"tool": "bash", "input": {"command": "ERROR"}}, {"tool": "read", "input": {"view_range": "[1, 2]"}}],
        "files": {"a.md": None, "b.md": {"matches": "^# "}},
        "max_requests": 3,
    }
    assert judged(expected, happened(files={"a.md": "", "b.md": "x\n# y"})) == ()
    assert judged({"tools": ["read"]}) == ()


def test_calls_are_wanted_in_their_order() -> None:
    (failure,) = judged({"tools": ["read", {"tool": "bash", "input": {"command": "ERROR"}}]})
    assert failure.path == ("expect", "tools", 1)
    assert failure.message == "bash with command 'ERROR' was never called after call 2"
    assert failure.details == (
        "  read (call 2)",
        "- bash with command 'ERROR'",
        "calls that were made:",
        "  1 bash  grep -c ERROR a.log",
        "  2 read  file_path=a.log view_range=[1, 2]",
    )


def test_words_that_were_never_said_stand_beside_those_that_were() -> None:
    (failure,) = judged({"says": ["payments"]})
    assert failure.path == ("expect", "says", 0)
    assert failure.details == ("- 'payments'", "+ checkout failed", "+ at 09:44")


def test_files_are_missed_by_name_and_by_content() -> None:
    missing, other = judged({"files": {"a.md": None, "b.md": "x"}}, happened(files={"b.md": "y"}))
    assert missing.message == "a.md was not written; /mnt/session/outputs holds b.md"
    assert (other.message, other.details) == ("b.md does not hold 'x'", ("- 'x'", "+ y"))


def test_errors_fail_unless_they_are_expected() -> None:
    (failure,) = judged({}, happened(error="model_overloaded_error"))
    assert failure.message == "there was an error: model_overloaded_error: Why. (it is tried again)"
    assert judged({"errors": ["model_overloaded_error"]}, happened(error="model_overloaded_error")) == ()


def test_another_end_and_too_many_requests_fail() -> None:
    stop, requests = judged({"max_requests": 2}, happened("refusal"))
    assert stop.message == "the session ended with refusal, expected end_turn"
    assert requests.message == "the model was asked 3 times, expected at most 2"
    assert judged({"stop": "refusal"}, happened("refusal")) == ()


def test_a_session_that_waits_names_the_call() -> None:
    call = {"type": "agent.tool_use", "name": "bash", "input": {"command": "rm x"}, "evaluated_permission": "ask"}
    (failure,) = judged({}, Happened([call], "requires_action", {}))
    assert failure.details == ("it waits with bash  rm x", "`confirm: allow` or `confirm: deny` in the test answers")


def test_a_session_that_does_not_rest_is_late_and_nothing_else() -> None:
    (failure,) = judged({"says": ["x"]}, Happened(happened().events, "end_turn", {}, is_late=True))
    assert failure.message == "the session did not rest within 60 s"
    assert failure.details == ("last call: read  file_path=a.log view_range=[1, 2]",)
