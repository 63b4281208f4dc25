"""Dreams by models of every character: whatever they say, nothing is proposed that its evidence does not bear."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from agentops.base.errors import DreamFailed
from agentops.dreaming.messages.asking import Pace
from agentops.dreaming.messages.dreamer import MessagesDreamer, Models, Terms
from agentops.dreaming.messages.keeping import KeptHere
from agentops.dreaming.port import Budget, Dream
from agentops.dreaming.verifying import verdict
from agentops.memory.evidence import Origin
from agentops.memory.notes import NoteKind
from agentops.memory.operations import Finding, Verb
from agentops.memory.transcripts import Transcript
from tests.dreaming.messages.nights import SECRET, SESSIONS, booking, night
from tests.dreaming.messages.scripted import Character, Model, good, malicious, sloppy

pytestmark = pytest.mark.anyio
MODEL = "claude-haiku-5-5"


def dreamer(model: Any, kept: KeptHere | None = None, **pace: int) -> MessagesDreamer:
    return MessagesDreamer(model, Models.one(MODEL), kept, Terms(pace=Pace(**pace)))


def check(dream: Dream, sessions: tuple[Transcript, ...] = SESSIONS) -> None:
    """Whatever a model says: evidence resolves and bears the words, and no stranger is believed."""
    by_session = {each.session: each for each in sessions}
    for each in dream.operations:
        assert each.evidence
        for cited in each.evidence:
            assert any(event.id == cited.event for event in by_session[cited.session].events)
        assert each.verdict.finding is Finding.SUPPORTED
        assert each.origin not in {Origin.EXTERNAL, Origin.RECALLED}
        for text in each.texts:
            assert verdict(text, each.evidence, by_session).finding is Finding.SUPPORTED
            assert "evil" not in text
    assert len({each.id for each in dream.operations}) == len(dream.operations)


def notes(dream: Dream) -> dict[str, str]:
    """Return what each operation that writes says, by its text."""
    return {text: each.verb for each in dream.operations for text in each.texts}


async def test_a_good_model_finds_what_was_said_and_what_failed() -> None:
    model = Model()
    dream = await dreamer(model).dream(night())
    check(dream)
    seat = next(each for each in dream.operations if "window seat" in "".join(each.texts))
    assert (seat.verb, seat.kind) == (Verb.ADD, NoteKind.PREFERENCE)
    assert (seat.support.sessions, seat.support.days, seat.support.principals) == (2, 2, 2)
    assert [str(each) for each in seat.evidence] == ["sesn_1#u1", "sesn_2#u1"]
    assert seat.author.engine == "messages"
    assert seat.verdict.by == MODEL
    assert seat.verdict.quote == "The traveller prefers a window seat on long flights."
    assert any("port 5433" in each for each in notes(dream))
    assert [each.name for each in dream.stages] == ["collect", "redact", "distil", "map", "cluster", "reduce", "verify"]
    assert not any(each.note for each in dream.stages)


@pytest.mark.parametrize("in_prose", [False, True])
@pytest.mark.parametrize("character", [good, sloppy, malicious])
async def test_no_character_gets_a_line_without_evidence_into_a_proposal(character: Character, in_prose: bool) -> None:
    dream = await dreamer(Model(character, in_prose=in_prose)).dream(night())
    check(dream)
    assert not any("5434" in each for each in notes(dream))
    assert SECRET not in repr(dream)
    assert "\u200b" not in repr(dream)


async def test_a_sloppy_model_is_corrected_and_its_note_says_so() -> None:
    dream = await dreamer(Model(sloppy)).dream(night())
    assert any("window seat" in each for each in notes(dream))
    told = {each.name: each.note for each in dream.stages}
    assert "refused" in told["map"]
    assert "the evidence is none of the events that were shown" in told["map"]


async def test_the_order_of_sessions_and_of_answers_changes_nothing() -> None:
    one = await dreamer(Model(), at_once=1, wave=1).dream(night())
    other = await dreamer(Model(), at_once=8, wave=32).dream(night(sessions=SESSIONS[::-1]))
    assert one == other


@pytest.mark.parametrize("calls", range(12))
async def test_an_endpoint_that_dies_at_any_call_leaves_a_dream(calls: int) -> None:
    model = Model(dies_after=calls)
    dream = await dreamer(model, at_once=1, wave=2).dream(night())
    check(dream)
    if len(model.asked) > calls:
        assert any("503: overloaded" in each.note for each in dream.stages)
    assert dream.operations
    assert dream.spent.output_tokens == 100 * min(calls, len(model.asked))


async def test_a_dead_endpoint_is_asked_once() -> None:
    model = Model(dies_after=0)
    dream = await dreamer(model).dream(night())
    assert len(model.asked) == 1
    engines = {each.name: each.engine for each in dream.stages}
    assert (engines["map"], engines["reduce"], engines["verify"]) == ("lexical",) * 3
    assert dream.spent.input_tokens == 0


async def test_what_was_paid_for_is_not_asked_again() -> None:
    kept = KeptHere()
    first = await dreamer(Model(), kept).dream(night())
    again = Model(dies_after=0)
    second = await dreamer(again, kept).dream(night())
    assert again.asked == []
    assert second == replace(first, spent=second.spent)
    assert second.spent.dollars == 0


async def test_a_new_session_alone_is_read_anew() -> None:
    kept = KeptHere()
    await dreamer(Model(), kept).dream(night())
    model = Model()
    more = booking("sesn_4", 20, "Meals on board are vegetarian.")
    await dreamer(model, kept).dream(night(sessions=(*SESSIONS, more)))
    assert model.roles.count("give_candidates") == 1


@pytest.mark.parametrize("tokens", [0, 1_000, 4_000, 60_000])
async def test_a_budget_of_tokens_is_kept(tokens: int) -> None:
    dream = await dreamer(Model(), wave=2).dream(night(budget=Budget(tokens=tokens)))
    check(dream)
    assert dream.spent.input_tokens + dream.spent.output_tokens <= tokens
    assert any("the budget is spent" in each.note for each in dream.stages) == (tokens < 60_000)


async def test_a_budget_of_dollars_is_kept_and_counted() -> None:
    dream = await dreamer(Model()).dream(night(budget=Budget(dollars=Decimal("0.01"))))
    check(dream)
    assert dream.spent.dollars is not None
    assert 0 < dream.spent.dollars <= Decimal("0.01")


async def test_a_budget_of_dollars_for_a_model_without_a_price_is_refused() -> None:
    asked = MessagesDreamer(Model(), Models.one("tiny"))
    with pytest.raises(DreamFailed, match="tiny: no list price is known"):
        await asked.dream(night(budget=Budget(dollars=Decimal(1))))


async def test_an_answer_that_is_no_json_is_mended_once() -> None:
    class Mumbling(Model):
        async def say(self, request: Any) -> Any:
            said = await super().say(request)
            is_first = len(request["messages"]) == 1 and "tools" not in request
            return {**said, "content": [{"type": "text", "text": "I would rather not."}]} if is_first else said

    model = Mumbling(in_prose=True)
    dream = await dreamer(model).dream(night())
    check(dream)
    assert any("window seat" in each for each in notes(dream))
    assert "This cannot be used: there is no JSON object in it" in model.asked[-1]["messages"][2]["content"]


async def test_nobody_is_asked_where_nothing_is_new() -> None:
    model = Model()
    dream = await dreamer(model).dream(night(sessions=()))
    assert model.asked == []
    assert dream.words == "Nothing to learn: there is no session that was not dreamt before."


async def test_no_model_is_shown_a_secret() -> None:
    model = Model()
    leaky = booking("sesn_5", 20, f"The traveller prefers the key {SECRET} for the window.")
    dream = await dreamer(model).dream(night(sessions=(leaky,)))
    assert SECRET not in repr(model.asked)
    assert SECRET not in repr(dream)
    assert "secret" in repr(model.asked)


async def test_wishes_make_another_prompt() -> None:
    model = Model()
    dream = await dreamer(model).dream(night(instructions="Only seats matter."))
    plain = await dreamer(Model()).dream(night())
    assert "Only seats matter." in model.asked[1]["system"]
    prompts = {each.author.prompt for each in dream.operations} & {each.author.prompt for each in plain.operations}
    assert prompts <= {""}


async def test_a_playbook_is_written_of_sessions_that_went_well() -> None:
    models = Models(MODEL, MODEL, MODEL, playwright=MODEL)
    dream = await MessagesDreamer(Model(), models).dream(night())
    check(dream)
    lines = [each for each in dream.operations if each.kind is NoteKind.PLAYBOOK]
    assert [each.texts[0].partition(":")[0] for each in lines][-1] == "Step"
    assert {each.path for each in lines} == {"/playbooks/book-a-flight.md"}
