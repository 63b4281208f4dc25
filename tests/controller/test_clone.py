"""A commit is judged by its objects: what is too much, or leads out, is refused before anything of it is on disk."""

import asyncio
import os
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from agentops.base.errors import RepositoryError
from agentops.controller import clone as cloning
from agentops.controller.clone import CHECKOUTS, Clone
from agentops.controller.config import Limits
from agentops.controller.processes import Done
from agentops.memory_repo.remotes import Remote
from tests.controller.upstream import Upstream, agent

pytestmark = pytest.mark.anyio
LIMITS = Limits(files=100, bytes=100_000, depth=8)


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    made = Upstream.made(tmp_path / "upstream")
    made.tree(agent("one"))
    return made


@pytest.fixture
def clone(upstream: Upstream, tmp_path: Path) -> Clone:
    return Clone(tmp_path / "data", Remote(f"file://{upstream.folder}"), "main")


async def test_a_commit_becomes_a_fresh_folder_that_is_gone_in_the_end(upstream: Upstream, clone: Clone) -> None:
    script = upstream.folder / "tools" / "run.sh"
    script.parent.mkdir()
    script.write_text("exit 0\n")
    script.chmod(0o755)
    head = upstream.commit({"tools/notes.md": "Words.\n", ".agentops/engine.db": "somebody's"})
    assert await clone.fetch() == head
    found = await clone.survey(head, "", LIMITS)
    async with clone.taken_out(head, found.entries) as folder:
        assert (folder / "agents.d/shop.yaml").read_text().startswith("apiVersion")
        assert os.access(folder / "tools/run.sh", os.X_OK)
        assert not os.access(folder / "tools/notes.md", os.X_OK)
        assert (folder / ".agentops").resolve() == clone.home.resolve()
        assert not any(clone.home.iterdir())
    assert not any((clone.folder / CHECKOUTS).iterdir())
    below = await clone.survey(head, "tools", LIMITS)
    assert [each.path for each in below.entries] == ["notes.md", "run.sh"]
    assert (await clone.survey(head, "nowhere", LIMITS)).refusal == "it has no folder nowhere"


async def test_a_hundred_thousand_files_are_refused_after_the_first_few(upstream: Upstream, clone: Clone) -> None:
    upstream.imported(f"M 100644 :1 d{number % 300}/f{number}" for number in range(100_000))
    found = await clone.survey(await clone.fetch(), "", LIMITS)
    assert found.refusal == "it holds more than 100 files and folders"
    assert len(found.entries) <= 100


async def test_a_tree_that_holds_itself_over_and_over_is_refused(upstream: Upstream, clone: Clone) -> None:
    tree = upstream.git("mktree", data="")
    for _ in range(12):
        tree = upstream.git("mktree", data="".join(f"040000 tree {tree}\td{each}\n" for each in range(10)))
    head = upstream.git("commit-tree", tree, "-p", "HEAD", "-m", "x")
    upstream.git("update-ref", "refs/heads/main", head)
    assert await clone.fetch() == head
    assert (await clone.survey(head, "", LIMITS)).refusal.endswith("lies more than 8 folders deep")


async def test_links_submodules_and_what_is_large_or_deep_are_refused_by_name(upstream: Upstream, clone: Clone) -> None:
    (upstream.folder / "way-out").symlink_to("/etc/passwd")
    cases = [("way-out is a symbolic link", upstream.commit({}))]
    (upstream.folder / "way-out").unlink()
    upstream.git("update-index", "--add", "--cacheinfo", f"160000,{upstream.head},vendored")
    upstream.git("rm", "--quiet", "--cached", "way-out")
    cases.append(("vendored is a submodule", upstream.committed()))
    upstream.git("rm", "--quiet", "--cached", "vendored")
    cases.append(("huge.bin makes it larger than 100,000 bytes", upstream.commit({"huge.bin": "x" * 100_001})))
    (upstream.folder / "huge.bin").unlink()
    deep = "/".join("abcdefghi")
    cases.append((f"{deep[:15]}/i lies more than 8 folders deep", upstream.commit({deep: "x"})))
    upstream.git("rm", "--quiet", deep)
    cases.append(("odd\\nname is no path inside the tree", upstream.commit({"odd\nname": "x"})))
    await clone.fetch()
    for refusal, commit in cases:
        assert (await clone.survey(commit, "", LIMITS)).refusal == refusal


