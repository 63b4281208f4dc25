"""What a person turned down stays turned down: before the merge, with other counts, and in an unticked box."""

from dataclasses import replace

import pytest

from agentops.memory.operations import Operation
from agentops.memory.rejecting import is_among, names
from agentops.memory_repo.proposals.publishing import Outcome
from agentops.memory_repo.proposals.refreshing import refreshed, standing
from agentops.memory_repo.proposals.rejecting import turned_down
from tests.memory_repo.proposals.ground import BRANCH, STORE, Ground
from tests.memory_repo.proposals.letters import an_operation

pytestmark = pytest.mark.anyio


def seen(times: int) -> Operation:
    return an_operation(f"`book` can fail with `off` ({times} times in 3 sessions).", path="/pitfalls/book.md")


OTHER = an_operation("`cancel` fails after the departure", path="/pitfalls/cancel.md")


async def test_what_a_review_dropped_is_known_before_the_merge(ground: Ground) -> None:
    await ground.opened(seen(8), OTHER)
    found = standing(ground.repository, STORE)
    assert found is not None
    await ground.published(refreshed(ground.repository, found, {seen(8).id}).proposed)
    ground.repository.fetch()

    found = turned_down(ground.repository, STORE)
    assert is_among(seen(9), found)
    assert not is_among(OTHER, found)


async def test_an_unticked_box_counts_before_anybody_refreshes(ground: Ground) -> None:
    request = await ground.opened(seen(8), OTHER)
    ground.repository.fetch()
    body = request.body.replace(f"[x] `{OTHER.id}`", f"[ ] `{OTHER.id}`").replace("\n", "\r\n")

    found = turned_down(ground.repository, STORE, replace(request, body=body))
    assert found == names([OTHER])


async def test_what_is_merged_turns_nothing_down(ground: Ground) -> None:
    request = await ground.opened(seen(8))
    merged = await ground.forge.merge(request.number, head=request.head)
    ground.repository.fetch()

    assert turned_down(ground.repository, STORE, merged) == frozenset()
    assert turned_down(ground.repository, "another") == frozenset()


async def test_other_counts_are_nothing_new_to_who_closed_it(ground: Ground) -> None:
    request = await ground.opened(seen(8))
    await ground.forge.close(request.number, words="not now")

    assert (await ground.published(ground.proposed(seen(9)))).outcome is Outcome.SNOOZED
    assert (await ground.published(ground.proposed(seen(9), OTHER))).outcome is Outcome.OPENED


async def test_a_person_who_came_before_the_pull_request_or_after_its_end_is_not_replaced(ground: Ground) -> None:
    first = ground.write(BRANCH, {f"stores/{STORE}/README.md": "# Mine\n"})
    assert (await ground.published(ground.proposed(seen(8)))).outcome is Outcome.LEFT
    assert ground.head() == first


async def test_a_person_who_goes_on_after_closing_is_not_replaced(ground: Ground) -> None:
    request = await ground.opened(seen(8))
    await ground.forge.close(request.number, words="I shall write it myself")
    theirs = ground.write(BRANCH, {f"stores/{STORE}/README.md": "# Mine\n"})

    assert (await ground.published(ground.proposed(seen(8), OTHER))).outcome is Outcome.LEFT
    assert ground.head() == theirs
