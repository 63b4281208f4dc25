"""Who runs this command, as others on the same target are told: a person at a machine, or a job of a CI system."""

import getpass
import socket
from collections.abc import Mapping

from agentops.reconcile.lease import Holder, shown

HOLDER_VARIABLE = "AGENTOPS_HOLDER"
"""What runs agentops for others says who it is."""


def holder_of(environment: Mapping[str, str], commit: str) -> Holder:
    """Return who runs this command.

    Source: GitHub Docs, "Variables reference"; GitLab Docs, "Predefined CI/CD variables reference".
    """
    name, run = _job(environment)
    return shown(Holder(environment.get(HOLDER_VARIABLE) or name or _person(), run, commit))


def _job(told: Mapping[str, str]) -> tuple[str, str]:
    if told.get("GITHUB_ACTIONS") == "true":
        run = "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}/attempts/{GITHUB_RUN_ATTEMPT}"
        return _spelled("{GITHUB_ACTOR} ({GITHUB_WORKFLOW} of {GITHUB_REPOSITORY})", told), _spelled(run, told)
    if told.get("GITLAB_CI") == "true":
        return _spelled("{GITLAB_USER_LOGIN} ({CI_JOB_NAME} of {CI_PROJECT_PATH})", told), told.get("CI_JOB_URL", "")
    return "", ""


def _spelled(form: str, told: Mapping[str, str]) -> str:
    """Return the form with what is told in it, or nothing where a part is not told."""
    try:
        return form.format_map(told)
    except KeyError:
        return ""


def _person() -> str:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # A uid without a name, as in many containers. Source: Python's `getpass`.
        user = "somebody"
    return f"{user}@{socket.gethostname()}"