async def test_a_folder_that_nobody_waits_for_any_more_is_gone_all_the_same(
    clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = await clone.fetch()
    found = await clone.survey(head, "", LIMITS)
    is_writing, may_go_on, extract = threading.Event(), threading.Event(), Clone._extract

    def slowly(*arguments: Any) -> None:
        is_writing.set()
        may_go_on.wait()
        extract(*arguments)

    async def taken() -> None:
        async with clone.taken_out(head, found.entries):
            raise AssertionError

    monkeypatch.setattr(Clone, "_extract", slowly)
    taking = asyncio.ensure_future(taken())
    await asyncio.to_thread(is_writing.wait)
    taking.cancel()
    await asyncio.sleep(0)
    may_go_on.set()
    await asyncio.wait({taking})
    assert taking.cancelled()
    assert not any((clone.folder / CHECKOUTS).iterdir())


def made_key(file: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file], check=True)


async def test_only_commits_of_allowed_signers_count_as_signed(
    upstream: Upstream, clone: Clone, tmp_path: Path
) -> None:
    keys = {name: tmp_path / name for name in ("ours", "theirs")}
    for key in keys.values():
        made_key(key)
    signers = tmp_path / "signers"
    signers.write_text(f"a@b {keys['ours'].with_suffix('.pub').read_text()}")
    upstream.git("config", "gpg.format", "ssh")
    commits = {"nobody": upstream.head}
    for name, key in keys.items():
        upstream.git("config", "user.signingKey", str(key))
        commits[name] = upstream.committed("--gpg-sign")
    await clone.fetch()
    signed = {name: await clone.is_signed(commit, signers) for name, commit in commits.items()}
    assert signed == {"nobody": False, "ours": True, "theirs": False}


async def test_the_live_commit_is_kept_when_its_branch_leaves_it_behind(upstream: Upstream, clone: Clone) -> None:
    first = await clone.fetch()
    second = upstream.tree(agent("one", "Be short."))
    assert await clone.fetch() == second
    assert await clone.descends(second, first)
    await clone.keep(second)
    upstream.git("reset", "--quiet", "--hard", first)
    other = upstream.tree(agent("one", "Be rude."))
    assert await clone.fetch() == other
    assert not await clone.descends(other, second)
    assert await clone.recall(second)
    assert not await clone.recall("0" * 39 + "1")


async def test_a_branch_or_a_repository_that_is_not_there_is_named(clone: Clone, tmp_path: Path) -> None:
    other = Clone(tmp_path / "other", clone.remote, "release")
    with pytest.raises(RepositoryError, match="has no branch `release`"):
        await other.fetch()
    nowhere = Clone(tmp_path / "third", Remote(f"file://{tmp_path}/nowhere"), "main")
    with pytest.raises(RepositoryError, match="nowhere"):
        await nowhere.fetch()


async def test_what_a_killed_git_left_behind_stops_no_later_fetch(upstream: Upstream, clone: Clone) -> None:
    await clone.fetch()
    lock, pack = clone.git_folder / "refs/followed/head.lock", clone.git_folder / "objects/pack/tmp_pack_a1b2c3"
    lock.touch()
    pack.write_bytes(b"half")
    head = upstream.tree(agent("two"))
    with pytest.raises(RepositoryError):
        await clone.fetch()
    assert await clone.fetch() == head
    assert not lock.exists()
    assert not pack.exists()


async def test_half_a_clone_is_made_anew(upstream: Upstream, clone: Clone) -> None:
    (clone.git_folder / "objects").mkdir(parents=True)
    (clone.folder / "clone.git.new" / "objects").mkdir(parents=True)
    assert await clone.fetch() == upstream.head


async def test_a_clone_is_packed_as_it_grows(upstream: Upstream, clone: Clone) -> None:
    for number in range(24):
        upstream.imported(f"M 100644 :1 d{number}/f{each}" for each in range(110))  # one pack each
        head = await clone.fetch()
    assert len(list((clone.git_folder / "objects/pack").glob("*.pack"))) < 20
    assert await clone.recall(head)


@pytest.mark.parametrize("done", [Done(-9, b"", ""), Done(-15, b"", "", "took longer than 60 s")])
async def test_a_git_that_was_stopped_says_nothing_of_a_commit(
    clone: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, done: Done
) -> None:
    head = await clone.fetch()

    async def stopped(_order: object, _sink: object) -> Done:
        return done

    monkeypatch.setattr(cloning, "run", stopped)
    questions = (
        clone.is_signed(head, tmp_path / "signers"),
        clone.descends(head, head),
        clone.survey(head, "agents.d", LIMITS),
        clone.recall(head),
    )
    for question in questions:
        with pytest.raises(RepositoryError, match=r"signal 9|took longer than 60 s"):
            await question
