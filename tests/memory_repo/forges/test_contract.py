"""What every forge does, whoever made it: one suite over the port, for a bare repository and for each vendor's API."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agentops.base.errors import ForgeError, StaleProposal
from agentops.memory_repo.forges.local import LocalForge
from agentops.memory_repo.forges.port import Draft, Forge, Mark, State
from agentops.memory_repo.git import Repository
from tests.memory_repo.forges.conftest import BRANCH, proposed
from tests.memory_repo.forges.fake.server import FACES, FakeForge

pytestmark = pytest.mark.anyio

DRAFT = Draft(BRANCH, "main", "memory(incidents): 3 notes", "What is new.\n\nÜber *all*.", ("agentops", "dream"))


@pytest.fixture(scope="module")
def begun(begun: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same repository with a branch that brings something new."""
    return proposed(begun, tmp_path_factory.mktemp("proposed"))


@pytest.fixture(params=["local", *FACES])
async def port(request: pytest.FixtureRequest, forge: FakeForge) -> AsyncIterator[Forge]:
    """Each adapter over a repository with a branch that brings something new."""
    if request.param != "local":
        async with forge.speaking(request.param) as hosted:
            yield hosted
        return
    with Repository(forge.kept.folder) as repository:
        yield LocalForge(repository, forge.clock)


async def test_a_branch_without_a_pull_request_has_none(port: Forge) -> None:
    assert await port.latest(BRANCH) is None


async def test_what_is_opened_is_found_again(port: Forge, forge: FakeForge) -> None:
    opened = await port.open(DRAFT)

    assert (opened.number, opened.state, opened.branch, opened.base) == (1, State.OPEN, BRANCH, "main")
    assert (opened.title, opened.body, opened.head) == (DRAFT.title, DRAFT.body, forge.kept.tip(BRANCH))
    assert await port.latest(BRANCH) == opened


async def test_a_second_one_is_the_first(port: Forge) -> None:
    opened = await port.open(DRAFT)

    assert await port.open(DRAFT) == opened


async def test_an_update_changes_title_and_body_in_place(port: Forge) -> None:
    opened = await port.open(DRAFT)

    updated = await port.update(opened.number, Draft(BRANCH, "main", "another", "body"))

    assert (updated.number, updated.title, updated.body) == (opened.number, "another", "body")
    assert await port.latest(BRANCH) == updated


async def test_the_head_follows_the_branch(port: Forge, forge: FakeForge) -> None:
    await port.open(DRAFT)
    pushed = forge.kept.commit(BRANCH, {"stores/incidents/facts/b.md": "- b\n"})

    found = await port.latest(BRANCH)

    assert found is not None
    assert found.head == pushed


async def test_a_closed_one_is_still_the_latest(port: Forge) -> None:
    opened = await port.open(DRAFT)

    await port.close(opened.number, words="Superseded by main.")
    await port.close(opened.number, words="Superseded by main.")

    found = await port.latest(BRANCH)
    assert found is not None
    assert (found.number, found.state) == (opened.number, State.CLOSED)


async def test_after_a_closed_one_a_new_one_is_opened_and_is_the_latest(port: Forge) -> None:
    first = await port.open(DRAFT)
    await port.close(first.number, words="No.")

    second = await port.open(DRAFT)

    assert second.number != first.number
    assert await port.latest(BRANCH) == second


async def test_a_merge_brings_the_branch_into_the_base(port: Forge, forge: FakeForge) -> None:
    opened = await port.open(DRAFT)
    forge.kept.commit("main", {"other.md": "meanwhile\n"})

    merged = await port.merge(opened.number, head=opened.head)

    assert merged.state is State.MERGED
    assert "stores/incidents/facts/a.md" in forge.kept.git("ls-tree", "-r", "--name-only", "main")
    assert forge.kept.git("rev-list", "--parents", "-1", "main").split(" ")[2] == opened.head
    found = await port.latest(BRANCH)
    assert found is not None
    assert found.state is State.MERGED


async def test_a_merge_of_what_is_merged_changes_nothing(port: Forge, forge: FakeForge) -> None:
    opened = await port.open(DRAFT)
    await port.merge(opened.number, head=opened.head)
    main = forge.kept.tip("main")

    again = await port.merge(opened.number, head=opened.head)

    assert (again.state, forge.kept.tip("main")) == (State.MERGED, main)


async def test_a_merge_of_another_head_than_the_one_looked_at_is_refused(port: Forge, forge: FakeForge) -> None:
    opened = await port.open(DRAFT)
    forge.kept.commit(BRANCH, {"stores/incidents/facts/b.md": "- b\n"})
    main = forge.kept.tip("main")

    with pytest.raises(StaleProposal, match="somebody pushed"):
        await port.merge(opened.number, head=opened.head)

    assert forge.kept.tip("main") == main


async def test_a_merge_of_a_closed_one_is_refused(port: Forge) -> None:
    opened = await port.open(DRAFT)
    await port.close(opened.number, words="No.")

    with pytest.raises(StaleProposal, match="closed meanwhile"):
        await port.merge(opened.number, head=opened.head)


async def test_a_conflict_is_refused(port: Forge, forge: FakeForge) -> None:
    opened = await port.open(DRAFT)
    forge.kept.commit("main", {"stores/incidents/facts/a.md": "- another\n"})

    with pytest.raises(ForgeError):
        await port.merge(opened.number, head=opened.head)

    found = await port.latest(BRANCH)
    assert found is not None
    assert found.state is State.OPEN


async def test_a_branch_without_anything_new_is_not_opened(port: Forge, forge: FakeForge) -> None:
    forge.kept.git("update-ref", "refs/heads/empty", str(forge.kept.tip("main")))

    with pytest.raises(ForgeError):
        await port.open(Draft("empty", "main", "title", "body"))


async def test_a_branch_that_is_not_there_is_not_opened(port: Forge) -> None:
    with pytest.raises(ForgeError):
        await port.open(Draft("nowhere", "main", "title", "body"))


async def test_a_status_may_be_set_again_and_again(port: Forge, forge: FakeForge) -> None:
    head = str(forge.kept.tip(BRANCH))

    for mark in (Mark.PENDING, Mark.PENDING, Mark.FAILURE, Mark.SUCCESS, Mark.SUCCESS):
        await port.status(head, mark, context="agentops/memory-safety", words="gates " * 40, url="https://x.example/1")

    if isinstance(port, LocalForge):
        status = port.statuses(head)["agentops/memory-safety"]
        assert (status.mark, len(status.words)) == (Mark.SUCCESS, 140)
    else:
        newest = forge.kept.newest(head, "agentops/memory-safety")
        assert newest is not None
        assert (newest.state, len(newest.words), newest.url) == ("success", 140, "https://x.example/1")


async def test_pull_requests_of_other_branches_are_not_ours(port: Forge, forge: FakeForge) -> None:
    forge.kept.commit("other", {"x.md": "x\n"})
    await port.open(Draft("other", "main", "other", "body"))

    assert await port.latest(BRANCH) is None
    assert (await port.open(DRAFT)).branch == BRANCH
