"""A night over a real store and repository: one proposal, the same for the same sessions, and never a write live."""

from dataclasses import replace
from pathlib import Path

import pytest

from agentops.base.paint import Paint
from agentops.cli.dreams import night
from agentops.cli.dreams.night import Attempt, Bed, Morning
from agentops.cli.dreams.told import lines
from agentops.cli.dreams.wish import Wish
from agentops.cli.dreams.working import Result
from agentops.dreaming.lexical import LexicalDreamer
from agentops.dreaming.readers import openai_chat
from agentops.memory.gates.port import Policy
from agentops.memory.rejecting import is_among, names
from agentops.memory.transcripts import Transcript
from agentops.memory_repo.forges.local import LocalForge
from agentops.memory_repo.forges.port import Draft, State
from agentops.memory_repo.layout import proposal_branch
from agentops.memory_repo.proposals.committing import memory_at
from agentops.memory_repo.proposals.publishing import Outcome
from agentops.memory_repo.proposals.refreshing import refreshed, standing
from tests.memory_repo.conftest import grounds, world
from tests.memory_repo.world import STORE, World

pytestmark = pytest.mark.anyio

__all__ = ["grounds", "world"]

SESSIONS = Path(__file__).parents[2] / "data" / "tau-bench" / "airline-sessions.jsonl"
WISH = Wish("lessons", STORE)


@pytest.fixture(scope="module")
def sessions() -> tuple[Transcript, ...]:
    return openai_chat.read(SESSIONS.read_text(), name="booking").transcripts


@pytest.fixture
async def bed(world: World) -> Bed:
    return Bed(world.repository, LocalForge(world.repository, world.ground.clock), world.live, world.subject, Policy())


async def slept(bed: Bed, read: tuple[Transcript, ...], wish: Wish = WISH) -> Morning:
    """Dream without a model, and publish."""
    attempt = Attempt(bed, wish, await night.based(bed), read)
    return await attempt.proposed(await LexicalDreamer().dream(attempt.night()))


async def test_a_night_opens_one_pull_request_in_which_every_line_has_evidence(
    bed: Bed, world: World, sessions: tuple[Transcript, ...]
) -> None:
    before = await world.holds()
    morning = await slept(bed, sessions)

    assert morning.published.outcome is Outcome.OPENED
    assert len(morning.letter.lessons) >= 5
    assert all(each.citations and all(cited.quote for cited in each.citations) for each in morning.letter.lessons)
    assert not morning.letter.is_blocked
    assert await world.holds() == before


async def test_the_same_sessions_in_any_order_give_the_same_commit(
    bed: Bed, world: World, sessions: tuple[Transcript, ...]
) -> None:
    first = await slept(bed, sessions)
    head = world.repository.head(proposal_branch(STORE))
    again = await slept(bed, sessions[::-1])

    assert again.published.outcome is Outcome.UNCHANGED
    assert world.repository.head(proposal_branch(STORE)) == head
    assert again.published.request == first.published.request


async def test_what_was_merged_is_not_learnt_again(bed: Bed, world: World, sessions: tuple[Transcript, ...]) -> None:
    request = (await slept(bed, sessions)).published.request
    assert request is not None
    await bed.forge.merge(request.number, head=request.head)
    await world.sync()

    base = await night.based(bed)
    assert night.unread(base.memory, sessions) == 0
    assert (await slept(bed, sessions)).published.outcome is Outcome.NOTHING


async def test_the_live_store_holds_what_was_merged_and_nothing_that_was_rejected(
    bed: Bed, world: World, sessions: tuple[Transcript, ...]
) -> None:
    await slept(bed, sessions)
    found = standing(world.repository, STORE)
    assert found is not None
    out = found.letter.lessons[0].operation
    new = refreshed(world.repository, found, {out.id})
    published = await night.published(world.repository, bed.forge, new.proposed)
    assert published.request is not None
    await bed.forge.merge(published.request.number, head=published.request.head)
    await world.sync()

    live = await world.holds()
    assert live == dict(memory_at(world.repository, world.repository.head("main") or "", STORE).files)
    assert out.texts[0] not in "".join(live.values())
    assert found.letter.lessons[1].operation.texts[0] in "".join(live.values())


