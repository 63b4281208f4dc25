"""A store has one pull request: opened once, updated in place, left to people, closed when nothing is left."""

from pathlib import Path

import pytest

from agentops.memory_repo.commits import Move
from agentops.memory_repo.forges.port import Mark, State
from agentops.memory_repo.proposals.publishing import CONTEXT, Outcome, published
from tests.memory_repo.proposals.ground import Ground
from tests.memory_repo.proposals.letters import an_operation

ONE = an_operation("`book` fails when the total is off", path="/pitfalls/book.md")
TWO = an_operation("`cancel` fails after the departure", path="/pitfalls/cancel.md")


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return Ground.at(tmp_path / "memory.git")


@pytest.mark.anyio
async def test_a_proposal_opens_one_pull_request_with_the_gates_as_its_status(ground: Ground) -> None:
    proposed = ground.proposed(ONE)
    found = await published(ground.repository, ground.forge, proposed)

    assert found.outcome is Outcome.OPENED
    assert found.request is not None
    assert found.request.head == proposed.head
    assert ground.forge.statuses(proposed.head)[CONTEXT].mark is Mark.SUCCESS


@pytest.mark.anyio
async def test_the_same_proposal_again_changes_nothing(ground: Ground) -> None:
    first = await published(ground.repository, ground.forge, ground.proposed(ONE))
    again = await published(ground.repository, ground.forge, ground.proposed(ONE))

    assert again.outcome is Outcome.UNCHANGED
    assert again.request == first.request


@pytest.mark.anyio
async def test_another_night_updates_it_in_place(ground: Ground) -> None:
    first = await published(ground.repository, ground.forge, ground.proposed(ONE))
    later = await published(ground.repository, ground.forge, ground.proposed(ONE, TWO))

    assert later.outcome is Outcome.UPDATED
    assert first.request is not None
    assert later.request is not None
    assert later.request.number == first.request.number
    assert TWO.id in later.request.body


@pytest.mark.anyio
async def test_a_run_that_died_between_push_and_request_is_finished_by_the_next(ground: Ground) -> None:
    proposed = ground.proposed(ONE)
    ground.repository.push({ground.branch: Move(proposed.head, None)})

    assert (await published(ground.repository, ground.forge, ground.proposed(ONE))).outcome is Outcome.OPENED


@pytest.mark.anyio
async def test_a_branch_that_a_person_committed_to_is_left_to_them(ground: Ground) -> None:
    await published(ground.repository, ground.forge, ground.proposed(ONE))
    theirs = ground.write(ground.branch, {"stores/runbooks/README.md": "# Better\n"})

    found = await published(ground.repository, ground.forge, ground.proposed(ONE, TWO))
    assert found.outcome is Outcome.LEFT
    assert ground.repository.head(ground.branch) == theirs


@pytest.mark.anyio
async def test_closing_is_snoozing_until_there_is_something_new(ground: Ground) -> None:
    first = await published(ground.repository, ground.forge, ground.proposed(ONE))
    assert first.request is not None
    await ground.forge.close(first.request.number, words="not now")

    again = await published(ground.repository, ground.forge, ground.proposed(ONE))
    assert again.outcome is Outcome.SNOOZED
    assert again.request is not None
    assert again.request.state is State.CLOSED
    later = await published(ground.repository, ground.forge, ground.proposed(ONE, TWO))
    assert later.outcome is Outcome.OPENED
    assert later.request is not None
    assert later.request.number != first.request.number


@pytest.mark.anyio
async def test_when_nothing_is_left_to_propose_the_open_one_is_closed(ground: Ground) -> None:
    proposed = ground.proposed(ONE)
    await published(ground.repository, ground.forge, proposed)
    ground.write("main", dict(ground.repository.tree(proposed.head)))

    again = await published(ground.repository, ground.forge, proposed)
    assert again.outcome is Outcome.WITHDRAWN
    latest = await ground.forge.latest(ground.branch)
    assert latest is not None
    assert latest.state is not State.OPEN


@pytest.mark.anyio
async def test_what_was_merged_is_not_proposed_again(ground: Ground) -> None:
    found = await published(ground.repository, ground.forge, ground.proposed(ONE))
    assert found.request is not None
    await ground.forge.merge(found.request.number, head=found.request.head)

    assert "`book` fails" in ground.files()["pitfalls/book.md"]
