"""Parts of a repository that are not here: what a prune would take for removed."""

from pathlib import Path

from agentops.cli.checkout import missing_of

from .history.repositories import committed, git

FILES = {"agents.d/a.yaml": "a", "agents.d/b/c.yaml": "c", "agents.d/b/d.yaml": "d", "other/e.txt": "e"}


def test_a_whole_checkout_lacks_nothing_and_neither_does_a_folder_outside_git(tmp_path: Path) -> None:
    committed(tmp_path / "repo", FILES)
    assert missing_of(tmp_path / "repo" / "agents.d") == ""
    (tmp_path / "plain").mkdir()
    assert missing_of(tmp_path / "plain") == ""


def test_a_file_that_somebody_removed_is_not_missing(tmp_path: Path) -> None:
    committed(tmp_path / "repo", FILES)
    (tmp_path / "repo" / "agents.d" / "a.yaml").unlink()
    assert missing_of(tmp_path / "repo") == ""


def test_a_sparse_checkout_says_what_of_the_tree_it_leaves_out(tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    committed(repo, FILES)
    git(repo, "sparse-checkout", "set", "--no-cone", "/agents.d/*", "!/agents.d/b/")
    assert missing_of(repo / "agents.d") == "a sparse checkout leaves out 2 files of this tree (b/c.yaml, …)"
    git(repo, "sparse-checkout", "set", "agents.d")
    assert missing_of(repo / "agents.d") == "", "what else the repository holds is no part of the tree"


def test_a_shallow_clone_is_told(tmp_path: Path) -> None:
    committed(tmp_path / "repo", FILES)
    committed(tmp_path / "repo", {"agents.d/f.yaml": "f"})
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{tmp_path / 'repo'}", "clone")
    assert missing_of(tmp_path / "clone" / "agents.d") == f"{(tmp_path / 'clone').resolve()} is a shallow clone"
