"""A project on a disk that is full, or that nobody may write to: what is written is whole, and what is said helps."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.disks import full, mounted, read_only

from .command import Command
from .server import Server

pytestmark = [pytest.mark.flow, pytest.mark.timeout(180)]

HEAD = "apiVersion: agentops/v1\nkind: {}\nmetadata: {{name: {}}}\nspec: {}\n"
SPEC = "{model: claude-haiku-5-5, description: One., system: {file: p.md}}"
WRITING = (
    ("plan", "--out", "p.json"),
    ("drift", "--mode", "adopt"),
    ("drift", "--mode", "adopt", "--patch", "x.patch"),
    ("drift", "--mode", "adopt", "--branch", "fix"),
    ("rollback", "Agent/a", "--to", "1"),
    ("rollback", "Agent/a", "--to", "1", "--patch", "x.patch"),
    ("import", "--all", "--yes"),
    ("schema",),
    ("init", "another"),
    ("ci", "plan"),
)
"""Every command that wants to write a file beside the manifests, or into them."""


@pytest.fixture
def shop(tmp_path: Path, server: Server) -> Iterator[Command]:
    """A project on a disk of its own: two versions applied, a third one made by somebody else, a wild one beside."""
    with mounted(tmp_path / "disk", "2m") as disk:
        agentops = Command(disk, server.settings)
        (disk / "agents.d").mkdir()
        (disk / "agents.d" / "project.yaml").write_text(HEAD.format("Project", "shop", "{}"))
        (disk / "agents.d" / "a.yaml").write_text(HEAD.format("Agent", "a", SPEC))
        for text in ("One.\n", "Two.\n"):
            (disk / "agents.d" / "p.md").write_text(text)
            agentops("apply", "--yes")
        [mine] = server.objects("agents")
        text = "Long and long.\n" * 600
        server.create(f"agents/{mine['id']}", version=2, description="Theirs.", system=text)
        server.create("agents", name="Wild", model="claude-haiku-5-5", system=text)
        yield agentops


def files(folder: Path) -> Mapping[str, bytes]:
    return {str(each): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def test_a_full_disk_gets_nothing_by_halves_and_names_itself(shop: Command) -> None:
    with full(shop.folder):
        before = files(shop.folder)
        for words in WRITING:
            ran = shop(*words, status=None)
            assert ran.status in {1, 2}, (words, ran)
            assert "did not foresee" not in ran.err, (words, ran.err)
            assert files(shop.folder) == before, words
            assert "No space left on device" in ran.err or "--branch" in words, (words, ran.err)
            assert "make room" in ran.err or "--branch" in words, (words, ran.err)
        said = shop("apply", "--yes").err
        assert "note: no journal is kept in " in said
        assert "Applied: 1 done." in said
    shop("import", "--all", "--yes")
    shop("plan", "--exit-code")


def test_a_disk_that_nobody_may_write_to_is_named(shop: Command) -> None:
    before = files(shop.folder)
    with read_only(shop.folder):
        for words in WRITING:
            ran = shop(*words, status=None)
            assert ran.status in {1, 2}, (words, ran)
            assert "did not foresee" not in ran.err, (words, ran.err)
            assert "ead-only file system" in ran.err or "--branch" in words, (words, ran.err)
        assert "Applied: 1 done." in shop("apply", "--yes").err
        for words in (("validate",), ("plan",), ("drift",), ("graph",), ("why", "Agent/a.system"), ("ids",), ("lock",)):
            shop(*words)
    assert files(shop.folder) == before
