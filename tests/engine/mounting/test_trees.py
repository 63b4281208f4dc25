"""A folder that hostile code writes to: nothing outside of it is touched, and nothing of it is lost in a race."""

import os
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from agentops.engine.mounting.layout import Sessions
from agentops.engine.mounting.looks import Bounds
from agentops.engine.mounting.trees import Moved, Tree
from agentops.engine.store.runners import Place

MAX = 1000


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "staging").mkdir()
    (tmp_path / "root").mkdir()
    return tmp_path / "root"


@pytest.fixture
def tree(root: Path) -> Tree:
    return Tree(root, root.parent / "staging")


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def test_a_swap_happens_only_where_the_expected_is(tree: Tree, root: Path) -> None:
    (root / "a").write_text("one")
    assert not tree.swap("a", digest("other"), b"two", MAX)
    assert not tree.swap("a", None, b"two", MAX)
    assert not tree.swap("b", digest("one"), b"two", MAX)
    assert (root / "a").read_text() == "one"
    assert tree.swap("a", digest("one"), b"two", MAX)
    assert tree.swap("d/e/f", None, b"new", MAX)
    assert ((root / "a").read_text(), (root / "d" / "e" / "f").read_text()) == ("two", "new")
    assert tree.swap("d/e/f", digest("new"), None, MAX)
    assert sorted(each.name for each in root.iterdir()) == ["a"]
    assert list((root.parent / "staging").iterdir()) == []


def test_what_is_written_in_the_middle_of_a_swap_stays(tree: Tree, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "a").write_text("one")
    place = tree.place

    def raced(draft: Path, path: str) -> bool:
        (root / "a").write_text("mine")
        return place(draft, path)

    monkeypatch.setattr(tree, "place", raced)
    assert not tree.swap("a", digest("one"), b"two", MAX)
    assert (root / "a").read_text() == "mine"


def test_what_a_killed_server_had_set_aside_without_a_look_is_found_again(
    tree: Tree, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        (root / name).write_text("one")

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(tree, "_digest", killed)
    with pytest.raises(KeyboardInterrupt):
        tree.swap("a", digest("one"), b"two", MAX)
    (root / "b").write_text("an edit that nobody has seen")
    with pytest.raises(KeyboardInterrupt):
        tree.swap("b", digest("one"), b"two", MAX)
    ((name, data),) = tree.rescued(MAX)
    assert (name.partition("-")[0], data) == ("recovered", b"an edit that nobody has seen")
    assert list((root.parent / "staging").iterdir()) == []


@pytest.mark.parametrize("what", ["folder", "link", "pipe", "long"])
def test_what_is_no_file_is_put_back(tree: Tree, root: Path, what: str) -> None:
    if what == "folder":
        (root / "a" / "b").mkdir(parents=True)
    elif what == "link":
        (root / "a").symlink_to("/etc/passwd")
    elif what == "pipe":
        os.mkfifo(root / "a")
    else:
        (root / "a").write_bytes(b"x" * (MAX + 1))
    before = os.lstat(root / "a")
    assert not tree.swap("a", digest("one"), b"two", MAX)
    assert os.lstat(root / "a").st_ino == before.st_ino


def test_no_way_leads_out(tree: Tree, root: Path) -> None:
    outside = root.parent / "outside"
    outside.mkdir()
    (outside / "a").write_text("secret")
    (root / "way").symlink_to(outside)
    (root / "file").symlink_to(outside / "a")
    for path in ("way/a", "file"):
        with pytest.raises(Moved):
            tree.read(path, MAX)
    with pytest.raises(OSError, match="directory"):
        tree.put("way/b", b"x")
    assert not tree.swap("way/a", digest("secret"), None, MAX)
    assert [each.name for each in outside.iterdir()] == ["a"]
    assert set(tree.look(Bounds(100, 5)).others) == {"way", "file"}


def test_a_look_is_bounded(tree: Tree, root: Path) -> None:
    for number in range(20):
        (root / f"{number}").touch()
    seen = tree.look(Bounds(entries=10, depth=5))
    assert (len(seen.files), seen.is_whole) == (10, False)
    assert tree.look(Bounds(entries=20, depth=5)).is_whole


def test_whatever_a_session_left_can_be_removed(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path / "sessions")
    root = sessions.founded(Place("w", "sesn_1")).root
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    descriptor = os.open(root / "workspace", os.O_RDONLY)
    for _ in range(20):  # deeper than a path may be long
        os.mkdir("deeper" * 40, dir_fd=descriptor)
        below = os.open("deeper" * 40, os.O_RDONLY, dir_fd=descriptor)
        os.symlink(outside, "link", dir_fd=below)
        os.close(descriptor)
        descriptor = below
    os.close(descriptor)
    locked = root / "workspace" / "locked" / "more"
    locked.mkdir(parents=True)
    (locked / "file").touch(0)
    locked.chmod(0)
    locked.parent.chmod(0)
    sessions.discard("sesn_1")
    sessions.discard("sesn_1")
    assert [each.name for each in outside.iterdir()] == ["kept"]
    assert sessions.all() == []
    assert list((tmp_path / "sessions" / ".graves").iterdir()) == []
