import pytest

from agentops.wire.memories import MemoryCreate, MemoryUpdate, path_problems
from agentops.wire.memory_stores import MemoryStoreCreate, MemoryStoreUpdate
from agentops.wire.problems import check


@pytest.mark.parametrize(
    "path", ["/a", "/a/b.md", "/ü/日本", "/" + "/".join("a" * 20), "/" + "a" * 1023, "/a b", "/..."]
)
def test_a_path_that_can_be(path: str) -> None:
    assert list(path_problems(path)) == []


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("a", "must begin with /"),
        ("", "must begin with /"),
        ("/", "must not have an empty segment"),
        ("/a/", "must not have an empty segment"),
        ("/a//b", "must not have an empty segment"),
        ("/a/../b", "must not have the segments . or .."),
        ("/./b", "must not have the segments . or .."),
        ("/" + "/".join("a" * 21), "must have at most 20 segments, has 21"),
        ("/" + "ü" * 512, "must be at most 1024 bytes, is 1025"),
        ("/a\n", "must not hold control characters, holds U+000A"),
        ("/a\u200b", "must not hold format characters, holds U+200B"),
        ("/a\u2028", "must not hold line separator characters, holds U+2028"),
        ("/u\u0308", "must be in Unicode Normalization Form C"),
    ],
)
def test_a_path_that_cannot_be_says_why(path: str, words: str) -> None:
    assert words in [each.message for each in path_problems(path)]


def test_content_is_measured_in_bytes() -> None:
    assert check(MemoryCreate, {"path": "/a", "content": "x" * 102_400})[1] == ()
    [problem] = check(MemoryCreate, {"path": "/a", "content": "ü" * 51_201})[1]
    assert (problem.path, problem.message) == (("content",), "must be at most 102400 bytes, is 102402")


def test_content_may_be_empty_but_not_left_out() -> None:
    assert check(MemoryCreate, {"path": "/a", "content": ""})[1] == ()
    assert [(*each.path, each.kind) for each in check(MemoryCreate, {"path": "/a"})[1]] == [
        ("content", "missing-field")
    ]


def test_an_update_may_only_rename() -> None:
    assert check(MemoryUpdate, {"path": "/b"})[1] == ()


def test_a_precondition_is_a_digest() -> None:
    digest = {"type": "content_sha256", "content_sha256": "0" * 64}
    assert check(MemoryUpdate, {"content": "x", "precondition": digest})[1] == ()
    [problem] = check(MemoryUpdate, {"precondition": {**digest, "content_sha256": "F" * 64}})[1]
    assert problem.message == "must be 64 lower-case hexadecimal digits"


@pytest.mark.parametrize("name", ["", "x" * 256, "a\x00", "a\x7f", "a\x85"])
def test_a_store_s_name_is_short_and_printable(name: str) -> None:
    assert [each.path for each in check(MemoryStoreCreate, {"name": name})[1]] == [("name",)]


def test_a_store_s_description_goes_into_a_prompt_and_is_short() -> None:
    assert check(MemoryStoreCreate, {"name": "s", "description": "x" * 1024})[1] == ()
    assert check(MemoryStoreCreate, {"name": "s", "description": "x" * 1025})[1][0].kind == "too-long"
    assert check(MemoryStoreUpdate, {"description": None, "name": None, "metadata": {"a": None}})[1] == ()
