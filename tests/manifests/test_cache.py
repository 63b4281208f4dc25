"""What a cache may do: save time, and nothing else. That it changes no outcome, every test that loads a tree holds."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from agentops.manifests import cache as caching
from agentops.manifests.document import Tree
from agentops.manifests.load import load
from tests.manifests.conftest import assert_same
from tests.manifests.given import PROJECT, agent, codes, manifest

FILES = {
    "agents.d/project.yaml": PROJECT,
    "agents.d/agents.yaml": agent("writer", ", system: {file: prompt.md}") + "---\n" + agent("reader"),
    "agents.d/prompt.md": "Write.\n",
    "agents.d/team.yaml": manifest("Team", "desk", "{lead: writer, specialists: [reader]}"),
    "agents.d/store.yaml": manifest("MemoryStore", "notes", "{seed: {folder: notes}}"),
    "agents.d/notes/one.md": "One.\n",
    "agents.d/skill.yaml": manifest("Skill", "tables", "{folder: tables}"),
    "agents.d/tables/SKILL.md": "---\nname: tables\ndescription: Reads tables.\n---\n",
}

SECRET = "sk-ant-" + "api03-Zk3vQ9xT7pL2mN8rWq"

Loads = Callable[[], Tree]


@pytest.fixture
def loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loads:
    """Stands in a tree of every kind of content, and loads it with a cache that knows it."""
    monkeypatch.chdir(tmp_path)
    for path, content in FILES.items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(content)

    def again() -> Tree:
        return load(Path(), Path("caches"))

    assert codes(again()) == []
    return again


def written() -> Path:
    (file,) = Path("caches").iterdir()
    return file


def test_what_was_right_is_not_read_again(loads: Loads) -> None:
    script = "import sys; from pathlib import Path; from agentops.manifests.load import load;"
    script += "print(load(Path(), Path('caches')).files, 'yaml' in sys.modules, 'pydantic' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["5", "False", "False"]
    assert_same(load(Path()), loads())


@pytest.mark.parametrize(
    ("path", "content", "found"),
    [
        ("agents.d/agents.yaml", agent("writer", ", sytem: x"), "manifest.unknown-field"),
        ("agents.d/tables/SKILL.md", "No header.\n", "manifest.bad-format"),
        ("agents.d/team.yaml", manifest("Team", "desk", "{lead: writer, specialists: [raeder]}"), "reference.dangling"),
        ("agents.d/prompt.md", SECRET, "security.plain-secret"),
        ("agents.d/prompt.md", "x" * 100_001, "manifest.too-long"),
        ("agents.d/notes/two.md", "x" * 102_401, "manifest.too-long"),
    ],
)
def test_a_change_that_is_wrong_is_found(loads: Loads, path: str, content: str, found: str) -> None:
    Path(path).write_text(content)
    assert found in codes(loads())
    assert_same(load(Path()), loads())


@pytest.mark.parametrize("path", [each for each in FILES if each.endswith(".md")])
def test_a_text_that_is_gone_is_missed(loads: Loads, path: str) -> None:
    Path(path).unlink()
    if "notes" not in path:  # a folder without files is a store without first memories
        assert codes(loads()) != []
    assert_same(load(Path()), loads())


def test_a_text_that_changed_is_the_one_that_counts(loads: Loads) -> None:
    Path("agents.d/prompt.md").write_text("Write well.\n")
    writer = next(each for each in loads().documents if each.name == "writer")
    assert writer.data["system"] == "Write well.\n"


def test_a_link_that_leads_out_of_the_tree_is_found_behind_a_known_text(loads: Loads, tmp_path: Path) -> None:
    outside = tmp_path.parent / "outside.md"
    outside.write_text(FILES["agents.d/prompt.md"])
    Path("agents.d/prompt.md").unlink()
    Path("agents.d/prompt.md").symlink_to(outside)
    assert codes(loads()) == ["file.outside-tree"]


def test_only_what_the_tree_holds_is_kept(loads: Loads) -> None:
    lines = len(written().read_text().splitlines())
    Path("agents.d/team.yaml").unlink()
    loads()
    assert len(written().read_text().splitlines()) == lines - 1


def test_a_tree_without_changes_writes_nothing(loads: Loads) -> None:
    before = written().stat()
    loads()
    assert written().stat().st_ino == before.st_ino


@pytest.mark.parametrize("damage", [b"", b"\0\xff", b"{}\n", b"x" * 99])
def test_a_damaged_cache_is_as_good_as_none(loads: Loads, damage: bytes) -> None:
    whole = written().read_bytes()
    for damaged in (damage, whole[: len(whole) // 2], whole.replace(b"[", b"{")):
        written().write_bytes(damaged)
        assert_same(load(Path()), loads())


def test_another_version_of_the_code_judges_anew(loads: Loads, monkeypatch: pytest.MonkeyPatch) -> None:
    line = written().read_text().splitlines()[-1]
    written().write_text(written().read_text().replace(line, line.replace("claude", "clause")))
    changed = {each.data.get("model") for each in loads().documents}
    assert changed  # an edited line is believed, for who can write here can run anything as this user
    monkeypatch.setattr(caching, "_fingerprint", lambda: b"another")
    assert_same(load(Path()), loads())


def test_where_nothing_can_be_written_it_goes_without(loads: Loads) -> None:
    written().unlink()
    Path("caches").rmdir()
    Path("caches").write_text("a file")
    assert codes(loads()) == []


def test_a_disk_that_takes_half_of_it_keeps_what_was_there_and_nothing_else(loads: Loads) -> None:
    before = written().read_bytes()
    Path("agents.d/more.yaml").write_text(agent("more"))
    script = "import resource; from pathlib import Path; from agentops.manifests.load import load;"
    script += "resource.setrlimit(resource.RLIMIT_FSIZE, (99, 99)); print(load(Path(), Path('caches')).files)"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["6"]
    assert written().read_bytes() == before


def test_no_secret_and_nothing_wrong_is_kept(loads: Loads) -> None:
    Path("agents.d/new.yaml").write_text(agent("x", f", system: {SECRET}"))
    assert codes(loads()) == ["security.plain-secret"]
    assert SECRET not in written().read_text()