async def test_what_a_person_rejected_is_not_proposed_by_the_next_night(
    bed: Bed, world: World, sessions: tuple[Transcript, ...]
) -> None:
    await slept(bed, sessions)
    found = standing(world.repository, STORE)
    assert found is not None
    everything = frozenset(each.operation.id for each in found.letter.lessons)
    new = refreshed(world.repository, found, everything)
    published = await night.published(world.repository, bed.forge, new.proposed)
    assert published.request is not None
    await bed.forge.merge(published.request.number, head=published.request.head)
    await world.sync()

    # The same failures in sessions that were never read: what was turned down stays turned down.
    others = tuple(replace(each, session=f"again-{each.session}", agent="other") for each in sessions)
    morning = await slept(bed, others)
    assert not everything & {each.operation.id for each in morning.letter.lessons}


async def test_what_a_person_unticked_is_dropped_by_the_next_night_though_nobody_refreshed(
    bed: Bed, world: World, sessions: tuple[Transcript, ...]
) -> None:
    first = (await slept(bed, sessions)).published.request
    assert first is not None
    found = standing(world.repository, STORE)
    assert found is not None
    out = found.letter.lessons[0].operation
    body = first.body.replace(f"[x] `{out.id}`", f"[ ] `{out.id}`")
    await bed.forge.update(first.number, Draft(first.branch, first.base, first.title, body))
    others = tuple(replace(each, session=f"again-{each.session}") for each in sessions)

    for read in (sessions, (*sessions, *others)):  # with twice the sessions, counts are other ones
        morning = await slept(bed, read)
        assert morning.published.outcome is Outcome.UPDATED
        assert not any(is_among(each.operation, names([out])) for each in morning.letter.lessons)
        assert morning.letter.lessons


async def test_what_a_person_works_on_is_left_to_them_and_nobody_is_told_that_it_holds_more(
    bed: Bed, world: World, sessions: tuple[Transcript, ...]
) -> None:
    first = (await slept(bed, sessions)).published.request
    assert first is not None
    theirs = world.commit({f"stores/{STORE}/README.md": "# Better\n"}, branch=proposal_branch(STORE))
    others = tuple(replace(each, session=f"again-{each.session}") for each in sessions)

    morning = await slept(bed, (*sessions, *others))
    count = len(morning.letter.lessons)
    result = Result(WISH, slot=None, morning=morning, words="learnt", skipped={})
    assert list(lines(result, Paint(), 80, is_trial=False)) == [
        "lessons: learnt",
        f"  {count} operations not proposed: a person committed to {first.url}, which is left alone",
        "  merge it or close it, and dream again",
    ]
    assert world.repository.head(proposal_branch(STORE)) == theirs


async def test_what_agents_wrote_lies_in_the_same_pull_request(
    bed: Bed, world: World, sessions: tuple[Transcript, ...]
) -> None:
    await world.agent("/notes.md", "- The desk opens at eight.\n", "sesn_7")
    morning = await slept(bed, sessions)

    assert any("sesn_7" in each and "/notes.md" in each for each in morning.letter.live)
    assert morning.published.request is not None
    assert "sesn_7" in morning.published.request.body
    main = memory_at(world.repository, morning.published.request.head, STORE)
    assert main.files["/notes.md"] == "- The desk opens at eight.\n"


async def test_a_schedule_without_review_merges_what_every_gate_let_pass(
    bed: Bed, sessions: tuple[Transcript, ...]
) -> None:
    morning = await slept(bed, sessions, replace(WISH, merges_itself=True))

    assert morning.merged is not None
    assert morning.merged.state is State.MERGED


async def test_the_golden_questions_of_a_store_are_a_gate_of_its_own(
    bed: Bed, world: World, sessions: tuple[Transcript, ...]
) -> None:
    world.person("/facts/desk.md", "- The desk opens at `08:30`.\n")
    world.commit({f"evals/{STORE}/desk.jsonl": '{"question": "When does the desk open?", "answer": "08:30"}\n'})
    morning = await slept(bed, sessions)

    assert [each.mark for each in morning.letter.gates if each.gate == "replay"] == ["pass"]


async def test_nothing_to_learn_opens_nothing_and_says_why(bed: Bed, sessions: tuple[Transcript, ...]) -> None:
    quiet = tuple(replace(each, events=each.events[:2]) for each in sessions[:3])
    morning = await slept(bed, quiet)

    assert morning.published.outcome is Outcome.NOTHING
    assert morning.letter.dream is not None
    assert "nothing to learn" in morning.letter.dream.words.lower()
