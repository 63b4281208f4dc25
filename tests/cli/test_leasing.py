"""Who others are told holds the lease, and what becomes of a run that loses it."""

import getpass
import socket

import pytest

from agentops.cli.holders import holder_of

GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_ACTOR": "ada",
    "GITHUB_WORKFLOW": "apply",
    "GITHUB_REPOSITORY": "acme/agents",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_RUN_ID": "17",
    "GITHUB_RUN_ATTEMPT": "2",
}
GITLAB = {
    "GITLAB_CI": "true",
    "GITLAB_USER_LOGIN": "ada",
    "CI_JOB_NAME": "apply",
    "CI_PROJECT_PATH": "acme/agents",
    "CI_JOB_URL": "https://gitlab.com/acme/agents/-/jobs/9",
}
COMMIT = "0123456789abcdef"


def test_a_job_of_github_is_told_by_who_started_it_and_where_it_runs() -> None:
    told = holder_of(GITHUB, COMMIT)
    assert (told.name, told.commit) == ("ada (apply of acme/agents)", COMMIT)
    assert told.run == "https://github.com/acme/agents/actions/runs/17/attempts/2"


def test_a_job_of_gitlab_is_told_likewise() -> None:
    told = holder_of(GITLAB, COMMIT)
    assert (told.name, told.run) == ("ada (apply of acme/agents)", "https://gitlab.com/acme/agents/-/jobs/9")


@pytest.mark.parametrize("environment", [{}, {"GITHUB_ACTIONS": "true"}, {"GITLAB_CI": "true"}, {"CI": "true"}])
def test_everybody_else_is_a_person_at_a_machine(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "ada")
    assert holder_of(environment, "") == holder_of({}, "")
    assert holder_of(environment, "").name == f"{getpass.getuser()}@{socket.gethostname()}"
    assert holder_of(environment, "").run == ""


def test_whoever_runs_it_for_others_says_who_it_is_in_one_line() -> None:
    told = holder_of(GITHUB | {"AGENTOPS_HOLDER": "the controller\n\x1b[2J of shop", "GITHUB_SERVER_URL": "x y"}, "")
    assert told.name == "the controller \\x1b[2J of shop"
    assert told.run == ""
