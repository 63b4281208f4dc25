"""What a chat channel is told: names and ids, harmless, and never more than fits."""

import json
from typing import get_args

from agentops.engine.core import slack
from agentops.wire.webhooks import WorkspaceEvent


def test_a_line_names_the_object_and_says_what_happened() -> None:
    said = slack.line("session.requires_action", "session_01", "Nightly triage")
    assert said == ("Session Nightly triage (session_01) waits for an answer: something it wants to do needs approval.")
    assert slack.line("memory_store.archived", "memstore_01", "") == "Memory store memstore_01 was archived."
    assert slack.line("deployment_run.failed", "drun_01", "Nightly") == "Deployment run Nightly (drun_01) has failed."


def test_every_type_of_event_makes_one_line() -> None:
    lines = {each: slack.line(each, "id", "name") for each in get_args(WorkspaceEvent)}
    assert not any("\n" in each or "_" in each.replace("(id)", "") for each in lines.values()), lines
    assert len(set(lines.values())) == len(lines)


def test_a_name_calls_nobody_and_is_no_markup_and_not_long() -> None:
    said = slack.line("agent.updated", "agent_01", "<!channel> @all\n<https://evil|here> & more" + "x" * 500)
    assert "<" not in said
    assert "@all" not in said
    assert "\n" not in said
    assert "&lt;!channel&gt;" in said
    assert len(said) < 300


def test_what_does_not_fit_is_counted() -> None:
    assert json.loads(slack.message(["a", "b"], 2)) == {"text": "a\nb"}
    assert json.loads(slack.message(["a", "b"], 19)) == {"text": "a\nb\n… and 17 more."}
