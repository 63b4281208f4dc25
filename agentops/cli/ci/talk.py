"""What is said on a pull request by us: one comment for each thing to say, found again and edited in place.

A comment is ours if it begins with our marker and its author is who we are: anybody can write a marker.
Source: GitHub REST API 2022-11-28, "Issue comments", "List pull requests associated with a commit", "Get the
authenticated user"; GitLab REST API v4, "Notes", "List merge requests associated with a commit", "Users".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from agentops.base.errors import UsageError
from agentops.cli.ci.pipeline import Head, Pipeline
from agentops.memory_repo.forges import github
from agentops.memory_repo.forges.answers import Answer, member, number, rows, text
from agentops.memory_repo.forges.http import Call, Client, Site, is_loopback

_ACTIONS = "github-actions[bot]"
"""Who a job's own token speaks as; that token may not ask who it is. Source: GitHub Docs, "GITHUB_TOKEN"."""


@dataclass(frozen=True, slots=True)
class Said:
    """A comment."""

    id: int
    author: str
    body: str


class Dialect(Protocol):
    """How a forge is asked."""

    def who(self) -> Call:
        """Return the question who we are."""

    def author(self, data: Any) -> str:
        """Return who wrote a comment, or who we are."""

    def comments(self, number: int) -> Call:
        """Return the list of what was said."""

    def say(self, number: int, words: str) -> Call:
        """Return the request that says something new."""

    def reword(self, number: int, comment: int, words: str) -> Call:
        """Return the request that replaces what was said."""

    def brought(self, commit: str) -> Call:
        """Return the question which pull requests brought a commit."""

    def number(self, data: Any) -> int | None:
        """Return the number of a merged pull request, and nothing of one that is not merged."""


class GitHub:
    """One repository on GitHub."""

    def __init__(self, repository: str) -> None:
        """Take `owner/name`."""
        self._root = f"/repos/{quote(repository)}"

    def who(self) -> Call:
        """Return the question who we are; a token of a job or of an app gets a no."""
        return Call("tell who we are", "GET", "/user", also=frozenset({401, 403, 404}))

    def author(self, data: Any) -> str:
        """Return a login."""
        return text(data, "user", "login") or text(data, "login")

    def comments(self, number: int) -> Call:
        """Return the list of comments, oldest first."""
        path = f"{self._root}/issues/{number}/comments"
        return Call(f"read the comments on pull request {number}", "GET", path, params={"per_page": "100"})

    def say(self, number: int, words: str) -> Call:
        """Return the request for a comment."""
        path = f"{self._root}/issues/{number}/comments"
        return Call(f"comment on pull request {number}", "POST", path, {"body": words})

    def reword(self, number: int, comment: int, words: str) -> Call:
        """Return the request for an edit."""
        path = f"{self._root}/issues/comments/{comment}"
        return Call(f"edit our comment on pull request {number}", "PATCH", path, {"body": words})

    def brought(self, commit: str) -> Call:
        """Return the question which pull requests a commit belongs to."""
        return Call(f"find the pull request of {commit[:12]}", "GET", f"{self._root}/commits/{commit}/pulls")

    def number(self, data: Any) -> int | None:
        """Return the number of one that is merged."""
        return number(data, "number") if text(data, "merged_at") else None

    def of_branch(self, head: Head) -> Call:
        """Return the list of open pull requests from a branch of somebody's repository."""
        params = {"head": f"{head.owner}:{head.branch}", "state": "open"}
        return Call(f"find the pull request of {head.commit[:12]}", "GET", f"{self._root}/pulls", params=params)

    def issues(self) -> Call:
        """Return the list of open issues, newest first."""
        params = {"state": "open", "per_page": "100"}
        return Call("read the open issues", "GET", f"{self._root}/issues", params=params)

    def open_issue(self, title: str, words: str) -> Call:
        """Return the request for an issue."""
        return Call("open an issue", "POST", f"{self._root}/issues", {"title": title, "body": words})

    def edit_issue(self, number: int, changed: Mapping[str, str]) -> Call:
        """Return the request that changes an issue."""
        return Call(f"edit issue {number}", "PATCH", f"{self._root}/issues/{number}", changed)


