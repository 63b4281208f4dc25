"""What is read from a tree's repository, and what that repository cannot do to whoever reads it."""

from pathlib import Path

import pytest

from agentops.base.errors import UsageError
from agentops.cli.history.history import History, history_here, history_of

from .repositories import committed, git


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    committed(tmp_path / "project", {"agents.d/a.yaml": "one\ntwo\n"}, "Begin (#1)")
    return tmp_path / "project"


def read(folder: Path) -> History:
    found = history_of(folder)
    assert found
    return found


def test_a_text_is_read_as_it_was_at_a_commit(folder: Path) -> None:
    first = git(folder, "rev-parse", "HEAD")
    committed(folder, {"agents.d/a.yaml": "one\nTWO\n"})
    history = read(folder / "agents.d")
    assert history.path(folder / "agents.d" / "a.yaml") == "agents.d/a.yaml"
    assert history.text(first, "agents.d/a.yaml") == "one\ntwo\n"
    assert history.text("HEAD", "agents.d/a.yaml") == "one\nTWO\n"
    assert history.text("HEAD", "agents.d/none.yaml") is None
    assert history.text("f" * 40, "agents.d/a.yaml") is None


def test_each_line_is_blamed_on_the_commit_that_wrote_it(folder: Path) -> None:
    first = git(folder, "rev-parse", "HEAD")
    second = committed(folder, {"agents.d/a.yaml": "one\nTWO\n"}, "Louder (#2)", GIT_AUTHOR_NAME="Grace")
    lines = read(folder).blame("HEAD", "agents.d/a.yaml")
    assert [(each.number, each.commit.sha, each.text) for each in lines] == [(1, first, "one"), (2, second, "TWO")]
    assert (lines[1].commit.author, lines[1].commit.subject) == ("Grace", "Louder (#2)")
    assert [each.number for each in read(folder).blame("HEAD", "agents.d/a.yaml", 2, 2)] == [2]


def test_a_line_is_followed_through_the_move_of_its_file(folder: Path) -> None:
    first = git(folder, "rev-parse", "HEAD")
    git(folder, "mv", "agents.d/a.yaml", "agents.d/b.yaml")
    committed(folder, {}, "Move")
    line = read(folder).blame("HEAD", "agents.d/b.yaml", 1, 1)[0]
    assert (line.commit.sha, line.path) == (first, "agents.d/a.yaml")


def test_the_log_tells_the_commits_that_touched_a_file(folder: Path) -> None:
    committed(folder, {"other": "x"}, "Elsewhere")
    last = committed(folder, {"agents.d/a.yaml": "three\n"}, "A subject | with\ttabs and é")
    told = read(folder).log("HEAD", "agents.d/a.yaml")
    assert [each.subject for each in told] == ["A subject | with\ttabs and é", "Begin (#1)"]
    assert told[0].sha == last
    assert told[0].at.isoformat() == "2026-11-20T08:00:00+00:00"


def test_what_is_no_commit_is_said_plainly(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no commit `--output=/tmp/x`") as told:
        read(folder).resolve("--output=/tmp/x")
    assert "git log" in told.value.hint


def test_a_shallow_clone_says_how_to_get_the_rest(folder: Path, tmp_path: Path) -> None:
    first = git(folder, "rev-parse", "HEAD")
    committed(folder, {"agents.d/a.yaml": "three\n"})
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{folder}", "shallow")
    history = read(tmp_path / "shallow")
    assert history.is_shallow
    with pytest.raises(UsageError) as told:
        history.resolve(first)
    assert "--unshallow" in told.value.hint
    assert history.blame("HEAD", "agents.d/a.yaml")[0].is_boundary


def test_outside_git_there_is_no_history(tmp_path: Path) -> None:
    assert history_of(tmp_path) is None
    assert history_of(tmp_path / "gone") is None
    with pytest.raises(UsageError, match="lies in no git repository"):
        history_here(tmp_path)


def test_a_link_is_no_text(folder: Path) -> None:
    (folder / "agents.d" / "passwd.yaml").symlink_to("/etc/passwd")
    committed(folder, {})
    assert read(folder).text("HEAD", "agents.d/passwd.yaml") is None


def test_nothing_that_a_repository_is_set_up_to_run_is_run(folder: Path, tmp_path: Path) -> None:
    """Every setting that names a program, each of which would leave a trace."""
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\ncat\n")
    trap.chmod(0o755)
    commit = git(folder, "rev-parse", "HEAD")
    committed(folder, {".gitattributes": "*.yaml filter=evil diff=evil merge=evil\n"})
    hook = folder / ".git" / "hooks"
    hook.mkdir(exist_ok=True)
    settings = """core.fsmonitor core.pager core.editor core.sshCommand core.gitProxy credential.helper gpg.program
        diff.external diff.evil.textconv diff.evil.command filter.evil.clean filter.evil.smudge filter.evil.process
        pager.log pager.blame sequence.editor uploadpack.packObjectsHook"""
    for each in settings.split():
        git(folder, "config", each, str(trap))
    for key, value in (
        ("log.showSignature", "true"),
        ("alias.log", f"!{trap}"),
        ("alias.blame", f"!{trap}"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.url", str(folder)),
        ("remote.origin.promisor", "true"),
        ("remote.origin.uploadpack", str(trap)),
        ("core.hooksPath", str(hook)),
    ):
        git(folder, "config", key, value)
    blob = git(folder, "rev-parse", f"{commit}:agents.d/a.yaml")
    history = read(folder)
    assert history.text(commit, "agents.d/a.yaml") == "one\ntwo\n"
    assert history.log("HEAD")
    assert history.blame("HEAD", "agents.d/a.yaml")
    (folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()  # git would fetch it from the promisor
    with pytest.raises(Exception, match="reading"):
        history.blob(blob)
    assert not (tmp_path / "sprung").exists()
