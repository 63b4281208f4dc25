"""What GitHub calls things, on github.com and on a company's own server.

Source: GitHub REST API, version 2022-11-28: "Pulls", "Issues", "Labels", "Commit statuses"
(`@octokit/openapi` 23.0.2, `generated/api.github.com.json`).
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from agentops.memory_repo.forges.answers import Answer, address, commit, member, number, reason, text
from agentops.memory_repo.forges.hosted import No
from agentops.memory_repo.forges.http import Call, Client
from agentops.memory_repo.forges.port import Draft, Mark, PullRequest, State

HEADERS: Mapping[str, str] = {"accept": "application/vnd.github+json", "x-github-api-version": "2022-11-28"}
WRITE_PAUSE_S = 1.0
"""Source: GitHub Docs, "Best practices for using the REST API": at least one second between two writes."""

_STATES = {"open": State.OPEN, "closed": State.CLOSED}


class GitHub:
    """One repository's dialect."""

    def __init__(self, repository: str) -> None:
        """Take `owner/name`."""
        self._owner = repository.partition("/")[0]
        self._root = f"/repos/{quote(repository)}"

    def lists(self, branch: str) -> Sequence[Call]:
        """Return the one list of the branch's pull requests."""
        params = {
            "state": "all",
            "head": f"{self._owner}:{branch}",
            "sort": "created",
            "direction": "desc",
            "per_page": "100",
        }
        return [Call(f"list the pull requests of {branch}", "GET", f"{self._root}/pulls", params=params)]

    def pull_request(self, data: Any) -> PullRequest | None:
        """Return what an answer tells of one."""
        if member(data, "head", "repo", "id") not in {None, number(data, "base", "repo", "id")}:
            return None
        is_merged = bool(text(data, "merged_at"))
        return PullRequest(
            number=number(data, "number"),
            url=address(data, "html_url"),
            state=State.MERGED if is_merged else _STATES[text(data, "state")],
            branch=text(data, "head", "ref"),
            base=text(data, "base", "ref"),
            title=text(data, "title"),
            body=text(data, "body"),
            head=commit(data, "head", "sha"),
        )

    def one(self, number: int) -> Call:
        """Return the request for one."""
        return Call(f"read pull request {number}", "GET", f"{self._root}/pulls/{number}")

    def opening(self, draft: Draft) -> Call:
        """Return the request that opens one."""
        body = {"head": draft.branch, "base": draft.base, "title": draft.title, "body": draft.body}
        what = f"open a pull request of {draft.branch}"
        return Call(what, "POST", f"{self._root}/pulls", body, also=frozenset({422}))

    def refusal(self, answer: Answer) -> No:
        """Tell why: 422 at opening, 405 (not mergeable, or not yet) and 409 (another head) at merging."""
        words = reason(answer.data).casefold()
        match answer.status:
            case 422 if "already exists" in words:
                return No.THERE_IS_ONE
            case 422 if "head is invalid" in words:
                return No.NOT_YET
            case 409:
                return No.STALE
            case 405 if "not mergeable" in words or "base branch was modified" in words:
                return No.NOT_YET
            case _:
                return No.NEVER

    def editing(self, number: int, draft: Draft) -> Call:
        """Return the request that gives it another title and body."""
        body = {"title": draft.title, "body": draft.body}
        return Call(f"update pull request {number}", "PATCH", f"{self._root}/pulls/{number}", body)

    def closing(self, number: int) -> Call:
        """Return the request that closes it."""
        return Call(f"close pull request {number}", "PATCH", f"{self._root}/pulls/{number}", {"state": "closed"})

    def comments(self, number: int) -> Call:
        """Return the list of what was said about it."""
        path = f"{self._root}/issues/{number}/comments"
        return Call(f"read the comments on pull request {number}", "GET", path, params={"per_page": "100"})

    def commenting(self, number: int, words: str) -> Call:
        """Return the request that says something."""
        return Call(
            f"comment on pull request {number}", "POST", f"{self._root}/issues/{number}/comments", {"body": words}
        )

    def merging(self, number: int, head: str) -> Call:
        """Return the request that merges this very head."""
        body = {"sha": head, "merge_method": "merge"}
        path, also = f"{self._root}/pulls/{number}/merge", frozenset({405, 409, 422})
        return Call(f"merge pull request {number}", "PUT", path, body, also=also)

    def marking(self, commit: str, mark: Mark, context: str, words: str, url: str) -> Call:
        """Return the request that sets a commit status."""
        where = {"target_url": url} if url else {}
        body = {"state": mark.value, "context": context, "description": words, **where}
        return Call(f"set the status of {commit[:12]}", "POST", f"{self._root}/statuses/{commit}", body)

    async def label(self, client: Client, number: int, labels: Sequence[str]) -> None:
        """Attach labels; GitHub makes the missing ones. A token without that right is no reason to fail."""
        path, also = f"{self._root}/issues/{number}/labels", frozenset({403, 404, 410, 422})
        call = Call(f"label pull request {number}", "POST", path, {"labels": list(labels)}, also=also)
        await client.write(call, lambda _: True)
