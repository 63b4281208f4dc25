"""A store has one pull request: opened once, updated in place, left to people, closed when nothing is left."""

import pytest

from agentops.base.errors import ForgeUnavailable
from agentops.memory_repo.commits import Move
from agentops.memory_repo.forges.local import LocalForge
from agentops.memory_repo.forges.port import State
from agentops.memory_repo.proposals.publishing import CONTEXT, Outcome
from tests.memory_repo.forges.fake.faults import Broken, Lost
from tests.memory_repo.forges.fake.server import FACES
from tests.memory_repo.proposals.ground import BRANCH, Ground
from tests.memory_repo.proposals.letters import an_operation

pytestmark = pytest.mark.anyio

ONE = an_operation("`book` fails when the total is off", path="/pitfalls/book.md")
TWO = an_operation("`cancel` fails after the departure", path="/pitfalls/cancel.md")


async def test_a_proposal_opens_one_pull_request_with_the_gates_as_its_status(ground: Ground) -> None:
    proposed = ground.proposed(ONE)
    found = await ground.published(proposed)

    assert found.outcome is Outcome.OPENED
    assert found.request is not None
    assert found.request.head == proposed.head
    if isinstance(ground.forge, LocalForge):
        assert ground.forge.statuses(proposed.head).keys() == {CONTEXT}
    else:
        assert [(each.commit, each.context, each.state) for each in ground.fake.kept.statuses] == [
            (proposed.head, CONTEXT, "success")
        ]


async def test_the_same_proposal_again_changes_nothing(ground: Ground) -> None:
    first = await ground.opened(ONE)
    again = await ground.published(ground.proposed(ONE))

    assert again.outcome is Outcome.UNCHANGED
    assert again.request == first


async def test_another_night_updates_it_in_place(ground: Ground) -> None:
    first = await ground.opened(ONE)
    later = await ground.published(ground.proposed(ONE, TWO))

    assert later.outcome is Outcome.UPDATED
    assert later.request is not None
    assert later.request.number == first.number
    assert TWO.id in later.request.body


async def test_a_run_that_died_between_push_and_request_is_finished_by_the_next(ground: Ground) -> None:
    proposed = ground.proposed(ONE)
    ground.repository.push({BRANCH: Move(proposed.head, None)})

    assert (await ground.published(ground.proposed(ONE))).outcome is Outcome.OPENED


async def test_a_branch_that_a_person_committed_to_is_left_to_them(ground: Ground) -> None:
    await ground.opened(ONE)
    theirs = ground.write(BRANCH, {"stores/runbooks/README.md": "# Better\n"})

    found = await ground.published(ground.proposed(ONE, TWO))
    assert found.outcome is Outcome.LEFT
    assert ground.head() == theirs


async def test_closing_is_snoozing_until_there_is_something_new(ground: Ground) -> None:
    first = await ground.opened(ONE)
    await ground.forge.close(first.number, words="not now")

    again = await ground.published(ground.proposed(ONE))
    assert again.outcome is Outcome.SNOOZED
    assert again.request is not None
    assert again.request.state is State.CLOSED
    later = await ground.published(ground.proposed(ONE, TWO))
    assert later.outcome is Outcome.OPENED
    assert later.request is not None
    assert later.request.number != first.number


async def test_when_nothing_is_left_to_propose_the_open_one_is_closed(ground: Ground) -> None:
    proposed = ground.proposed(ONE)
    await ground.published(proposed)
    ground.write("main", dict(ground.repository.tree(proposed.head)))

    again = await ground.published(proposed)
    assert again.outcome is Outcome.WITHDRAWN
    latest = await ground.forge.latest(BRANCH)
    assert latest is not None
    assert latest.state is not State.OPEN


async def test_what_is_merged_stands_in_main(ground: Ground) -> None:
    request = await ground.opened(ONE)
    await ground.forge.merge(request.number, head=request.head)

    assert "`book` fails" in ground.files()["pitfalls/book.md"]


@pytest.mark.parametrize("ground", FACES, indirect=True)
@pytest.mark.parametrize("deed", ["open", "edit", "status", "push"])
@pytest.mark.parametrize("fault", [Lost(), Broken(502), Broken(502, acts=True)], ids=["lost", "broken", "broken after"])
async def test_whatever_the_forge_does_there_is_one_pull_request_in_the_end(
    ground: Ground, deed: str, fault: Lost | Broken
) -> None:
    if deed == "edit":
        await ground.opened(ONE)
    ground.fake.faults.plan(fault, on=deed)
    proposed = ground.proposed(ONE, TWO)
    try:
        await ground.published(proposed)
    except ForgeUnavailable:
        await ground.published(proposed)

    open_ones = [each for each in ground.fake.kept.pulls.values() if each.is_open]
    assert len(open_ones) == 1
    assert TWO.id in open_ones[0].body
    assert ground.head() == proposed.head
