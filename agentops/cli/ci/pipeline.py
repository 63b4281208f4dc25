"""What runs us: which forge, for which commit and pull request, and where it wants its results.

Source: GitHub Docs, "Variables reference" and "Webhook events and payloads"; GitLab Docs, "Predefined CI/CD variables".
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentops.base.errors import UsageError
from agentops.base.secrets import Secret

_EVENT_BYTES = 16 << 20
"""More than GitHub sends: 25 MB is the limit of a webhook, and a pull request's is some 30 KB."""

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_ZEROS = re.compile(r"0{40,64}")


@dataclass(frozen=True, slots=True)
class Head:
    """The branch of a pull request, as the forge itself told of the run that was about it."""

    owner: str
    branch: str
    commit: str


@dataclass(frozen=True, slots=True)
class Pipeline:
    """One run of a pipeline."""

    forge: str
    """`github`, `gitlab`, or nothing on a person's machine."""

    event: str = ""
    api: str = ""
    repository: str = ""
    token: Secret | None = None
    commit: str = ""
    """What a person would name: the head of the pull request, not the merge that is tried; else what was pushed."""

    base: str = ""
    """The commit that a pull request goes onto."""

    number: int | None = None
    """Of the pull request."""

    is_fork: bool = False
    """Whether the pull request comes from another repository: no secret is here, and nothing may be written."""

    after: Head | None = None
    """What another run was about whose results we are to tell: they are somebody's data, and no more."""

    run_url: str = ""
    summary: Path | None = None
    outputs: Path | None = None
    mute: str = ""
    """What only we know: commands in the log are off but for those after it."""


def pipeline(environment: Mapping[str, str]) -> Pipeline:
    """Return what the variables tell.

    Raises:
        UsageError: the file of the event cannot be read.
    """
    if environment.get("GITHUB_ACTIONS") == "true":
        return _github(environment)
    if environment.get("GITLAB_CI") == "true":
        return _gitlab(environment)
    return Pipeline("", commit=environment.get("AGENTOPS_COMMIT", ""))


def _github(environment: Mapping[str, str]) -> Pipeline:
    told = _event(environment.get("GITHUB_EVENT_PATH", ""))
    name, repository = environment.get("GITHUB_EVENT_NAME", ""), environment.get("GITHUB_REPOSITORY", "")
    pull = _object(told, "pull_request")
    head, base = _object(pull, "head"), _object(pull, "base")
    server, run = environment.get("GITHUB_SERVER_URL", ""), environment.get("GITHUB_RUN_ID", "")
    number = pull.get("number")
    return Pipeline(
        "github",
        event=name,
        api=environment.get("GITHUB_API_URL", "https://api.github.com"),
        repository=repository,
        token=_token(environment, "AGENTOPS_FORGE_TOKEN", "GITHUB_TOKEN"),
        commit=_sha(head.get("sha")) or _sha(environment.get("GITHUB_SHA")),
        base=_sha(base.get("sha")) or _sha(told.get("before")),
        number=number if isinstance(number, int) else None,
        is_fork=bool(pull) and _object(head, "repo").get("full_name") != repository,
        after=_after(told) if name == "workflow_run" else None,
        run_url=f"{server}/{repository}/actions/runs/{run}" if server and run else "",
        summary=_file(environment, "GITHUB_STEP_SUMMARY"),
        outputs=_file(environment, "GITHUB_OUTPUT"),
    )


def _after(told: Mapping[str, Any]) -> Head | None:
    run = _object(told, "workflow_run")
    owner, branch = _object(_object(run, "head_repository"), "owner").get("login"), run.get("head_branch")
    commit = _sha(run.get("head_sha"))
    return Head(owner, branch, commit) if isinstance(owner, str) and isinstance(branch, str) and commit else None


def _gitlab(environment: Mapping[str, str]) -> Pipeline:
    number = environment.get("CI_MERGE_REQUEST_IID", "")
    own, source = (environment.get(each, "") for each in ("CI_PROJECT_ID", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID"))
    head = _sha(environment.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA"))
    return Pipeline(
        "gitlab",
        event=environment.get("CI_PIPELINE_SOURCE", ""),
        api=environment.get("CI_API_V4_URL", ""),
        repository=environment.get("CI_PROJECT_PATH", ""),
        token=_token(environment, "AGENTOPS_FORGE_TOKEN", "GITLAB_TOKEN"),
        commit=head or _sha(environment.get("CI_COMMIT_SHA")),
        base=_sha(environment.get("CI_MERGE_REQUEST_DIFF_BASE_SHA")) or _sha(environment.get("CI_COMMIT_BEFORE_SHA")),
        number=int(number) if number.isdecimal() else None,
        is_fork=bool(source) and source != own,
        run_url=environment.get("CI_JOB_URL", ""),
    )


def _event(path: str) -> Mapping[str, Any]:
    """Return the event that started the run; none where there is no file."""
    if not path:
        return {}
    try:
        with Path(path).open("rb") as file:
            content = file.read(_EVENT_BYTES + 1)
        told = json.loads(content) if len(content) <= _EVENT_BYTES else None
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"the event of this run cannot be read: {error}", hint="GITHUB_EVENT_PATH names it") from None
    if not isinstance(told, dict):
        raise UsageError("the event of this run is no object", hint="GITHUB_EVENT_PATH names it")
    return told


def _object(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = told.get(name)
    return found if isinstance(found, dict) else {}


def _sha(found: object) -> str:
    is_one = isinstance(found, str) and _COMMIT.fullmatch(found) and not _ZEROS.fullmatch(found)
    return str(found) if is_one else ""


def _token(environment: Mapping[str, str], *names: str) -> Secret | None:
    found = (environment.get(name, "").strip() for name in names)
    return next((Secret(each) for each in found if each), None)


def _file(environment: Mapping[str, str], name: str) -> Path | None:
    return Path(environment[name]) if environment.get(name) else None
