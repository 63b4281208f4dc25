"""Little texts: times, amounts, rows, answers, places of files."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agentops.base.errors import UsageError
from agentops.base.paint import Paint
from agentops.cli.rubrics.outcomes import first_event, sent_event, with_files
from agentops.cli.sessions import waiting, words
from agentops.cli.sessions.asking import confirmation
from agentops.cli.sessions.beginning import mounts
from agentops.cli.sessions.listing import age, page, rows
from agentops.cli.sessions.moments import moment

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)


def session(**changed: Any) -> dict[str, Any]:
    agent = {"name": "Logs", "version": 3, "id": "agent_1", "model": {"id": "claude-haiku-5-5"}}
    return {
        "id": "sesn_1",
        "status": "idle",
        "agent": agent,
        "environment_id": "env_1",
        "created_at": "2026-11-21T06:29:00Z",
        "title": None,
        "usage": {"list_cost": {"amount": "7", "currency": "USD"}, "input_tokens": 5, "output_tokens": 2},
        **changed,
    }


def test_sessions_are_rows() -> None:
    listed = list(rows([session(), session(id="sesn_22", status="running", title="Night\nwatch")], NOW, Paint()))
    assert listed == [
        "sesn_1   idle     Logs  2h  $0.07",
        "sesn_22  running  Logs  2h  $0.07  Night ⏎ watch",
    ]
    assert list(rows([], NOW, Paint())) == ["No sessions."]


def test_one_session_is_a_page_without_empty_lines() -> None:
    shown = list(page(session(budget={"max_list_cost": {"amount": "250", "currency": "USD"}}), NOW))
    assert "agent        Logs version 3 (agent_1), claude-haiku-5-5" in shown
    assert "budget       $2.50" in shown
    assert "usage        5 tokens in, 2 out · $0.07" in shown
    assert not any(each.startswith(("title", "vaults", "mounted")) for each in shown)


@pytest.mark.parametrize(
    ("at", "said"), [("08:29:58", "2s"), ("08:20:00", "10m"), ("00:00:00", "8h"), ("09:00:00", "0s")]
)
def test_an_age_is_in_the_largest_unit(at: str, said: str) -> None:
    assert age(f"2026-11-21T{at}Z", NOW) == said
    assert age("2026-11-18T00:00:00Z", NOW) == "3d"


def test_moments_are_spans_or_times() -> None:
    assert moment("90m", NOW) == datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
    assert moment("2026-11-20", NOW) == datetime(2026, 11, 20, tzinfo=UTC)
    assert moment("2026-11-21T08:00:00+01:00", NOW) == datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
    with pytest.raises(UsageError, match="`yesterday` is no moment"):
        moment("yesterday", NOW)


@pytest.mark.parametrize("word", ["y", "YES", "allow"])
def test_a_yes_allows(word: str) -> None:
    assert confirmation("c", word) == {"type": "user.tool_confirmation", "tool_use_id": "c", "result": "allow"}


def test_a_no_denies_and_anything_else_is_the_reason() -> None:
    assert confirmation("c", "n")["result"] == "deny"
    assert "deny_message" not in confirmation("c", "n")
    assert confirmation("c", "keep it")["deny_message"] == "keep it"


def test_answers_are_for_the_named_calls_or_for_all() -> None:
    calls = [{"id": each, "evaluated_permission": "ask"} for each in "ab"] + [{"id": "c", "evaluated_permission": None}]
    assert [each["tool_use_id"] for each in waiting.answers(calls, (), None, "s")] == ["a", "b"]
    assert waiting.answers(calls, ("b",), "not now", "s") == [confirmation("b", "not now")]
    with pytest.raises(UsageError, match="does not wait with a call c"):
        waiting.answers(calls, ("c",), None, "s")
    with pytest.raises(UsageError, match="waits for no confirmation"):
        waiting.answers([], (), None, "s")


def test_files_lie_where_they_were_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "logs" / "old").mkdir(parents=True)
    for name in ("logs/a.log", "logs/old/b.log", "c.txt", "logs/.env", ".hidden"):
        (tmp_path / name).write_text("x")
    assert [place for _, place in mounts([Path("logs"), Path("c.txt")])] == ["logs/a.log", "logs/old/b.log", "c.txt"]
    assert [place for _, place in mounts([tmp_path / "logs"])] == ["logs/a.log", "logs/old/b.log"]
    assert [place for _, place in mounts([Path(".hidden")])] == [".hidden"]
    assert mounts([Path("logs/old/../a.log")])[0][1] == "a.log"
    with pytest.raises(UsageError, match="would both be"):
        mounts([Path("c.txt"), tmp_path / "c.txt"])
    with pytest.raises(UsageError, match="neither a file nor a folder"):
        mounts([Path("nothing")])


def test_the_first_message_says_where_files_are() -> None:
    message = first_event("Look.", None, None)
    assert with_files(message, ["/mnt/session/uploads/a"])["content"][1]["text"].endswith("\n/mnt/session/uploads/a")
    assert with_files(message, []) == message
    outcome = {"type": "user.define_outcome", "description": "Look."}
    assert with_files(outcome, ["/a", "/b"])["description"] == "Look.\n\nFiles for this task:\n/a\n/b"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((None, None, None, None), "send one thing"),
        (("Go on.", "A report.", "note", None), "send one thing"),
        (("Go on.", None, "note", None), "an outcome needs a rubric"),
        ((None, "A report.", None, None), "an outcome needs a rubric"),
        ((" ", None, None, None), "the message is empty"),
        ((None, "", "note", None), "the outcome is empty"),
        (("Go on.", None, None, 3), "nothing is graded"),
    ],
)
def test_a_session_is_sent_a_message_or_an_outcome_with_its_rubric(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        sent_event(*arguments)


def test_calls_and_results_are_short() -> None:
    assert words.call("bash", {"command": "a\nb"}) == "bash  a ⏎ b"
    assert words.call("noop", {}) == "noop"
    assert len(words.call("bash", {"command": "x" * 500})) < 170
    assert words.result("1\n2\n3", 2) == ["1", "2", "3"]
    assert words.result("1\n2\n3\n4", 2) == ["1", "2", "… 2 more lines"]
    assert words.text_of([{"type": "image"}, {"type": "document", "title": "a"}]) == "[image]\n[document a]"
