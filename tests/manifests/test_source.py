"""Which files a tree is made of: stable, inside the tree, never read blindly."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import permutations
from pathlib import Path

import pytest

from agentops.manifests import source
from agentops.manifests.load import load
from agentops.manifests.source import MAX_BYTES, find
from tests.manifests.given import Loads, agent, codes, manifest, messages


def test_manifests_are_found_in_any_folder_in_a_stable_order(loads: Loads) -> None:
    tree = loads({"agents.d/b/x.yml": agent("x"), "agents.d/a/deep/y.yaml": agent("y"), "agents.d/notes.md": "no"})
    assert [str(each.address) for each in tree.documents] == ["Agent/x", "Agent/y", "Project/tests"]
    assert find(Path()).files == ("agents.d/a/deep/y.yaml", "agents.d/b/x.yml", "agents.d/project.yaml")


def test_hidden_files_and_folders_are_passed_over(loads: Loads) -> None:
    tree = loads({"agents.d/.hidden.yaml": "[", "agents.d/.agentops/x.yaml": "[", ".github/ci.yaml": "on: push"})
    assert not tree.report.diagnostics


def test_an_ending_that_is_almost_right_is_told_and_any_other_is_not(loads: Loads) -> None:
    slips = ("x.ymal", "x.YAML", "x.yamll", "x.yml.txt", "deep/x.ylm")
    others = ("x.xml", "x.yaml.bak", "x.yaml~", "x.txt", "yaml", "x.toml", ".x.ymal", "x.json", "myl", "x.lymlymlyml")
    tree = loads({f"agents.d/{each}": agent("x") for each in (*slips, *others)})
    assert not tree.report.has_errors
    assert codes(tree) == ["file.extension"] * len(slips)
    assert sorted(each.message for each in tree.report.diagnostics) == sorted(
        f"`agents.d/{each}` is passed over: manifests end in .yaml or .yml" for each in slips
    )


def test_a_tree_of_nothing_but_slips_is_empty_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "agents.d").mkdir()
    (tmp_path / "agents.d" / "x.ymal").write_text(agent("x"))
    assert sorted(codes(load(Path()))) == ["file.extension", "tree.empty"]


def test_the_root_may_be_the_project_the_folder_of_manifests_or_one_file(loads: Loads, tmp_path: Path) -> None:
    loads({"agents.d/x.yaml": agent("x", ", system: {file: ../prompts/x.md}"), "prompts/x.md": "You are x."})
    for root in (Path(), tmp_path, Path("agents.d")):
        tree = load(root)
        assert not tree.report.diagnostics
        assert tree.root == tmp_path.resolve()
        assert {each.file for each in tree.documents} == {"agents.d/project.yaml", "agents.d/x.yaml"}
    assert load(Path("agents.d/x.yaml")).documents[0].data["system"] == "You are x."


def test_a_folder_without_agents_d_is_taken_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "all.yaml").write_text(f"{manifest('Project', 'p')}---\n{agent('x')}")
    tree = load(Path())
    assert not tree.report.diagnostics
    assert [each.file for each in tree.documents] == ["all.yaml", "all.yaml"]


@pytest.mark.parametrize("inside", ["agents.d/prompts", "docs"])
def test_a_folder_inside_a_project_leads_to_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inside: str
) -> None:
    (tmp_path / "agents.d").mkdir()
    (tmp_path / inside).mkdir()
    monkeypatch.chdir(tmp_path / inside)
    tree = load(Path())
    assert codes(tree) == ["tree.empty"]
    above = os.path.relpath(tmp_path)
    assert tree.report.diagnostics[0].notes == (f"it is a part of the project in `{above}`: name that folder",)


def test_one_file_of_a_project_is_not_told_to_declare_another(loads: Loads) -> None:
    loads({"agents.d/x.yaml": agent("x")})
    found = load(Path("agents.d/x.yaml")).report.diagnostics
    assert [each.notes for each in found] == [("it is a part of the project in `.`: leave the path out",)]


def test_nothing_at_the_path_is_said_so(tmp_path: Path) -> None:
    assert codes(load(tmp_path / "nowhere")) == ["tree.not-found"]
    assert codes(load(tmp_path / "no\0where")) == ["tree.not-found"]


def test_a_file_of_two_mebibytes_is_refused_unread(loads: Loads) -> None:
    tree = loads({"agents.d/big.yaml": b"a: " + b"x" * (2 * MAX_BYTES)})
    assert codes(tree) == ["file.too-large"]
    assert "`agents.d/big.yaml` is 2.0 MiB large; a file may have 1 MiB" in messages(tree)
    assert not codes(loads({"agents.d/big.yaml": b"# " + b"x" * (MAX_BYTES - 2)}))


def test_a_byte_order_mark_is_fine_and_utf_16_is_called_by_its_name(loads: Loads) -> None:
    assert not codes(loads({"agents.d/x.yaml": b"\xef\xbb\xbf" + agent("x").encode()}))
    tree = loads({"agents.d/x.yaml": agent("x").encode("utf-16")})
    assert codes(tree) == ["file.not-utf8"]
    assert "UTF-16" in tree.report.diagnostics[0].notes[0]


def test_the_place_of_a_wrong_byte_counts_characters(loads: Loads) -> None:
    tree = loads({"agents.d/x.yaml": "a: 1\nb: é".encode() + b"\xff"})
    span = tree.report.diagnostics[0].span
    assert span
    assert (span.line, span.column) == (2, 5)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_said_so(loads: Loads, tmp_path: Path) -> None:
    loads({"agents.d/x.yaml": agent("x")})
    (tmp_path / "agents.d/x.yaml").chmod(0)
    assert codes(load(Path())) == ["file.unreadable"]


def test_a_pipe_does_not_make_us_wait(loads: Loads, tmp_path: Path) -> None:
    loads({})
    os.mkfifo(tmp_path / "agents.d/pipe.yaml")
    assert codes(load(Path())) == ["file.unreadable"]


@pytest.mark.parametrize("names", [*permutations(["one", "other", "third"])])
def test_links_inside_the_tree_are_followed_once(loads: Loads, tmp_path: Path, names: tuple[str, str, str]) -> None:
    """Also when what lies deep inside is met before what holds it."""
    shared, sub, file = names
    loads({"shared/x.yaml": agent("x"), "shared/sub/y.yaml": agent("y"), "agents.d/z.yaml": agent("z")})
    (tmp_path / "agents.d" / shared).symlink_to("../shared")
    (tmp_path / "agents.d" / sub).symlink_to("../shared/sub")
    (tmp_path / "agents.d" / f"{file}.yaml").symlink_to("../shared/x.yaml")
    (tmp_path / "agents.d/zz.yaml").symlink_to("z.yaml")
    (tmp_path / "shared/round").symlink_to("../shared")
    tree = load(Path())
    assert not tree.report.diagnostics
    assert sorted(each.name for each in tree.documents) == ["tests", "x", "y", "z"]


def test_what_several_links_lead_to_has_one_name_however_the_disk_lists_it(
    loads: Loads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads({"shared/sub/y.yaml": agent("y"), "agents.d/z.yaml": agent("z")})
    for link, target in (("b", "../shared"), ("a", "../shared/sub"), ("c", "../shared/sub")):
        (tmp_path / "agents.d" / link).symlink_to(target)
    before = find(Path()).files
    listed = os.scandir

    @contextmanager
    def turned_round(folder: str) -> Iterator[list[os.DirEntry[str]]]:
        with listed(folder) as entries:
            yield list(entries)[::-1]

    monkeypatch.setattr(os, "scandir", turned_round)
    assert find(Path()).files == before == ("agents.d/a/y.yaml", "agents.d/project.yaml", "agents.d/z.yaml")


def test_each_link_is_held_against_its_own_folders_and_not_against_every_other(
    loads: Loads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands of links would take minutes, and whoever sends a pull request may put them there."""
    many = 300
    loads({f"real/{number}.yaml": "" for number in range(many)})
    for number in range(many):
        (tmp_path / f"agents.d/{number}.yaml").symlink_to(f"../real/{number}.yaml")
    asked: list[Path] = []
    judge = source._is_met
    monkeypatch.setattr(source, "_is_met", lambda real, folder: bool(asked.append(real)) or judge(real, folder))
    assert len(find(Path()).files) == many + 1
    assert len(asked) < 2 * many


