"""GitLab's face: merge requests, numbers called `iid`, and a project's path in one segment."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from tests.memory_repo.forges.fake.repository import Comment, No, Pull, Refused, Status
from tests.memory_repo.forges.fake.speech import Asked, Face, Reply, Route, paged

_PROJECT = "/projects/{id}"
_STATES = {"open": "opened", "closed": "closed", "merged": "merged"}
_MARKS = {"pending": "pending", "success": "success", "failed": "failure"}


def _request(asked: Asked, pull: Pull) -> dict[str, Any]:
    return {
        "id": 1000 + pull.number,
        "iid": pull.number,
        "project_id": 1,
        "web_url": f"{asked.where}/{asked.kept.path}/-/merge_requests/{pull.number}",
        "state": _STATES[pull.state],
        "title": pull.title,
        "description": pull.body,
        "source_branch": pull.branch,
        "target_branch": pull.base,
        "source_project_id": 2 if pull.from_fork else 1,
        "target_project_id": 1,
        "sha": pull.head,
        "labels": pull.labels,
        "draft": pull.title.startswith("Draft:"),
        "merged_at": "2026-11-21T08:30:00Z" if pull.is_merged else None,
        "detailed_merge_status": "mergeable" if pull.is_open else "not_open",
    }


def _list(asked: Asked) -> Reply:
    branch, wanted = asked.params.get("source_branch"), asked.params.get("state", "all")
    found = [
        each for each in asked.kept.listed() if branch in {None, each.branch} and wanted in {"all", _STATES[each.state]}
    ]
    path = f"/api/v4/projects/{asked.kept.path.replace('/', '%2F')}/merge_requests"
    return paged(asked, [_request(asked, each) for each in found], "per_page", path, default=20)


def _read(asked: Asked) -> Reply:
    return Reply(200, _request(asked, asked.kept.pull(asked.number)))


def _open(asked: Asked) -> Reply:
    body = asked.body
    labels = [each for each in body.get("labels", "").split(",") if each]
    made = asked.kept.open(
        body["source_branch"], body["target_branch"], body["title"], body.get("description", ""), labels
    )
    return Reply(201, _request(asked, made))


def _edit(asked: Asked) -> Reply:
    body = asked.body
    closes = body.get("state_event") == "close"
    found = asked.kept.edit(asked.number, title=body.get("title"), body=body.get("description"), closes=closes)
    return Reply(200, _request(asked, found))


def _comments(asked: Asked) -> Reply:
    shown = [_told(each) for each in asked.kept.pull(asked.number).comments]
    path = f"/api/v4/projects/{asked.kept.path.replace('/', '%2F')}/merge_requests/{asked.number}/notes"
    return paged(asked, shown, "per_page", path, default=20)


def _comment(asked: Asked) -> Reply:
    return Reply(201, _told(asked.kept.say(asked.number, asked.body["body"])))


def _reword(asked: Asked) -> Reply:
    return Reply(200, _told(asked.kept.reword(int(asked.named["note_id"]), asked.body["body"])))


def _told(comment: Comment) -> dict[str, Any]:
    return {"id": comment.id, "body": comment.body, "author": {"username": comment.author}}


def _brought(asked: Asked) -> Reply:
    found = [each for each in asked.kept.listed() if each.made == asked.named["sha"]]
    return Reply(200, [_request(asked, each) for each in found])


def _who(asked: Asked) -> Reply:
    return Reply(200, {"username": asked.kept.me or "github-actions[bot]"})


def _merge(asked: Asked) -> Reply:
    asked.kept.merge(asked.number, asked.body.get("sha") or asked.kept.pull(asked.number).head)
    return Reply(200, _request(asked, asked.kept.pull(asked.number)))


def _status(asked: Asked) -> Reply:
    body = asked.body
    words, url = body.get("description", ""), body.get("target_url", "")
    made = Status(asked.named["sha"], _MARKS[body["state"]], body.get("name", "default"), words, url)
    newest = asked.kept.newest(made.commit, made.context)
    if newest and newest.state == made.state == "pending":
        raise Refused(No.SAME)
    asked.kept.mark(made)
    told = {"id": 1, "sha": made.commit, "status": body["state"], "name": made.context}
    return Reply(200, {**told, "description": words, "target_url": url or None})


def _refused(deed: str, refused: Refused) -> Reply:
    match deed, refused.why:
        case "open", No.EXISTS:
            words = f"Another open merge request already exists for this source branch: !{refused.about}"
            return Reply(409, {"message": [words]})
        case "open", No.NO_BRANCH:
            return Reply(400, {"message": {"base": [f"branch {refused.about} does not exist"]}})
        case "open", No.NO_COMMITS:
            return Reply(422, {"message": ["Source branch has no commits of its own"]})
        case _, No.MISSING:
            return _error(404, "404 Not found")
        case _, No.SAME:
            words = "Cannot transition status via :enqueue from :pending (Reason(s): Status cannot transition)"
            return _error(400, words)
        case _, No.STALE:
            return _error(409, "SHA does not match HEAD of source branch: 0")
        case _, No.CONFLICT:
            return _error(422, "Branch cannot be merged")
        case _:
            return _error(405, "405 Method Not Allowed")


def _error(status: int, words: str) -> Reply:
    return Reply(status, {"message": words})


def _token(headers: Mapping[str, str]) -> str:
    return headers.get("private-token") or headers.get("authorization", "").removeprefix("Bearer ")


GITLAB = Face(
    "gitlab",
    "/api/v4",
    [
        Route("GET", f"{_PROJECT}/merge_requests", "list", _list),
        Route("POST", f"{_PROJECT}/merge_requests", "open", _open),
        Route("GET", _PROJECT + "/merge_requests/{merge_request_iid}", "read", _read),
        Route("PUT", _PROJECT + "/merge_requests/{merge_request_iid}", "edit", _edit),
        Route("PUT", _PROJECT + "/merge_requests/{merge_request_iid}/merge", "merge", _merge),
        Route("GET", _PROJECT + "/merge_requests/{noteable_id}/notes", "comments", _comments),
        Route("POST", _PROJECT + "/merge_requests/{noteable_id}/notes", "comment", _comment),
        Route("PUT", _PROJECT + "/merge_requests/{noteable_id}/notes/{note_id}", "reword", _reword),
        Route("GET", _PROJECT + "/repository/commits/{sha}/merge_requests", "brought", _brought),
        Route("GET", "/user", "who", _who),
        Route("POST", _PROJECT + "/statuses/{sha}", "status", _status),
    ],
    lambda named: unquote(named.get("id", "")),
    _refused,
    _error,
    _token,
)
