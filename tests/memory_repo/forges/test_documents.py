"""The slices of the vendors' documents catch what they are there for."""

from typing import Any

import pytest

from tests.memory_repo.forges.fake import documents
from tests.memory_repo.forges.fake.faces.gitea import GITEA
from tests.memory_repo.forges.fake.faces.github import GITHUB
from tests.memory_repo.forges.fake.faces.gitlab import GITLAB
from tests.memory_repo.forges.fake.speech import Face

FACES = (GITHUB, GITEA, GITLAB)
REPO = "/repos/{owner}/{repo}"
OPEN = f"POST {REPO}/pulls"


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.name)
def test_each_document_has_just_what_the_fake_forge_serves(face: Face) -> None:
    assert documents.of(face.name).operations == sorted(route.operation for route in face.routes)


@pytest.mark.parametrize(
    ("vendor", "operation", "params", "body"),
    [
        ("github", OPEN, {}, {"head": "a", "base": "b", "titel": "c"}),
        ("github", OPEN, {}, {"head": "a", "title": "c"}),
        ("github", OPEN, {}, {"head": "a", "base": 7, "title": "c"}),
        ("github", OPEN, {}, None),
        ("github", f"GET {REPO}/pulls", {"branch": "a"}, None),
        ("github", f"GET {REPO}/pulls", {"state": "merged"}, None),
        ("github", f"GET {REPO}/pulls", {"per_page": "many"}, None),
        ("github", REPO.join(("PUT ", "/pulls/{pull_number}/merge")), {}, {"merge_method": "theirs"}),
        ("gitea", REPO.join(("POST ", "/pulls/{index}/merge")), {}, {"head_commit_id": "a"}),
        ("gitea", REPO.join(("POST ", "/issues/{index}/comments")), {}, {"text": "a"}),
        ("gitea", f"GET {REPO}/pulls", {"per_page": "50"}, None),
        ("gitlab", "POST /projects/{id}/merge_requests", {}, {"source_branch": "a", "title": "b"}),
        ("gitlab", "POST /projects/{id}/statuses/{sha}", {}, {"state": "failure"}),
        ("gitlab", "GET /projects/{id}/merge_requests", {"state": "open"}, None),
    ],
)
def test_a_request_that_no_forge_takes_is_seen(vendor: str, operation: str, params: dict[str, str], body: Any) -> None:
    assert documents.of(vendor).faults_of_request(operation, params, body)


@pytest.mark.parametrize(
    ("vendor", "operation", "status", "data"),
    [
        ("github", OPEN, 201, {"number": 1}),
        ("github", OPEN, 200, {}),
        ("github", f"GET {REPO}/pulls", 200, {}),
        ("gitea", OPEN, 201, {"number": "1"}),
        ("gitea", REPO.join(("POST ", "/pulls/{index}/merge")), 200, {}),
        ("gitlab", "POST /projects/{id}/merge_requests", 201, {"iid": 1, "state": "open"}),
        ("gitlab", "POST /projects/{id}/merge_requests", 409, {"message": 7}),
    ],
)
def test_an_answer_that_no_forge_gives_is_seen(vendor: str, operation: str, status: int, data: Any) -> None:
    assert documents.of(vendor).faults_of_answer(operation, status, data)


def test_what_is_missing_is_made_up_and_fits() -> None:
    document = documents.of("github")

    whole = document.filled(OPEN, 201, {"number": 7, "head": {"ref": "a"}})

    assert (whole["number"], whole["head"]["ref"]) == (7, "a")
    assert document.faults_of_answer(OPEN, 201, whole) == []
