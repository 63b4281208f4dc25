"""Rewritten manifests in their files, on a branch, or as a patch."""

from pathlib import Path

import pytest

from agentops.base.errors import AgentopsError, CannotEdit, UsageError
from agentops.base.names import Address, Kind
from agentops.cli.history.delivering import Destination, deliver, diff
from agentops.manifests.editing import Edit, Edits, rewritten
from agentops.manifests.load import load

from .repositories import committed, git

TEXT = "# Kept.\napiVersion: agentops/v1\nkind: Agent\nmetadata: {name: a}\nspec:\n  model: one  # Kept too.\n"


@pytest.fixture
def edits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Edits:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    project = "apiVersion: agentops/v1\nkind: Project\nmetadata: {name: acme}\nspec: {}\n"
    committed(Path(), {"sub/agents.d/a.yaml": TEXT, "sub/agents.d/project.yaml": project, "other": "x"}, "Begin")
    return rewritten(load(Path("sub")), {Address(Kind.AGENT, "a"): [Edit(("spec", "model"), "two")]})


def test_files_are_rewritten_in_place(edits: Edits) -> None:
    assert deliver(edits, Destination(), "") == ["wrote sub/agents.d/a.yaml"]
    assert Path("sub/agents.d/a.yaml").read_text() == TEXT.replace("one", "two")


def test_a_patch_is_one_that_git_takes(edits: Edits) -> None:
    assert deliver(edits, Destination(patch=Path("back.patch")), "")[0].endswith("`git apply back.patch`")
    git(Path("sub"), "apply", "--check", "../back.patch")
    git(Path(), "apply", "--check", "back.patch")
    assert "-  model: one  # Kept too.\n+  model: two  # Kept too.\n" in diff(edits)
    assert Path("sub/agents.d/a.yaml").read_text() == TEXT


def test_a_branch_has_the_change_and_nothing_here_moves(edits: Edits) -> None:
    head, index = git(Path(), "rev-parse", "HEAD"), Path(".git/index").read_bytes()
    (told,) = deliver(edits, Destination(branch="agentops/rollback"), "Roll back Agent/a")
    assert "on the new branch agentops/rollback" in told
    assert git(Path(), "log", "--format=%s", "agentops/rollback") == "Roll back Agent/a\nBegin"
    assert git(Path(), "diff", "--stat", "HEAD", "agentops/rollback", "--", "other") == ""
    assert "model: two" in git(Path(), "show", "agentops/rollback:sub/agents.d/a.yaml")
    assert (git(Path(), "rev-parse", "HEAD"), Path(".git/index").read_bytes()) == (head, index)
    assert git(Path(), "status", "--porcelain") == ""
    with pytest.raises(UsageError, match="there is a branch `agentops/rollback` already"):
        deliver(edits, Destination(branch="agentops/rollback"), "Again")


@pytest.mark.parametrize("name", ["-f", "a..b", "a b", "@{-1}", "HEAD~1", "refs/heads/../x", ""])
def test_no_name_of_a_branch_does_anything_else(edits: Edits, name: str) -> None:
    if name:
        with pytest.raises(AgentopsError):
            deliver(edits, Destination(branch=name), "A change")
    assert git(Path(), "branch", "--format=%(refname:short)") == "main"


def test_what_is_in_no_commit_yet_is_not_carried_onto_a_branch(edits: Edits) -> None:
    file = Path("sub/agents.d/a.yaml")
    file.write_text(TEXT.replace("Kept.", "Mine."))
    mine = rewritten(load(Path("sub")), {Address(Kind.AGENT, "a"): [Edit(("spec", "model"), "two")]})
    with pytest.raises(CannotEdit, match="is not as it was committed last"):
        deliver(mine, Destination(branch="back"), "")


def test_a_file_that_changed_meanwhile_is_not_overwritten(edits: Edits) -> None:
    Path("sub/agents.d/a.yaml").write_text("mine\n")
    with pytest.raises(CannotEdit, match="changed since it was read"):
        deliver(edits, Destination(), "")
