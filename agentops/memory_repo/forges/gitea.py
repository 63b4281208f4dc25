"""What Gitea and Forgejo call things.

Source: go-gitea/gitea `templates/swagger/v1-swagger.generated.json` (API v1). Forgejo grew from it.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from agentops.memory_repo.forges.answers import Answer, address, commit, member, number, reason, text
from agentops.memory_repo.forges.hosted import No
from agentops.memory_repo.forges.http import Call, Client
from agentops.memory_repo.forges.port import Draft, Mark, PullRequest, State

SCHEME = "token"
"""Source: `securityDefinitions.AuthorizationHeaderToken`: the word before a token."""

_PAGE = {"limit": "50"}
"""Source: `app.example.ini`, `[api] MAX_RESPONSE_ITEMS`: what a server hands out at most, by default."""
_COLOR = "#6f42c1"
_STATES = {"open": State.OPEN, "closed": State.CLOSED}


class Gitea:
    """One repository's dialect."""

    def __init__(self, repository: str) -> None:
        """Take `owner/name`."""
        self._root = f"/repos/{quote(repository)}"

    def lists(self, branch: str) -> Sequence[Call]:
        """Return what is open, then what is closed: no list is of one branch, and what is open is little."""
        return [
            Call(f"list the pull requests of {branch}", "GET", f"{self._root}/pulls", params={"state": state, **_PAGE})
            for state in ("open", "closed")
        ]

    def pull_request(self, data: Any) -> PullRequest | None:
        """Return what an answer tells of one."""
        index = number(data, "number")
        if member(data, "head", "repo_id") not in {-1, member(data, "base", "repo_id")}:
            return None
        # Once a branch is gone, `ref` is where the forge keeps its last commit, and only the label has its name.
        is_gone = text(data, "head", "ref") == f"refs/pull/{index}/head"
        return PullRequest(
            number=index,
            url=address(data, "html_url"),
            state=State.MERGED if member(data, "merged") is True else _STATES[text(data, "state")],
            branch=text(data, "head", "label" if is_gone else "ref"),
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
        return Call(what, "POST", f"{self._root}/pulls", body, also=frozenset({409, 422}))

    def refusal(self, answer: Answer) -> No:
        """Tell why: 409 is one that exists at opening, another head at merging; 405 is not mergeable, or not yet."""
        words = reason(answer.data).casefold()
        match answer.status:
            case 409 if "already exists" in words:
                return No.THERE_IS_ONE
            case 409:
                return No.STALE
            case 405 if "try again" in words or not words:
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
        """Return the list of what was said about it: whole, without pages."""
        return Call(f"read the comments on pull request {number}", "GET", f"{self._root}/issues/{number}/comments")

    def commenting(self, number: int, words: str) -> Call:
        """Return the request that says something."""
        return Call(
            f"comment on pull request {number}", "POST", f"{self._root}/issues/{number}/comments", {"body": words}
        )

    def merging(self, number: int, head: str) -> Call:
        """Return the request that merges this very head.

        Older servers document `Do`. All read both: Go's JSON tells no case apart.
        """
        body = {"do": "merge", "head_commit_id": head}
        path, also = f"{self._root}/pulls/{number}/merge", frozenset({405, 409})
        return Call(f"merge pull request {number}", "POST", path, body, also=also)

    def marking(self, commit: str, mark: Mark, context: str, words: str, url: str) -> Call:
        """Return the request that sets a commit status."""
        where = {"target_url": url} if url else {}
        body = {"state": mark.value, "context": context, "description": words, **where}
        return Call(f"set the status of {commit[:12]}", "POST", f"{self._root}/statuses/{commit}", body)

    async def label(self, client: Client, number: int, labels: Sequence[str]) -> None:
        """Attach labels by their numbers, and make the missing ones, unless the token has no such right."""
        known = await self._labels(client)
        for name in labels:
            if name not in known and (made := await self._made(client, name)):
                known = {**known, name: made}
        wanted = [known[name] for name in labels if name in known]
        path, also = f"{self._root}/issues/{number}/labels", frozenset({403, 404})
        call = Call(f"label pull request {number}", "POST", path, {"labels": wanted}, also=also)
        if wanted:
            await client.write(call, lambda _: True)

    async def _labels(self, client: Client) -> Mapping[str, int]:
        call = Call("list the labels", "GET", f"{self._root}/labels", params=_PAGE)
        return {name: label_id async for name, label_id in client.pages(call, _label)}

    async def _made(self, client: Client, name: str) -> int:
        """Return the number of a new label, or zero where the forge does not want it."""

        async def done() -> int | None:
            return (await self._labels(client)).get(name)

        def made(answer: Answer) -> int:
            return _label(answer.data)[1] if answer.status < 300 else 0

        also = frozenset({403, 404, 422})
        call = Call(
            f"make the label {name}", "POST", f"{self._root}/labels", {"name": name, "color": _COLOR}, also=also
        )
        return await client.write(call, made, done)


def _label(data: Any) -> tuple[str, int]:
    return text(data, "name"), number(data, "id")
