"""A forge with a pull request, and what a run of a pipeline says of itself."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from agentops.cli.ci.pipeline import Pipeline, pipeline
from tests.flow.conftest import first_project
from tests.memory_repo.forges.conftest import BRANCH, begun, forge, forge_server
from tests.memory_repo.forges.fake.repository import Pull
from tests.memory_repo.forges.fake.server import FakeForge

__all__ = ["begun", "first_project", "forge", "forge_server"]

Running = Callable[..., dict[str, str]]


@pytest.fixture
def pull(forge: FakeForge) -> Pull:
    """An open pull request."""
    forge.kept.commit(BRANCH, {"a.md": "- a\n"})
    return forge.kept.open(BRANCH, "main", "Sharper", "")


@pytest.fixture
def github(forge: FakeForge, tmp_path: Path) -> Running:
    """Return the variables of a job on GitHub for an event."""

    def running(name: str, event: Mapping[str, Any], **more: str) -> dict[str, str]:
        file = tmp_path / f"{name}.json"
        file.write_text(json.dumps(event))
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": f"{forge.where}/api/v3",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": forge.kept.path,
            "GITHUB_RUN_ID": "77",
            "GITHUB_SHA": "c" * 40,
            "GITHUB_EVENT_NAME": name,
            "GITHUB_EVENT_PATH": str(file),
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
            "GITHUB_OUTPUT": str(tmp_path / "outputs"),
            "GITHUB_TOKEN": forge.token.reveal(),
            **more,
        }

    return running


def pull_event(pull: Pull, repository: str, source: str = "") -> dict[str, Any]:
    """Return the event of a pull request, from another repository if that is named."""
    head = {"sha": pull.head, "repo": {"full_name": source or repository}}
    return {"pull_request": {"number": pull.number, "head": head, "base": {"sha": "b" * 40}}}


@pytest.fixture
def run(github: Running, pull: Pull, forge: FakeForge) -> Pipeline:
    """A run about the pull request."""
    return pipeline(github("pull_request", pull_event(pull, forge.kept.path)))


@pytest.fixture
def gitlab(forge: FakeForge, pull: Pull) -> Pipeline:
    """The same, on GitLab."""
    return pipeline(
        {
            "GITLAB_CI": "true",
            "CI_API_V4_URL": f"{forge.where}/api/v4",
            "CI_PROJECT_PATH": forge.kept.path,
            "CI_PROJECT_ID": "1",
            "CI_MERGE_REQUEST_IID": str(pull.number),
            "CI_COMMIT_SHA": "c" * 40,
            "GITLAB_TOKEN": forge.token.reveal(),
        }
    )
