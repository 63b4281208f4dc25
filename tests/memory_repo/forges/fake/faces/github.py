"""GitHub's face: its addresses, its shapes, its numbers for a no."""

from collections.abc import Mapping
from typing import Any

from tests.memory_repo.forges.fake.repository import Comment, Issue, No, Pull, Refused, Status
from tests.memory_repo.forges.fake.speech import Asked, Face, Reply, Route, paged

_REPO = "/repos/{owner}/{repo}"


def _pull(asked: Asked, pull: Pull) -> dict[str, Any]:
    kept = asked.kept
    home = {"id": 1, "full_name": kept.path}
    source = {"id": 2, "full_name": f"stranger/{kept.name}"} if pull.from_fork else home
    owner = "stranger" if pull.from_fork else kept.owner
    merged_at = "2026-11-21T08:30:00Z" if pull.is_merged else None
    return {
        "id": 1000 + pull.number,
        "number": pull.number,
        "html_url": f"{asked.where}/{kept.path}/pull/{pull.number}",
        "state": "open" if pull.is_open else "closed",
        "title": pull.title,
        "body": pull.body,
        "merged_at": merged_at,
        "closed_at": None if pull.is_open else "2026-11-21T08:30:00Z",
        "head": {"label": f"{owner}:{pull.branch}", "ref": pull.branch, "sha": pull.head, "repo": source},
        "base": {
            "label": f"{kept.owner}:{pull.base}",
            "ref": pull.base,
            "sha": kept.tip(pull.base) or "0" * 40,
            "repo": home,
        },
    }


def _list(asked: Asked) -> Reply:
    owner, _, branch = asked.params.get("head", "").partition(":")
    wanted = asked.params.get("state", "open")
    found = [
        each
        for each in asked.kept.listed()
        if (wanted == "all" or (wanted == "open") == each.is_open)
        and (not branch or (branch == each.branch and (owner != asked.kept.owner) == each.from_fork))
    ]
    path = f"/api/v3/repos/{asked.kept.path}/pulls"
    reply = paged(asked, [_pull(asked, each) for each in found], "per_page", path)
    return Reply(200, [{**each, "draft": False} for each in reply.data], reply.headers)


def _read(asked: Asked) -> Reply:
    return Reply(200, _whole(asked, asked.kept.pull(asked.number)))


def _whole(asked: Asked, pull: Pull) -> dict[str, Any]:
    return {**_pull(asked, pull), "merged": pull.is_merged, "mergeable": None if asked.kept.thinking else pull.is_open}


def _open(asked: Asked) -> Reply:
    body = asked.body
    made = asked.kept.open(body["head"], body["base"], body["title"], body.get("body") or "")
    return Reply(201, _whole(asked, made))


def _edit(asked: Asked) -> Reply:
    body = asked.body
    closes = body.get("state") == "closed"
    found = asked.kept.edit(asked.number, title=body.get("title"), body=body.get("body"), closes=closes)
    return Reply(200, _whole(asked, found))


def _comments(asked: Asked) -> Reply:
    shown = [_told(each) for each in asked.kept.pull(asked.number).comments]
    return paged(asked, shown, "per_page", f"/api/v3/repos/{asked.kept.path}/issues/{asked.number}/comments")


def _comment(asked: Asked) -> Reply:
    return Reply(201, _told(asked.kept.say(asked.number, asked.body["body"])))


def _reword(asked: Asked) -> Reply:
    return Reply(200, _told(asked.kept.reword(int(asked.named["comment_id"]), asked.body["body"])))


def _told(comment: Comment) -> dict[str, Any]:
    return {"id": comment.id, "body": comment.body, "user": {"login": comment.author, "type": "Bot"}}


def _brought(asked: Asked) -> Reply:
    found = [each for each in asked.kept.listed() if each.made == asked.named["commit_sha"]]
    return Reply(200, [{**_pull(asked, each), "draft": False} for each in found])


def _who(asked: Asked) -> Reply:
    if not asked.kept.me:
        return _error(403, "Resource not accessible by integration")
    return Reply(200, {"login": asked.kept.me, "type": "User"})


def _issues(asked: Asked) -> Reply:
    found = [each for each in reversed(asked.kept.issues.values()) if each.is_open or asked.params["state"] != "open"]
    return paged(asked, [_issue(each) for each in found], "per_page", f"/api/v3/repos/{asked.kept.path}/issues")


def _open_issue(asked: Asked) -> Reply:
    author = asked.kept.me or "github-actions[bot]"
    made = Issue(asked.kept.next_id(), asked.body["title"], asked.body["body"], author)
    asked.kept.issues[made.number] = made
    return Reply(201, _issue(made))


