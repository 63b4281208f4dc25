"""Taking back: a commit with everything it did, or one note; and what a dream proposed is then turned down."""

from datetime import UTC, date, datetime

import pytest

from agentops.base.errors import RepositoryError, UsageError
from agentops.dreaming.port import Dream
from agentops.memory.applying import applied
from agentops.memory.evidence import Evidence
from agentops.memory.notes import NoteKind
from agentops.memory.operations import Author, Operation, Verb
from agentops.memory.rejecting import names
from agentops.memory_repo.commits import Move, Person
from agentops.memory_repo.proposals.committing import committed, memory_at
from agentops.memory_repo.proposals.letter import Letter, lessons
from agentops.memory_repo.reverting import Stamp, commit_of, retired, reverted
from tests.memory_repo.world import STORE, World

pytestmark = pytest.mark.anyio

STAMP = Stamp(Person("Ann", "ann@example.com"), datetime(2026, 11, 22, tzinfo=UTC))


def head(world: World) -> str:
    found = world.repository.head("main")
    assert found is not None
    return found


def lands(world: World, commit: str) -> None:
    world.repository.push({"main": Move(commit, head(world))})


def dreamt(world: World) -> Operation:
    """Merge a dream's proposal with one note."""
    operation = Operation(
        Verb.ADD,
        Author("lexical"),
        texts=("Retry `charge` once on 503.",),
        path="/pitfalls/charge.md",
        kind=NoteKind.PITFALL,
        evidence=(Evidence("sesn_1", "sevt_1"),),
    )
    done = applied(
        memory_at(world.repository, head(world), STORE), [operation], dream="drm_1", today=date(2026, 11, 21)
    )
    assert done.done == (operation,)
    letter = Letter(STORE, Dream((operation,)), "drm_1", lessons=lessons((operation,), {}, {}))
    made = committed(world.repository, head(world), done.memory, letter, STAMP.at)
    world.merge(made)
    return operation


async def test_a_reverted_dream_leaves_the_store_and_is_not_proposed_again(world: World) -> None:
    world.person("/facts/a.md", "- a\n")
    operation = dreamt(world)
    await world.sync()
    assert "/pitfalls/charge.md" in await world.holds()
    lands(world, reverted(world.repository, head(world), commit_of(world.repository, head(world), head(world)), STAMP))
    ledger = memory_at(world.repository, head(world), STORE).ledger
    assert (ledger.rejected, dict(ledger.records)) == (names([operation]), {})
    await world.sync()
    assert await world.holds() == {"/facts/a.md": "- a\n"}
    assert world.proposal() is None


async def test_a_persons_commit_is_taken_back_under_later_ones(world: World) -> None:
    world.person("/a.md", "- one\n")
    first = world.person("/b.md", "- two\n")
    world.person("/c.md", "- three\n")
    commit = commit_of(world.repository, head(world), first[:10])
    lands(world, reverted(world.repository, head(world), commit, STAMP))
    assert world.main() == {"/a.md": "- one\n", "/c.md": "- three\n"}
    assert world.repository.show(head(world)).subject == 'Revert "Ann\'s change"'


async def test_what_changed_since_cannot_be_taken_back_whole(world: World) -> None:
    first = world.person("/a.md", "one\n")
    world.person("/a.md", "two\n")
    with pytest.raises(RepositoryError, match=r"stores/desk/a.md changed since"):
        reverted(world.repository, head(world), world.repository.show(first), STAMP)


async def test_a_note_is_taken_back_by_its_anchor(world: World) -> None:
    world.person("/facts/a.md", "- one ^n7k2\n- two ^m3p4\n")
    lands(world, retired(world.repository, head(world), STORE, "n7k2", STAMP))
    assert "- two ^m3p4\n" in world.main()["/facts/a.md"]
    assert "one" not in world.main()["/facts/a.md"]
    with pytest.raises(UsageError):
        retired(world.repository, head(world), STORE, "zzzz", STAMP)


@pytest.mark.parametrize("text", ["zzzz", "deadbeef", "--help"])
async def test_what_is_no_commit_is_named(world: World, text: str) -> None:
    with pytest.raises(UsageError, match=text):
        commit_of(world.repository, head(world), text)


async def test_a_commit_that_is_not_in_main_is_not_taken_back(world: World) -> None:
    await world.agent("/a.md", "- one\n")
    outcome = await world.sync(writes=False)
    assert outcome.commit is not None
    with pytest.raises(UsageError, match="not in main"):
        commit_of(world.repository, head(world), outcome.commit)
