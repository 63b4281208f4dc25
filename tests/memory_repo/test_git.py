"""Repositories: objects in, objects out, refs that move only from where they are said to be."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agentops.base.errors import RepositoryError, StaleProposal
from agentops.base.secrets import Secret
from agentops.memory_repo.commits import Draft, Move, Person
from agentops.memory_repo.git import Repository
from agentops.memory_repo.remotes import Remote

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
ANN = Person("Ann", "ann@example.com")


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    with Repository.create(tmp_path / "memory.git") as found:
        yield found


@pytest.fixture
def clone(repository: Repository, tmp_path: Path) -> Iterator[Repository]:
    commit(repository, "main", {"stores/desk/a.md": "one\n"})
    with Repository.clone(Remote(f"file://{repository.folder}"), tmp_path / "clone.git") as found:
        yield found


def commit(repository: Repository, branch: str, changes: dict[str, str | None], message: str = "Change") -> str:
    """Commit on a branch as a person does."""
    old = repository.head(branch)
    parents = (old,) if old else ()
    made = repository.commit(Draft(repository.write(old, changes), parents, message, AT, ANN, ANN))
    repository.push({branch: Move(made, old)})
    return made


def test_what_is_written_is_read_byte_for_byte(repository: Repository) -> None:
    files = {"a.md": "one\r\n", "b/c d.md": "zwei ü", "b/e.md": ""}
    made = commit(repository, "main", {f"stores/desk/{path}": text for path, text in files.items()})
    assert repository.tree(made, "stores/desk") == files
    assert repository.text(made, "stores/desk/b/c d.md") == "zwei ü"
    assert repository.text(made, "stores/desk/none.md") is None
    assert repository.tree(made, "stores/none") == {}


def test_a_folder_whose_last_file_goes_goes_too(repository: Repository) -> None:
    commit(repository, "main", {"a/b/c.md": "c", "d.md": "d"})
    made = commit(repository, "main", {"a/b/c.md": None})
    assert repository.subtree(made, "a") is None
    assert repository.tree(made) == {"d.md": "d"}


def test_git_finds_no_fault_with_what_is_written(repository: Repository) -> None:
    commit(repository, "main", {"a.md": "1", "a/b.md": None, "a-b/c.md": "2", "a0": "3", "ab/c/d.md": "4"})
    made = commit(repository, "main", {"ab/c/e.md": "5", "a-b/c.md": None})
    repository._git(["fsck", "--strict", "--no-dangling"])
    assert sorted(repository.tree(made)) == ["a.md", "a0", "ab/c/d.md", "ab/c/e.md"]


def test_equal_drafts_are_one_commit_whoever_makes_them(repository: Repository, clone: Repository) -> None:
    draft = Draft(repository.write(None, {"a": "b"}), (), "Same", AT, ANN, trailers=(("Agentops-Store", "desk"),))
    clone.write(None, {"a": "b"})
    assert repository.commit(draft) == clone.commit(draft)


def test_a_commit_tells_its_trailers_and_who_made_it(repository: Repository) -> None:
    trailers = (("Agentops-Store", "desk"), ("Agentops-Session", "sesn_1\nEvil: yes"))
    tree = repository.write(None, {"a": "b"})
    found = repository.show(repository.commit(Draft(tree, (), "Subject\n\nBody: not one", AT, ANN, trailers=trailers)))
    assert found.subject == "Subject"
    assert found.trailers == (("Agentops-Store", "desk"), ("Agentops-Session", "sesn_1 Evil: yes"))
    assert (found.author, found.is_ours, found.at) == (ANN, True, AT)


def test_names_cannot_end_their_field(repository: Repository) -> None:
    rogue = Person("A> 0 +0000\ncommitter B", "<a@b>\n")
    made = repository.commit(Draft(repository.write(None, {"a": "b"}), (), "x", AT, rogue, rogue))
    repository._git(["fsck", "--strict", "--no-dangling"])
    assert repository.show(made).author.email == "a@b"


def test_a_ref_moves_only_from_where_it_is_said_to_be(repository: Repository) -> None:
    first = commit(repository, "main", {"a": "1"})
    second = commit(repository, "main", {"a": "2"})
    with pytest.raises(StaleProposal):
        repository.update_ref("main", first, first)
    with pytest.raises(StaleProposal):
        repository.push({"other": Move(first, None), "main": Move(first, None)})
    assert repository.head("other") is None
    assert repository.head("main") == second


def test_a_clone_pushes_by_lease(repository: Repository, clone: Repository) -> None:
    base = clone.head("main")
    assert base is not None
    mine = clone.commit(Draft(clone.write(base, {"b": "mine"}), (base,), "Mine", AT))
    theirs = commit(repository, "main", {"b": "theirs"})
    with pytest.raises(StaleProposal):
        clone.push({"main": Move(mine, base)})
    clone.fetch()
    assert clone.head("main") == theirs
    clone.push({"agentops/memory/desk": Move(mine, None)})
    assert repository.head("agentops/memory/desk") == mine == clone.head("agentops/memory/desk")


def test_only_one_of_two_that_push_the_same_is_told_that_it_was_the_one(
    repository: Repository, clone: Repository
) -> None:
    base = clone.head("main")
    clone.push({"refs/agentops/slots/nightly": Move(base, None)})
    with pytest.raises(StaleProposal):
        clone.push({"refs/agentops/slots/nightly": Move(base, None)})
    assert repository.refs("refs/agentops/slots/") == {"refs/agentops/slots/nightly": base}


def test_what_is_gone_elsewhere_is_gone_after_a_fetch(repository: Repository, clone: Repository) -> None:
    head = clone.head("main")
    clone.push({"passing": Move(head, None)})
    repository.push({"passing": Move(None, head)})
    clone.fetch()
    assert clone.head("passing") is None


def test_merging_names_what_conflicts(repository: Repository) -> None:
    base = commit(repository, "main", {"a": "1\n2\n3\n4\n5\n", "b": "b\n"})
    one = repository.commit(Draft(repository.write(base, {"a": "one\n2\n3\n4\n5\n"}), (base,), "x", AT))
    two = repository.commit(Draft(repository.write(base, {"a": "1\n2\n3\n4\nfive\n"}), (base,), "y", AT))
    six = repository.commit(Draft(repository.write(base, {"a": "uno\n2\n3\n4\n5\n"}), (base,), "z", AT))
    clean = repository.merge(one, two)
    assert repository.tree(clean.tree)["a"] == "one\n2\n3\n4\nfive\n"
    assert clean.conflicts == ()
    assert repository.merge(one, six).conflicts == ("a",)


def test_history_tells_what_each_commit_of_a_line_changed(repository: Repository) -> None:
    base = commit(repository, "main", {"stores/desk/a.md": "1"})
    second = commit(repository, "main", {"stores/desk/a.md": None, "stores/desk/b.md": "2"})
    third = commit(repository, "main", {"policy.yaml": "x"})
    (step,) = repository.steps(third, [base], "stores/desk")
    assert (step.commit, set(step.blobs), step.blobs["a.md"]) == (second, {"a.md", "b.md"}, None)
    assert [each.sha for each in repository.commits_between(base, third)] == [third, second]


def test_history_that_was_told_once_is_as_true_the_second_time(repository: Repository) -> None:
    first = commit(repository, "main", {"d/a": "1"})
    assert [each.sha for each in repository.log(["main"])] == [first]
    second = commit(repository, "main", {"d/a": "2"})
    for _ in range(2):
        assert [each.sha for each in repository.log(["main"])] == [second, first]
        assert [each.sha for each in repository.log([second, f"^{first}"])] == [second]
        assert [each.commit for each in repository.steps(second, [first], "d")] == [second]
        assert repository.log([first, f"^{first}"]) == repository.steps(first, [first], "d") == []
        assert (repository.is_ancestor(first, second), repository.is_ancestor(second, first)) == (True, False)
        assert repository.merge_bases(first, second) == [first]


def test_a_ref_whose_commit_is_lost_is_told_all_the_same(repository: Repository) -> None:
    made = commit(repository, "main", {"a": "1"})
    (repository.folder / "objects" / made[:2] / made[2:]).unlink()
    with Repository(repository.folder) as again:
        assert again.head("main") == made
        assert again.head("other") is None
        assert not again.has(made)


def test_blame_names_the_commit_of_each_line(repository: Repository) -> None:
    first = commit(repository, "main", {"a.md": "one\n"})
    second = commit(repository, "main", {"a.md": "one\ntwo\n"})
    lines = [(each.number, each.text, each.commit) for each in repository.blame(second, "a.md")]
    assert lines == [(1, "one", first), (2, "two", second)]


@pytest.mark.parametrize(
    ("mode", "content", "reason"),
    [
        ("120000", b"/etc/passwd", "is a symbolic link"),
        ("100644", b"caf\xe9", "is not UTF-8: byte 3 is 0xe9"),
        ("100644", b"a" * (1024 * 1024 + 1), "is 1,048,577 bytes"),
    ],
)
def test_what_is_no_text_is_named(repository: Repository, mode: str, content: bytes, reason: str) -> None:
    blob = repository._git(["hash-object", "-w", "--stdin"], content).decode().strip()
    tree = repository._git(["mktree"], f"{mode} blob {blob}\tbad\n".encode()).decode().strip()
    assert repository.files(tree).unfit == {"bad": reason}
    with pytest.raises(RepositoryError, match="bad in "):
        repository.tree(tree)


def test_a_working_copy_is_refused(tmp_path: Path, repository: Repository) -> None:
    repository._git(["clone", "--quiet", str(repository.folder), str(tmp_path / "work")])
    with pytest.raises(RepositoryError, match="working copy"):
        Repository(tmp_path / "work")


@pytest.mark.parametrize("url", ["https://ann:s3cret@example.com/a.git", "ext::sh -c id", "--upload-pack=id", "/tmp/x"])
def test_an_address_that_runs_commands_or_tells_secrets_is_refused(url: str) -> None:
    with pytest.raises(RepositoryError) as caught:
        Remote(url)
    assert "s3cret" not in str(caught.value)


def test_a_token_goes_over_no_open_wire() -> None:
    with pytest.raises(RepositoryError, match="unencrypted"):
        Remote("http://example.com/a.git", Secret("t0ken"))
    (setting,) = Remote("https://example.com/a.git", Secret("t0ken")).settings()
    assert setting[0] == "http.https://example.com/a.git.extraHeader"


def test_hooks_of_a_repository_do_not_run(repository: Repository, tmp_path: Path) -> None:
    hooks = repository.folder / "hooks"
    hooks.mkdir(exist_ok=True)
    hook = hooks / "reference-transaction"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    commit(repository, "main", {"a": "1"})
    assert not (tmp_path / "ran").exists()


def test_what_surrounds_the_process_does_not_reach_git(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = commit(repository, "main", {"a": "1"})
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(tmp_path))
    assert repository.head("main") == made
    assert repository.tree(made) == {"a": "1"}


def test_a_remote_that_is_not_there_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(RepositoryError) as caught:
        Repository.clone(Remote(f"file://{tmp_path}/none.git"), tmp_path / "clone.git")
    assert "check the address" in caught.value.hint


@pytest.mark.parametrize("lock", ["refs/heads/main.lock", "packed-refs.lock"])
def test_a_lock_that_a_killed_git_left_behind_is_named_and_nobody_is_called_faster(
    repository: Repository, lock: str
) -> None:
    commit(repository, "main", {"a.md": "one\n"})
    repository._git(["pack-refs", "--all"])
    left = repository.folder / lock
    left.touch()
    gone = Move(None, repository.head("main"))  # of a packed branch, for which both files are locked
    with pytest.raises(RepositoryError) as found:
        repository.push({"main": gone})
    assert type(found.value) is RepositoryError
    assert f"remove {repository.folder}" in found.value.hint
    assert found.value.hint.endswith(lock)
    left.unlink()
    repository.push({"main": gone})
