"""`agentops init` writes a first project, and overwrites nothing."""

import subprocess
from pathlib import Path

import pytest

from agentops.cli.failure import run
from agentops.cli.table import cli
from agentops.manifests.load import load
from tests.disks import files_end_at

FILES = {"environment.yaml", "project.yaml", "prompts/reviewer.md", "reviewer.yaml"}


def test_the_first_project_validates_and_bears_the_name_of_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "My Shop_2"
    assert run(cli, ["init", str(folder)]) == 0
    assert all((folder / "agents.d" / each).is_file() for each in FILES)
    tree = load(folder)
    assert tree.report.diagnostics == ()
    assert tree.project is not None
    assert tree.project.name == "my-shop-2"


def test_a_name_can_be_given(tmp_path: Path) -> None:
    run(cli, ["init", str(tmp_path), "--name", "billing"])
    project = load(tmp_path).project
    assert project is not None
    assert project.name == "billing"


@pytest.mark.parametrize("folder", ["日本", "---"])
def test_a_folder_whose_name_cannot_be_used_gets_one_that_can(tmp_path: Path, folder: str) -> None:
    assert run(cli, ["init", str(tmp_path / folder)]) == 0
    project = load(tmp_path / folder).project
    assert project is not None
    assert project.name == "my-agents"


def test_a_folder_with_a_very_long_name_gets_a_name_that_fits(tmp_path: Path) -> None:
    assert run(cli, ["init", str(tmp_path / ("x" * 200))]) == 0


def test_a_name_that_cannot_be_one_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(cli, ["init", str(tmp_path), "--name", "My Shop"]) == 2
    said = capsys.readouterr().err
    assert "`My Shop` cannot be a project's name" in said
    assert "--name my-agents" in said
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("taken", sorted(FILES))
def test_a_file_that_exists_is_left_alone_and_nothing_is_written_beside_it(
    tmp_path: Path, taken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "agents.d" / taken
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    assert run(cli, ["init", str(tmp_path)]) == 2
    assert f"{mine} exists already" in capsys.readouterr().err
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == [mine]
    assert mine.read_text() == "mine"


def test_a_git_ignore_file_is_completed_not_replaced(tmp_path: Path) -> None:
    ignore = tmp_path / ".gitignore"
    ignore.write_text("dist/")
    run(cli, ["init", str(tmp_path)])
    assert ignore.read_text() == "dist/\n.agentops/\n"


def test_a_git_ignore_file_that_has_the_line_stays_as_it_is(tmp_path: Path) -> None:
    ignore = tmp_path / ".gitignore"
    ignore.write_text(".agentops/\n# last words")
    run(cli, ["init", str(tmp_path)])
    assert ignore.read_text() == ".agentops/\n# last words"


def test_git_does_not_see_what_only_this_machine_needs(tmp_path: Path) -> None:
    run(cli, ["init", str(tmp_path)])
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    command = ["git", "-C", tmp_path, "status", "--porcelain", "--untracked-files=all"]
    seen = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert ".gitignore" in seen
    assert ".agentops" not in seen


def test_the_schemas_that_the_manifests_name_are_there(tmp_path: Path) -> None:
    run(cli, ["init", str(tmp_path)])
    for manifest in (tmp_path / "agents.d").glob("*.yaml"):
        named = manifest.read_text().splitlines()[0].partition("$schema=")[2]
        assert (manifest.parent / named).is_file(), manifest


def test_a_full_disk_gets_no_half_of_a_project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".gitignore").write_text("mine\n")
    with files_end_at(400):
        assert run(cli, ["init", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert " cannot be written: File too large\n" in said
    assert "look at `ulimit -f`" in said
    assert [each.name for each in tmp_path.rglob("*") if each.is_file()] == [".gitignore"]
    assert (tmp_path / ".gitignore").read_text() == "mine\n"
    assert run(cli, ["init", str(tmp_path)]) == 0
