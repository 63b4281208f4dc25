"""What a run is told about itself."""

import json
from pathlib import Path
from typing import Any

import pytest

from agentops.base.errors import UsageError
from agentops.cli.ci.pipeline import Head, Pipeline, pipeline

SHA, OTHER = "1" * 40, "2" * 40


def of(tmp_path: Path, name: str, event: Any, **more: str) -> Pipeline:
    (tmp_path / "event.json").write_text(json.dumps(event))
    told = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": name, "GITHUB_REPOSITORY": "acme/agents"}
    return pipeline({**told, "GITHUB_EVENT_PATH": str(tmp_path / "event.json"), "GITHUB_SHA": OTHER, **more})


def pull(repo: Any) -> dict[str, Any]:
    return {"pull_request": {"number": 7, "head": {"sha": SHA, "repo": repo}, "base": {"sha": OTHER}}}


def test_a_pull_request_is_known_by_its_head(tmp_path: Path) -> None:
    found = of(tmp_path, "pull_request", pull({"full_name": "acme/agents"}), GITHUB_TOKEN="t")
    assert (found.number, found.commit, found.base, found.is_fork) == (7, SHA, OTHER, False)
    assert found.token
    assert found.token.reveal() == "t"


@pytest.mark.parametrize("repo", [{"full_name": "stranger/agents"}, None, {}])
def test_whatever_is_not_this_very_repository_is_a_fork(tmp_path: Path, repo: Any) -> None:
    assert of(tmp_path, "pull_request", pull(repo)).is_fork


def test_a_push_is_no_pull_request_and_has_what_was_there_before(tmp_path: Path) -> None:
    found = of(tmp_path, "push", {"before": SHA})
    assert (found.number, found.commit, found.base, found.is_fork) == (None, OTHER, SHA, False)
    assert of(tmp_path, "push", {"before": "0" * 40}).base == ""


def test_another_run_is_known_by_what_the_forge_tells_of_it(tmp_path: Path) -> None:
    head = {"head_branch": "x", "head_sha": SHA, "head_repository": {"owner": {"login": "stranger"}}}
    assert of(tmp_path, "workflow_run", {"workflow_run": head}).after == Head("stranger", "x", SHA)
    assert of(tmp_path, "workflow_run", {"workflow_run": head | {"head_sha": "x"}}).after is None
    assert of(tmp_path, "push", {"workflow_run": head}).after is None


def test_a_merge_request_of_gitlab_is_known_too() -> None:
    told = {"GITLAB_CI": "true", "CI_MERGE_REQUEST_IID": "5", "CI_COMMIT_SHA": SHA, "CI_PROJECT_ID": "1"}
    found = pipeline({**told, "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "2", "GITLAB_TOKEN": "t"})
    assert (found.forge, found.number, found.commit, found.is_fork) == ("gitlab", 5, SHA, True)


@pytest.mark.parametrize("event", [{"pull_request": 3}, {"pull_request": {"number": "7", "head": []}}])
def test_an_odd_event_tells_nothing(tmp_path: Path, event: Any) -> None:
    assert of(tmp_path, "pull_request", event).number is None


def test_an_event_that_is_no_object_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        of(tmp_path, "pull_request", [])


def test_an_event_that_cannot_be_read_says_where_it_was_looked_for() -> None:
    with pytest.raises(UsageError) as raised:
        pipeline({"GITHUB_ACTIONS": "true", "GITHUB_EVENT_PATH": "/nowhere"})
    assert "GITHUB_EVENT_PATH" in raised.value.hint


def test_a_persons_machine_is_no_pipeline() -> None:
    assert pipeline({}).forge == ""
