"""A repository that is its own forge: races, what people do by hand, and files that somebody spoilt."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agentops.base.clock import ManualClock
from agentops.base.errors import ForgeError, StaleProposal
from agentops.memory_repo.commits import Draft as Commit
from agentops.memory_repo.commits import Move
from agentops.memory_repo.forges.local import PROPOSALS, LocalForge
from agentops.memory_repo.forges.port import Draft, Mark, State
from agentops.memory_repo.git import Repository
from agentops.memory_repo.remotes import Remote
from tests.conftest import NOW
from tests.memory_repo.forges.conftest import BRANCH, proposed
from tests.memory_repo.forges.fake.server import FakeForge

pytestmark = pytest.mark.anyio

DRAFT = Draft(BRANCH, "main", "memory(incidents): 3 notes", "What is new.", ("dream", "agentops"))


@pytest.fixture(scope="module")
def begun(begun: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same repository with a branch that brings something new."""
    return proposed(begun, tmp_path_factory.mktemp("proposed"))


@pytest.fixture
def repository(forge: FakeForge) -> Iterator[Repository]:
    """A bare repository with a branch that brings something new."""
    with Repository(forge.kept.folder) as opened:
        yield opened


@pytest.fixture
def port(repository: Repository, clock: ManualClock) -> LocalForge:
    return LocalForge(repository, clock)


class Racing(Repository):
    """A repository in which somebody else acts just before a push of ours."""

    def before(self, act: Callable[[], object]) -> None:
        """Plan it."""
        self._act: Callable[[], object] | None = act

    def push(self, moves: dict[str, Move]) -> None:  # type: ignore[override] # a test's own
        """Let the other one be first, once."""
        act, self._act = getattr(self, "_act", None), None
        if act:
            act()
        super().push(moves)


async def test_a_proposal_is_a_file_in_the_repository(port: LocalForge, repository: Repository) -> None:
    await port.open(DRAFT)

    assert told(repository) == {
        "title": DRAFT.title,
        "body": DRAFT.body,
        "state": "open",
        "branch": BRANCH,
        "base": "main",
        "head": repository.head(BRANCH),
        "labels": ["agentops", "dream"],
        "comments": [],
    }


async def test_the_same_things_done_at_the_same_time_are_the_same_commits(
    forge: FakeForge, port: LocalForge, repository: Repository, tmp_path: Path, clock: ManualClock
) -> None:
    forge.kept.git("clone", "--quiet", "--mirror", str(forge.kept.folder), str(tmp_path / "twin.git"))
    with Repository(tmp_path / "twin.git") as twin:
        other = LocalForge(twin, clock)
        for each in (port, other):
            opened = await each.open(DRAFT)
            await each.merge(opened.number, head=opened.head)

        assert repository.refs("refs/") == twin.refs("refs/")


async def test_its_history_tells_what_happened(port: LocalForge, repository: Repository) -> None:
    opened = await port.open(DRAFT)
    await port.update(opened.number, Draft(BRANCH, "main", "another", "body"))
    await port.close(opened.number, words="No.")

    assert len(repository.log([str(repository.head(f"{PROPOSALS}1"))])) == 3
    assert (told(repository)["state"], told(repository)["comments"]) == ("closed", ["No."])


def told(repository: Repository) -> dict[str, Any]:
    """Return what the first proposal's file says."""
    found: dict[str, Any] = json.loads(str(repository.text(str(repository.head(f"{PROPOSALS}1")), "proposal.json")))
    return found


async def test_of_two_that_open_at_once_one_finds_the_others(forge: FakeForge, port: LocalForge) -> None:
    with Racing(forge.kept.folder) as racing:
        racing.before(lambda: _run(port.open(DRAFT)))

        opened = await LocalForge(racing).open(DRAFT)

    assert opened.number == 1
    assert len(forge.kept.git("for-each-ref", PROPOSALS).splitlines()) == 1


async def test_two_branches_opened_at_once_get_two_numbers(forge: FakeForge, port: LocalForge) -> None:
    forge.kept.commit("other", {"x.md": "x\n"})
    with Racing(forge.kept.folder) as racing:
        racing.before(lambda: _run(port.open(Draft("other", "main", "title", "body"))))

        opened = await LocalForge(racing).open(DRAFT)

    assert opened.number == 2


async def test_a_base_that_moves_during_the_merge_is_merged_again(forge: FakeForge, port: LocalForge) -> None:
    opened = await port.open(DRAFT)
    with Racing(forge.kept.folder) as racing:
        racing.before(lambda: forge.kept.commit("main", {"other.md": "meanwhile\n"}))

        await LocalForge(racing).merge(opened.number, head=opened.head)

    files = forge.kept.git("ls-tree", "-r", "--name-only", "main").splitlines()
    assert {"other.md", "stores/incidents/facts/a.md"} <= set(files)
    assert forge.kept.git("rev-list", "--count", "--merges", "main") == "1"


