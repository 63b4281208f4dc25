"""What each vendor's answers mean, and how each wants to be asked: values in, values out."""

from typing import Any

import pytest

from agentops.memory_repo.forges.answers import Answer
from agentops.memory_repo.forges.gitea import Gitea
from agentops.memory_repo.forges.github import GitHub
from agentops.memory_repo.forges.gitlab import GitLab
from agentops.memory_repo.forges.hosted import Dialect, No
from agentops.memory_repo.forges.port import Draft, Mark, State

SHA = "a" * 40
TOLD: dict[type, dict[str, Any]] = {
    GitHub: {
        "number": 7,
        "html_url": "https://github.com/acme/memory/pull/7",
        "state": "open",
        "merged_at": None,
        "title": "title",
        "body": None,
        "head": {"ref": "branch", "sha": SHA, "repo": {"id": 1}},
        "base": {"ref": "main", "sha": SHA, "repo": {"id": 1}},
    },
    Gitea: {
        "number": 7,
        "html_url": "https://codeberg.org/acme/memory/pulls/7",
        "state": "open",
        "merged": False,
        "title": "title",
        "body": "",
        "head": {"label": "branch", "ref": "branch", "sha": SHA, "repo_id": 1},
        "base": {"label": "main", "ref": "main", "sha": SHA, "repo_id": 1},
    },
    GitLab: {
        "iid": 7,
        "web_url": "https://gitlab.com/acme/memory/-/merge_requests/7",
        "state": "opened",
        "title": "title",
        "description": None,
        "source_branch": "branch",
        "target_branch": "main",
        "source_project_id": 1,
        "target_project_id": 1,
        "sha": SHA,
    },
}
VENDORS = [GitHub, Gitea, GitLab]


@pytest.fixture(params=VENDORS, ids=lambda vendor: vendor.__name__)
def vendor(request: pytest.FixtureRequest) -> type:
    found: type = request.param
    return found


@pytest.fixture
def dialect(vendor: type) -> Dialect:
    made: Dialect = vendor("acme/memory")
    return made


def test_a_pull_request_is_read(dialect: Dialect, vendor: type) -> None:
    found = dialect.pull_request(TOLD[vendor])

    assert found is not None
    assert (found.number, found.state, found.branch, found.base) == (7, State.OPEN, "branch", "main")
    assert (found.title, found.body, found.head) == ("title", "", SHA)


@pytest.mark.parametrize(
    ("vendor", "change"),
    [
        (GitHub, {"head": {"ref": "branch", "sha": SHA, "repo": {"id": 2}}}),
        (Gitea, {"head": {"label": "branch", "ref": "branch", "sha": SHA, "repo_id": 2}}),
        (GitLab, {"source_project_id": 2}),
    ],
)
def test_one_from_a_fork_is_none_of_ours(dialect: Dialect, vendor: type, change: dict[str, Any]) -> None:
    assert dialect.pull_request({**TOLD[vendor], **change}) is None


@pytest.mark.parametrize(
    ("vendor", "change", "state"),
    [
        (GitHub, {"state": "closed", "merged_at": "2026-11-21T08:30:00Z"}, State.MERGED),
        (GitHub, {"state": "closed"}, State.CLOSED),
        (GitHub, {"state": "closed", "head": {"ref": "branch", "sha": SHA, "repo": None}}, State.CLOSED),
        (Gitea, {"state": "closed", "merged": True}, State.MERGED),
        (Gitea, {"state": "closed"}, State.CLOSED),
        (GitLab, {"state": "merged"}, State.MERGED),
        (GitLab, {"state": "closed", "sha": None}, State.CLOSED),
        (GitLab, {"state": "locked"}, State.OPEN),
    ],
)
def test_each_vendor_has_its_words_for_a_state(
    dialect: Dialect, vendor: type, change: dict[str, Any], state: State
) -> None:
    found = dialect.pull_request({**TOLD[vendor], **change})

    assert found is not None
    assert found.state is state


@pytest.mark.parametrize(
    "change",
    [
        {"number": "7", "iid": "7"},
        {"number": True, "iid": True},
        {"state": "half-open"},
        {"state": None},
        {"title": 7},
        {"head": [], "sha": []},
        {"head": {"ref": "branch", "sha": "main", "repo": {"id": 1}, "repo_id": 1}, "sha": "main"},
    ],
)
def test_what_no_forge_says_is_refused(dialect: Dialect, vendor: type, change: dict[str, Any]) -> None:
    with pytest.raises((TypeError, KeyError)):
        dialect.pull_request({**TOLD[vendor], **change})


@pytest.mark.parametrize("data", [None, [], "x", 7, {}])
def test_what_is_no_pull_request_is_refused(dialect: Dialect, data: Any) -> None:
    with pytest.raises((TypeError, KeyError)):
        dialect.pull_request(data)


@pytest.mark.parametrize(
    ("vendor", "status", "words", "why"),
    [
        (GitHub, 422, "A pull request already exists for acme:branch.", No.THERE_IS_ONE),
        (GitHub, 422, "No commits between main and branch", No.NEVER),
        (GitHub, 409, "Head branch was modified. Review and try the merge again.", No.STALE),
        (GitHub, 405, "Base branch was modified. Review and try the merge again.", No.NOT_YET),
        (GitHub, 405, "Pull Request is not mergeable", No.NOT_YET),
        (GitHub, 405, "At least 1 approving review is required", No.NEVER),
        (Gitea, 409, "pull request already exists for these targets", No.THERE_IS_ONE),
        (Gitea, 409, "head out of date", No.STALE),
        (Gitea, 405, "Please try again later", No.NOT_YET),
        (Gitea, 405, "", No.NOT_YET),
        (Gitea, 405, "User not allowed to merge PR", No.NEVER),
        (GitLab, 409, "Another open merge request already exists for this source branch: !5", No.THERE_IS_ONE),
        (GitLab, 409, "SHA does not match HEAD of source branch: 0123", No.STALE),
        (GitLab, 405, "405 Method Not Allowed", No.NOT_YET),
        (GitLab, 406, "Branch cannot be merged", No.NEVER),
        (GitLab, 422, "Branch cannot be merged", No.NEVER),
    ],
)
def test_each_vendor_has_its_number_for_a_no(dialect: Dialect, status: int, words: str, why: No) -> None:
    assert dialect.refusal(Answer(status, {}, {"message": words})) is why


def test_a_mark_has_its_word_at_each(dialect: Dialect, vendor: type) -> None:
    words = [(dialect.marking(SHA, mark, "gates", "", "").body or {})["state"] for mark in Mark]

    last = ["failed", "failed"] if vendor is GitLab else ["failure", "error"]
    assert words == ["pending", "success", *last]


def test_no_name_of_a_branch_leaves_its_place_in_an_address(dialect: Dialect) -> None:
    odd = "agentops/memory/a b?c=d&e#f/../../../admin"

    calls = [*dialect.lists(odd), dialect.opening(Draft(odd, odd, "title", "body"))]

    assert not any("admin" in call.path or "?" in call.path for call in calls)
