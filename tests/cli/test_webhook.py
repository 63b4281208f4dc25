"""`agentops webhook`: endpoints by hand, secrets told once and alone, and a plain word where a target has none."""

import shutil
from pathlib import Path
from typing import get_args

import httpx2
import pytest

from agentops.targets import live
from agentops.wire.webhooks import WorkspaceEvent

from .shell import Shell

URL = "https://hooks.example.com/agentops"
PROJECT = "apiVersion: agentops/v1\nkind: Project\nmetadata: {name: acme}\n"
ALERTS = f"""\
apiVersion: agentops/v1
kind: Webhook
metadata: {{name: alerts}}
spec: {{url: {URL}, events: [agent.updated]}}
"""


@pytest.fixture(autouse=True)
def _project(agentops: Shell) -> None:
    """What nobody has said a word about yet but its name."""
    Path("agents.d").mkdir()
    Path("agents.d/project.yaml").write_text(PROJECT)


@pytest.mark.parametrize("words", [["webhook", "list"], ["webhook", "add", URL], ["environment-key", "list", "home"]])
def test_where_nobody_has_a_project_no_engine_begins(agentops: Shell, words: list[str]) -> None:
    shutil.rmtree("agents.d")
    said = agentops(*words, status=2).err
    assert said.startswith(f"error: there is no project in {Path.cwd()}: neither agents.d nor .agentops")
    assert "`agentops init`" in said
    assert not any(Path().iterdir())


def test_a_new_endpoint_s_secret_stands_alone_on_standard_output_and_nowhere_later(agentops: Shell) -> None:
    made = agentops("webhook", "add", URL, "--event", "agent.updated", "--event", "session.created")
    secret = made.out.strip()
    assert secret.startswith("whsec_")
    assert secret not in made.err
    assert f"tells {URL} of 2 event types" in made.err
    renewed = agentops("webhook", "rotate", URL).out.strip()
    assert renewed.startswith("whsec_")
    assert renewed != secret
    later = agentops("webhook", "list").out + agentops("webhook", "list", "-o", "json").out
    later += agentops("webhook", "remove", URL).out
    assert "whsec_" not in later
    assert agentops("webhook", "list").out == "No webhook endpoints.\n"


def test_without_types_an_endpoint_is_told_of_everything(agentops: Shell) -> None:
    made = agentops("webhook", "add", URL, "--description", "All of it.", "-o", "json").json
    assert made["webhook"]["events"] == list(get_args(WorkspaceEvent))
    assert made["webhook"]["description"] == "All of it."
    assert "signing_secret" not in made["webhook"]
    assert made["signing_secret"].startswith("whsec_")
    assert agentops("webhook", "rotate", made["webhook"]["id"], "-o", "json").json["signing_secret"]
    assert agentops("webhook", "remove", made["webhook"]["id"], "-o", "json").json["removed"]["url"] == URL


def test_how_an_endpoint_stands_is_listed_and_set(agentops: Shell) -> None:
    made = agentops("webhook", "add", URL, "--format", "slack", "-o", "json").json["webhook"]
    assert made["format"] == "slack"
    assert agentops("webhook", "disable", URL).out == f"{made['id']} is disabled.\n"
    assert agentops("webhook", "list").out.endswith("event types  disabled\n")
    said = agentops("webhook", "test", URL, status=1).err
    assert f"Endpoint {made['id']} is disabled (disabled by hand)" in said
    assert agentops("webhook", "enable", URL, "-o", "json").json["webhook"]["state"] == "enabled"
    assert agentops("webhook", "list").out.endswith("event types\n")