async def test_a_push_during_the_merge_is_not_merged(forge: FakeForge, port: LocalForge) -> None:
    opened = await port.open(DRAFT)
    main = forge.kept.tip("main")
    with Racing(forge.kept.folder) as racing:
        racing.before(lambda: forge.kept.commit(BRANCH, {"b.md": "b\n"}))

        with pytest.raises(StaleProposal, match="somebody pushed"):
            await LocalForge(racing).merge(opened.number, head=opened.head)

    assert forge.kept.tip("main") == main
    found = await port.latest(BRANCH)
    assert found is not None
    assert found.state is State.OPEN


async def test_somebody_who_is_faster_each_time_is_named(forge: FakeForge, port: LocalForge) -> None:
    opened = await port.open(DRAFT)
    with Racing(forge.kept.folder) as racing:
        times = 0

        def again() -> None:
            nonlocal times
            times += 1
            forge.kept.commit("main", {"other.md": f"{times}\n"})
            racing.before(again)

        racing.before(again)
        with pytest.raises(StaleProposal, match="somebody else was faster, 5 times, to merge proposal 1"):
            await LocalForge(racing).merge(opened.number, head=opened.head)


async def test_what_was_merged_by_hand_is_merged(forge: FakeForge, port: LocalForge) -> None:
    opened = await port.open(DRAFT)
    forge.kept.git("update-ref", "refs/heads/main", opened.head)

    found = await port.latest(BRANCH)

    assert found is not None
    assert found.state is State.MERGED
    assert (await port.merge(opened.number, head=opened.head)).state is State.MERGED


async def test_what_lost_its_branch_is_closed(forge: FakeForge, port: LocalForge) -> None:
    await port.open(DRAFT)
    forge.kept.git("update-ref", "-d", f"refs/heads/{BRANCH}")

    found = await port.latest(BRANCH)

    assert found is not None
    assert found.state is State.CLOSED


async def test_a_conflict_names_the_files(forge: FakeForge, port: LocalForge) -> None:
    opened = await port.open(DRAFT)
    forge.kept.commit("main", {"stores/incidents/facts/a.md": "- another\n"})

    with pytest.raises(ForgeError, match=r"conflicts with main in stores/incidents/facts/a\.md") as raised:
        await port.merge(opened.number, head=opened.head)
    assert "`agentops memory refresh`" in raised.value.hint


async def test_why_it_was_closed_is_kept_once(port: LocalForge) -> None:
    opened = await port.open(DRAFT)

    await port.close(opened.number, words="Superseded.")
    await port.close(opened.number, words="Superseded.")

    assert port.comments(opened.number) == ("Superseded.",)


async def test_statuses_of_several_contexts_stand_side_by_side(port: LocalForge, repository: Repository) -> None:
    head = str(repository.head(BRANCH))
    await port.status(head, Mark.PENDING, context="replay", words="asked")
    await port.status(head, Mark.SUCCESS, context="gates", words="fine", url="https://x.example")

    said = {name: (each.mark, each.words) for name, each in port.statuses(head).items()}
    assert said == {"gates": (Mark.SUCCESS, "fine"), "replay": (Mark.PENDING, "asked")}


@pytest.mark.parametrize("text", ["", "nonsense", "[]", "{}", '{"state": "odd", "labels": [], "comments": []}'])
async def test_a_proposal_that_somebody_spoilt_is_named(port: LocalForge, repository: Repository, text: str) -> None:
    tree = repository.write(None, {"proposal.json": text})
    spoilt = repository.commit(Commit(tree, (), "Spoil", NOW))
    repository.update_ref(f"{PROPOSALS}1", spoilt, None)

    with pytest.raises(ForgeError, match="proposal"):
        await port.latest(BRANCH)


async def test_a_number_that_is_not_there_is_named(port: LocalForge) -> None:
    with pytest.raises(ForgeError, match="no proposal 7"):
        await port.update(7, DRAFT)


async def test_proposals_live_in_any_repository_that_git_reaches(
    repository: Repository, forge: FakeForge, tmp_path: Path, clock: ManualClock
) -> None:
    with Repository.clone(Remote(forge.url, forge.token), tmp_path / "clone.git") as clone:
        port = LocalForge(clone, clock)
        opened = await port.open(DRAFT)
        await port.merge(opened.number, head=opened.head)

    assert forge.kept.tip("main") == repository.head("main")
    found = await LocalForge(repository, clock).latest(BRANCH)
    assert found is not None
    assert (found.number, found.state) == (1, State.MERGED)


def _run(doing: object) -> None:
    """Run to its end what never waits: everything that the local forge does."""
    step = doing.send  # type: ignore[attr-defined] # a coroutine
    with pytest.raises(StopIteration):
        step(None)
