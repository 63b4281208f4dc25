"""Trees taken out of commits that somebody's own program wrote: nothing is written beside the folder."""

import subprocess
from pathlib import Path

import pytest

from agentops.base.errors import RepositoryError
from agentops.cli.history import trees
from agentops.cli.history.history import History, history_of
from agentops.cli.history.trees import Place, place_of, standing_in

from .repositories import committed, git

PROJECT = "apiVersion: agentops/v1\nkind: Project\nmetadata: {name: acme}\nspec: {}\n"


@pytest.fixture
def history(tmp_path: Path) -> History:
    committed(tmp_path / "project", {"agents.d/project.yaml": PROJECT})
    found = history_of(tmp_path / "project")
    assert found
    return found


def written(history: History, kind: str, data: bytes) -> str:
    """Return an object that git itself would not make."""
    command = ["git", "hash-object", "-t", kind, "-w", "--literally", "--stdin"]
    return subprocess.run(command, cwd=history.top, input=data, capture_output=True, check=True).stdout.decode().strip()


def tree(history: History, *entries: tuple[str, str, str]) -> str:
    data = b"".join(f"{mode} {name}\0".encode() + bytes.fromhex(sha) for mode, name, sha in entries)
    return written(history, "tree", data)


def test_no_entry_of_a_commit_leads_out_of_the_folder(history: History, tmp_path: Path) -> None:
    manifest, link = written(history, "blob", PROJECT.encode()), written(history, "blob", str(tmp_path).encode())
    files = tree(history, ("100644", "project.yaml", manifest), ("120000", "out", link))
    inside = tree(history, ("100644", "caught", manifest))
    top = tree(
        history,
        ("40000", "..", inside),
        ("40000", ".", inside),
        ("40000", "agents.d", files),
        ("120000", "agents.d", link),
        ("120000", "aside", link),
        ("40000", "aside", inside),
    )
    commit = git(history.top, "commit-tree", top, "-m", "Hostile")
    with standing_in(history, commit, Place("", "")) as path:
        folder = Path.cwd()
        assert path == Path()
        assert not (folder / "agents.d").is_symlink()
        assert sorted(each.name for each in folder.iterdir()) == ["agents.d", "aside"]
        assert not (folder.parent / "caught").exists()
    assert not (tmp_path / "caught").exists()
    assert not folder.exists()


def test_a_tree_that_is_larger_than_manifests_are_is_refused(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "_MOST_BYTES", 10)
    with pytest.raises(RepositoryError, match="bytes can be planned"), standing_in(history, "HEAD", Place("", "")):
        pass


def test_a_place_is_found_whatever_stands_there_now(history: History) -> None:
    assert place_of(history, history.top) == Place("", "")
    assert place_of(history, history.top / "agents.d") == Place("", "agents.d")
    assert place_of(history, history.top / "agents.d" / "gone.yaml") == Place("", "agents.d/gone.yaml")
    assert place_of(history, history.top / "teams" / "search") == Place("teams/search", "")
    with pytest.raises(RepositoryError, match="is not in the repository"):
        place_of(history, Path("/etc"))