def _edit_issue(asked: Asked) -> Reply:
    found = asked.kept.issues[asked.number]
    found.body = asked.body.get("body", found.body)
    found.is_open = found.is_open and asked.body.get("state") != "closed"
    return Reply(200, _issue(found))


def _issue(issue: Issue) -> dict[str, Any]:
    state = "open" if issue.is_open else "closed"
    user = {"login": issue.author, "type": "Bot"}
    return {"number": issue.number, "title": issue.title, "body": issue.body, "state": state, "user": user}


def _label(asked: Asked) -> Reply:
    found = asked.kept.pull(asked.number)
    for name in asked.body["labels"]:
        asked.kept.label(name)
        if name not in found.labels:
            found.labels.append(name)
    return Reply(200, [{"id": asked.kept.labels[name], "name": name} for name in found.labels])


def _merge(asked: Asked) -> Reply:
    head = asked.body.get("sha") or asked.kept.pull(asked.number).head
    made = asked.kept.merge(asked.number, head)
    return Reply(200, {"sha": made, "merged": True, "message": "Pull Request successfully merged"})


def _status(asked: Asked) -> Reply:
    body = asked.body
    if len(body.get("description") or "") > 140:
        return Reply(422, {"message": "Validation Failed: description is too long (maximum is 140 characters)"})
    words, url = body.get("description") or "", body.get("target_url") or ""
    made = Status(asked.named["sha"], body["state"], body.get("context", "default"), words, url)
    asked.kept.mark(made)
    return Reply(201, {"state": made.state, "context": made.context, "description": words, "target_url": url or None})


def _refused(deed: str, refused: Refused) -> Reply:
    match deed, refused.why:
        case "open", No.EXISTS:
            return _invalid({"message": "A pull request already exists for acme:branch."})
        case "open", No.NO_BRANCH:
            return _invalid({"resource": "PullRequest", "field": "head", "code": "invalid"})
        case "open", No.NO_COMMITS:
            return _invalid({"message": f"No commits between main and {refused.about}"})
        case "status", No.MISSING:
            return Reply(
                422, {"message": f"No commit found for SHA: {refused.about}", "documentation_url": "", "errors": []}
            )
        case _, No.MISSING:
            return _error(404, "Not Found")
        case _, No.STALE:
            return _error(409, "Head branch was modified. Review and try the merge again.")
        case _, No.PROTECTED:
            return _error(405, f'Required status check "{refused.about}" is expected.')
        case _:
            return _error(405, "Pull Request is not mergeable")


def _invalid(error: Mapping[str, str]) -> Reply:
    whole = {"resource": "PullRequest", "code": "custom", **error}
    return Reply(422, {"message": "Validation Failed", "errors": [whole], "documentation_url": "https://docs.example"})


def _error(status: int, words: str) -> Reply:
    return Reply(status, {"message": words, "documentation_url": "https://docs.example", "status": str(status)})


def _token(headers: Mapping[str, str]) -> str:
    return headers.get("authorization", "").removeprefix("Bearer ")


GITHUB = Face(
    "github",
    "/api/v3",
    [
        Route("GET", f"{_REPO}/pulls", "list", _list),
        Route("POST", f"{_REPO}/pulls", "open", _open),
        Route("GET", _REPO + "/pulls/{pull_number}", "read", _read),
        Route("PATCH", _REPO + "/pulls/{pull_number}", "edit", _edit),
        Route("PUT", _REPO + "/pulls/{pull_number}/merge", "merge", _merge),
        Route("GET", _REPO + "/issues/{issue_number}/comments", "comments", _comments),
        Route("POST", _REPO + "/issues/{issue_number}/comments", "comment", _comment),
        Route("PATCH", _REPO + "/issues/comments/{comment_id}", "reword", _reword),
        Route("GET", _REPO + "/commits/{commit_sha}/pulls", "brought", _brought),
        Route("GET", f"{_REPO}/issues", "issues", _issues),
        Route("POST", f"{_REPO}/issues", "open issue", _open_issue),
        Route("PATCH", _REPO + "/issues/{issue_number}", "edit issue", _edit_issue),
        Route("GET", "/user", "who", _who),
        Route("POST", _REPO + "/issues/{issue_number}/labels", "label", _label),
        Route("POST", _REPO + "/statuses/{sha}", "status", _status),
    ],
    lambda named: f"{named['owner']}/{named['repo']}" if named else "",
    _refused,
    _error,
    _token,
)
