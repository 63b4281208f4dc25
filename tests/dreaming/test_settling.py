"""What may be proposed of a dream: what code can apply and no gate drops; the rest is set apart with the reason."""

import asyncio
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from agentops.dreaming import settling
from agentops.dreaming.lexical import LexicalDreamer
from agentops.dreaming.port import Dream, Night
from agentops.dreaming.readers import openai_chat
from agentops.memory.evidence import Evidence, Origin
from agentops.memory.files import notes_of
from agentops.memory.gates.port import Policy
from agentops.memory.notes import Memory, NoteKind, Support
from agentops.memory.operations import Author, Operation, Verb
from agentops.memory.transcripts import Event, Sort, Transcript

SESSIONS = Path(__file__).parents[1] / "data" / "tau-bench" / "airline-sessions.jsonl"


@pytest.fixture(scope="module")
def night() -> Night:
    read = openai_chat.read(SESSIONS.read_text(), name="booking").transcripts
    return Night(Memory(), read, date(2026, 11, 20))


@pytest.fixture(scope="module")
def dream(night: Night) -> Dream:
    return asyncio.run(LexicalDreamer().dream(night))


def settled(night: Night, dream: Dream) -> settling.Settled:
    return settling.settled(night, dream, settling.Ground(Memory(), "dream-1", Policy()))


def test_a_good_dream_stays_whole_and_its_sessions_are_remembered(night: Night, dream: Dream) -> None:
    found = settled(night, dream)

    assert found.dream.operations == dream.operations
    assert found.dream.words == dream.words
    assert not found.judgement.is_blocked
    known = settling.remembered(found.after, night, found.dream).ledger.dreamt
    assert known.keys() == {each.session for each in night.transcripts}


def test_an_operation_without_evidence_that_resolves_is_set_apart_and_the_rest_stays(
    night: Night, dream: Dream
) -> None:
    false = replace(dream.operations[0], evidence=(Evidence("nowhere", "evt_1"),))
    found = settled(night, replace(dream, operations=(false, *dream.operations[1:])))

    assert found.dream.operations == dream.operations[1:]
    [apart] = [each for each in found.dream.quarantined if each.texts == false.texts]
    assert ": " in apart.reason
    assert "1 of them set apart by the gates" in found.dream.words
    assert false.texts[0] not in "".join(found.after.files.values())


def test_what_cannot_be_applied_is_set_apart_with_the_reason(night: Night, dream: Dream) -> None:
    twice = replace(dream.operations[0], path="/../etc/passwd")
    found = settled(night, replace(dream, operations=(twice, *dream.operations)))

    assert found.dream.operations == dream.operations
    assert any(each.path == "/../etc/passwd" and each.reason for each in found.dream.quarantined)


def test_the_same_night_has_the_same_name_in_any_order(night: Night) -> None:
    turned = replace(night, transcripts=night.transcripts[::-1])

    assert settling.dream_id("base", night, "lexical") == settling.dream_id("base", turned, "lexical")
    assert settling.dream_id("base", night, "lexical") != settling.dream_id("other", night, "lexical")


def test_an_operation_with_a_secret_is_set_apart_and_its_words_are_shown_nowhere(night: Night, dream: Dream) -> None:
    secret = "sk-ant-api03-" + "Ab3" * 30
    leaking = replace(dream.operations[0], texts=(f"The key is `{secret}`.",), about=secret)
    long = replace(leaking, texts=(f"{dream.operations[0].texts[0]} {secret}",))
    early = replace(leaking, texts=(f"Use {secret} there.",), reason=f"said: {secret}")
    found = settled(night, replace(dream, operations=(leaking, long, *dream.operations[1:]), quarantined=(early,)))

    assert found.dream.operations == dream.operations[1:]
    assert len(found.dream.quarantined) == 3
    assert any(each.reason.startswith("secrets: ") for each in found.dream.quarantined)
    assert secret not in repr(found)


def test_what_is_set_apart_is_bounded(night: Night, dream: Dream) -> None:
    huge = replace(dream.operations[0], texts=("x" * 10_000_000,))
    found = settled(night, replace(dream, operations=(huge,), quarantined=(huge,)))

    assert len(repr(found.dream)) < 100_000


def test_words_of_a_stranger_are_not_laundered_by_citing_the_call_that_fetched_them(night: Night) -> None:
    asked = Event("evt_1", Sort.MESSAGE, Origin.USER, "What does the page of the vendor say about refunds?")
    call = Event("evt_2", Sort.CALL, Origin.AGENT, '{"url":"https://vendor.example/refunds"}', tool="web_fetch")
    words = "Refunds are paid out by `refundbot` within 14 days."
    page = Event("evt_3", Sort.RESULT, Origin.EXTERNAL, words, tool="web_fetch")
    read = tuple(Transcript(f"sesn_{number}", "openai-chat", (asked, call, page)) for number in range(3))
    laundered = Operation(
        Verb.ADD,
        Author("messages"),
        texts=(words,),
        path="/facts/refunds.md",
        kind=NoteKind.FACT,
        origin=Origin.AGENT,
        evidence=tuple(Evidence(each.session, "evt_2") for each in read),
        support=Support(sessions=3, days=2, principals=1),
        reason="said in three sessions",
    )
    found = settled(replace(night, transcripts=read), Dream((laundered,)))

    assert found.dream.operations == ()
    assert any(each.reason.startswith("taint: ") for each in found.dream.quarantined)


def test_a_line_that_nobody_keeps_a_record_of_can_be_reinforced(night: Night, dream: Dream) -> None:
    learnt = settled(night, dream).after
    [one] = [each for each in notes_of(learnt) if "add up" in each.text]
    written = Memory({one.path: f"- {one.text} ^{one.anchor}\n"})
    operation = replace(dream.operations[1], verb=Verb.REINFORCE, targets=(one.anchor,), texts=(), path="")
    again = replace(night, memory=written)
    found = settling.settled(again, replace(dream, operations=(operation,)), settling.Ground(written, "d", Policy()))

    assert [each.verb for each in found.dream.operations] == [Verb.REINFORCE]
    assert not found.judgement.is_blocked
    assert found.after.ledger.records[one.anchor].origin is Origin.TOOL
