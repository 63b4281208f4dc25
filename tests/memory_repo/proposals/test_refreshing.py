"""What a person unticks is dropped from the proposal, remembered, and the rest stays as it was."""

from dataclasses import replace

import pytest

from agentops.base.errors import StaleProposal
from agentops.memory.gates.judgement import Mark
from agentops.memory.rejecting import names
from agentops.memory_repo.proposals import ticks
from agentops.memory_repo.proposals.committing import committed, memory_at
from agentops.memory_repo.proposals.publishing import Outcome
from agentops.memory_repo.proposals.refreshing import refreshed, standing
from tests.memory_repo.proposals.ground import BRANCH, NOON, STORE, Ground
from tests.memory_repo.proposals.test_publishing import ONE, TWO

pytestmark = pytest.mark.anyio


async def test_an_unticked_operation_leaves_the_proposal_and_is_remembered(ground: Ground) -> None:
    await ground.opened(ONE, TWO)
    found = standing(ground.repository, STORE)
    assert found is not None

    new = refreshed(ground.repository, found, {TWO.id})
    result = await ground.published(new.proposed)

    assert (new.dropped, new.unfit) == ((TWO.id,), ())
    assert result.outcome is Outcome.UPDATED
    assert result.request is not None
    assert ticks.read(result.request.body).offered == {ONE.id}
    assert set(ground.files(BRANCH)) - {"MEMORY.md"} == {"README.md", "pitfalls/book.md"}
    assert memory_at(ground.repository, ground.head(), STORE).ledger.rejected == names([TWO])


async def test_the_rest_is_as_if_the_dropped_one_had_never_been_proposed(ground: Ground) -> None:
    alone = ground.proposed(ONE)
    await ground.opened(ONE, TWO)
    found = standing(ground.repository, STORE)
    assert found is not None

    new = refreshed(ground.repository, found, {TWO.id})
    folder = f"stores/{STORE}"
    assert ground.repository.subtree(new.proposed.head, folder) == ground.repository.subtree(alone.head, folder)


async def test_a_refresh_that_drops_nothing_changes_nothing(ground: Ground) -> None:
    await ground.opened(ONE, TWO)
    found = standing(ground.repository, STORE)
    assert found is not None

    new = refreshed(ground.repository, found, frozenset())
    assert (await ground.published(new.proposed)).outcome is Outcome.UNCHANGED


async def test_a_person_on_top_of_a_dream_is_not_replaced(ground: Ground) -> None:
    await ground.opened(ONE)
    ground.write(BRANCH, {"stores/runbooks/README.md": "# Better\n"})

    with pytest.raises(StaleProposal, match="commits of a person"):
        standing(ground.repository, STORE)


async def test_there_is_nothing_to_refresh_where_nothing_is_proposed(ground: Ground) -> None:
    assert standing(ground.repository, STORE) is None


async def test_gates_that_need_no_session_judge_what_is_left(ground: Ground) -> None:
    proposed = ground.proposed(ONE, TWO)
    marks = (Mark("secrets", "block", "1 to mend"), Mark("literals", "warn", "1 to look at"))
    blocked = replace(proposed, letter=replace(proposed.letter, gates=marks))
    main = ground.head("main")
    after = memory_at(ground.repository, proposed.head, STORE)
    head = committed(ground.repository, main, after, blocked.letter, NOON)
    await ground.published(replace(blocked, head=head))
    found = standing(ground.repository, STORE)
    assert found is not None
    assert found.letter.is_blocked

    new = refreshed(ground.repository, found, {TWO.id}).proposed.letter
    assert {each.gate: each.mark for each in new.gates} == {"secrets": "pass", "literals": "warn"}