class GitLab:
    """One project on GitLab."""

    def __init__(self, project: str) -> None:
        """Take `group/name`."""
        self._root = f"/projects/{quote(project, safe='')}"

    def who(self) -> Call:
        """Return the question who we are."""
        return Call("tell who we are", "GET", "/user", also=frozenset({401, 403, 404}))

    def author(self, data: Any) -> str:
        """Return a user's name."""
        return text(data, "author", "username") or text(data, "username")

    def comments(self, number: int) -> Call:
        """Return the list of notes, oldest first."""
        params = {"per_page": "100", "sort": "asc", "order_by": "created_at"}
        return Call(f"read the notes on merge request {number}", "GET", self._notes(number), params=params)

    def say(self, number: int, words: str) -> Call:
        """Return the request for a note."""
        return Call(f"write a note on merge request {number}", "POST", self._notes(number), {"body": words})

    def reword(self, number: int, comment: int, words: str) -> Call:
        """Return the request for an edit."""
        path = f"{self._notes(number)}/{comment}"
        return Call(f"edit our note on merge request {number}", "PUT", path, {"body": words})

    def brought(self, commit: str) -> Call:
        """Return the question which merge requests a commit belongs to."""
        path = f"{self._root}/repository/commits/{commit}/merge_requests"
        return Call(f"find the merge request of {commit[:12]}", "GET", path)

    def number(self, data: Any) -> int | None:
        """Return the number of one that is merged."""
        return number(data, "iid") if text(data, "state") == "merged" else None

    def _notes(self, number: int) -> str:
        return f"{self._root}/merge_requests/{number}/notes"


def client_of(run: Pipeline) -> Client:
    """Return what speaks to the forge of a run.

    Raises:
        UsageError: there is no forge, or no token.
    """
    if not run.forge or not run.repository:
        raise UsageError("there is no pull request to comment on here", hint="this is for GitHub Actions and GitLab CI")
    name = "GITHUB_TOKEN" if run.forge == "github" else "GITLAB_TOKEN"
    if run.token is None:
        raise UsageError(f"{name} is not set", hint=f"give the job {name}, or AGENTOPS_FORGE_TOKEN")
    host = urlsplit(run.api).hostname or run.api
    headers: Mapping[str, str] = github.HEADERS if run.forge == "github" else {}
    pause_s = github.WRITE_PAUSE_S if run.forge == "github" and not is_loopback(host) else 0.0
    return Client(
        Site(host, run.api, run.token, f"{name} or AGENTOPS_FORGE_TOKEN", headers=headers, write_pause_s=pause_s)
    )


def dialect_of(run: Pipeline) -> GitHub | GitLab:
    """Return how the forge of a run is asked."""
    return GitLab(run.repository) if run.forge == "gitlab" else GitHub(run.repository)


async def put(client: Client, dialect: Dialect, number: int, words: str) -> str:
    """Have a comment say this, whose first line is its marker; return what was done: written, edited, or nothing."""
    marker = words.partition("\n")[0]
    me = await myself(client, dialect)
    found = await ours(client, dialect, number, marker.partition(" plan=")[0], me)
    if found is None:
        await client.write(
            dialect.say(number, words), lambda _: True, lambda: _is_there(client, dialect, number, words)
        )
        return "written"
    if found.body == words:
        return "nothing"
    await client.write(dialect.reword(number, found.id, words), lambda _: True)
    return "edited"


async def ours(client: Client, dialect: Dialect, number: int, marker: str, me: str) -> Said | None:
    """Return our comment that begins so, or None."""
    async for each in client.pages(dialect.comments(number), lambda data: _said(dialect, data)):
        if each.author == me and each.body.startswith(marker):
            return each
    return None


async def myself(client: Client, dialect: Dialect) -> str:
    """Return the name that our comments have."""

    def understood(answer: Answer) -> str:
        return dialect.author(answer.data) if answer.status == 200 else _ACTIONS

    return await client.read(dialect.who(), understood)


async def merged_by(client: Client, dialect: Dialect, commit: str) -> int | None:
    """Return the pull request whose merge made a commit, or None where it was pushed."""

    def understood(answer: Answer) -> int | None:
        return next((found for each in rows(answer.data) if (found := dialect.number(each))), None)

    return await client.read(dialect.brought(commit), understood)


async def open_for(client: Client, dialect: GitHub, head: Head) -> int | None:
    """Return the open pull request whose head is this very commit."""

    def understood(answer: Answer) -> int | None:
        found = (each for each in rows(answer.data) if member(each, "head", "sha") == head.commit)
        return next((number(each, "number") for each in found), None)

    return await client.read(dialect.of_branch(head), understood)


async def _is_there(client: Client, dialect: Dialect, number: int, words: str) -> bool | None:
    me = await myself(client, dialect)
    found = await ours(client, dialect, number, words.partition("\n")[0], me)
    return True if found else None


def _said(dialect: Dialect, data: Any) -> Said:
    return Said(number(data, "id"), dialect.author(data), text(data, "body"))
