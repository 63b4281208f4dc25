"""Glob and grep: what they find, in which order, and where they stop."""

import os
from pathlib import Path
from typing import Any

import pytest

FILES = ["a.py", "b.txt", "src/c.py", "src/deep/d.py", "src/deep/e.test.js", ".hidden/f.py", "src/[x].py", "t{1}.md"]


@pytest.fixture(scope="module")
def tree(inside: Any) -> Path:
    for age, name in enumerate(FILES):
        file = inside.workspace / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"line one\nthis is {name}\n")
        os.utime(file, (1_000_000 - age, 1_000_000 - age))
    (inside.workspace / "src/up").symlink_to("..")
    os.mkfifo(inside.workspace / "src/pipe")
    (inside.workspace / "src/binary.py").write_bytes(b"this is\0binary")
    folder: Path = inside.workspace
    return folder


def found(inside: Any, tree: Path, pattern: str, **fields: Any) -> list[str]:
    lines = inside.ok("glob", pattern=pattern, **fields)["output"].splitlines()
    return [os.path.relpath(each, tree) for each in lines]


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*.py", ["a.py"]),
        ("**/*.py", ["src/binary.py", "a.py", "src/c.py", "src/deep/d.py", ".hidden/f.py", "src/[x].py"]),
        ("src/*.py", ["src/binary.py", "src/c.py", "src/[x].py"]),
        ("src/**/*.{py,js}", ["src/binary.py", "src/c.py", "src/deep/d.py", "src/deep/e.test.js", "src/[x].py"]),
        ("{a,b}.*", ["a.py", "b.txt"]),
        ("[ab].??*", ["a.py", "b.txt"]),
        ("[!a].txt", ["b.txt"]),
        ("src/[[]x].py", ["src/[x].py"]),
        ("src/\\[x\\].py", ["src/[x].py"]),
        ("t{1}.md", ["t{1}.md"]),
        ("src/deep/d.py", ["src/deep/d.py"]),
        ("./src//c.py", ["src/c.py"]),
        ("**/deep", ["src/deep"]),
    ],
)
def test_a_glob_finds_the_newest_first(inside: Any, tree: Path, pattern: str, names: list[str]) -> None:
    assert found(inside, tree, pattern) == names


def test_a_glob_begins_where_it_is_told(inside: Any, tree: Path) -> None:
    assert found(inside, tree, "**/*.py", path="/workspace/src/deep") == ["src/deep/d.py"]
    assert found(inside, tree, "/workspace/src/c.*") == ["src/c.py"]
    assert inside.ok("glob", pattern="*.none")["output"] == "no matches"


@pytest.mark.parametrize(
    ("pattern", "path", "words"),
    [
        ("../*", None, "cannot hold"),
        ("*", "/none", "no such"),
        ("", None, "1 to 10000"),
        ("{a,b}" * 9, None, "braces"),
        ("[z-a]", None, "read"),
    ],
)
def test_a_glob_that_cannot_be_done_says_why(
    inside: Any, tree: Path, pattern: str, path: str | None, words: str
) -> None:
    assert words in inside.error("glob", pattern=pattern, path=path)


def test_results_have_a_bound(inside: Any) -> None:
    many = inside.root / "many"
    many.mkdir()
    for each in range(230):
        (many / str(each)).write_text("x\n" * 100)
    lines = inside.ok("glob", pattern="*", path="/many")["output"].splitlines()
    assert (len(lines), lines[-1]) == (201, "[30 more; use a narrower pattern]")
    said = inside.ok("grep", pattern="x", path="/many")["output"]
    assert said.endswith("[cut after 102400 bytes; use a narrower pattern or path]")
    assert len(said) < 103_000


def test_grep_tells_file_line_and_text(inside: Any, tree: Path) -> None:
    said = inside.ok("grep", pattern=r"this is \S+\.py$")["output"].splitlines()
    names = [".hidden/f.py", "a.py", "src/[x].py", "src/c.py", "src/deep/d.py"]
    assert sorted(said) == sorted(f"{tree / name}:2:this is {name}" for name in names)
    assert inside.ok("grep", pattern="one", path="a.py")["output"] == f"{tree / 'a.py'}:1:line one"
    assert inside.ok("grep", pattern="no such words")["output"] == "no matches"


def test_grep_cuts_long_lines_and_reads_any_bytes(inside: Any) -> None:
    (inside.workspace / "long.log").write_bytes(b"\xff needle " + b"y" * 3000 + b"\nneedle\r\n")
    first, second = inside.ok("grep", pattern="needle", path="long.log")["output"].splitlines()
    assert first.endswith("y…")
    assert len(first.partition(":1:")[2]) == 2001
    assert second.endswith(":2:needle")


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(", "not a regular expression"),
        ("(?P<a>x)(?P<a>y)", "not a regular expression"),
        ("x" * 10_001, "1 to 10000"),
    ],
)
def test_a_pattern_that_is_none_says_so(inside: Any, pattern: str, words: str) -> None:
    assert words in inside.error("grep", pattern=pattern)


def test_a_pattern_that_takes_for_ever_is_stopped(inside: Any) -> None:
    (inside.workspace / "evil.txt").write_text("a" * 60 + "!\n")
    number = inside.send("grep", pattern="(a+)+$", path="evil.txt", timeout_s=0.4)
    assert inside.ok("read", file_path="evil.txt")["kind"] == "text"
    assert "stopped after 0.4 s" in inside.answer(number)["ok"]["output"]


def test_a_search_is_cancelled(inside: Any) -> None:
    (inside.workspace / "evil.txt").write_text("a" * 60 + "!\n")
    number = inside.send("grep", pattern="(a+)+$", path="evil.txt")
    assert inside.ok("cancel", target=number)["was_running"]
    assert "ok" in inside.answer(number)
