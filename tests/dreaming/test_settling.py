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
from agentops.memory.evidence import Evidence
from agentops.memory.gates.port import Policy
from agentops.memory.notes import Memory

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
    assert found.after.ledger.dreamt.keys() == {each.session for each in night.transcripts}


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
