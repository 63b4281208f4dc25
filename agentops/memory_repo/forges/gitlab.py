"""What GitLab calls things: a pull request is a merge request, its number an `iid`, a project's path one segment.

Source: GitLab REST API v4: "Merge requests", "Notes", "Commits" (gitlab-org/gitlab `doc/api/openapi/openapi_v3.yaml`).
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from agentops.memory_repo.forges.answers import Answer, address, commit, member, number, reason, text
from agentops.memory_repo.forges.hosted import No
from agentops.memory_repo.forges.http import Call, Client
from agentops.memory_repo.forges.port import Draft, Mark, PullRequest, State

_STATES = {"opened": State.OPEN, "locked": State.OPEN, "closed": State.CLOSED, "merged": State.MERGED}
"""`locked` is one that is being merged."""

_MARKS = {Mark.PENDING: "pending", Mark.SUCCESS: "success", Mark.FAILURE: "failed", Mark.ERROR: "failed"}


class GitLab:
    """One project's dialect."""

    def __init__(self, project: str) -> None:
        """Take `group/name`, or `group/subgroup/name`."""
        self._root = f"/projects/{quote(project, safe='')}"
        self._requests = f"{self._root}/merge_requests"

    def lists(self, branch: str) -> Sequence[Call]:
        """Return the one list of the branch's merge requests."""
        order = {"order_by": "created_at", "sort": "desc", "per_page": "100"}
        params = {"source_branch": branch, "state": "all", **order}
        return [Call(f"list the merge requests of {branch}", "GET", self._requests, params=params)]

    def pull_request(self, data: Any) -> PullRequest | None:
        """Return what an answer tells of one."""
        if member(data, "source_project_id") not in {None, number(data, "target_project_id")}:
            return None
        return PullRequest(
            number=number(data, "iid"),
            url=address(data, "web_url"),
            state=_STATES[text(data, "state")],
            branch=text(data, "source_branch"),
            base=text(data, "target_branch"),
            title=text(data, "title"),
            body=text(data, "description"),
            head=commit(data, "sha"),
        )

    def one(self, number: int) -> Call:
        """Return the request for one."""
        return Call(f"read merge request {number}", "GET", f"{self._requests}/{number}")

    def opening(self, draft: Draft) -> Call:
        """Return the request that opens one, with its labels: GitLab makes the missing ones."""
        body = {
            "source_branch": draft.branch,
            "target_branch": draft.base,
            "title": draft.title,
            "description": draft.body,
            **({"labels": ",".join(draft.labels)} if draft.labels else {}),
        }
        return Call(f"open a merge request of {draft.branch}", "POST", self._requests, body, also=frozenset({409, 422}))

    def refusal(self, answer: Answer) -> No:
        """Tell why: 409 is one that exists at opening, another head at merging; 405 is not mergeable, or not yet."""
        words = reason(answer.data).casefold()
        match answer.status:
            case 409 if "already exists" in words:
                return No.THERE_IS_ONE
            case 400 if "cannot transition status" in words:
                return No.THERE_IS_ONE
            case 409 if "in progress" in words:
                return No.NOT_YET
            case 409:
                return No.STALE
            case 405:
                return No.NOT_YET
            case _:
                return No.NEVER

    def editing(self, number: int, draft: Draft) -> Call:
        """Return the request that gives it another title and body."""
        body = {"title": draft.title, "description": draft.body}
        return Call(f"update merge request {number}", "PUT", f"{self._requests}/{number}", body)

    def closing(self, number: int) -> Call:
        """Return the request that closes it."""
        return Call(f"close merge request {number}", "PUT", f"{self._requests}/{number}", {"state_event": "close"})

    def comments(self, number: int) -> Call:
        """Return the list of what was said about it."""
        path = f"{self._requests}/{number}/notes"
        return Call(f"read the comments on merge request {number}", "GET", path, params={"per_page": "100"})

    def commenting(self, number: int, words: str) -> Call:
        """Return the request that says something."""
        return Call(f"comment on merge request {number}", "POST", f"{self._requests}/{number}/notes", {"body": words})

    def merging(self, number: int, head: str) -> Call:
        """Return the request that merges this very head."""
        path, also = f"{self._requests}/{number}/merge", frozenset({405, 406, 409, 422})
        return Call(f"merge merge request {number}", "PUT", path, {"sha": head}, also=also)

    def marking(self, commit: str, mark: Mark, context: str, words: str, url: str) -> Call:
        """Return the request that sets a commit status.

        It answers 400 to `pending` where that is what the commit is, and 409 while somebody else sets a status.
        """
        where = {"target_url": url} if url else {}
        body = {"state": _MARKS[mark], "name": context, "description": words, **where}
        path, also = f"{self._root}/statuses/{commit}", frozenset({400, 409} if mark is Mark.PENDING else {409})
        return Call(f"set the status of {commit[:12]}", "POST", path, body, also=also)

    async def label(self, client: Client, number: int, labels: Sequence[str]) -> None:
        """Do nothing: a merge request is opened with its labels."""
