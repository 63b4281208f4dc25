"""Whether things that are mounted are in each other's way."""

import pytest

from agentops.wire.deployments import DeploymentCreate
from agentops.wire.mounts import crowding, place_problems
from agentops.wire.problems import check

REPOSITORY = {"type": "github_repository", "url": "https://github.com/acme/tools"}
FILE = {"type": "file", "file_id": "file_1"}
STORE = {"type": "memory_store", "memory_store_id": "s"}
DEPLOYMENT = {
    "name": "d",
    "agent": "a",
    "environment_id": "e",
    "initial_events": [{"type": "user.message", "content": [{"type": "text", "text": "Go."}]}],
}


@pytest.mark.parametrize(
    ("wanted", "is_free"),
    [("/workspace/b", True), ("/workspace/ab", True), ("/workspace/a", False), ("/workspace/a/b", False)],
)
def test_nothing_is_mounted_over_or_under_something_else(wanted: str, *, is_free: bool) -> None:
    problems = list(place_problems(wanted, ["/workspace/a", "/workspace/c/d"]))
    assert (not problems) == is_free
    assert list(place_problems("/workspace/c", ["/workspace/c/d"]))


def branch(name: str) -> list[str]:
    resource = {**REPOSITORY, "checkout": {"type": "branch", "name": name}}
    return [each.path[-1] for each in check(DeploymentCreate, {**DEPLOYMENT, "resources": [resource]})[1]]


@pytest.mark.parametrize("name", ["main", "feature/a-b_c.d", "release@2", "größe", "x" * 255])
def test_a_branch_is_what_git_takes_for_one(name: str) -> None:
    assert branch(name) == []


@pytest.mark.parametrize(
    "name",
    [
        "", "x" * 256, "ä" * 128, "main\0-hardened", "a\nb", "-q", "--upload-pack=x", "/a", "a/", "a//b", "a b", "a..b",
        "@", "a@{1}", ".a", "a/.b", "a.lock", "a.lock/b", "a.", "a~1", "a^", "a:b", "a?", "a*", "a[b", "a\\b", "\ud800",
    ],
)  # fmt: skip
def test_what_git_takes_for_no_branch_is_refused(name: str) -> None:
    assert branch(name) == ["name"]


@pytest.mark.parametrize("wanted", ["/workspace", "/mnt/session/uploads"])
def test_the_root_itself_is_no_place(wanted: str) -> None:
    (problem,) = place_problems(wanted, [])
    assert wanted in problem.message


def test_each_thing_in_anothers_way_is_told_once_and_what_has_no_place_is_in_nobodys() -> None:
    found = list(crowding(["/a", None, "/b", "/a", None, "/a/b"]))
    assert [each.path for each in found] == [(3, "mount_path"), (5, "mount_path")]


@pytest.mark.parametrize(
    ("resources", "wrong"),
    [
        ([REPOSITORY, FILE, STORE, {**REPOSITORY, "mount_path": "/workspace/other"}], []),
        ([REPOSITORY, STORE, REPOSITORY], [2]),
        ([REPOSITORY, {**REPOSITORY, "url": "https://github.com/other/tools"}], [1]),
        ([{**FILE, "mount_path": "a"}, {"type": "file", "file_id": "file_2", "mount_path": "/a/b"}], [1]),
        ([{**REPOSITORY, "mount_path": "/workspace/./"}], [0]),
    ],
)
def test_a_list_of_resources_is_judged_before_anything_is_sent(resources: list[object], wrong: list[int]) -> None:
    message = {"type": "user.message", "content": [{"type": "text", "text": "go"}]}
    data = {"name": "d", "agent": "a", "environment_id": "e", "initial_events": [message], "resources": resources}
    _, problems = check(DeploymentCreate, data)
    assert [each.path for each in problems] == [("resources", index, "mount_path") for index in wrong]
