"""Gitea's face, which is Forgejo's as well."""

from collections.abc import Mapping
from typing import Any

from tests.memory_repo.forges.fake.repository import No, Pull, Refused, Status
from tests.memory_repo.forges.fake.speech import Asked, Face, Reply, Route, paged

_REPO = "/repos/{owner}/{repo}"


def _pull(asked: Asked, pull: Pull) -> dict[str, Any]:
    kept = asked.kept
    is_gone = not pull.from_fork and kept.tip(pull.branch) is None
    return {
        "id": 1000 + pull.number,
        "number": pull.number,
        "html_url": f"{asked.where}/{kept.path}/pulls/{pull.number}",
        "state": "open" if pull.is_open else "closed",
        "title": pull.title,
        "body": pull.body,
        "merged": pull.is_merged,
        "merged_at": "2026-11-21T08:30:00Z" if pull.is_merged else None,
        "mergeable": pull.is_open,
        "labels": [{"id": kept.labels[name], "name": name} for name in pull.labels],
        "head": {
            "label": pull.branch,
            "ref": f"refs/pull/{pull.number}/head" if is_gone else pull.branch,
            "sha": pull.head,
            "repo_id": 2 if pull.from_fork else 1,
        },
        "base": {"label": pull.base, "ref": pull.base, "sha": kept.tip(pull.base) or "", "repo_id": 1},
    }


def _list(asked: Asked) -> Reply:
    wanted = asked.params.get("state", "open")
    found = [each for each in asked.kept.listed() if wanted == "all" or (wanted == "open") == each.is_open]
    path = f"/api/v1/repos/{asked.kept.path}/pulls"
    return paged(asked, [_pull(asked, each) for each in found], "limit", path)


def _read(asked: Asked) -> Reply:
    return Reply(200, _pull(asked, asked.kept.pull(asked.number)))


def _open(asked: Asked) -> Reply:
    body = asked.body
    made = asked.kept.open(body["head"], body["base"], body["title"], body.get("body", ""))
    return Reply(201, _pull(asked, made))


def _edit(asked: Asked) -> Reply:
    body = asked.body
    closes = body.get("state") == "closed"
    found = asked.kept.edit(asked.number, title=body.get("title"), body=body.get("body"), closes=closes)
    return Reply(201, _pull(asked, found))


def _comments(asked: Asked) -> Reply:
    return Reply(200, [{"id": each.id, "body": each.body} for each in asked.kept.pull(asked.number).comments])


def _comment(asked: Asked) -> Reply:
    made = asked.kept.say(asked.number, asked.body["body"])
    return Reply(201, {"id": made.id, "body": made.body})


def _labels(asked: Asked) -> Reply:
    known = [{"id": number, "name": name} for name, number in asked.kept.labels.items()]
    return paged(asked, known, "limit", f"/api/v1/repos/{asked.kept.path}/labels")


def _make_label(asked: Asked) -> Reply:
    name = asked.body["name"]
    return Reply(201, {"id": asked.kept.label(name), "name": name, "color": asked.body["color"].lstrip("#")})


def _label(asked: Asked) -> Reply:
    names = {number: name for name, number in asked.kept.labels.items()}
    found = asked.kept.pull(asked.number)
    for number in asked.body["labels"]:
        if number not in names:
            return _error(404, "label does not exist")
        if names[number] not in found.labels:
            found.labels.append(names[number])
    return Reply(200, [{"id": asked.kept.labels[name], "name": name} for name in found.labels])


def _merge(asked: Asked) -> Reply:
    asked.kept.merge(asked.number, asked.body.get("head_commit_id") or asked.kept.pull(asked.number).head)
    return Reply(200)


def _status(asked: Asked) -> Reply:
    body = asked.body
    words, url = body.get("description", ""), body.get("target_url", "")
    made = Status(asked.named["sha"], body["state"], body["context"], words, url)
    asked.kept.mark(made)
    return Reply(201, {"id": 1, "status": made.state, "context": made.context, "description": words, "target_url": url})


def _refused(deed: str, refused: Refused) -> Reply:
    match deed, refused.why:
        case "open", No.EXISTS:
            return _error(409, f"pull request already exists for these targets [id: 1, index: {refused.about}]")
        case "open", No.NO_BRANCH:
            return _error(404, f"branch does not exist [name: {refused.about}]")
        case "open", No.NO_COMMITS:
            return _error(422, "There are no changes between the head and the base")
        case _, No.MISSING:
            return _error(404, "The target couldn't be found.")
        case _, No.STALE:
            return _error(409, "head out of date")
        case _, No.THINKING:
            return _error(405, "Please try again later")
        case _, No.PROTECTED:
            return _error(405, "Not all required status checks successful")
        case _:
            return _error(405, "Pull request is not in a mergeable state")


def _error(status: int, words: str) -> Reply:
    return Reply(status, {"message": words, "url": "https://forge.example/api/swagger"})


def _token(headers: Mapping[str, str]) -> str:
    return headers.get("authorization", "").removeprefix("token ")


GITEA = Face(
    "gitea",
    "/api/v1",
    [
        Route("GET", f"{_REPO}/pulls", "list", _list),
        Route("POST", f"{_REPO}/pulls", "open", _open),
        Route("GET", _REPO + "/pulls/{index}", "read", _read),
        Route("PATCH", _REPO + "/pulls/{index}", "edit", _edit),
        Route("POST", _REPO + "/pulls/{index}/merge", "merge", _merge),
        Route("GET", _REPO + "/issues/{index}/comments", "comments", _comments),
        Route("POST", _REPO + "/issues/{index}/comments", "comment", _comment),
        Route("GET", _REPO + "/labels", "labels", _labels),
        Route("POST", _REPO + "/labels", "make-label", _make_label),
        Route("POST", _REPO + "/issues/{index}/labels", "label", _label),
        Route("POST", _REPO + "/statuses/{sha}", "status", _status),
    ],
    lambda named: f"{named['owner']}/{named['repo']}",
    _refused,
    _error,
    _token,
)