def test_what_is_tried_out_without_a_server_waits_for_one(agentops: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agentops.cli.commands.webhook_deliveries._LOOKS", 1)
    agentops("webhook", "add", URL)
    assert agentops("webhook", "deliveries", URL).out == "No deliveries.\n"
    tried = agentops("webhook", "test", URL, "--event", "session.requires_action", status=1)
    assert "session.requires_action  pending" in tried.out
    assert "was not told anything yet\n  a server that runs (`agentops serve`) sends what waits" in tried.err
    (listed,) = agentops("webhook", "deliveries", URL, "-o", "json").json["deliveries"]
    told = agentops("webhook", "test", URL, "-o", "json", status=1).json
    assert told["delivery"]["status"] == "pending", "one document, whatever came of it"
    shown = agentops("webhook", "deliveries", URL, listed["id"], "-o", "json").json["deliveries"][0]
    assert shown["event"]["data"]["type"] == "session.requires_action"
    assert shown["attempts"] == []
    assert (
        "has not ended: it is tried again by itself" in agentops("webhook", "replay", URL, listed["id"], status=1).err
    )
    assert agentops("webhook", "replay", URL, "--failed").out == "There is nothing to replay.\n"
    assert "name deliveries" in agentops("webhook", "replay", URL, status=2).err
    assert "has no such delivery" in agentops("webhook", "deliveries", URL, "whd_01None", status=1).err
    assert "no event of a workspace" in agentops("webhook", "test", URL, "--event", "external_key.failed", status=1).err
    assert agentops("webhook", "deliveries", URL, "--status", "failed").out == "No deliveries.\n"


def test_what_is_wrong_is_said_before_a_target_is_asked(agentops: Shell) -> None:
    said = agentops("webhook", "add", URL, "--event", "agent.update", status=2).err
    assert "there is no event type `agent.update`" in said
    assert "did you mean agent.updated?" in said
    assert "url must be an https URL" in agentops("webhook", "add", "http://hooks.example.com", status=2).err
    twice = ("--event", "agent.updated") * 2
    assert "events must be unique" in agentops("webhook", "add", URL, *twice, status=2).err
    assert not Path(".agentops").exists()


def test_an_endpoint_that_there_is_not_or_twice_is_never_guessed(agentops: Shell) -> None:
    agentops("webhook", "add", URL)
    said = agentops("webhook", "remove", URL + "x", status=2).err
    assert f"has no webhook endpoint `{URL}x`" in said
    assert f"did you mean {URL}?" in said
    agentops("webhook", "add", URL)
    assert "stands for 2 webhook endpoints: whend_01" in agentops("webhook", "rotate", URL, status=2).err
    assert len(agentops("webhook", "list", "-o", "json").json["webhooks"]) == 2


def test_a_declared_webhook_is_applied_without_its_secret_and_rotated_by_its_name(agentops: Shell) -> None:
    Path("agents.d/alerts.yaml").write_text(ALERTS)
    applied = agentops("apply", "--yes")
    assert "`agentops webhook rotate Webhook/alerts` prints the secret" in applied.err
    assert "whsec_" not in applied.out + applied.err
    assert agentops("webhook", "rotate", "Webhook/alerts").out.startswith("whsec_")
    assert agentops("plan").out.splitlines()[-1].startswith("No changes.")
    assert "(Webhook/alerts)" in agentops("webhook", "list").out
    removed = agentops("webhook", "remove", "Webhook/alerts")
    assert "Webhook/alerts declares it: the next apply registers it anew" in removed.err


def test_a_name_is_one_of_the_project_at_hand(agentops: Shell) -> None:
    Path("agents.d/alerts.yaml").write_text(ALERTS)
    agentops("apply", "--yes")
    theirs = agentops("webhook", "list", "-o", "json").json["webhooks"][0]["id"]
    Path("agents.d/project.yaml").write_text(PROJECT.replace("acme", "other"))
    for verb in ("rotate", "disable", "remove", "test"):
        said = agentops("webhook", verb, "Webhook/alerts", status=2).err
        assert f"Webhook/alerts is not one of other on embedded: {theirs} belongs to acme" in said
    Path("agents.d/project.yaml").write_text(PROJECT.replace("acme", "[acme"))
    assert "error[yaml" in agentops("webhook", "rotate", "Webhook/alerts", status=1).err
    Path("agents.d/project.yaml").write_text(PROJECT.replace("acme", "other"))
    agentops("apply", "--yes", "--create-new", "Webhook/alerts")
    assert len(agentops("webhook", "list", "-o", "json").json["webhooks"]) == 2
    assert theirs not in agentops("webhook", "rotate", "Webhook/alerts").err
    assert agentops("webhook", "rotate", theirs).out.startswith("whsec_")


def test_a_target_without_the_api_is_told_as_such(agentops: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    vendors = httpx2.MockTransport(lambda _: httpx2.Response(404, json={"type": "error"}))
    opened = live.LiveTarget.__init__
    monkeypatch.setattr(live.LiveTarget, "__init__", lambda self, endpoint: opened(self, endpoint, vendors))
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-test-0123456789")
    for arguments in (("add", URL), ("list",), ("rotate", URL), ("remove", URL)):
        said = agentops("webhook", *arguments, status=1).err
        assert "https://api.anthropic.com has no API for the webhook endpoints of a workspace" in said
        assert "register it in the target's console" in said


def test_a_folder_that_holds_its_manifests_itself_is_a_project_too(agentops: Shell) -> None:
    Path("agents.d/alerts.yaml").write_text(ALERTS)
    agentops("apply", "--yes")
    shutil.rmtree("agents.d")
    Path("project.yaml").write_text(PROJECT.replace("acme", "other"))
    assert "did you mean" not in agentops("webhook", "rotate", "Webhook/alerts", status=2).err


def test_a_target_of_the_project_is_looked_up_in_the_tree(agentops: Shell) -> None:
    Path("agents.d/project.yaml").write_text(PROJECT + "spec: {targets: {staging: {url: 'http://127.0.0.1:9'}}}\n")
    assert "set AGENTOPS_STAGING_API_KEY" in agentops("webhook", "list", "--target", "staging", status=2).err
    assert "did you mean `staging`?" in agentops("webhook", "list", "--target", "stagin", status=2).err
