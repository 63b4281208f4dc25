"""Memory commands as a person types them: a project, a store with memories, a repository beside it."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from agentops import embedded
from agentops.memory_repo.commits import Draft, Move
from agentops.memory_repo.git import Repository
from agentops.reconcile.lease import STORE as LOCK
from tests.cli.shell import Shell, Stages

PROJECT = """\
apiVersion: agentops/v1
kind: Project
metadata: {name: demo}
spec:
  memory_repository: {path: memory.git}
---
apiVersion: agentops/v1
kind: MemoryStore
metadata: {name: desk}
spec:
  name: desk
  policy:
    - {path: "/rules/*", mode: git}
  seed:
    files:
      /facts/port.md: "- The database listens on port 5433.\\n- Refunds need the order id.\\n"
"""


class Live:
    """The store of the project in this folder, as a caller of the API has it."""

    def write(self, path: str, text: str) -> None:
        asyncio.run(self._write(path, text))

    def holds(self) -> dict[str, str]:
        return {each.path: each.content for each in asyncio.run(self._memories())}

    async def _write(self, path: str, text: str) -> None:
        found = {each.path: each for each in await self._memories()}
        async with embedded.client(Path(".agentops")) as client:
            (store,) = [each.id async for each in client.beta.memory_stores.list() if each.name != LOCK]
            memories = client.beta.memory_stores.memories
            if path in found:
                await memories.update(found[path].id, memory_store_id=store, content=text)
            else:
                await memories.create(store, path=path, content=text)

    async def _memories(self) -> list[Any]:
        async with embedded.client(Path(".agentops")) as client:
            (store,) = [each.id async for each in client.beta.memory_stores.list() if each.name != LOCK]
            listed = client.beta.memory_stores.memories.list(store, view="full")
            return [each async for each in listed]


@pytest.fixture
def live(agentops: Shell, stages: Stages) -> Live:
    """A project that is applied and has its repository."""
    stages.at("begun", lambda: begin(agentops))
    return Live()


def begin(agentops: Shell) -> None:
    Path("agents.d").mkdir()
    Path("agents.d/all.yaml").write_text(PROJECT)
    agentops("apply", "--yes")
    agentops("memory", "init")


def merge_proposal() -> None:
    with Repository(Path("memory.git")) as repository:
        main, head = repository.head("main"), repository.head("agentops/memory/desk")
        assert main is not None
        assert head is not None
        merged = repository.merge(main, head)
        draft = Draft(merged.tree, (main, head), "Merge", repository.show(head).at)
        repository.push({"main": Move(repository.commit(draft), main)})


def test_a_project_without_a_repository_is_told_which_lines_to_add(agentops: Shell) -> None:
    Path("agents.d").mkdir()
    Path("agents.d/all.yaml").write_text("apiVersion: agentops/v1\nkind: Project\nmetadata: {name: demo}\nspec: {}\n")
    said = agentops("memory", "status", status=2)
    assert "the Project names no memory repository" in said.err
    assert "memory_repository:\n    path: memory.git" in said.err


def test_a_repository_that_is_not_there_is_told_how_to_make(agentops: Shell) -> None:
    Path("agents.d").mkdir()
    Path("agents.d/all.yaml").write_text(PROJECT)
    assert "`agentops memory init` makes one" in agentops("memory", "status", status=1).err


def test_a_repository_elsewhere_is_begun_cloned_and_kept_in_step(agentops: Shell, tmp_path: Path) -> None:
    Repository.create(tmp_path / "elsewhere.git").close()
    Path("agents.d").mkdir()
    Path("agents.d/all.yaml").write_text(PROJECT.replace("path: memory.git", f"url: 'file://{tmp_path}/elsewhere.git'"))
    agentops("apply", "--yes")
    assert "not begun" in agentops("memory", "status").out
    agentops("memory", "init")
    Live().write("/x.md", "- x\n")
    agentops("memory", "sync")
    with Repository(tmp_path / "elsewhere.git") as repository:
        assert {"main", "agentops/live/desk", "agentops/memory/desk"} <= {
            each.removeprefix("refs/heads/") for each in repository.refs("refs/heads/")
        }


def test_init_takes_what_the_store_holds_and_leaves_it_in_step(agentops: Shell, live: Live) -> None:
    assert "in step" in agentops("memory", "status").out
    with Repository(Path("memory.git")) as repository:
        main = repository.head("main")
        assert main is not None
        assert set(repository.tree(main)) == {"README.md", "policy.yaml", "stores/desk/facts/port.md"}
    assert "is a memory repository already" in agentops("memory", "init").out
    assert "No changes" in agentops("plan").out
    git = ["git", "-c", "safe.bareRepository=all"]
    subprocess.run([*git, "init", "--quiet"], check=True)
    status = subprocess.run([*git, "status", "--short", "--untracked-files=all"], check=True, capture_output=True)
    assert b"memory.git" not in status.stdout, "what a `git stash` takes along, it rolls back"
    assert b"agents.d/all.yaml" in status.stdout


def test_a_store_and_its_repository_are_kept_in_step(agentops: Shell, live: Live) -> None:
    live.write("/pitfalls/x.md", "- Retry once on 503.\n")
    live.write("/rules/y.md", "- Do as you like.\n")
    state = agentops("memory", "status", "desk", "-o", "json").json["stores"][0]
    assert state["state"] == "live ahead by 1, main ahead by 1"
    said = agentops("memory", "sync")
    assert "2 versions taken in" in said.out
    assert "1 memory written to the live store" in said.out
    assert "proposal opened: #1" in said.out
    assert set(live.holds()) == {"/facts/port.md", "/pitfalls/x.md"}
    merge_proposal()
    agentops("memory", "push")
    assert agentops("memory", "status", "-o", "json").json["stores"][0]["differences"] == []
    assert "nothing new" in agentops("memory", "sync").out


def test_pull_proposes_and_writes_nothing_live(agentops: Shell, live: Live) -> None:
    live.write("/rules/y.md", "- Do as you like.\n")
    live.write("/pitfalls/x.md", "- Retry once on 503.\n")
    (found,) = agentops("memory", "pull", "-o", "json").json["stores"]
    assert [each["path"] for each in found["taken_in"]] == ["/rules/y.md", "/pitfalls/x.md"]
    assert found["proposal"] == {"outcome": "opened", "number": 1, "url": found["proposal"]["url"]}
    assert "/rules/y.md" in live.holds()


def test_history_blame_and_search_tell_where_a_line_comes_from(agentops: Shell, live: Live) -> None:
    live.write("/pitfalls/x.md", "- Retry once on 503. ^n7k2\n")
    agentops("memory", "sync")
    assert "(live)" in agentops("memory", "log", "desk").out
    merge_proposal()
    first = agentops("memory", "log", "desk", "-n", "2", "-o", "json").json["commits"]
    assert [each["is_live_only"] for each in first] == [False, False]
    (line,) = agentops("memory", "blame", "desk", "n7k2", "-o", "json").json["lines"]
    assert (line["text"], line["anchor"]) == ("- Retry once on 503. ^n7k2", "n7k2")
    assert "port 5433" in agentops("memory", "blame", "desk", "facts/port.md:1").out
    (note, *_) = agentops("memory", "search", "which", "port", "-o", "json").json["notes"]
    assert (note["store"], note["path"]) == ("desk", "/facts/port.md")
    assert "No note answers" in agentops("memory", "search", "zeppelin").out
    assert "did you mean" in agentops("memory", "blame", "desk", "facts/prot.md", status=2).err


def test_what_is_reverted_leaves_the_store_at_the_next_sync(agentops: Shell, live: Live) -> None:
    live.write("/pitfalls/x.md", "- Retry once on 503.\n")
    agentops("memory", "sync")
    merge_proposal()
    (newest, *_) = agentops("memory", "log", "desk", "-o", "json").json["commits"]
    with Repository(Path("memory.git")) as repository:
        main = repository.head("main")
    assert main is not None
    said = agentops("memory", "revert", main[:9], "-o", "json").json
    assert said["pull_request"] is None
    assert newest["subject"]
    agentops("memory", "sync")
    assert set(live.holds()) == {"/facts/port.md"}
    assert "neither a commit nor an anchor" in agentops("memory", "revert", "nothing", status=2).err


def test_what_is_forgotten_is_gone_everywhere_but_in_gits_history(agentops: Shell, live: Live) -> None:
    secret = "- The door code is 4711.\n"
    live.write("/facts/port.md", live.holds()["/facts/port.md"] + secret)
    agentops("memory", "sync")
    assert "nobody is there to be asked" in agentops("memory", "forget", "desk", "door code is 4711", status=2).err
    said = agentops("memory", "forget", "desk", "door", "code", "is", "4711", "--yes")
    assert "1 memory rewritten, 1 version redacted" in said.out
    assert "checked: no live memory, no version, no branch, no ledger holds it" in said.out
    assert "docs/memory.md" in said.out
    assert "4711" not in live.holds()["/facts/port.md"]
    again = agentops("memory", "forget", "desk", "door code is 4711", "--yes", "-o", "json").json
    assert (again["redacted_versions"], again["memories"], again["left"]) == (0, [], {})


def test_a_store_that_nobody_declared_is_named(agentops: Shell, live: Live) -> None:
    assert "did you mean `desk`?" in agentops("memory", "sync", "dsk", status=2).err


def test_the_only_store_need_not_be_named(agentops: Shell, live: Live) -> None:
    assert agentops("memory", "log").out == agentops("memory", "log", "desk").out
    assert agentops("memory", "log", "-o", "json").json["store"] == "desk"
    other = "---\napiVersion: agentops/v1\nkind: MemoryStore\nmetadata: {name: kitchen}\nspec: {name: kitchen}\n"
    Path("agents.d/other.yaml").write_text(other)
    said = agentops("memory", "log", status=2).err
    assert "the manifests declare 2 stores" in said
    assert "name one: desk, kitchen" in said


def test_a_project_without_stores_is_told_what_to_declare(agentops: Shell) -> None:
    Path("agents.d").mkdir()
    Path("agents.d/all.yaml").write_text(PROJECT.partition("---")[0])
    agentops("memory", "init")
    assert "`kind: MemoryStore`" in agentops("memory", "status", status=2).err


def test_a_line_that_is_not_there_is_told(agentops: Shell, live: Live) -> None:
    assert "/facts/port.md has no line 9" in agentops("memory", "blame", "desk", "facts/port.md:9", status=2).err


def test_a_note_that_the_repository_does_not_write_live_is_not_reverted(agentops: Shell, live: Live) -> None:
    Path("agents.d/all.yaml").write_text(PROJECT.replace("/rules/*", "/facts/*"))
    (note, *_) = agentops("memory", "search", "which", "port", "-o", "json").json["notes"]
    assert "`agentops apply`" in agentops("memory", "revert", note["anchor"], status=2).err
    Path("agents.d/all.yaml").write_text(PROJECT.replace('"/rules/*", mode: git', '"/facts/*", mode: live'))
    assert "has the last word on /facts/port.md" in agentops("memory", "revert", note["anchor"], status=2).err


def test_what_no_memory_holds_leaves_a_tombstone_and_says_so(agentops: Shell, live: Live) -> None:
    said = agentops("memory", "forget", "desk", "zeppelins", "over", "town", "--yes")
    assert "no memory holds it" in said.err
    assert "main: no memory held it; a tombstone in" in said.out


@pytest.mark.parametrize(
    ("path", "said", "way_out"),
    [
        ("copy", "copy is a working copy", "bare"),
        ("full", "full is a folder with something else in it", "another"),
        ("file", "file is a file", "not there yet"),
        ("file/memory.git", "cannot be made: Not a directory", "another"),
    ],
)
def test_a_place_where_no_repository_can_be_made_is_told(agentops: Shell, path: str, said: str, way_out: str) -> None:
    for each in ("copy/.git", "full/something", "agents.d"):
        Path(each).mkdir(parents=True)
    Path("file").write_text("")
    Path("agents.d/all.yaml").write_text(PROJECT.replace("path: memory.git", f"path: {path}"))
    told = agentops("memory", "init", status=2).err
    assert said in told
    assert way_out in told


def test_a_machine_without_git_is_told_what_to_install(agentops: Shell, tmp_path: Path) -> None:
    Path("agents.d").mkdir()
    Path("agents.d/all.yaml").write_text(PROJECT)
    command = [sys.executable, "-m", "agentops", "memory", "search", "port"]
    found = subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": str(tmp_path)})
    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr == "error: git is not on the PATH of this machine\n  install git 2.38 or newer\n"


def test_a_conflict_that_nobody_settled_is_not_merged(agentops: Shell, live: Live) -> None:
    live.write("/facts/port.md", "- The database listens on port 5434.\n")
    with Repository(Path("memory.git")) as repository:
        main = repository.head("main")
        assert main is not None
        tree = repository.write(main, {"stores/desk/facts/port.md": "- The database listens on port 5435.\n"})
        draft = Draft(tree, (main,), "Another port", repository.show(main).at)
        repository.push({"main": Move(repository.commit(draft), main)})
    assert "conflict  /facts/port.md" in agentops("memory", "sync").out
    said = agentops("memory", "review", "--merge", status=1).err
    assert "/facts/port.md holds conflict markers" in said
    assert "settle it in the branch agentops/memory/desk" in said