def test_links_out_of_the_tree_are_refused(loads: Loads, tmp_path: Path) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    (outside / "x.yaml").write_text(agent("x"))
    loads({})
    (tmp_path / "agents.d/file.yaml").symlink_to(outside / "x.yaml")
    (tmp_path / "agents.d/folder").symlink_to(outside)
    (tmp_path / "agents.d/harmless.md").symlink_to(outside / "x.yaml")
    (tmp_path / "agents.d/circle.yaml").symlink_to("circle.yaml")
    (tmp_path / "agents.d/nothing.yaml").symlink_to("nothing-there.yaml")
    found = {each.span.file: each.code.slug for each in load(Path()).report.diagnostics if each.span}
    assert found == {
        "agents.d/circle.yaml": "file.unreadable",
        "agents.d/file.yaml": "file.link-outside",
        "agents.d/folder": "file.link-outside",
        "agents.d/nothing.yaml": "file.unreadable",
    }


def test_a_folder_of_manifests_that_is_a_link_out_of_the_project_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/x.yaml").write_text(agent("x"))
    (tmp_path / "project").mkdir()
    (tmp_path / "project/agents.d").symlink_to("../elsewhere")
    assert codes(load(tmp_path / "project")) == ["file.link-outside"]


def test_files_of_a_seed_or_a_skill_are_no_manifests(loads: Loads) -> None:
    skill = "---\nname: triage\ndescription: Sorts issues.\n---\nRead the issue.\n"
    tree = loads(
        {
            "agents.d/memory.yaml": manifest("MemoryStore", "notes", "{seed: {folder: notes}}"),
            "agents.d/notes/config.yaml": "services: [web]\n",
            "agents.d/skill.yaml": manifest("Skill", "triage", "{folder: skills/triage}"),
            "agents.d/skills/triage/SKILL.md": skill,
            "agents.d/skills/triage/example.yaml": "a: [\n",
        }
    )
    assert not tree.report.diagnostics
    assert tree.documents[0].data["seed"] == {"files": {"/config.yaml": "services: [web]\n"}}


def test_tests_beside_manifests_are_none(loads: Loads) -> None:
    tree = loads({"agents.d/x.yaml": agent("x"), "agents.d/x.test.yaml": "agent: x", "agents.d/y.test.yml": "["})
    assert [str(each.address) for each in tree.documents] == ["Agent/x", "Project/tests"]
    assert not tree.report.diagnostics


def test_artifacts_that_rubrics_are_tried_on_are_no_manifests(loads: Loads) -> None:
    artifacts = {"agents.d/note.cases/cases.yaml": "task: x", "agents.d/note.cases/bad/one.yaml": "["}
    tree = loads({"agents.d/x.yaml": agent("x"), **artifacts})
    assert [str(each.address) for each in tree.documents] == ["Agent/x", "Project/tests"]
    assert not tree.report.diagnostics
